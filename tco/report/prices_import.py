"""What a bill says of the prices of nodes, as tables: the rates, and what is beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tco.billing.price_rows import Reason
from tco.documents.prices_import import BesidePart, LeftOutPart, PricesImportDocument, RatePart
from tco.numbers import grouped, plain, signed_percent
from tco.report.layout import WIDTH, wrapped
from tco.report.prices_refresh import STATUSES, price_name

__all__ = ["import_text"]

HOURS, FIGURE, CHANGE, STATUS = 9, 9, 8, 12
REASONS: Final[dict[Reason, str]] = {
    "not-asked-for": "not among the instance types of --instance.",
    "unknown-instance": "instance types that the catalog does not know. Describe one with GPUs "
    "under instances in the book.",
    "no-region": "rates whose region is not a region of the provider.",
    "no-purchase": "rates without a pricing category.",
    "no-term": "rates of commitments whose term and payment the export does not state: add --term "
    "and --payment.",
    "no-cost": "rates of 0, such as hours that were paid upfront.",
}


def import_text(found: PricesImportDocument, *, dry_run: bool, width: int = WIDTH) -> str:
    """Return the rates, why some are not proposed, the other costs, and what was written."""
    blocks = [
        [*_rates(found, width)],
        [line for text in _left_out(found) for line in wrapped(text, width=width)],
        [*_beside(found, width)],
        [line for text in _notes(found, dry_run) for line in wrapped(text, width=width)],
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _rates(found: PricesImportDocument, width: int) -> Iterator[str]:
    if not found.rates:
        return
    names = width - HOURS - 2 * FIGURE - CHANGE - STATUS
    head = f"{'hours':>{HOURS}}{'before':>{FIGURE}}{'now':>{FIGURE}}{'change':>{CHANGE}}"
    yield f"{'USD per node-hour':<{names}}{head}"
    for rate in found.rates:
        name = price_name(rate.price)
        if len(name) >= names:
            yield name
            name = ""
        price = rate.price
        changed = price.change is not None and price.status in ("changed", "dated-today")
        share = signed_percent(price.change or 0.0) if changed else ""
        status = "JUMP" if price.jump else STATUSES.get(price.status, price.status)
        before, now = price.before_effective_usd_per_hour, price.effective_usd_per_hour
        figures = (
            f"{grouped(rate.hours):>{HOURS}}{_figure(before):>{FIGURE}}{_figure(now):>{FIGURE}}"
        )
        yield f"{name:<{names}}{figures}{share:>{CHANGE}}  {status}".rstrip()


def _figure(usd: float | None) -> str:
    return "" if usd is None else plain(usd, 5)


def _left_out(found: PricesImportDocument) -> Iterator[str]:
    """Yield a sentence for each reason for which rates are not proposed."""
    for reason, text in REASONS.items():
        rates = [rate for rate in found.left_out if rate.reason == reason]
        if rates:
            yield f"Not proposed, {_names(rates)}: {text}"


def _names(rates: Sequence[LeftOutPart]) -> str:
    names = list(dict.fromkeys(rate.instance for rate in rates))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _beside(found: PricesImportDocument, width: int) -> Iterator[str]:
    """Yield the costs that are in no rate, and the whole bill."""
    names = min(width, WIDTH) - 2 * 16
    yield f"{'In no rate, USD':<{names}}{'effective':>16}{'billed':>16}"
    for cost in found.beside:
        yield _cost(cost.what, [cost], names)
    rates = (*found.rates, *found.left_out)
    yield _cost("rates, also those not proposed", rates, names)
    yield _cost("the bill", (*rates, *found.beside), names)


def _cost(name: str, costs: Sequence[RatePart | LeftOutPart | BesidePart], names: int) -> str:
    effective = sum(cost.effective_usd for cost in costs)
    billed = sum(cost.billed_usd for cost in costs)
    return f"{name:<{names}}{_money(effective):>16}{_money(billed):>16}"


def _money(usd: float) -> str:
    return grouped(usd, 2)


def _notes(found: PricesImportDocument, dry_run: bool) -> Iterator[str]:
    jumps = sum(rate.price.jump for rate in found.rates)
    held = sum(rate.price.status == "dated-today" for rate in found.rates)
    bill = found.bill
    if jumps:
        yield f"Changed by more than 30% (JUMP): {jumps}. Look up why before you accept it."
    if held:
        yield f"The book has another price from {bill.first_day} on, which stays: {held}."
    if bill.broken_lines:
        yield f"Broken lines that were left out: {grouped(bill.broken_lines)}."
    days = f"{bill.first_day} to {bill.last_day}"
    yield f"Node-hours of {days}, from {grouped(bill.lines)} lines. {_outcome(found, dry_run)}"


def _outcome(found: PricesImportDocument, dry_run: bool) -> str:
    rows = sum(rate.price.status in ("new", "changed", "confirmed") for rate in found.rates)
    unchanged = sum(rate.price.status == "unchanged" for rate in found.rates)
    counts = f"{rows} row{'' if rows == 1 else 's'} proposed, {unchanged} unchanged."
    if dry_run:
        return f"{counts} Nothing was written: --dry-run."
    if found.written:
        return f"{counts} Written to {found.book}."
    return f"{counts} Nothing to write."
