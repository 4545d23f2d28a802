"""Which word of FOCUS 1.2 stands for what in a plan."""

from __future__ import annotations

from typing import Final

from tco.analysis.evaluation import Evaluation, PricedLine
from tco.costing.lines import Category
from tco.costing.stack import PoolModel
from tco.report.csv_text import Cell

__all__ = [
    "SERVICES",
    "UNITS",
    "Row",
    "commitment_id",
    "commitment_of",
    "committed_quantity",
    "pricing_category",
    "provider_of",
    "service_of",
]

AWS = "AWS"
INTERNAL = "Internal"
UNITS: Final = {
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
COMMITMENTS: Final = {
    "savings-plan": ("Savings Plan", "Spend"),
    "reserved-instance": ("Reserved Instance", "Usage"),
    "contract": ("Contract", "Usage"),
}
Row = dict[str, Cell]


def provider_of(result: Evaluation, priced: PricedLine, pool: PoolModel | None) -> str:
    """Who sends the invoice."""
    line = priced.line
    if line.unit == "request":
        return line.name.rpartition(" at ")[2].partition("/")[0]
    if line.category == "labor" or (pool is not None and pool.plan.owned is not None):
        return INTERNAL
    if pool is not None and pool.plan.offer is not None:
        return pool.plan.offer.partition("/")[0]
    rented = any(one.provisioned for _, _, _, one in result.stack.pools())
    return AWS if rented or pool is not None else INTERNAL


def service_of(priced: PricedLine, pool: PoolModel | None) -> str:
    """The service as its provider calls it."""
    line = priced.line
    if line.unit == "request":
        return line.name.rpartition(" at ")[2]
    if line.unit != "node-hour" or pool is None:
        return line.category.capitalize()
    return "Amazon EC2" if pool.plan.instance is not None else pool.node


def pricing_category(pool: PoolModel | None, *, spare: bool) -> str:
    """How a node-hour is priced; a spot pool's spare is bought on demand."""
    option = pool.supply.option if pool is not None else "on-demand"
    if option == "spot" and spare:
        return "Standard"
    return {
        "on-demand": "Standard",
        "spot": "Dynamic",
        "reserved": "Committed",
        "capacity-block": "Dynamic",
        "owned": "Other",
    }[option]


def commitment_of(result: Evaluation, pool: PoolModel | None) -> Row:
    """A commitment discount's columns; none for what is no discount, such as an owned node."""
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
    """The id of what was bought, or tco's own for what is planned."""
    terms = pool.plan.commitment
    bought = terms.id if terms is not None else None
    return bought or f"tco:planned:{result.stack.name}/{pool.name}"


def committed_quantity(commitment: Row, usd: float, hours: float) -> Row:
    """How much of a commitment: money where money was committed, else node-hours."""
    if commitment["CommitmentDiscountCategory"] == "Spend":
        return {"CommitmentDiscountQuantity": usd, "CommitmentDiscountUnit": "USD"}
    return {"CommitmentDiscountQuantity": hours, "CommitmentDiscountUnit": "Node-Hours"}
