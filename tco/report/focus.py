"""The ledger as FOCUS 1.2 rows: the FinOps Open Cost and Usage Specification, as an estimate.

The billing period is the month of the pricing day, and the first month of what is bought: an
upfront is billed in it once, and its amortization is part of the effective cost of the usage. So
EffectiveCost adds up to the plan's month, and BilledCost to the first invoice. What FOCUS has no
name for is in `x_` columns. A planned commitment has an id of tco's own until it is bought.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tco.analysis.evaluation import Evaluation, PricedLine
from tco.arrays import as_scalar
from tco.costing.labor_lines import SETUP
from tco.costing.lines import NODE_KINDS
from tco.costing.pool_model import PoolModel
from tco.costing.stack import StackModel
from tco.documents.disclosure import source_of
from tco.report.csv_text import csv_text
from tco.report.focus_terms import (
    PRICING,
    UNITS,
    Row,
    commitment_id,
    commitment_of,
    committed_quantity,
    service_category,
    service_of,
    sku_id,
)
from tco.scenario import BASE_CASE
from tco.units import HOURS_PER_MONTH

__all__ = ["focus_csv", "focus_rows"]

RATES = (
    *("ListUnitPrice", "ContractedUnitPrice", "PricingQuantity", "PricingUnit"),
    *("ConsumedQuantity", "ConsumedUnit"),
    *("CommitmentDiscountQuantity", "CommitmentDiscountUnit"),
)
"""The columns that give a rate away: a unit price, or a quantity that divides a cost."""


@dataclass(frozen=True)
class _Prices:
    """A node-hour without any commitment: as published, and as the user's own books have it."""

    listed: float
    contracted: float
    confidential: bool = False


def focus_csv(results: Sequence[Evaluation]) -> str:
    """Return the rows of stacks as CSV: FOCUS columns first, then `x_` columns; null is empty."""
    return csv_text([row for result in results for row in focus_rows(result)])


def focus_rows(result: Evaluation) -> list[Row]:
    """Usage by ledger line, then what is bought for it."""
    stack = result.stack
    pools = {(service.name, pool.name): pool for service, _, _, pool in stack.pools()}
    rows = [
        _usage(result, line, pools.get((line.line.service, line.line.pool)))
        for line in result.lines
        if line.quantity or line.usd_per_month
    ]
    for service, _, _, pool in stack.pools():
        rows += _purchases(result, service.name, pool)
    return [*rows, *_setup(result)]


def _usage(result: Evaluation, priced: PricedLine, pool: PoolModel | None) -> Row:
    line = priced.line
    holder = pool if line.kind in NODE_KINDS else None
    prices = _prices(result.stack, holder, priced.usd_per_unit)
    commitment = commitment_of(result, holder)
    amortised = float(as_scalar(line.amortised_usd))
    row = _common(result, priced, pool)
    row |= {
        "BilledCost": 0.0 if commitment else priced.usd_per_month - amortised,
        "EffectiveCost": priced.usd_per_month,
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ListUnitPrice": prices.listed,
        "ListCost": prices.listed * priced.quantity,
        "ContractedUnitPrice": prices.contracted,
        "ContractedCost": prices.contracted * priced.quantity,
        "PricingCategory": PRICING[line.purchase],
        "PricingQuantity": priced.quantity,
        "PricingUnit": UNITS[line.unit],
    }
    status = "Unused" if line.commitment_status == "unused" else "Used"
    block = holder is not None and holder.supply.option == "capacity-block"
    if status == "Used" or not commitment:
        consumed = priced.quantity if status == "Used" else 0.0  # paid for, and idle
        row |= {"ConsumedQuantity": consumed, "ConsumedUnit": row["PricingUnit"]}
    if holder is not None and commitment:
        row |= commitment | {"CommitmentDiscountStatus": status}
        row |= committed_quantity(holder, priced.usd_per_month, priced.quantity)
    if holder is not None and block:
        row["CapacityReservationId"] = commitment_id(result, holder)
        row["CapacityReservationStatus"] = status
    return _disclosed(row, secret=line.confidential or prices.confidential)


def _purchases(result: Evaluation, service: str, pool: PoolModel) -> Iterator[Row]:
    """Yield the purchases of a commitment or owned node: recurring fees and upfronts."""
    if not pool.supply.committed or pool.supply.option == "capacity-block":
        return
    lines = [line for line in result.lines if _held(line, service, pool)]
    hours = sum(line.quantity for line in lines)
    if not hours:
        return
    commitment = commitment_of(result, pool)
    recurring = sum(
        line.usd_per_month - float(as_scalar(line.line.amortised_usd)) for line in lines
    )
    if commitment and recurring > 0:
        row = _purchase(
            result,
            lines[0],
            pool,
            recurring,
            quantity=hours,
            unit="Node-Hours",
            frequency="Recurring",
        )
        row |= commitment | committed_quantity(pool, recurring, hours)
        yield _disclosed(row, secret=pool.supply.confidential)
    once = float(as_scalar(pool.supply.upfront_usd(BASE_CASE)))
    nodes = hours / HOURS_PER_MONTH
    if once > 0:
        row = _purchase(
            result, lines[0], pool, once * nodes, quantity=nodes, unit="Nodes", frequency="One-Time"
        )
        if commitment:
            held = hours * (pool.supply.period_months or 1.0)
            row |= commitment | committed_quantity(pool, once * nodes, held)
        yield _disclosed(row, secret=pool.supply.confidential)


def _held(priced: PricedLine, service: str, pool: PoolModel) -> bool:
    line = priced.line
    return line.kind in NODE_KINDS and (line.service, line.pool) == (service, pool.name)


def _purchase(
    result: Evaluation,
    line: PricedLine,
    pool: PoolModel | None,
    usd: float,
    quantity: float,
    unit: str,
    frequency: str,
) -> Row:
    """Return a purchase covers what is used later.

    Its cost is billed, and effective in the usage.
    """
    price = usd / quantity
    return _common(result, line, pool) | {
        "BilledCost": usd,
        "EffectiveCost": 0.0,
        "ChargeCategory": "Purchase",
        "ChargeFrequency": frequency,
        "ListUnitPrice": price,
        "ListCost": price * quantity,
        "ContractedUnitPrice": price,
        "ContractedCost": price * quantity,
        "PricingCategory": "Standard",
        "PricingQuantity": quantity,
        "PricingUnit": unit,
        "x_LowCost": None,
        "x_HighCost": None,
    }


def _disclosed(row: Row, *, secret: bool) -> Row:
    """Return a row; one of a confidential book keeps its costs and loses what gives a rate away."""
    return row | dict.fromkeys(RATES) if secret else row


def _setup(result: Evaluation) -> Iterator[Row]:
    """Yield the set-up work: usage spread over the horizon, paid in the first month."""
    usd = result.stack.labor.setup_usd.value.likely
    for line in result.lines:
        if line.line.kind is SETUP and usd > 0:
            yield _purchase(
                result, line, None, usd, quantity=1.0, unit="Units", frequency="One-Time"
            )


def _common(result: Evaluation, priced: PricedLine, pool: PoolModel | None) -> Row:
    """Every column of a row, with what all rows of a stack and a line have in common."""
    stack, line = result.stack, priced.line
    start, end = _period(stack.day)
    category, subcategory = service_category(line)
    holder = pool if line.kind in NODE_KINDS else None
    sku = sku_id(line)
    days = [figure.as_of for figure in line.figures if figure.as_of is not None]
    tags = {"tco:stack": stack.name, "tco:service": line.service, "tco:pool": line.pool}
    return {
        "BilledCost": None,
        "BillingAccountId": f"tco:{stack.name}",
        "BillingAccountName": stack.name,
        "BillingAccountType": "Plan",
        "BillingCurrency": "USD",
        "BillingPeriodEnd": end,
        "BillingPeriodStart": start,
        "CapacityReservationId": None,
        "CapacityReservationStatus": None,
        "ChargeCategory": None,
        "ChargeClass": None,
        "ChargeDescription": f"Planned {line.category}: {line.name}",
        "ChargeFrequency": None,
        "ChargePeriodEnd": end,
        "ChargePeriodStart": start,
        "CommitmentDiscountCategory": None,
        "CommitmentDiscountId": None,
        "CommitmentDiscountName": None,
        "CommitmentDiscountQuantity": None,
        "CommitmentDiscountStatus": None,
        "CommitmentDiscountType": None,
        "CommitmentDiscountUnit": None,
        "ConsumedQuantity": None,
        "ConsumedUnit": None,
        "ContractedCost": None,
        "ContractedUnitPrice": None,
        "EffectiveCost": None,
        "InvoiceIssuerName": line.provider,
        "ListCost": None,
        "ListUnitPrice": None,
        "PricingCategory": None,
        "PricingQuantity": None,
        "PricingUnit": None,
        "ProviderName": line.provider,
        "PublisherName": line.provider,
        "RegionId": line.region,
        "RegionName": line.region,
        "ServiceCategory": category,
        "ServiceName": service_of(line, pool),
        "ServiceSubcategory": subcategory,
        "SkuId": sku,
        "SkuMeter": UNITS[line.unit],
        "SkuPriceDetails": _details(holder) if holder is not None else None,
        "SkuPriceId": f"{sku}/{line.name}",
        "Tags": json.dumps({key: value for key, value in tags.items() if value}),
        "x_Catalog": stack.catalog_version,
        "x_Estimate": "true",
        "x_EstimatedFigures": "true" if priced.estimate else "false",
        "x_HighCost": None if line.confidential else priced.high,
        "x_HoursPerMonth": HOURS_PER_MONTH,
        "x_LineCategory": line.category,
        "x_LowCost": None if line.confidential else priced.low,
        "x_PlanDigest": stack.source.digest,
        "x_PoolName": line.pool or None,
        "x_PriceAsOf": min(days).isoformat() if days else None,
        "x_PriceSource": source_of(line.figures),
        "x_PricingDay": stack.day.isoformat(),
        "x_ServiceName": line.service or None,
        "x_StackName": stack.name,
    }


def _details(pool: PoolModel) -> str:
    """Return what one node-hour of a pool buys."""
    return json.dumps({"InstanceType": pool.node, "GpuCount": pool.gpus})


def _period(day: dt.date) -> tuple[str, str]:
    """Return the month of a day, its first moment and the first one after it."""
    start = day.replace(day=1)
    end = (start + dt.timedelta(days=32)).replace(day=1)
    return f"{start.isoformat()}T00:00:00Z", f"{end.isoformat()}T00:00:00Z"


def _prices(stack: StackModel, pool: PoolModel | None, otherwise: float) -> _Prices:
    """List and contracted price of a node-hour; what a line costs where there is no other."""
    if pool is None or pool.plan.owned is not None:
        return _Prices(otherwise, otherwise)
    contracted = stack.market.on_demand(pool)
    listed = stack.market.listed_on_demand(pool)
    mine = otherwise if contracted is None else contracted.value.likely
    secret = contracted is not None and contracted.confidential
    return _Prices(mine if listed is None else listed.value.likely, mine, secret)
