"""A plan against its bill, as a table and as the memo's paragraph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import click

from tco.documents.actual import ActualDocument, ActualLinePart, ActualServicePart
from tco.documents.terms import EffectKind, in_words
from tco.numbers import add_up, grouped, percent, plain, tokens
from tco.report.layout import WIDTH, cell_lines, wrapped
from tco.report.markdown import markdown_text
from tco.report.settled_cells import settled_cells

__all__ = ["actual_markdown", "actual_text", "proposals_text"]

HEADS: Final[Mapping[EffectKind, str]] = {
    "volume": "volume",
    "throughput": "speed",
    "utilization": "util.",
    "throughput-and-utilization": "speed/util.",
    "quantity": "other",
    "price": "price",
}
GAPS: Final = (2, 1)
"""Columns between two figures, fewer where the names would have no room."""
NOT_ON_BILL: Final = " *"
NARROWEST: Final = 20
UNSIGNED: Final = 2
"""The first columns are costs, the others changes of a cost."""


def actual_text(found: ActualDocument, width: int = WIDTH) -> str:
    """Return the lines with the effects that they differ by, then the paragraph and the notes."""
    days = found.month if found.is_whole_month else f"{found.first_day} to {found.last_day}"
    prices = f"prices of {found.pricing_day.isoformat()}"
    verdict, name = found.verdict, click.style(found.stack, bold=True)
    color = "green" if verdict.stands else "red"
    answer = f"Verdict today: {in_words(verdict.today)} (planned: {in_words(verdict.planned)})"
    lines = [
        f"{name}   {days}, {found.hours:,.0f} hours   {prices}",
        "",
        *wrapped(answer, "  ", width=width, color=color, bold=True),
        "",
        *_table(found, width),
        "",
        *(line for ran in found.services for line in wrapped(_ran(ran), "  ", width=width)),
        "",
        *wrapped(found.paragraph, "  ", hang="", width=width),
        *_notes(found, width),
    ]
    return "\n".join(lines) + "\n"


def proposals_text(found: ActualDocument, width: int = WIDTH) -> str:
    """Return the proposed values with their reasons, and the files with them as a diff."""
    if not found.proposals:
        return "\n  Proposed: nothing. What was measured is as planned.\n"
    lines = ["", "  Proposed:"]
    for proposed in found.proposals:
        values = f"{_value(proposed.old)} -> {_value(proposed.new)}"
        lines += wrapped(f"- {proposed.key}: {values}: {proposed.why}.", "    ", width=width)
    lines.append("")
    lines += [line for file in found.proposed_files for line in file.diff.splitlines()]
    written = any(file.written for file in found.proposed_files)
    files = ", ".join(file.file for file in found.proposed_files)
    outcome = f"Written to {files}." if written else "Nothing was written: add --write."
    return "\n".join([*lines, "", *wrapped(outcome, "  ", width=width)]) + "\n"


def _value(value: float | tuple[float, float, float] | None) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, tuple):
        return f"[{', '.join(plain(end) for end in value)}]"
    return plain(value)


def actual_markdown(found: ActualDocument) -> str:
    """Return the paragraph for the memo."""
    return f"{markdown_text(found.paragraph)}\n"


def _ran(service: ActualServicePart) -> str:
    """Return how a service ran, each figure with the planned one behind it."""
    pairs: list[tuple[str, float | None, float, Callable[[float], str]]] = [
        ("tokens", service.served_mtok, service.planned_mtok, tokens),
        ("node-hours", service.node_hours, service.planned_node_hours, plain),
        ("tok/s per node at load", service.output_tok_s, service.planned_output_tok_s, grouped),
        ("utilization", service.utilization, service.planned_utilization, percent),
    ]
    figures = [
        f"{what} {text(actual)} (planned {text(planned)})"
        for what, actual, planned, text in pairs
        if actual is not None
    ]
    return f"{service.service}: {', '.join(figures)}" if figures else ""


def _notes(found: ActualDocument, width: int) -> list[str]:
    if not found.notes:
        return []
    lines = [line for note in found.notes for line in wrapped(f"- {note}", "    ", width=width)]
    return ["  Notes:", *lines]


def _table(found: ActualDocument, width: int) -> list[str]:
    """Return a row per line of the plan and the total, with columns that add up."""
    shown = [line for line in found.lines if _shows(line)]
    kinds, rows, sums = _cells(found, shown)
    heads = ["planned", "actual", "change", *(HEADS[kind] for kind in kinds)]
    texts = [[_cell(value, column) for column, value in enumerate(row)] for row in (*rows, sums)]
    widths = [
        max(len(head), *(len(row[column]) for row in texts)) for column, head in enumerate(heads)
    ]
    rooms = {gap: width - 2 - sum(widths) - gap * len(widths) for gap in GAPS}
    gap = next((gap for gap in GAPS if rooms[gap] >= NARROWEST), GAPS[-1])
    sizes, room = [gap + size for size in widths], max(NARROWEST, rooms[gap])
    table = [f"  {'':<{room}}{_joined(heads, sizes)}"]
    for line, row in zip(shown, texts, strict=False):
        first, *more = cell_lines(_name(line), room)
        table.append(f"  {first:<{room}}{_joined(row, sizes)}")
        table += [f"  {part}" for part in more]
    table.append(click.style(f"  {'total':<{room}}{_joined(texts[-1], sizes)}", bold=True))
    table += wrapped(_legend(found, kinds), "  ", width=width)
    return table


def _cells(
    found: ActualDocument, shown: Sequence[ActualLinePart]
) -> tuple[list[EffectKind], list[list[int]], list[int]]:
    """Return the effects that are shown, the cells of each row, and the cells of the total."""
    total = round(found.actual_usd) - round(found.planned_usd)
    totals = add_up([part.usd for part in found.effects], total)
    exact = [[_usd(line, part.kind) for line in shown] for part in found.effects]
    rounded = [add_up(column, whole) for column, whole in zip(exact, totals, strict=True)]
    planned = add_up([line.planned_usd for line in shown], round(found.planned_usd))
    actual = add_up([line.actual_usd for line in shown], round(found.actual_usd))
    changes = [after - before for before, after in zip(planned, actual, strict=True)]
    settled = settled_cells(exact, rounded, changes)
    columns: dict[EffectKind, list[int]] = {
        part.kind: cells for part, cells in zip(found.effects, settled, strict=True)
    }
    kinds: list[EffectKind] = [kind for kind, cells in columns.items() if any(cells)]
    rows: list[list[int]] = []
    for index, before in enumerate(planned):
        effects = [columns[kind][index] for kind in kinds]
        rows.append([before, before + sum(effects), sum(effects), *effects])
    return kinds, rows, [sum(column) for column in zip(*rows, strict=True)]


def _shows(line: ActualLinePart) -> bool:
    """Return whether a line has any dollar, also in effects that cancel out."""
    amounts = (line.planned_usd, line.actual_usd, *(effect.usd for effect in line.effects))
    return any(map(round, amounts))


def _legend(found: ActualDocument, kinds: Sequence[EffectKind]) -> str:
    speed = {"throughput", "throughput-and-utilization"} & set(kinds)
    texts = [
        "* not on the bill: as planned" if any(map(_is_kept, found.lines)) else "",
        "speed: throughput of a node at load; util.: utilization" if speed else "",
    ]
    return "   ".join(filter(None, texts))


def _is_kept(line: ActualLinePart) -> bool:
    return line.basis == "as-planned"


def _name(line: ActualLinePart) -> str:
    names = {
        "compute": f"{line.pool} {line.name}",
        "not-planned": f"unplanned {line.name}",
        "labor": "labor" if line.kind == "operations" else line.name,
    }
    name = names.get(line.part, f"{line.part} {line.name}")
    return f"{name}{NOT_ON_BILL}" if _is_kept(line) else name


def _usd(line: ActualLinePart, kind: EffectKind) -> float:
    return sum(effect.usd for effect in line.effects if effect.kind == kind)


def _cell(value: int, column: int) -> str:
    if column < UNSIGNED:
        return grouped(value)
    return f"{'+' if value > 0 else ''}{grouped(value)}" if value else "0"


def _joined(texts: Sequence[str], sizes: Sequence[int]) -> str:
    return "".join(f"{text:>{size}}" for text, size in zip(texts, sizes, strict=True))
