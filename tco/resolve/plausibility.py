"""What is implausible about a stack: decided once, here, and shown by every face."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tco.catalog.catalog import Catalog
from tco.catalog.plausibility.books import book_findings
from tco.catalog.plausibility.finding import PlausibilityFinding
from tco.errors import BadInput
from tco.files import read_text
from tco.numbers import plain
from tco.plan.plan import Confirmation
from tco.plan.stack_file import StackFile
from tco.yaml_lines import line_of

__all__ = ["implausible"]


def implausible(
    source: StackFile, catalog: Catalog, day: dt.date
) -> tuple[PlausibilityFinding, ...]:
    """Return the implausible figures of a stack, with the lines and the confirmations they have."""
    found = _found(source, catalog, day)
    return tuple(_located(_confirmed(one, source.plan.confirm)) for one in found)


def _found(source: StackFile, catalog: Catalog, day: dt.date) -> Iterator[PlausibilityFinding]:
    for book in source.books:
        yield from book_findings(book, catalog, day)


def _confirmed(finding: PlausibilityFinding, stated: Sequence[Confirmation]) -> PlausibilityFinding:
    """Return a finding with the reason for it; a confirmation of another value has lapsed."""
    here = [one for one in stated if one.path == finding.path]
    for one in here:
        if one.value == finding.value:
            return replace(finding, confirmed=one.reason)
    if here and not finding.confirmed:
        before = plain(here[0].value.likely, 6)
        lapsed = f" The confirmation of {before} does not hold for another value."
        return replace(finding, lapsed=lapsed)
    return finding


def _located(finding: PlausibilityFinding) -> PlausibilityFinding:
    """Return a finding with the line of its figure, where the file can be read."""
    try:
        text = read_text(Path(finding.file), finding.file)
    except BadInput:
        return finding
    return replace(finding, line=line_of(text, finding.location))
