"""What a refresh proposes, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from tco.documents.prices_refresh import ChangePart, PricesRefreshDocument, TroublePart
from tco.numbers import plain, signed_percent
from tco.report.layout import WIDTH, wrapped

__all__ = ["missing_text", "refresh_text"]

FIGURE, CHANGE, STATUS = 10, 8, 13
STATUSES = {
    "new": "new",
    "changed": "changed",
    "confirmed": "seen again",
    "dated-today": "not taken",
    "vanished": "vanished",
}
"""What is shown of a price; one that is unchanged is counted alone."""


def refresh_text(found: PricesRefreshDocument, *, dry_run: bool, width: int = WIDTH) -> str:
    """Return a line per price that is not just unchanged, the counts, and what was written."""
    names = width - 2 * FIGURE - CHANGE - STATUS
    shown = [price for price in found.prices if price.status in STATUSES]
    lines: list[str] = []
    if shown:
        head = f"{'before':>{FIGURE}}{'now':>{FIGURE}}{'change':>{CHANGE}}"
        lines.append(f"{'USD per node-hour':<{names}}{head}")
    for price in shown:
        name = " ".join(part for part in _name(price) if part)
        before = _figure(price.before_effective_usd_per_hour)
        now = _figure(price.effective_usd_per_hour)
        figures = f"{before:>{FIGURE}}{now:>{FIGURE}}{_share(price):>{CHANGE}}"
        status = f"  {'JUMP' if price.jump else STATUSES[price.status]}"
        if len(name) >= names:
            lines.append(name)
            name = ""
        lines.append(f"{name:<{names}}{figures}{status}")
    lines += ["", *_notes(found, width)] if shown else _notes(found, width)
    lines += wrapped(_outcome(found, dry_run), width=width)
    return "\n".join(lines) + "\n"


def missing_text(missing: Sequence[TroublePart]) -> str:
    """Return what is missing, one sentence after another."""
    lines = ["Not everything arrived; what did is kept."]
    for trouble in missing:
        where = f"{trouble.source} {trouble.region}" + (
            f" {trouble.instance}" if trouble.instance else ""
        )
        lines.append(f"{where}: {trouble.message}")
    return "\n".join(lines)


def _name(price: ChangePart) -> tuple[str | None, ...]:
    bought = price.kind or price.purchase
    return (price.instance, price.region, bought, price.term, price.payment)


def _figure(usd: float | None) -> str:
    return "" if usd is None else plain(usd, 5)


def _share(price: ChangePart) -> str:
    changed = price.change is not None and price.status in ("changed", "dated-today")
    return signed_percent(price.change or 0.0) if changed else ""


def _notes(found: PricesRefreshDocument, width: int) -> list[str]:
    jumps = sum(price.jump for price in found.prices)
    vanished = sum(price.status == "vanished" for price in found.prices)
    held = sum(price.status == "dated-today" for price in found.prices)
    texts = [
        f"Changed by more than 30% (JUMP): {jumps}. Look up why before you accept it."
        if jumps
        else "",
        f"In force, but no longer listed by AWS (vanished): {vanished}." if vanished else "",
        f"Changed again since today's row, which stays until tomorrow: {held}." if held else "",
    ]
    return [line for text in texts if text for line in wrapped(text, width=width)]


def _outcome(found: PricesRefreshDocument, dry_run: bool) -> str:
    rows = sum(price.status in ("new", "changed", "confirmed") for price in found.prices)
    unchanged = sum(price.status == "unchanged" for price in found.prices)
    counts = f"{rows} row{'' if rows == 1 else 's'} proposed, {unchanged} unchanged."
    if dry_run:
        return f"{counts} Nothing was written: --dry-run."
    if found.written:
        return f"{counts} Written to {found.book}."
    return f"{counts} Nothing to write."
