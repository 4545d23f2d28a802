"""The FOCUS 1.2 terms for what is in a plan."""

from __future__ import annotations

from typing import Final

from tco.analysis.evaluation import Evaluation
from tco.catalog.node_price import CommitmentKind
from tco.costing.lines import NODE_KINDS, Category, CostLine, Unit
from tco.costing.pool_model import PoolModel
from tco.costing.purchase import Option
from tco.report.csv_text import Cell

__all__ = [
    "PRICING",
    "UNITS",
    "Row",
    "commitment_id",
    "commitment_of",
    "committed_quantity",
    "service_category",
    "service_of",
    "sku_id",
]

UNITS: Final[dict[Unit, str]] = {
    "node-hour": "Node-Hours",
    "node-month": "Node-Months",
    "kWh": "Kilowatt-Hours",
    "FTE": "Person-Months",
    "month": "Months",
    "GB": "GB",
    "request": "Requests",
    "service": "Services",
    "node": "Nodes",
    "GPU": "Units",
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

COMMITMENTS: Final[dict[CommitmentKind, tuple[str, str]]] = {
    "savings-plan": ("Savings Plan", "Spend"),
    "reserved-instance": ("Reserved Instance", "Usage"),
    "contract": ("Contract", "Usage"),
}
Row = dict[str, Cell]


def service_of(line: CostLine, pool: PoolModel | None) -> str:
    """Return the service as its provider calls it; ``pool`` holds the nodes of a line of nodes."""
    if pool is not None and line.kind in NODE_KINDS:
        return pool.provider.service(line.sku)
    return line.sku if line.unit == "request" else line.category.capitalize()


def sku_id(line: CostLine) -> str:
    """Return what is sold, the same for serving and standby nodes."""
    if line.kind in NODE_KINDS:
        return f"compute/{line.sku}"
    return f"{'api' if line.unit == 'request' else line.category}/{line.sku}"


def service_category(line: CostLine) -> tuple[str, str]:
    """Return a line's service category and subcategory."""
    return SERVICES["api" if line.unit == "request" else line.category]


def commitment_of(result: Evaluation, pool: PoolModel | None) -> Row:
    """Return a commitment discount's columns; empty for an owned node and the like."""
    terms = pool.plan.commitment if pool is not None else None
    if pool is None or terms is None or terms.kind not in COMMITMENTS:
        return {}
    kind, category = COMMITMENTS[terms.kind]
    return {
        "CommitmentDiscountCategory": category,
        "CommitmentDiscountId": commitment_id(result, pool),
        "CommitmentDiscountName": pool.supply.label,
        "CommitmentDiscountType": kind,
    }


def commitment_id(result: Evaluation, pool: PoolModel) -> str:
    """Return the id of what was bought, or tco's own for what is planned."""
    terms = pool.plan.commitment
    bought = terms.id if terms is not None else None
    return bought or f"tco:planned:{result.stack.name}/{pool.name}"


def committed_quantity(pool: PoolModel, usd: float, hours: float) -> Row:
    """Return how much of a commitment: money where money was committed, else node-hours."""
    terms = pool.plan.commitment
    if terms is not None and COMMITMENTS[terms.kind][1] == "Spend":
        return {"CommitmentDiscountQuantity": usd, "CommitmentDiscountUnit": "USD"}
    return {"CommitmentDiscountQuantity": hours, "CommitmentDiscountUnit": UNITS["node-hour"]}
