"""The ledger as FOCUS 1.2 rows: the FinOps Open Cost and Usage Specification, as an estimate.

The billing period is the month of the pricing day, and the first month of what is bought: an
upfront is billed in it once, and its amortization is part of the effective cost of the usage. So
EffectiveCost adds up to the plan's month, and BilledCost to the first invoice. What FOCUS has no
name for is in `x_` columns. A planned commitment has an id of tco's own until it is bought.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from tco.documents.charges import ChargePart, ChargesDocument, NodePart
from tco.report.csv_text import csv_text
from tco.report.focus_terms import (
    FREQUENCIES,
    PRICING,
    UNITS,
    Row,
    commitment_columns,
    service_category,
    service_of,
    sku_id,
    sku_price_id,
)

__all__ = ["focus_csv", "focus_rows"]


def focus_csv(stacks: Sequence[ChargesDocument]) -> str:
    """Return the rows of stacks as CSV: FOCUS columns first, then `x_` columns; null is empty."""
    return csv_text([row for stack in stacks for row in focus_rows(stack)])


def focus_rows(stack: ChargesDocument) -> list[Row]:
    """Return one row for each charge."""
    return [_row(stack, charge) for charge in stack.charges]


def _row(stack: ChargesDocument, charge: ChargePart) -> Row:
    row = _common(stack, charge) | {
        "BilledCost": charge.billed_usd,
        "EffectiveCost": charge.effective_usd,
        "ChargeCategory": "Usage" if charge.charge == "usage" else "Purchase",
        "ChargeFrequency": FREQUENCIES[charge.charge],
        "ListUnitPrice": charge.list_unit_usd,
        "ListCost": charge.list_usd,
        "ContractedUnitPrice": charge.contracted_unit_usd,
        "ContractedCost": charge.contracted_usd,
        "PricingQuantity": charge.quantity,
        "PricingUnit": None if charge.unit is None else UNITS[charge.unit],
    }
    if charge.commitment is not None:
        row |= commitment_columns(charge, charge.commitment)
    return row | (_usage(charge) if charge.charge == "usage" else {"PricingCategory": "Standard"})


def _usage(charge: ChargePart) -> Row:
    """Return the columns that only usage has."""
    line = charge.line
    status = "Unused" if line.commitment_status == "unused" else "Used"
    row: Row = {
        "PricingCategory": PRICING[line.purchase],
        "x_LowCost": line.low,
        "x_HighCost": line.high,
    }
    if charge.unit is not None and (status == "Used" or charge.commitment is None):
        # What is paid for and idle is not consumed.
        row["ConsumedQuantity"] = charge.quantity if status == "Used" else 0.0
        row["ConsumedUnit"] = UNITS[charge.unit]
    if charge.commitment is not None:
        row["CommitmentDiscountStatus"] = status
    if charge.capacity_reservation_id is not None:
        row["CapacityReservationId"] = charge.capacity_reservation_id
        row["CapacityReservationStatus"] = status
    return row


def _common(stack: ChargesDocument, charge: ChargePart) -> Row:
    """Return every column of a row, with what all rows of a stack and a line have in common."""
    line = charge.line
    start, end = _period(stack.pricing_day)
    category, subcategory = service_category(line)
    tags = {"tco:stack": stack.stack, "tco:service": line.service, "tco:pool": line.pool}
    return {
        "BilledCost": None,
        "BillingAccountId": f"tco:{stack.stack}",
        "BillingAccountName": stack.stack,
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
        "ServiceName": service_of(charge),
        "ServiceSubcategory": subcategory,
        "SkuId": sku_id(charge),
        "SkuMeter": UNITS[line.unit],
        "SkuPriceDetails": _details(charge.node) if charge.node is not None else None,
        "SkuPriceId": sku_price_id(charge),
        "Tags": json.dumps({key: value for key, value in tags.items() if value}),
        "x_Catalog": stack.catalog,
        "x_Estimate": "true",
        "x_EstimatedFigures": "true" if line.estimate else "false",
        "x_HighCost": None,
        "x_HoursPerMonth": stack.hours_per_month,
        "x_LineCategory": line.category,
        "x_LowCost": None,
        "x_PlanDigest": stack.plan_digest,
        "x_PoolName": line.pool or None,
        "x_PriceAsOf": line.as_of.isoformat() if line.as_of else None,
        "x_PriceSource": line.source,
        "x_PricingDay": stack.pricing_day.isoformat(),
        "x_ServiceName": line.service or None,
        "x_StackName": stack.stack,
    }


def _details(node: NodePart) -> str:
    """Return what one node-hour of a pool buys."""
    return json.dumps({"InstanceType": node.instance, "GpuCount": node.gpus})


def _period(day: dt.date) -> tuple[str, str]:
    """Return the month of a day, its first moment and the first one after it."""
    start = day.replace(day=1)
    end = (start + dt.timedelta(days=32)).replace(day=1)
    return f"{start.isoformat()}T00:00:00Z", f"{end.isoformat()}T00:00:00Z"
