"""The sources of prices by name."""

from __future__ import annotations

from typing import Final

from tco.refresh.aws_capacity_blocks import AWS_CAPACITY_BLOCKS
from tco.refresh.aws_on_demand import AWS_ON_DEMAND
from tco.refresh.aws_savings_plans import AWS_SAVINGS_PLANS
from tco.refresh.aws_spot import AWS_SPOT

__all__ = ["SOURCES"]

SOURCES: Final = {
    source.name: source
    for source in (AWS_ON_DEMAND, AWS_SPOT, AWS_SAVINGS_PLANS, AWS_CAPACITY_BLOCKS)
}
"""Every source that ``tco prices refresh`` asks; ``names`` lists them for its help."""
