"""How priced resources read: the table of `tco price`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tco.defaults import OLD_PRICE_DAYS
from tco.errors import is_visible, printable
from tco.iac.estimate.pricing import PricedResource, Pricing
from tco.numbers import usd
from tco.report.layout import cell_lines, clipped, wrapped

if TYPE_CHECKING:
    from tco.documents.price import Status

__all__ = ["price_text"]

NAME, WHAT, USD = 16, 27, 10
STATUSES: tuple[Status, ...] = ("priced", "free", "usage_based", "unpriced")
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
MOST_SHOWN = 40


def price_text(pricing: Pricing, shown: str) -> str:
    """Return the pricing in 80 columns.

    The total first, then what costs, then what is not known.
    """
    lines = [
        *_wrapped(f"{printable(shown)}   {_counts(pricing)}   prices of {pricing.day}", ""),
        "",
        *_wrapped(_headline(pricing), "  ", bold=True),
        *(line for text in _notes(pricing) for line in _wrapped(f"Note: {text}.", "  ")),
        *_table(pricing),
        *_reasons(pricing),
    ]
    return "\n".join(lines) + "\n"


def _notes(pricing: Pricing) -> Iterator[str]:
    yield from pricing.warnings
    for cached in pricing.cached:
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


def _counts(pricing: Pricing) -> str:
    total = len(pricing.resources)
    texts = [f"{count} {WORDS[status]}" for status in STATUSES if (count := pricing.count(status))]
    return f"{total} resource{'' if total == 1 else 's'}: {', '.join(texts) or 'none'}"


def _headline(pricing: Pricing) -> str:
    low, high = pricing.floor_usd_per_month, pricing.ceiling_usd_per_month
    text = f"{usd(pricing.usd_per_month)}/month as declared"
    if usd(low) != usd(high):
        text += f", from {usd(low)} to {usd(high)} within the groups' limits and the prices' ranges"
    missing = pricing.count("unpriced")
    if missing:
        text += f"; {missing} unpriced resource{'s are' if missing > 1 else ' is'} not in it"
    return text + "."


def _table(pricing: Pricing) -> Iterator[str]:
    """Yield the resources with a cost, the most expensive first."""
    priced = sorted(
        pricing.of("priced"),
        key=lambda resource: (
            -(resource.usd_per_month or 0.0),
            -(resource.high or 0.0),
            resource.urn,
        ),
    )
    if not priced:
        return
    yield ""
    yield _columns("resource", "what", ("$/month", "low", "high"))
    for resource in priced[:MOST_SHOWN]:
        yield from _row(resource)
    if len(priced) > MOST_SHOWN:
        rest = sum(resource.usd_per_month or 0.0 for resource in priced[MOST_SHOWN:])
        more = f"and {len(priced) - MOST_SHOWN} more (see --format json)"
        yield f"  {more:<{NAME + WHAT + 1}} {_plain(rest):>{USD}}"


def _row(resource: PricedResource) -> Iterator[str]:
    whats = cell_lines(resource.detail, WHAT)
    numbers = [
        _plain(number or 0.0) for number in (resource.usd_per_month, resource.low, resource.high)
    ]
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


def _reasons(pricing: Pricing) -> Iterator[str]:
    """Yield what is left out and why, grouped by reason."""
    for status, title in REASONS.items():
        groups: dict[str, list[PricedResource]] = {}
        for resource in pricing.of(status):
            if resource.reason:
                groups.setdefault(resource.reason, []).append(resource)
        if groups:
            yield ""
            yield f"  {title}:"
        for reason, resources in groups.items():
            listed = ", ".join(_label(resource) for resource in resources[:5]) + (
                f" and {len(resources) - 5} more" if len(resources) > 5 else ""
            )
            yield from _wrapped(f"- {listed}: {reason}", "    ")


def _label(resource: PricedResource) -> str:
    return f"{resource.name} ({resource.type.rpartition(':')[2]})"


def _wrapped(text: str, indent: str, *, bold: bool = False) -> list[str]:
    return wrapped(_printable(text), indent, bold=bold)
