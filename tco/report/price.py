"""The priced resources of a program: the table of `tco price`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tco.defaults import OLD_PRICE_DAYS
from tco.documents.price_summary import LeftOut, MostExpensive, PriceSummary
from tco.errors import is_visible, printable
from tco.numbers import usd
from tco.report.layout import cell_lines, clipped, wrapped

if TYPE_CHECKING:
    from tco.documents.price import Status

__all__ = ["price_text"]

NAME, WHAT, USD = 16, 27, 10
WORDS: dict[Status, str] = {
    "priced": "priced",
    "free": "free",
    "usage_based": "paid by use",
    "unpriced": "unpriced",
}
REASONS: dict[Status, str] = {
    "unpriced": "Unpriced",
    "priced": "Not counted",
    "usage_based": "Paid by use",
}
"""The headings of the reasons why something is not in the total, by status."""


def price_text(summary: PriceSummary, shown: str) -> str:
    """Return the priced resources of a file in 80 columns.

    The total first, then what costs, then what is not known.
    """
    head = f"{printable(shown)}   {_counts(summary)}   prices of {summary.pricing_day}"
    lines = [
        *_wrapped(head, ""),
        "",
        *_wrapped(_headline(summary), "  ", bold=True),
        *(line for text in _notes(summary) for line in _wrapped(f"Note: {text}.", "  ")),
        *_table(summary),
        *_reasons(summary),
    ]
    return "\n".join(lines) + "\n"


def _notes(summary: PriceSummary) -> Iterator[str]:
    yield from summary.warnings
    for cached in summary.cached:
        days = "1 day" if cached.age_days == 1 else f"{cached.age_days} days"
        old = (
            f"; more than {OLD_PRICE_DAYS} days are too old: run `tco prices refresh --source "
            f"aws-on-demand --region {cached.region}`"
            if cached.old
            else ""
        )
        where = "that tco ships" if cached.shipped else "on this machine"
        yield (
            f"on-demand prices of {cached.region} are from the list of EC2 prices {where}, of "
            f"{cached.as_of} ({days} old){old}"
        )


def _counts(summary: PriceSummary) -> str:
    total = sum(summary.counts.values())
    texts = [f"{count} {WORDS[status]}" for status, count in summary.counts.items() if count]
    return f"{total} resource{'' if total == 1 else 's'}: {', '.join(texts) or 'none'}"


def _headline(summary: PriceSummary) -> str:
    text = f"{usd(summary.usd_per_month)}/month as declared"
    low, high = usd(summary.low), usd(summary.high)
    if low != high:
        text += f", from {low} to {high} within the groups' limits and the prices' ranges"
    missing = summary.counts["unpriced"]
    if missing:
        text += f"; {missing} unpriced resource{'s are' if missing > 1 else ' is'} not in it"
    return text + "."


def _table(summary: PriceSummary) -> Iterator[str]:
    """Yield the resources with a cost, the most expensive first."""
    if not summary.most_expensive:
        return
    yield ""
    yield _columns("resource", "what", ("$/month", "low", "high"))
    for resource in summary.most_expensive:
        yield from _row(resource)
    if summary.others:
        more = f"and {summary.others} more (see --format json)"
        yield f"  {more:<{NAME + WHAT + 1}} {_plain(summary.others_usd_per_month):>{USD}}"


def _row(resource: MostExpensive) -> Iterator[str]:
    whats = cell_lines(resource.detail, WHAT)
    numbers = [_plain(cost) for cost in (resource.usd_per_month, resource.low, resource.high)]
    shown = numbers if len(set(numbers)) > 1 else numbers[:1]
    yield _columns(clipped(resource.name, NAME), whats[0], shown)
    for more in whats[1:]:
        yield _columns("", more, ())


def _columns(name: str, what: str, numbers: Iterable[str]) -> str:
    cells = "".join(f" {number:>{USD}}" for number in numbers)
    return _printable(f"  {name:<{NAME}} {what:<{WHAT}}{cells}".rstrip())


def _printable(text: str) -> str:
    """Return a file's own words without what would steer a terminal."""
    return "".join(sign if is_visible(sign) else "�" for sign in text)


def _plain(value: float) -> str:
    return usd(value).removeprefix("$")


def _reasons(summary: PriceSummary) -> Iterator[str]:
    for status, title in REASONS.items():
        parts = [part for part in summary.left_out if part.status == status]
        if parts:
            yield ""
            yield f"  {title}:"
        for part in parts:
            yield from _wrapped(f"- {_listed(part)}: {part.reason}", "    ")


def _listed(part: LeftOut) -> str:
    return ", ".join(part.names) + (f" and {part.others} more" if part.others else "")


def _wrapped(text: str, indent: str, *, bold: bool = False) -> list[str]:
    return wrapped(_printable(text), indent, bold=bold)
