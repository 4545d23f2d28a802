"""The charges of a stack's first month: what is used, and what is bought for it.

An upfront is billed once, in the first month, and its amortization is part of the effective cost of
the usage. So effective costs add up to the plan's month, and billed costs to the first invoice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from tco.analysis.evaluation import Evaluation
from tco.analysis.priced_lines import PricedLine
from tco.arrays import as_scalar
from tco.catalog.node_price import CommitmentKind
from tco.costing.figures import rates_of
from tco.costing.labor_lines import SETUP
from tco.costing.lines import NODE_KINDS, CostLine, Unit
from tco.costing.pool_model import PoolModel
from tco.costing.stack import StackModel
from tco.documents.document import Part
from tco.documents.lines import LinePart, line_part
from tco.scenario import BASE_CASE
from tco.units import HOURS_PER_MONTH

__all__ = [
    "ChargePart",
    "ChargeUnit",
    "ChargesDocument",
    "CommitmentPart",
    "NodePart",
    "charges_document",
]

ChargeUnit = Unit | Literal["unit"]


class NodePart(Part):
    """What one node-hour of a pool buys, and the service that its provider sells it as."""

    instance: str
    gpus: int
    service: str


class CommitmentPart(Part):
    """A commitment discount, with tco's own id for what is planned and not bought."""

    kind: CommitmentKind
    id: str
    name: str


class ChargePart(Part):
    """One charge. What would give a confidential rate away is null: unit prices and quantities.

    Its cost at other prices is then its cost: their ratio would be the discount.
    """

    line: LinePart
    node: NodePart | None
    charge: Literal["usage", "recurring", "one-time"]
    billed_usd: float
    effective_usd: float
    list_usd: float = Field(description="At published prices.")
    contracted_usd: float = Field(description="At the prices of the user's own books.")
    list_unit_usd: float | None
    contracted_unit_usd: float | None
    quantity: float | None
    unit: ChargeUnit | None
    commitment: CommitmentPart | None
    committed_usd: float | None
    committed_node_hours: float | None
    capacity_reservation_id: str | None


class ChargesDocument(Part):
    """The charges of one stack."""

    stack: str
    pricing_day: dt.date
    hours_per_month: float
    catalog: str
    plan_digest: str
    charges: tuple[ChargePart, ...]


@dataclass(frozen=True)
class _Prices:
    """A node-hour without any commitment: as published, and as the user's own books have it."""

    listed: float
    contracted: float
    confidential: bool = False


def charges_document(result: Evaluation) -> ChargesDocument:
    """Return the charges of a stack: usage by ledger line, then what is bought for it."""
    stack = result.stack
    pools = {(service.name, pool.name): pool for service, _, _, pool in stack.pools()}
    charges = [
        _usage(stack, line, pools.get((line.line.service, line.line.pool)))
        for line in result.lines
        if line.quantity or line.usd_per_month
    ]
    for service, _, _, pool in stack.pools():
        charges += _purchases(result, service.name, pool)
    return ChargesDocument(
        stack=stack.name,
        pricing_day=stack.day,
        hours_per_month=HOURS_PER_MONTH,
        catalog=stack.catalog_version,
        plan_digest=stack.source.digest,
        charges=(*charges, *_setup(result)),
    )


def _usage(stack: StackModel, priced: PricedLine, pool: PoolModel | None) -> ChargePart:
    line = priced.line
    holder = pool if line.kind in NODE_KINDS else None
    prices = _prices(stack, holder, line, priced.usd_per_unit)
    commitment = _commitment(stack, holder)
    block = holder is not None and holder.supply.option == "capacity-block"
    amortized = float(as_scalar(line.amortized_usd))
    secret = line.confidential or prices.confidential
    listed = priced.usd_per_unit if secret else prices.listed
    contracted = priced.usd_per_unit if secret else prices.contracted
    return ChargePart(
        line=line_part(priced, pool),
        node=_node(holder, line.sku),
        charge="usage",
        billed_usd=0.0 if commitment else priced.usd_per_month - amortized,
        effective_usd=priced.usd_per_month,
        list_usd=listed * priced.quantity,
        contracted_usd=contracted * priced.quantity,
        list_unit_usd=None if secret else listed,
        contracted_unit_usd=None if secret else contracted,
        quantity=None if secret else priced.quantity,
        unit=None if secret else line.unit,
        commitment=commitment,
        committed_usd=None if secret or not commitment else priced.usd_per_month,
        committed_node_hours=None if secret or not commitment else priced.quantity,
        capacity_reservation_id=_commitment_id(stack, holder) if holder and block else None,
    )


def _purchases(result: Evaluation, service: str, pool: PoolModel) -> Iterator[ChargePart]:
    """Yield the purchases of a commitment or owned node: recurring fees and upfronts."""
    if not pool.supply.committed or pool.supply.option == "capacity-block":
        return
    lines = [line for line in result.lines if _held(line, service, pool)]
    hours = sum(line.quantity for line in lines)
    if not hours:
        return
    commitment = _commitment(result.stack, pool)
    recurring = sum(
        line.usd_per_month - float(as_scalar(line.line.amortized_usd)) for line in lines
    )
    if commitment and recurring > 0:
        bought = _Purchase("recurring", recurring, hours, "node-hour", node_hours=hours)
        yield _purchase(lines[0], bought, pool, commitment)
    once = float(as_scalar(pool.supply.upfront_usd(BASE_CASE)))
    nodes = hours / HOURS_PER_MONTH
    if once > 0:
        held = hours * (pool.supply.period_months or 1.0)
        bought = _Purchase("one-time", once * nodes, nodes, "node", node_hours=held)
        yield _purchase(lines[0], bought, pool, commitment)


def _setup(result: Evaluation) -> Iterator[ChargePart]:
    """Yield the set-up work: usage spread over the horizon, paid in the first month."""
    usd = result.stack.labor.setup_usd.value.likely
    for line in result.lines:
        if line.line.kind is SETUP and usd > 0:
            yield _purchase(line, _Purchase("one-time", usd, 1.0, "unit"))


def _held(priced: PricedLine, service: str, pool: PoolModel) -> bool:
    line = priced.line
    return line.kind in NODE_KINDS and (line.service, line.pool) == (service, pool.name)


@dataclass(frozen=True)
class _Purchase:
    """What is bought, and the node-hours that a commitment to it covers."""

    charge: Literal["recurring", "one-time"]
    usd: float
    quantity: float
    unit: ChargeUnit
    node_hours: float = 0.0


def _purchase(
    priced: PricedLine,
    bought: _Purchase,
    pool: PoolModel | None = None,
    commitment: CommitmentPart | None = None,
) -> ChargePart:
    """Return a purchase of what is used later: its cost is billed, and effective in the usage."""
    price = bought.usd / bought.quantity
    secret = pool is not None and pool.supply.confidential
    known = commitment is not None and not secret
    return ChargePart(
        line=line_part(priced, pool),
        node=_node(pool, priced.line.sku),
        charge=bought.charge,
        billed_usd=bought.usd,
        effective_usd=0.0,
        list_usd=price * bought.quantity,
        contracted_usd=price * bought.quantity,
        list_unit_usd=None if secret else price,
        contracted_unit_usd=None if secret else price,
        quantity=None if secret else bought.quantity,
        unit=None if secret else bought.unit,
        commitment=commitment,
        committed_usd=bought.usd if known else None,
        committed_node_hours=bought.node_hours if known else None,
        capacity_reservation_id=None,
    )


def _node(pool: PoolModel | None, sku: str) -> NodePart | None:
    if pool is None:
        return None
    return NodePart(instance=pool.node, gpus=pool.gpus, service=pool.provider.service(sku))


def _commitment(stack: StackModel, pool: PoolModel | None) -> CommitmentPart | None:
    """Return a commitment discount; None for an owned node, a capacity block and the like."""
    terms = pool.plan.commitment if pool is not None else None
    if pool is None or terms is None or terms.kind == "capacity-block":
        return None
    return CommitmentPart(kind=terms.kind, id=_commitment_id(stack, pool), name=pool.supply.label)


def _commitment_id(stack: StackModel, pool: PoolModel) -> str:
    """Return the id of what was bought, or tco's own for what is planned."""
    terms = pool.plan.commitment
    bought = terms.id if terms is not None else None
    return bought or f"tco:planned:{stack.name}/{pool.name}"


def _prices(stack: StackModel, pool: PoolModel | None, line: CostLine, otherwise: float) -> _Prices:
    """List and contracted price of a unit; what a line costs where there is no other."""
    if line.unit == "request":
        return _Prices(otherwise / _paid_share(stack, line.sku), otherwise)
    if pool is None or pool.plan.owned is not None:
        return _Prices(otherwise, otherwise)
    contracted = stack.market.on_demand(pool)
    listed = stack.market.listed_on_demand(pool)
    contracted_usd = otherwise if contracted is None else contracted.value.likely
    secret = contracted is not None and contracted.confidential
    return _Prices(
        contracted_usd if listed is None else listed.value.likely, contracted_usd, secret
    )


def _paid_share(stack: StackModel, api: str) -> float:
    """Return what an API's price is over the price without discounts; 1 where all is taken off."""
    factors = [rate.found.discounts.factor for rate in rates_of(stack) if rate.api == api]
    return factors[0] or 1.0 if factors else 1.0
