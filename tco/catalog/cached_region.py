"""What a file of EC2 prices on this machine has to hold. Loaded where there is one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tco.catalog.fields import Day, Name
from tco.files import Strict

__all__ = ["CachedRegion"]

MOST_USD_PER_HOUR = 10_000


class CachedRegion(Strict):
    """The prices of a region on the day on which AWS was asked, by instance type."""

    schema_: Annotated[Literal["tco.ec2-prices/1"], Field(alias="schema")]
    region: Name
    as_of: Day
    source: Name
    usd_per_hour: dict[Name, Annotated[float, Field(gt=0, lt=MOST_USD_PER_HOUR)]]
