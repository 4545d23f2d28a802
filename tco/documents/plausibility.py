"""The implausible figures of a plan or a price book, as a document's part."""

from __future__ import annotations

import math
from collections.abc import Iterable

from pydantic import Field

from tco.catalog.plausibility.finding import FindingId, FindingSeverity, PlausibilityFinding
from tco.documents.document import Part

__all__ = ["PlausibilityPart", "plausibility_part"]


class PlausibilityPart(Part):
    """A figure outside its plausible range."""

    id: FindingId
    path: str = Field(description="How `confirm` names the figure.")
    file: str
    line: int | None
    value: float | tuple[float, ...] | None = Field(
        description="The figure, or its range; null where a confidential price book has it."
    )
    unit: str
    expected: tuple[float, float | None] = Field(
        description="What is plausible; no high end where more is plausible, however much."
    )
    basis: str = Field(description="What the expected range is based on.")
    mistake: str = Field(description="What was probably meant.")
    severity: FindingSeverity
    confirmed: str | None = Field(description="The reason of the confirmation; null without one.")


def plausibility_part(findings: Iterable[PlausibilityFinding]) -> tuple[PlausibilityPart, ...]:
    """Return findings for a document; a confidential value is left out."""
    return tuple(_part(finding) for finding in findings)


def _part(finding: PlausibilityFinding) -> PlausibilityPart:
    value = finding.value
    ends = value.likely if value.is_point else (value.low, value.likely, value.high)
    return PlausibilityPart(
        id=finding.id,
        path=finding.path,
        file=finding.file,
        line=finding.line,
        value=None if finding.confidential else ends,
        unit=finding.unit,
        expected=(finding.low, None if math.isinf(finding.high) else finding.high),
        basis=finding.basis,
        mistake=finding.mistake,
        severity=finding.severity,
        confirmed=finding.confirmed or None,
    )
