"""What is implausible about a stack: its books, its plan, its workloads, and how they fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tco.catalog.book import Book
from tco.catalog.plausibility.doubt import Keys, unusual_figures
from tco.catalog.plausibility.finding import PlausibilityFinding, finding_of
from tco.costing.service_model import ServiceModel
from tco.errors import BadInput, Problem
from tco.files import read_text
from tco.numbers import plain
from tco.plan.gate import Confirmation
from tco.plan.plan import PLAN_KEY
from tco.resolve.lookup import Lookup
from tco.resolve.plausibility.demand import demand_findings
from tco.resolve.plausibility.owned import owned_findings
from tco.resolve.plausibility.places import PLAN_KEYS, workload_file, workload_path
from tco.yaml_lines import line_of

__all__ = ["implausible", "refuse_absurd"]


def implausible(todo: Lookup, services: Sequence[ServiceModel]) -> tuple[PlausibilityFinding, ...]:
    """Return the implausible figures of a stack, with the lines and the confirmations they have.

    ``services`` are those that could be resolved: how much they need is compared with the plan.
    """
    found = (*_written(todo), *owned_findings(todo), *demand_findings(todo, services))
    confirmed = (_confirmed(finding, todo.plan.confirm) for finding in _once(found))
    return tuple(_located(finding) for finding in confirmed)


def _once(found: Iterable[PlausibilityFinding]) -> Iterable[PlausibilityFinding]:
    """Return one finding for each figure, an error before a warning."""
    by_path: dict[tuple[str, str], PlausibilityFinding] = {}
    for finding in sorted(found, key=lambda finding: finding.severity != "error"):
        by_path.setdefault((finding.file, finding.path), finding)
    return by_path.values()


def refuse_absurd(todo: Lookup, findings: Sequence[PlausibilityFinding]) -> None:
    """Note a problem for each impossible figure, unless it is confirmed.

    No confirmation lifts a throughput above the physical limits.
    """
    for finding in findings:
        if finding.severity == "error" and (not finding.confirmed or finding.id == "throughput"):
            todo.problems.append(Problem(finding.file, _shown(finding.location), finding.message))


def _written(todo: Lookup) -> Iterator[PlausibilityFinding]:
    """Yield what is implausible by itself, whatever the rest of the stack is."""
    source = todo.source
    for book in source.books:
        yield from _of_book(todo, book)
    for doubt in unusual_figures(source.plan):
        path = ".".join(map(str, doubt.keys[:-1]))
        inner = doubt._replace(keys=doubt.keys[-1:])
        yield finding_of(
            "unit", inner, file=source.file, within=(*PLAN_KEYS, *doubt.keys[:-1]), path=path
        )
    for name, (workload, _) in source.workloads.items():
        for doubt in unusual_figures(workload):
            yield finding_of(
                "unit", doubt, file=workload_file(source, name), within=(), path=workload_path(name)
            )


def _of_book(todo: Lookup, book: Book) -> Iterator[PlausibilityFinding]:
    # Most plans have no book of their own, and then nothing of this is loaded.
    from tco.catalog.plausibility.books import book_findings  # noqa: PLC0415
    from tco.resolve.plausibility.speed import benchmark_doubts  # noqa: PLC0415

    yield from book_findings(book, todo.catalog, todo.day)
    yield from benchmark_doubts(book, todo)


def _confirmed(finding: PlausibilityFinding, stated: Sequence[Confirmation]) -> PlausibilityFinding:
    """Return a finding with the reason for it; a confirmation of another value has lapsed."""
    here = [statement for statement in stated if statement.path == finding.path]
    for statement in here:
        if statement.value == finding.value:
            return replace(finding, confirmed=statement.reason)
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


def _shown(location: Keys) -> str:
    """Return keys as the path of a problem."""
    keys = location[1:] if location[:2] == ("config", PLAN_KEY) else location
    path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return path.removeprefix(".")
