"""An output format of `tco plan`, as one file of `tco/report/` would hold it: the stacks' names."""

from __future__ import annotations

from collections.abc import Sequence

from tco.documents.stack import StackSummary


def names_text(stacks: Sequence[StackSummary]) -> str:
    """Return the names of the evaluated stacks."""
    return ",".join(stack.stack for stack in stacks) + "\n"
