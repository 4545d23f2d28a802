"""What a pool of nodes costs: its shares at their rates, and the disks of its nodes."""

from __future__ import annotations

from tco.catalog.sourced import SourcedValue
from tco.iac.estimate.cost_components import Cost, Part, part
from tco.iac.estimate.coverage import NOT_COVERED
from tco.iac.estimate.disks import disk_parts
from tco.iac.estimate.nodes import Choice, NodePool, Share, Size
from tco.iac.estimate.rates import Rates
from tco.units import HOURS_PER_MONTH

__all__ = ["node_cost"]


def node_cost(pool: NodePool, rates: Rates, covered: Size = NOT_COVERED) -> Cost:
    """Return the cost of a pool; ``covered`` nodes of it are paid by a reservation."""
    detail = " + ".join(_format_share(share, pool.role) for share in pool.shares)
    if pool.unknown:
        return Cost(detail, unpriced="; ".join(pool.unknown))
    if covered.ceiling or covered.desired or covered.floor:
        detail += f", of which {covered.desired} in a reservation of this program"
    hours = min(pool.hours or HOURS_PER_MONTH, HOURS_PER_MONTH)
    parts: list[Part] = []
    left_out: list[str] = []
    for share in pool.shares:
        held = NOT_COVERED if share.purchase == "spot" else covered
        options = [
            (choice, rates.node(choice.instance, pool.region, share.purchase))
            for choice in share.choices
        ]
        missing = [rate for _, rate in options if isinstance(rate, str)]
        if missing:
            return Cost(detail, unpriced=missing[0])
        priced = [(choice, rate) for choice, rate in options if isinstance(rate, SourcedValue)]
        parts.append(_share_part(share, priced, held, hours))
        extra, without = disk_parts(pool, share, _chosen(share, priced), rates)
        parts += extra
        left_out += without
    return Cost(detail, tuple(parts), left_out=tuple(dict.fromkeys(left_out)))


def _chosen(share: Share, priced: list[tuple[Choice, SourcedValue]]) -> Choice:
    """Return the instance type that is launched: the first, or the one cheapest for its weight."""
    if share.ordered:
        return priced[0][0]
    return min(priced, key=lambda option: option[1].value.likely / option[0].weight)[0]


def _share_part(
    share: Share, priced: list[tuple[Choice, SourcedValue]], covered: Size, hours: float
) -> Part:
    """Node-hours of a share: as declared of the chosen type, bounds over all types."""
    chosen = _chosen(share, priced)
    rate = next(rate for choice, rate in priced if choice is chosen)
    units = share.units
    made = part(
        f"{chosen.instance}, {_words(share.purchase)}",
        rate,
        "node-hour",
        _nodes(units.desired, chosen, covered.desired) * hours,
        estimate=len(priced) > 1,
    )
    lows = [
        _nodes(units.floor, choice, covered.floor) * hours * r.value.low for choice, r in priced
    ]
    highs = [
        _nodes(units.ceiling, choice, covered.ceiling) * hours * r.value.high
        for choice, r in priced
    ]
    return Part(
        name=made.name,
        quantity=made.quantity,
        unit=made.unit,
        usd_per_unit=made.usd_per_unit,
        usd_per_month=made.usd_per_month,
        low=min(lows),
        high=max(highs),
        source=made.source,
        as_of=made.as_of,
        estimate=made.estimate,
        confidential=any(rate.confidential for _, rate in priced),
    )


def _nodes(units: int, choice: Choice, covered: int) -> int:
    """Return the nodes for a number of capacity units, without those in a reservation."""
    return max(0, -(-units // choice.weight) - covered)


def _format_share(share: Share, role: str) -> str:
    units = share.units
    count = (
        f"{units.desired}" if units.floor == units.ceiling else f"{units.floor} to {units.ceiling}"
    )
    names = list(dict.fromkeys(choice.instance for choice in share.choices))
    weighted = any(choice.weight > 1 for choice in share.choices)
    what = names[0] if len(names) == 1 else f"{len(names)} instance types" if names else "nodes"
    times = f"{count} units of " if weighted else f"{count} x "
    held = "reserved, at the on-demand price" if role == "reservation" else _words(share.purchase)
    return f"{times}{what}, {held}"


def _words(purchase: str) -> str:
    return {"on-demand": "on demand", "capacity-block": "capacity block"}.get(purchase, purchase)
