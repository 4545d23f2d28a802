"""The lines of a bill that belong to a stack, added up by what its plan pays for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from tco.actual.effects import Cost
from tco.actual.period import Period
from tco.billing.record import HOURS, BilledLine, CostCategory, LineKind
from tco.costing.pool_model import PoolModel
from tco.costing.stack import StackModel
from tco.errors import TcoError, did_you_mean
from tco.numbers import usd
from tco.providers.registry import PROVIDERS

__all__ = ["COUNTED", "Billed", "PoolKey", "StackBill", "stack_bill"]

PoolKey = tuple[str, str]
"""A service and one of its pools."""
STACK_TAG: Final = "tco:stack"
SERVICE_TAG: Final = "tco:service"
POOL_TAG: Final = "tco:pool"
COUNTED: Final = frozenset(
    {LineKind.USAGE, LineKind.COMMITMENT_FEE, LineKind.UNUSED_COMMITMENT, LineKind.OTHER}
)
"""What is compared with the plan, at its effective cost; the other kinds are shown apart."""
UNUSED: Final = "commitment, unused"
GIGABYTES: Final = frozenset({"GB", "Gigabytes", "GiB"})
_Key = TypeVar("_Key", str, PoolKey)


@dataclass
class Billed:
    """Lines added up. The quantity is in the unit of the plan's line, where the bill states it."""

    usd: float = 0.0
    quantity: float | None = None

    def add(self, cost_usd: float, quantity: float | None) -> None:
        """Add a line."""
        self.usd += cost_usd
        if quantity is not None:
            self.quantity = (self.quantity or 0.0) + quantity

    @property
    def cost(self) -> Cost:
        """The quantity with what it costs."""
        return Cost(self.quantity, self.usd)


@dataclass(kw_only=True)
class StackBill:
    """One stack's part of a bill, in effective cost."""

    pools: dict[PoolKey, Billed] = field(default_factory=dict[PoolKey, Billed])
    egress: dict[str, Billed] = field(default_factory=dict[str, Billed])
    """Transfer to the internet, by vendor."""
    platform: dict[str, Billed] = field(default_factory=dict[str, Billed])
    """What is neither a node nor transfer, by vendor."""
    unplanned: dict[str, Billed] = field(default_factory=dict[str, Billed])
    """Instances that no pool of the plan has, and the unused part of savings plans."""
    untagged: dict[str, Billed] = field(default_factory=dict[str, Billed])
    """Nodes of the plan's instance types without any stack's tag."""
    apart: dict[LineKind, float] = field(default_factory=dict[LineKind, float])
    """Credits, refunds, tax and support of the stack, as billed."""
    untagged_apart: dict[LineKind, float] = field(default_factory=dict[LineKind, float])
    """The same without any stack's tag."""
    vendors: set[str] = field(default_factory=set[str])
    """Who billed the stack."""
    lines: int = 0


def stack_bill(
    lines: Iterable[BilledLine], stack: StackModel, period: Period, *, untagged: bool = False
) -> StackBill:
    """Return a stack's part of a bill in a period.

    A line is the stack's by its tag ``tco:stack``; with ``untagged`` so is one without that tag.

    Raises:
        TcoError: The bill has no line for the period, or none for the stack.
    """
    found = StackBill()
    pools = {(service.name, pool.name): pool for service, _, _, pool in stack.pools()}
    instances = {pool.node for pool in pools.values()}
    seen, others, count = _Days(), set[str](), 0
    for line in lines:
        seen.add(line.day)
        if line.day not in period:
            continue
        if line.last_day > period.last and not period.is_whole:
            raise TcoError(
                f"the bill has lines that cover whole months, such as {line.day} to "
                f"{line.last_day}. To compare part of a month, use a daily or hourly export."
            )
        count += 1
        owner = tag_of(line, STACK_TAG)
        if owner == stack.name or (owner is None and untagged):
            _add(found, line, pools)
        elif owner is not None:
            others.add(owner)
        elif line.kind not in COUNTED:
            _add_apart(found.untagged_apart, line)
        elif line.instance is not None and line.instance in instances:
            _add_to(found.untagged, line.instance, line, _hours(line))
    if not count:
        raise TcoError(f"the bill has no line for {period.month}{seen.text}.")
    if not found.lines:
        raise TcoError(_none_tagged(stack, period, others, found))
    return found


@dataclass
class _Days:
    """The days of a bill's lines."""

    first: dt.date | None = None
    last: dt.date | None = None

    def add(self, day: dt.date) -> None:
        self.first = day if self.first is None else min(self.first, day)
        self.last = day if self.last is None else max(self.last, day)

    @property
    def text(self) -> str:
        if self.first is None:
            return ": it has no lines"
        return f": its lines are from {self.first} to {self.last}"


def _none_tagged(stack: StackModel, period: Period, others: set[str], found: StackBill) -> str:
    total = sum(billed.usd for billed in found.untagged.values())
    near = did_you_mean(stack.name, others)
    text = f"no line for {period.month} has the tag {STACK_TAG}={stack.name}. "
    if near:
        return f"{text}{near}"
    if others:
        text += f"It has lines for the stacks {', '.join(sorted(others)[:5])}. "
    if total:
        text += f"{usd(total)} of the plan's instance types have no such tag. "
    return text + (
        "Activate tco:stack, tco:service and tco:pool as cost allocation tags, or pass --untagged "
        "to count every line without the tag as this stack's."
    )


def _add(found: StackBill, line: BilledLine, pools: dict[PoolKey, PoolModel]) -> None:
    """Add a line of the stack to what it pays for."""
    found.lines += 1
    if line.kind not in COUNTED:
        _add_apart(found.apart, line)
        return
    vendor = vendor_named(line.provider)
    found.vendors.add(vendor)
    if not line.effective_usd and _hours(line) is None:
        return  # such as a fee whose cost is in the hours that it covers
    if line.category is CostCategory.EGRESS:
        _add_to(found.egress, vendor, line, line.quantity if line.unit in GIGABYTES else None)
    elif line.instance is None and line.kind is LineKind.UNUSED_COMMITMENT:
        _add_to(found.unplanned, UNUSED, line, None)
    elif line.instance is None:
        _add_to(found.platform, vendor, line, None)
    elif (key := _pool_of(line, pools)) is not None:
        _add_to(found.pools, key, line, _hours(line))
    else:
        _add_to(found.unplanned, line.instance, line, _hours(line))


def _add_to(sums: dict[_Key, Billed], key: _Key, line: BilledLine, quantity: float | None) -> None:
    sums.setdefault(key, Billed()).add(line.effective_usd, quantity)


def _add_apart(sums: dict[LineKind, float], line: BilledLine) -> None:
    sums[line.kind] = sums.get(line.kind, 0.0) + line.billed_usd


def _hours(line: BilledLine) -> float | None:
    """Return the node-hours of a line; the hours of a fee are those of the usage that it covers."""
    is_fee = line.kind is LineKind.COMMITMENT_FEE
    return line.quantity if line.unit == HOURS and not is_fee else None


def _pool_of(line: BilledLine, pools: dict[PoolKey, PoolModel]) -> PoolKey | None:
    """Return the pool that a line of nodes belongs to: by its tags, else by what is bought."""
    named = tag_of(line, POOL_TAG)
    if named is not None:
        service = tag_of(line, SERVICE_TAG)
        tagged = [key for key in pools if key[1] == named and service in (None, key[0])]
        if tagged:
            return tagged[0]
    same = {key: pool for key, pool in pools.items() if pool.node == line.instance}
    bought = {key for key, pool in same.items() if pool.supply.option == line.purchase}
    placed = {key for key, pool in same.items() if pool.region == line.region}
    return max(same, key=lambda key: (key in bought, key in placed), default=None)


def tag_of(line: BilledLine, key: str) -> str | None:
    """Return a tag of a line, however the export writes the key of a user's tag."""
    plain = key.replace(":", "_")
    names = (key, f"user:{key}", f"resourceTags/user:{key}", f"user_{plain}", plain)
    return next((line.tags[name] for name in names if line.tags.get(name)), None)


def vendor_named(provider: str) -> str:
    """Return who sends the invoice, as the plan's lines name the vendor."""
    folded = provider.lower()
    for known in PROVIDERS.values():
        names = (known.id, *known.vendors, *((known.name.lower(),) if known.name else ()))
        if folded in names or any(folded.startswith(f"{name} ") for name in names):
            return known.name or provider
    return provider
