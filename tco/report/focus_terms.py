"""The FOCUS 1.2 terms for what is in a plan."""

from __future__ import annotations

from typing import Final

from tco.documents.charges import ChargePart, ChargeUnit, CommitmentPart
from tco.documents.lines import LinePart
from tco.documents.terms import Category, CommitmentKind, Option
from tco.report.csv_text import Cell

__all__ = [
    "FREQUENCIES",
    "PRICING",
    "UNITS",
    "Row",
    "commitment_columns",
    "service_category",
    "service_of",
    "sku_id",
    "sku_price_id",
]

UNITS: Final[dict[ChargeUnit, str]] = {
    "node-hour": "Node-Hours",
    "node-month": "Node-Months",
    "hour": "Hours",
    "kWh": "Kilowatt-Hours",
    "FTE": "Person-Months",
    "month": "Months",
    "GB": "GB",
    "request": "Requests",
    "service": "Services",
    "node": "Nodes",
    "GPU": "Units",
    "unit": "Units",
}
SERVICES: Final[dict[Category, tuple[str, str]]] = {
    "compute": ("Compute", "Virtual Machines"),
    "standby": ("Compute", "Virtual Machines"),
    "power": ("Other", "Other (Other)"),
    "egress": ("Networking", "Other (Networking)"),
    "labor": ("Other", "Other (Other)"),
    "platform": ("Compute", "Other (Compute)"),
    "api": ("AI and Machine Learning", "Generative AI"),
}
PRICING: Final[dict[Option | None, str]] = {
    None: "Standard",
    "on-demand": "Standard",
    "spot": "Dynamic",
    "reserved": "Committed",
    "capacity-block": "Dynamic",
    "owned": "Other",
}
"""Pricing categories by purchase option; what has none has the provider's standard price."""
FREQUENCIES: Final = {"usage": "Usage-Based", "recurring": "Recurring", "one-time": "One-Time"}

COMMITMENTS: Final[dict[CommitmentKind, tuple[str, str]]] = {
    "savings-plan": ("Savings Plan", "Spend"),
    "reserved-instance": ("Reserved Instance", "Usage"),
    "contract": ("Contract", "Usage"),
}
Row = dict[str, Cell]


def service_of(charge: ChargePart) -> str:
    """Return the service as its provider calls it."""
    line = charge.line
    if charge.node is not None:
        return charge.node.service
    return line.sku if line.unit == "request" else line.category.capitalize()


def sku_id(charge: ChargePart) -> str:
    """Return what is sold, the same for serving and standby nodes."""
    line = charge.line
    if charge.node is not None:
        return f"compute/{line.sku}"
    return f"{'api' if line.unit == 'request' else line.category}/{line.sku}"


def sku_price_id(charge: ChargePart) -> str:
    """Return what has one price in one unit: an hour, or what is paid for it in advance."""
    paid = "" if charge.charge == "usage" else f", {charge.charge}"
    return f"{sku_id(charge)}/{charge.line.name}{paid}"


def service_category(line: LinePart) -> tuple[str, str]:
    """Return a line's service category and subcategory."""
    return SERVICES["api" if line.unit == "request" else line.category]


def commitment_columns(charge: ChargePart, commitment: CommitmentPart) -> Row:
    """Return a commitment discount: its quantity is money where money was committed, else hours."""
    kind, category = COMMITMENTS[commitment.kind]
    spend = category == "Spend"
    quantity = charge.committed_usd if spend else charge.committed_node_hours
    unit = "USD" if spend else UNITS["node-hour"]
    return {
        "CommitmentDiscountCategory": category,
        "CommitmentDiscountId": commitment.id,
        "CommitmentDiscountName": commitment.name,
        "CommitmentDiscountQuantity": quantity,
        "CommitmentDiscountType": kind,
        "CommitmentDiscountUnit": None if quantity is None else unit,
    }
