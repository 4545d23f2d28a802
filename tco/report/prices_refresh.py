"""What a refresh proposes, as tables: nodes, and hosted APIs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tco.documents.prices_refresh import (
    ApiChangePart,
    CachedRegionPart,
    ChangePart,
    PricesRefreshDocument,
    TroublePart,
)
from tco.numbers import plain, signed_percent
from tco.report.layout import WIDTH, wrapped

__all__ = ["STATUSES", "missing_text", "price_name", "refresh_text"]

FIGURE, CHANGE, STATUS = 10, 8, 13
STATUSES: Final = {
    "new": "new",
    "changed": "changed",
    "confirmed": "seen again",
    "dated-today": "not taken",
    "vanished": "vanished",
}
"""What is shown of a price; one that is unchanged is counted alone."""


def refresh_text(found: PricesRefreshDocument, *, dry_run: bool, width: int = WIDTH) -> str:
    """Return a line per price that is not just unchanged, the counts, and what was written."""
    tables = [
        [_head(title, width), *lines]
        for title, lines in (
            ("USD per node-hour", _nodes(found.prices, width)),
            ("USD per 1M tokens", _apis(found.apis, width)),
        )
        if lines
    ]
    notes = _notes(found, width) + wrapped(_outcome(found, dry_run), width=width)
    return "\n\n".join("\n".join(lines) for lines in (*tables, notes)) + "\n"


def missing_text(missing: Sequence[TroublePart]) -> str:
    """Return what is missing, a line each."""
    lines = ["Some prices are missing; the others are kept."]
    for trouble in missing:
        where = f"{trouble.source} {trouble.region}" + (
            f" {trouble.instance}" if trouble.instance else ""
        )
        lines.append(f"  {where}: {trouble.message}")
    return "\n".join(lines)


def _head(title: str, width: int) -> str:
    return f"{title:<{_names(width)}}{'before':>{FIGURE}}{'now':>{FIGURE}}{'change':>{CHANGE}}"


def _names(width: int) -> int:
    """Return the width of the column of names."""
    return width - 2 * FIGURE - CHANGE - STATUS


def _nodes(prices: Sequence[ChangePart], width: int) -> list[str]:
    lines: list[str] = []
    for price in prices:
        if price.status in STATUSES:
            name = price_name(price)
            before, now = price.before_effective_usd_per_hour, price.effective_usd_per_hour
            changed = price.change if price.status in ("changed", "dated-today") else None
            status = "JUMP" if price.jump else STATUSES[price.status]
            lines += _row(name, (before, now, changed), status, width=width)
    return lines


def _apis(prices: Sequence[ApiChangePart], width: int) -> list[str]:
    """Return a line per API with its status, and below it a line per part that is not the same."""
    lines: list[str] = []
    for price in prices:
        if price.status in STATUSES:
            status = "JUMP" if price.jump else STATUSES[price.status]
            lines += _row(price.api, (None, None, None), status, width=width)
            for part in price.parts:
                if part.now != part.before:
                    figures = (part.before, part.now, part.change)
                    lines += _row(f"  {part.part}", figures, "", width=width)
    return lines


def _row(
    name: str, figures: tuple[float | None, float | None, float | None], status: str, *, width: int
) -> Iterator[str]:
    """Yield a row of a table; a name that is too long has a line of its own."""
    before, now, changed = figures
    share = "" if changed is None else signed_percent(changed)
    if len(name) >= _names(width):
        yield name
        name = ""
    cells = f"{_figure(before):>{FIGURE}}{_figure(now):>{FIGURE}}{share:>{CHANGE}}  {status}"
    yield f"{name:<{_names(width)}}{cells}".rstrip()


def price_name(price: ChangePart) -> str:
    """Return what a price is of: the node, the region, and how it is bought."""
    bought = price.kind or price.purchase
    parts = (price.instance, price.region, bought, price.term, price.payment)
    return " ".join(part for part in parts if part)


def _figure(usd: float | None) -> str:
    return "" if usd is None else plain(usd, 5)


def _notes(found: PricesRefreshDocument, width: int) -> list[str]:
    every = (*found.prices, *found.apis)
    jumps = sum(price.jump for price in every)
    vanished = _count(found.prices, "vanished"), _count(found.apis, "vanished")
    held = _count(every, "dated-today")
    texts = [
        f"Hosted APIs as in {found.package}; a newer version may have newer prices."
        if found.package
        else "",
        f"Changed by more than 30% (JUMP): {jumps}. Look up why before you accept it."
        if jumps
        else "",
        f"In force, but no longer listed by AWS (vanished): {vanished[0]}." if vanished[0] else "",
        f"In force, but no longer in genai-prices (vanished): {vanished[1]}."
        if vanished[1]
        else "",
        *(f"Kept for `tco price`: {_types(cached)}." for cached in found.cached),
        f"Changed again since today's row, which stays until tomorrow: {held}." if held else "",
    ]
    return [line for text in texts if text for line in wrapped(text, width=width)]


def _types(cached: CachedRegionPart) -> str:
    return f"{cached.types:,} instance type{'' if cached.types == 1 else 's'} of {cached.region}"


def _count(prices: Sequence[ChangePart | ApiChangePart], *statuses: str) -> int:
    return sum(price.status in statuses for price in prices)


def _outcome(found: PricesRefreshDocument, dry_run: bool) -> str:
    every = (*found.prices, *found.apis)
    rows = _count(every, "new", "changed", "confirmed")
    unchanged = _count(every, "unchanged")
    counts = f"{rows} row{'' if rows == 1 else 's'} proposed, {unchanged} unchanged."
    if dry_run:
        return f"{counts} Nothing was written: --dry-run."
    if rows and found.book is None:
        return f"{counts} Name the price book that takes the rows with --book."
    if found.written:
        return f"{counts} Written to {found.book}."
    return f"{counts} Nothing to write."
