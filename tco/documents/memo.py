"""What a memo is rendered from: an evaluated stack and its cost curve, which no JSON holds.

The slope of an exact curve would give a confidential rate away; a memo draws it in characters.
"""

from __future__ import annotations

import numpy as np

from tco.analysis.evaluation import Evaluation
from tco.documents.document import Part
from tco.documents.plan import StackPart, stack_part

__all__ = ["CurvePart", "MemoDocument", "memo_document"]


class CurvePart(Part):
    """The cost of a stack per month against its volume, in ascending order."""

    mtok_per_month: tuple[float, ...]
    usd_per_month: tuple[float, ...]


class MemoDocument(Part):
    """Everything that a memo shows."""

    stack: StackPart
    curve: CurvePart


def memo_document(result: Evaluation) -> MemoDocument:
    """Return what the memo of an evaluated stack shows."""
    order = np.argsort(result.scan.mtok)
    return MemoDocument(
        stack=stack_part(result),
        curve=CurvePart(
            mtok_per_month=tuple(map(float, result.scan.mtok[order])),
            usd_per_month=tuple(map(float, result.scan.self_usd[order])),
        ),
    )
