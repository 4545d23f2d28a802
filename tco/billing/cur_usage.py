"""What a row of a Cost and Usage Report is about: node, region, purchase, quantity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from tco.billing.cells import day_range
from tco.billing.cur_row import CurRow
from tco.billing.record import HOURS, CostCategory
from tco.catalog.node_price import Payment, Term
from tco.providers.aws import region_of_zone

__all__ = ["on_demand_or_spot", "priced", "reservation", "savings_plan", "subject", "usage_node"]

NODE_USAGE: Final = re.compile(r"(?:^|-)(BoxUsage|SpotUsage|UnusedBox|HeavyUsage)(?::([\w.-]+))?$")
"""Usage types that are hours of an instance; UnusedBox: a capacity reservation without one."""
TRANSFER: Final = re.compile(r"DataTransfer|(?:In|Out|Regional)-(?:A[BZ]-)?Bytes|NatGateway-Bytes")
STORAGE: Final = re.compile(r"EBS:|TimedStorage|Snapshot")
STORAGE_FAMILIES: Final = frozenset({"Storage", "Storage Snapshot"})
COMPUTE_PRODUCTS: Final = frozenset({"ComputeSavingsPlans", "MachineLearningSavingsPlans"})
COMPUTE_FAMILIES: Final = frozenset({"Compute Instance", "Compute Instance (bare metal)"})
HOUR_UNITS: Final = frozenset({"Hrs", "Hours", "hours", "Hour"})
PAID_SYSTEM: Final = re.compile(r"RunInstances:(?!00g0|0800)[0-9a-g]{4}(?::SV\d+)?")
"""Operations with the billing code of a system that is not plain Linux and not brought along: the
usage operations of the EC2 User Guide, "AMI billing information fields"."""
PAYMENTS: Final[Mapping[str, Payment]] = {
    "noupfront": "no-upfront",
    "partialupfront": "partial-upfront",
    "allupfront": "all-upfront",
}


def usage_node(usage_type: str) -> tuple[str, str | None] | None:
    """Return what a usage type counts the hours of, and the instance type; None for no node.

    >>> usage_node("USE2-SpotUsage:p5.48xlarge")
    ('SpotUsage', 'p5.48xlarge')
    >>> usage_node("EBS:VolumeUsage.gp3")
    """
    found = NODE_USAGE.search(usage_type)
    return None if found is None else (found[1], found[2])


def subject(row: CurRow, tags: Mapping[str, str]) -> dict[str, Any]:
    """Return what every line of a row has, as keywords of a billed line."""
    usage_type = row.text("line_item_usage_type") or ""
    node = usage_node(usage_type)
    start, end = (row.names[f"line_item_usage_{edge}_date"] for edge in ("start", "end"))
    first, last = day_range(row.cells, start, end)
    zone = region_of_zone(row.text("line_item_availability_zone") or "")
    return {
        "day": first,
        "last_day": last,
        "provider": "AWS",
        "service": row.text("line_item_product_code") or "",
        "category": _category(row, usage_type),
        "instance": node and (node[1] or row.text("product_instance_type")),
        "region": row.text("product_region_code") or row.text("product_region") or zone,
        "operating_system": _operating_system(row) if node else None,
        "resource_id": row.text("line_item_resource_id"),
        "tags": tags,
    }


def priced(row: CurRow) -> dict[str, Any]:
    """Return quantity, unit and public price of usage."""
    unit = row.text("pricing_unit")
    node = usage_node(row.text("line_item_usage_type") or "")
    return {
        "quantity": row.amount("line_item_usage_amount"),
        "unit": HOURS if node or unit in HOUR_UNITS else unit,
        "list_usd": row.optional("pricing_public_on_demand_cost"),
    }


def on_demand_or_spot(row: CurRow) -> dict[str, Any]:
    """Return how usage that no commitment covers was bought."""
    node = usage_node(row.text("line_item_usage_type") or "")
    if node is None or node[0] == "HeavyUsage":  # fees of reservations, and discounts on them
        return {}
    reservation = row.text("capacity_reservation_capacity_reservation_type") or ""
    if "block" in reservation.lower():
        return {"purchase": "capacity-block", "commitment": "capacity-block"}
    return {"purchase": "spot" if node[0] == "SpotUsage" else "on-demand"}


def savings_plan(row: CurRow) -> dict[str, Any]:
    """Return the savings plan of a row."""
    return {
        "purchase": "reserved",
        "commitment": "savings-plan",
        "term": _term(row.text("savings_plan_purchase_term")),
        "payment": _payment(row.text("savings_plan_payment_option")),
    }


def reservation(row: CurRow) -> dict[str, Any]:
    """Return the reserved instance of a row."""
    return {
        "purchase": "reserved",
        "commitment": "reserved-instance",
        "term": _term(row.text("pricing_lease_contract_length")),
        "payment": _payment(row.text("pricing_purchase_option")),
    }


def _term(stated: str | None) -> Term | None:
    """Return a term such as 1yr, as both kinds of commitment write it."""
    return next((term for term in get_args(Term) if term == stated), None)


def _payment(stated: str | None) -> Payment | None:
    """Return a payment: reports have it with and without a space."""
    return PAYMENTS.get((stated or "").replace(" ", "").lower())


def _operating_system(row: CurRow) -> str | None:
    """Return the operating system; where none is stated, an operation that bills one."""
    stated = row.text("product_operating_system") or row.objects("product").get("operating_system")
    operation = row.text("line_item_operation") or ""
    return stated or (operation if PAID_SYSTEM.fullmatch(operation) else None)


def _category(row: CurRow, usage_type: str) -> CostCategory:
    family = row.text("product_product_family") or ""
    if TRANSFER.search(usage_type) or family == "Data Transfer":
        return CostCategory.EGRESS
    if STORAGE.search(usage_type) or family in STORAGE_FAMILIES:
        return CostCategory.STORAGE
    compute = (
        NODE_USAGE.search(usage_type)
        or family in COMPUTE_FAMILIES
        or row.text("line_item_product_code") in COMPUTE_PRODUCTS
    )
    return CostCategory.COMPUTE if compute else CostCategory.OTHER
