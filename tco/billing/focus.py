"""FOCUS 1.0 to 1.2, the FinOps Open Cost and Usage Specification, of any provider.

The columns and their values: specification/columns of FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec,
tags v1.0 to v1.2. Columns with `x_` are those of AWS, Azure and tco.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tco.billing.cells import amount, check_currency, day_range, mapping, optional_amount, text
from tco.billing.focus_instance import node_of
from tco.billing.record import HOURS, BilledLine, CostCategory, LineKind
from tco.catalog.node_price import CommitmentKind, Term

__all__ = ["FOCUS"]

CHARGES: Final = {
    "Usage": LineKind.USAGE,
    "Purchase": LineKind.OTHER,
    "Tax": LineKind.TAX,
    "Credit": LineKind.CREDIT,
    "Adjustment": LineKind.OTHER,
}
"""The charge categories; a purchase for a commitment and a correction are distinguished below."""
TERMS: Final[Mapping[str, Term]] = {
    **{"12": "1yr", "36": "3yr", "60": "5yr"},
    **{"1Year": "1yr", "3Years": "3yr", "5Years": "5yr"},
}
"""How Azure writes terms, in months or in words."""
CATEGORIES: Final = {"Compute": CostCategory.COMPUTE, "Storage": CostCategory.STORAGE}
SUPPORT: Final = re.compile(r"\bsupport\b", re.IGNORECASE)
TRANSFER: Final = re.compile(r"data transfer|bandwidth|egress", re.IGNORECASE)
BYTES: Final = re.compile(r"(?:\d+ )?(?:[KMGTP]i?B|(?:giga|tera)bytes?)", re.IGNORECASE)
HOURLY: Final = re.compile(
    r"(?:(?P<block>\d+) )?(?:(?:Node|Instance|VM)[- ])?(?:Hours?|Hrs)", re.IGNORECASE
)


class _Focus:
    """One charge per row, with its effective cost in a column of its own."""

    name = "focus"
    title = "a FOCUS export"
    needed = (
        *("BilledCost", "BillingCurrency", "ChargeCategory", "ChargeClass", "ChargeDescription"),
        *("ChargePeriodEnd", "ChargePeriodStart", "EffectiveCost", "ListCost"),
        *("PricingQuantity", "PricingUnit", "ProviderName", "ServiceCategory", "ServiceName"),
    )

    def recognizes(self, columns: Mapping[str, Any]) -> bool:
        """Return whether the columns that FOCUS alone has are there, or two of three."""
        marks = ("ChargeCategory", "EffectiveCost", "ServiceCategory")
        return sum(mark in columns for mark in marks) >= 2

    def lines(self, row: Mapping[str, Any]) -> Iterable[BilledLine]:
        """Return the line of a row."""
        check_currency(text(row, "BillingCurrency"))
        first, last = day_range(row, "ChargePeriodStart", "ChargePeriodEnd")
        quantity, unit = _priced(row)
        node = node_of(row) if unit == HOURS else None
        kind = _kind(row)
        yield BilledLine(
            day=first,
            last_day=last,
            kind=kind,
            provider=text(row, "ProviderName") or "",
            service=text(row, "ServiceName") or "",
            category=CostCategory.COMPUTE if node else _category(row),
            instance=node and node.instance,
            region=text(row, "RegionId") or text(row, "RegionName"),
            operating_system=node and node.operating_system,
            **_purchase(row),
            quantity=quantity,
            unit=unit,
            effective_usd=amount(row, "EffectiveCost"),
            billed_usd=amount(row, "BilledCost"),
            list_usd=optional_amount(row, "ListCost"),
            resource_id=text(row, "ResourceId"),
            planned=text(row, "x_PlanDigest") is not None,
            tags=mapping(row, "Tags"),
        )


def _kind(row: Mapping[str, Any]) -> LineKind:
    category = text(row, "ChargeCategory") or ""
    if category not in CHARGES:
        known = ", ".join(CHARGES)
        raise ValueError(f"ChargeCategory: {category!r} is not known. Known: {known}.")
    kind = CHARGES[category]
    if kind is LineKind.TAX:
        return kind
    if text(row, "ChargeClass") == "Correction":
        return LineKind.REFUND
    if SUPPORT.search(text(row, "ServiceName") or ""):
        return LineKind.SUPPORT
    if category == "Purchase" and text(row, "CommitmentDiscountId"):
        return LineKind.COMMITMENT_FEE
    if category == "Usage" and text(row, "CommitmentDiscountStatus") == "Unused":
        return LineKind.UNUSED_COMMITMENT
    return kind


def _priced(row: Mapping[str, Any]) -> tuple[float | None, str | None]:
    """Return what was priced and its unit; hours also where they are priced in blocks."""
    for prefix in ("Pricing", "Consumed"):
        unit = text(row, f"{prefix}Unit")
        hourly = HOURLY.fullmatch(unit or "")
        if hourly is not None:
            quantity = optional_amount(row, f"{prefix}Quantity")
            block = int(hourly["block"] or 1)
            return (None if quantity is None else quantity * block), HOURS
    return optional_amount(row, "PricingQuantity"), text(row, "PricingUnit")


def _category(row: Mapping[str, Any]) -> CostCategory:
    service = text(row, "ServiceCategory") or ""
    in_bytes = BYTES.fullmatch(text(row, "PricingUnit") or "") is not None
    described = TRANSFER.search(text(row, "ChargeDescription") or "") is not None
    if in_bytes and (described or service == "Networking"):
        return CostCategory.EGRESS
    return CATEGORIES.get(service, CostCategory.OTHER)


def _purchase(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return how it was bought; FOCUS states no term and no payment, Azure's own column a term."""
    if text(row, "CommitmentDiscountId") or text(row, "PricingCategory") == "Committed":
        term = TERMS.get(text(row, "x_SkuTerm") or "")
        return {"purchase": "reserved", "commitment": _commitment(row), "term": term}
    if text(row, "PricingCategory") == "Dynamic":
        block = text(row, "CapacityReservationId") is not None
        spot = {"purchase": "spot"}
        return {"purchase": "capacity-block", "commitment": "capacity-block"} if block else spot
    standard = text(row, "PricingCategory") == "Standard"
    return {"purchase": "on-demand" if standard else None}


def _commitment(row: Mapping[str, Any]) -> CommitmentKind:
    """Return the kind of a commitment by its provider's name for it, else by what it commits."""
    named = (text(row, "CommitmentDiscountType") or "").lower()
    if "saving" in named:
        return "savings-plan"
    if "reserv" in named:
        return "reserved-instance"
    if "contract" in named:
        return "contract"
    spend = text(row, "CommitmentDiscountCategory") == "Spend"
    return "savings-plan" if spend else "reserved-instance"


FOCUS: Final = _Focus()
