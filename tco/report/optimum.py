"""The cheapest mix as text, rank by rank, compared with the declared mix."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from tco.documents.disclosure import HIDDEN
from tco.documents.optimize import (
    MixPart,
    OptimizeDocument,
    RankSupplyPart,
    ServiceOptimumPart,
)
from tco.errors import printable
from tco.numbers import percent, usd, usd_rounded
from tco.report.layout import WIDTH, wrapped

__all__ = ["optimum_text", "pinned_line"]

COLUMN = 10
RANK, CHEAPEST = 23, 13
"""Columns of the rank with its shares, and of the last column with its space."""
SHOWN_RANKS = 12
RANKS = (
    "Rank n is the n-th node: the share of hours it is needed, its utilization, and its cost per "
    "hour of the month from each source. Committed nodes are paid every hour, other nodes while "
    "they are needed, an API by the token."
)
SHARED = (
    "The cost of a service is what it adds to the stack when the other services are at their "
    "cheapest. Labor that another service needs anyway is left out. P90 covers the whole stack."
)


def _mix_text(mix: MixPart, committed: Sequence[str]) -> str:
    """``2 x reserved-1yr, up to 3 x spot, overflow at deepseek/…``: spot follows the load."""
    api, floors = mix.overflow, mix.always_on
    if not mix.nodes:
        return f"no nodes, all requests to {api}"
    held = [
        f"{count} x {name}"
        if name in committed or floors.get(name) == count
        else f"{floors[name]} to {count} x {name}"
        if name in floors
        else f"up to {count} x {name}"
        for name, count in mix.nodes.items()
    ]
    return ", ".join([*held, f"overflow to {api}" if api else "no overflow"])


def pinned_line(found: OptimizeDocument, path: Path) -> str:
    """Describe what was written into a stack file, and why it may not be the optimum."""
    pinned = found.pinned.usd_per_month
    cost = usd_rounded(pinned) if pinned is not None else "no price"
    why, best = _why_not_pinned(found), usd_rounded(found.optimum.usd_per_month or 0.0)
    return f"{printable(path)}: node counts written, {cost}/month." + (
        f" The cheapest mix, {best}, {why}" if why else ""
    )


def _pinned_note(found: OptimizeDocument) -> str:
    """Describe what `--write` would pin where that is not the optimum; else empty."""
    why, pinned = _why_not_pinned(found), found.pinned.usd_per_month
    if pinned is None or not why:
        return ""
    cost = usd_rounded(pinned)
    return f"--write uses the cheapest mix with nodes, {cost}/month: the cheapest mix {why}"


def _why_not_pinned(found: OptimizeDocument) -> str:
    pinned, best = found.pinned.usd_per_month, found.optimum.usd_per_month
    if pinned is None or best is None or round(pinned) <= round(best):
        return ""
    bare = [
        service.name
        for service in found.services
        if service.cheapest and not service.cheapest.nodes
    ]
    return f"has no nodes for {' and '.join(bare)}, but every service in a stack file needs a pool."


def optimum_text(found: OptimizeDocument, width: int = WIDTH) -> str:
    """Return the declared mix against the cheapest, with the reasons per rank."""
    name = click.style(found.stack, bold=True)
    lines = [f"{name}: {_saving(found)}", ""]
    several = len(found.services) > 1
    for service in found.services:
        lines += [*_mixes(found, service, width), "", *_ranks(service, width), ""]
    notes = (RANKS, *([SHARED] if several else []), _pinned_note(found), _searched(found))
    for text in notes:
        lines += wrapped(text, "  ", hang="", width=width)
    return "\n".join(lines) + "\n"


def _searched(found: OptimizeDocument) -> str:
    """Return how far the search went: what is proven, and what the time limit left out."""
    if found.not_searched:
        names = "; ".join(printable(kind) for kind in found.not_searched)
        return f"The time limit ended the search. Not searched: {names}. Raise --time-limit."
    if found.exact:
        return "Exact: every combination of these sources was priced."
    part = [service.name for service in found.services if not service.exact]
    if part:
        return f"Not exact: {' and '.join(part)} has too many combinations to price them all."
    gap = round(found.gap_usd_per_month or 0.0)
    if not gap:
        return "Exact for each service on its own; together, no mix of these sources costs less."
    return f"Exact for each service on its own; together, none costs over {usd(gap)}/month less."


def _saving(found: OptimizeDocument) -> str:
    cheapest, declared = found.optimum.usd_per_month, found.declared.usd_per_month
    if cheapest is None:
        return "no mix serves the demand within the limits."
    best = usd_rounded(cheapest)
    if declared is None:
        return (
            f"the declared mix leaves demand unserved; the cheapest that serves it is {best}/month."
        )
    before, less = usd_rounded(declared), declared - cheapest
    if less < 1:
        return f"the declared mix, {before}/month, is the cheapest."
    return f"declared {before}/month, cheapest {best}/month ({percent(less / declared)} less)."


def _mixes(found: OptimizeDocument, service: ServiceOptimumPart, width: int) -> list[str]:
    rows: list[tuple[str, MixPart]] = []
    several, best = len(found.services) > 1, service.cheapest
    beaten = (
        best is not None and best.stack_usd_per_month > (found.optimum.usd_per_month or 0.0) + 1
    )
    for label, option in (
        ("cheapest except the declared" if beaten else "cheapest", best),
        ("cheapest with nodes", service.with_nodes),
        ("cheapest in 9 of 10 scenarios", service.risk_averse),
    ):
        if option is not None and all(option != other for _, other in rows):
            rows.append((label, option))
    lines = [f"  {service.name} ({service.method})"]
    p90 = "the stack's P90" if several else "P90"
    for label, option in rows:
        likely, high = (
            usd_rounded(option.usd_per_month),
            usd_rounded(option.stack_p90_usd_per_month),
        )
        mix = _mix_text(option, service.committed)
        text = f"{label}: {likely}/month, {p90} {high}: {mix}"
        lines += wrapped(text, "    ", width=width)
    if service.standby_usd_per_month:
        texts = "; ".join(
            f"{name} {usd_rounded(cost)}" for name, cost in service.standby_usd_per_month.items()
        )
        lines += wrapped(f"with nodes, by standby: {texts}", "    ", width=width)
    return lines


def _ranks(service: ServiceOptimumPart, width: int) -> list[str]:
    """Return the table by rank: the cheapest supplies of the first rank, and what each rank takes.

    A name that is too long for a column is a number there, explained below.
    """
    if not service.ranks:
        return []
    api = [service.api] if service.api is not None else []
    room = (width - RANK - CHEAPEST) // (COLUMN + 1)
    shown = [*service.supplies[: room - len(api)], *api]
    ranks = service.ranks[:SHOWN_RANKS]
    labels = _labels([*shown, *(rank.supply for rank in ranks)])
    head = " ".join(f"{labels[name]:>{COLUMN}}" for name in shown)
    rows = [f"    rank needed   util. {head}  cheapest"]
    rows += [_rank(rank, shown, labels) for rank in ranks]
    more = len(service.ranks) - SHOWN_RANKS
    rows += [f"    … {more} more ranks"] if more > 0 else []
    long = [f"{label} {name}" for name, label in labels.items() if label != name]
    return [*rows, *(line for text in long for line in wrapped(text, "    ", width=width))]


def _labels(supplies: Iterable[str]) -> dict[str, str]:
    """Each name as its column is headed: itself, or (1), (2), … where it is too long."""
    numbers = itertools.count(1)
    return {
        name: name if len(name) <= COLUMN else f"({next(numbers)})"
        for name in dict.fromkeys(supplies)
    }


def _rank(rank: RankSupplyPart, shown: Sequence[str], labels: Mapping[str, str]) -> str:
    cells = [_price(rank.usd_per_hour[supply]) for supply in shown]
    prices = " ".join(f"{cell:>{COLUMN}}" for cell in cells)
    return (
        f"    {rank.rank:>4} {percent(rank.needed_share):>6} {percent(rank.busy_share):>7} "
        f"{prices}  {labels[rank.supply]}"
    )


def _price(usd_per_hour: float | None) -> str:
    return HIDDEN if usd_per_hour is None else usd(usd_per_hour)
