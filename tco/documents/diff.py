"""``tco.diff/1``: what ``tco diff --format json`` writes and ``tco comment`` reads.

Nothing is rounded here. Whatever a comment shows comes out of this document, so that rendering
needs neither the stacks nor the prices.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import AwareDatetime, Field, ValidationError

from tco.analysis.diff.changes import Cause
from tco.analysis.diff.diff import Status
from tco.documents.document import Document, Part
from tco.errors import TcoError
from tco.files import as_list, as_mapping
from tco.json_reader import load_json

__all__ = [
    "ChangeRow",
    "Delta",
    "DiffDocument",
    "GateState",
    "LineDelta",
    "Outcome",
    "ProblemRow",
    "Revision",
    "StackDelta",
    "WeakeningRow",
    "read_document",
]


class Revision(Part):
    """One side: how it is named, and its commit where it has one."""

    ref: str
    commit: str | None = None
    dirty: bool = False


class GateState(Part):
    """The gate, and what keeps it closed."""

    open: bool
    level: str
    failing: tuple[str, ...] = ()
    override: str | None = None


class Outcome(Part):
    """What one side comes to."""

    usd_per_month: float | None
    decision: str
    gate_open: bool
    priced_usd_per_month: float
    against: str | None = None
    against_usd_per_month: float | None = None
    probability: float | None = None
    answer: str = ""
    flips: tuple[str, ...] = ()
    measure_first: str = ""
    unpriced: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    pricing_day: str = ""
    oldest_price_days: int | None = None
    ceiling_usd_per_month: float | None = Field(
        default=None, description="The month with every pool at its max."
    )
    implausible: tuple[str, ...] = Field(
        default=(), description="Figures outside their plausible range, with place and reason."
    )
    gate: GateState


class Delta(Part):
    """USD per month: the plan's change at the head's prices, and what newer prices add."""

    plan: float | None
    prices: float | None
    books: float | None = Field(
        default=0.0, description="The part of the plan's change that price books make."
    )
    plan_ceiling: float | None = Field(
        default=None, description="What the plan adds to the ceiling, at the head's prices."
    )


class ChangeRow(Part):
    """One path with both values, in the file and on the line where the head has it."""

    path: str
    before: Any = None
    after: Any = None
    cause: Cause = "stack"
    subject: str = ""
    what: str = ""
    file: str = ""
    line: int = 1


class WeakeningRow(Part):
    """A key that guards spending and is weaker than before."""

    key: str
    before: Any = None
    after: Any = None


class LineDelta(Part):
    """A ledger line before and after, USD per month; None where a side lacks it."""

    category: str
    name: str
    before: float | None = None
    after: float | None = None
    service: str = ""
    pool: str = ""
    estimate: bool = False


class ProblemRow(Part):
    """Why the older side could not be read."""

    file: str
    path: str
    message: str
    hint: str = ""


class StackDelta(Part):
    """One stack on both sides."""

    stack: str
    status: Status
    renamed_from: str | None = None
    before: Outcome | None = None
    after: Outcome | None = None
    delta: Delta
    changed_because: tuple[Cause, ...] = ()
    changes: tuple[ChangeRow, ...] = ()
    weakened: tuple[WeakeningRow, ...] = Field(
        default=(), description="What makes the gate weaker than before."
    )
    lines: tuple[LineDelta, ...] = ()
    same_workload: tuple[str, ...] = ()
    problems: tuple[ProblemRow, ...] = ()

    @property
    def touched(self) -> bool:
        """Whether this stack is part of the change."""
        return self.status != "unchanged"


class DiffDocument(Document):
    """What a branch changes. ``valid_at`` orders runs; it is not part of their result."""

    schema_: Literal["tco.diff/1"] = Field(default="tco.diff/1", alias="schema")
    base: Revision
    head: Revision
    valid_at: AwareDatetime
    catalog: str = ""
    stacks: tuple[StackDelta, ...] = ()


def read_document(text: str, shown: str) -> tuple[DiffDocument | None, list[str]]:
    """Return a comparison; or None and the problems, where `tco diff` found only those.

    Keys that a newer tco adds are passed over.

    Raises TcoError for any other text.
    """
    try:
        given = as_mapping(load_json(text)) or {}
    except ValueError as error:
        raise TcoError(
            f"{shown}: is not JSON that tco can read ({error}). "
            "Pipe it in: tco diff --format json | tco comment github"
        ) from None
    schema = given.get("schema")
    if schema == "tco.error/1":
        return None, list(_problems(given))
    if schema != "tco.diff/1":
        raise TcoError(f"{shown}: holds {schema or 'another JSON'}, not tco.diff/1.")
    try:
        return DiffDocument.model_validate(given, extra="ignore"), []
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise TcoError(f"{shown}: is not a tco.diff/1 at {where}: {first['msg']}.") from None


def _problems(given: dict[str, Any]) -> Iterable[str]:
    for problem in map(as_mapping, as_list(given.get("problems")) or ()):
        file, path, message, hint = (
            str((problem or {}).get(key) or "") for key in ("file", "path", "message", "hint")
        )
        yield " ".join(filter(None, (file and f"{file}:", path and f"{path}:", message, hint)))
