"""What AWS bills of a plan."""

from __future__ import annotations

from collections.abc import Collection

from tco.arrays import as_scalar
from tco.costing.fleet_operation import operate
from tco.costing.ledger import ledger
from tco.costing.lines import Category, total
from tco.costing.stack import StackModel

__all__ = ["billed_by_aws_usd", "rented_from_aws_usd"]

RENTED: tuple[Category, ...] = ("compute", "standby")
BILLED: tuple[Category, ...] = (*RENTED, "egress", "platform")


def billed_by_aws_usd(stack: StackModel) -> float:
    """USD per month of the lines that AWS bills: no people, no API, nothing rented elsewhere."""
    return _usd(stack, BILLED)


def rented_from_aws_usd(stack: StackModel) -> float:
    """USD per month of the nodes alone that AWS bills."""
    return _usd(stack, RENTED)


def _usd(stack: StackModel, categories: Collection[Category]) -> float:
    provisioned = {pool.name for _, _, _, pool in stack.pools() if pool.provisioned}
    billed = (
        line
        for line in ledger(stack, operate(stack))
        if line.category in categories and (not line.pool or line.pool in provisioned)
    )
    return as_scalar(total(billed))
