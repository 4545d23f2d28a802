"""The ledger in ``tco.plan/1``: its lines, what has no price, and costs per unit."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from tco.analysis.evaluation import Evaluation
from tco.analysis.priced_lines import PricedLine
from tco.costing.lines import NODE_KINDS, NODES, Category, CommitmentStatus, Unit
from tco.costing.pool_model import PoolModel
from tco.costing.purchase import Option
from tco.documents.disclosure import source_of
from tco.documents.document import Part
from tco.documents.figures import oldest_day
from tco.numbers import plain
from tco.units import HOURS_PER_MONTH

__all__ = [
    "LinePart",
    "UnitCostsPart",
    "UnpricedPart",
    "line_part",
    "line_parts",
    "per_unit",
    "unit_costs_part",
    "unpriced_parts",
    "usd_by_category",
]


class LinePart(Part):
    """A line of the ledger; without a rate where a confidential price book has it."""

    category: Category
    kind: str
    provider: str
    sku: str
    purchase: Option | None
    service: str
    pool: str
    name: str
    what: str = Field(description="What is bought, as a reader sees it.")
    quantity: float | None
    unit: Unit
    usd_per_unit: float | None
    usd_per_month: float
    low: float | None = Field(description="USD per month with every figure at its low end.")
    high: float | None = Field(description="USD per month with every figure at its high end.")
    region: str | None
    commitment_status: CommitmentStatus | None
    source: str | None
    as_of: dt.date | None = Field(description="The day of the oldest figure behind the line.")
    estimate: bool
    confidential: bool = Field(
        description="Whether a confidential price book is behind the line: its rate is null."
    )


class UnitCostsPart(Part):
    """What the priced part of the month costs per unit; null without any such unit."""

    usd_per_mtok_output: float | None
    usd_per_mtok_total: float
    usd_per_request: float
    compute_usd_per_mtok_output: float | None


class UnpricedPart(Part):
    """What has no price, and why."""

    name: str
    reason: str


def line_parts(result: Evaluation) -> tuple[LinePart, ...]:
    """Return the ledger of a stack."""
    pools = {(service.name, pool.name): pool for service, _, _, pool in result.stack.pools()}
    return tuple(
        line_part(line, pools.get((line.line.service, line.line.pool))) for line in result.lines
    )


def line_part(priced: PricedLine, pool: PoolModel | None) -> LinePart:
    """Return a line of the ledger; ``pool`` holds its nodes, where it has any."""
    line, secret = priced.line, priced.line.confidential
    return LinePart(
        category=line.category,
        kind=line.kind.name,
        provider=line.provider,
        sku=line.sku,
        purchase=line.purchase,
        service=line.service,
        pool=line.pool,
        name=line.name,
        what=_what(priced, pool),
        quantity=None if secret else priced.quantity,
        unit=line.unit,
        usd_per_unit=None if secret else priced.usd_per_unit,
        usd_per_month=priced.usd_per_month,
        low=None if secret else priced.low,
        high=None if secret else priced.high,
        region=line.region,
        commitment_status=line.commitment_status,
        source=source_of(line.figures),
        as_of=oldest_day(line.figures),
        estimate=priced.estimate,
        confidential=secret,
    )


def _what(priced: PricedLine, pool: PoolModel | None) -> str:
    """Return what a line buys: how many nodes of what, how many people, else its name."""
    line = priced.line
    if line.kind in NODE_KINDS:
        remedy = _spot_remedy(pool) if line.kind is NODES else ""
        unused = ", unused" if line.commitment_status == "unused" else ""
        return f"{plain(priced.quantity / HOURS_PER_MONTH)} x {line.name}{remedy}{unused}"
    return f"{plain(priced.quantity, 2)} FTE" if line.unit == "FTE" else line.name


def _spot_remedy(pool: PoolModel | None) -> str:
    """Explain the difference between the spot price and the cost of a useful hour."""
    spot = pool.supply.spot if pool is not None else None
    if spot is None:
        return ""
    return " with its fallback" if spot.on_demand is not None else " with its interruptions"


def unpriced_parts(result: Evaluation) -> tuple[UnpricedPart, ...]:
    """Return what has no price."""
    return tuple(UnpricedPart(name=figure.name, reason=figure.reason) for figure in result.unpriced)


def usd_by_category(result: Evaluation) -> dict[Category, float]:
    """Return the month by category, in the order of the lines."""
    totals: dict[Category, float] = {}
    for line in result.lines:
        category = line.line.category
        totals[category] = totals.get(category, 0.0) + line.usd_per_month
    return totals


def unit_costs_part(result: Evaluation) -> UnitCostsPart:
    """Return what the priced part of the month costs per unit."""
    usd, output = result.priced_usd_per_month, result.output_mtok_per_month
    compute = sum(
        priced.usd_per_month for priced in result.lines if priced.line.category == "compute"
    )
    return UnitCostsPart(
        usd_per_mtok_output=per_unit(usd, output),
        usd_per_mtok_total=usd / result.stack.mtok_per_month,
        usd_per_request=usd / result.requests_per_month,
        compute_usd_per_mtok_output=per_unit(compute, output),
    )


def per_unit(usd: float | None, volume: float) -> float | None:
    """Return USD per unit of volume; None without a price, or without any such unit."""
    return None if usd is None or volume == 0 else usd / volume
