"""The sources of prices by name."""

from __future__ import annotations

from typing import Final

from tco.refresh.aws_on_demand import AWS_ON_DEMAND

__all__ = ["SOURCES"]

SOURCES: Final = {source.name: source for source in (AWS_ON_DEMAND,)}
"""Every source that ``tco prices refresh`` asks; ``names`` lists them for its help."""
