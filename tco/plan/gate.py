"""When nodes may be provisioned: the limits, the override, confirmed figures."""

from typing import Annotated, Literal

from pydantic import Field

from tco.catalog.fields import Day, Name, PositiveInt
from tco.defaults import OLD_PRICE_DAYS
from tco.files import Strict
from tco.ranges import Amount, point

__all__ = ["Confirmation", "Gate", "Override"]


class Override(Strict):
    """A closed gate opened on purpose, in the reviewed file."""

    reason: Name
    approved_by: Name
    expires: Day
    max_usd_per_month: Amount


ResourceType = Annotated[str, Field(strict=True, pattern=r"^[\w.-]+:[\w./-]*:?[\w.-]+$")]
"""A type of Pulumi resources, such as ``aws:ecs/service:Service``."""


class Gate(Strict):
    """What must hold for the gate to open."""

    level: Literal["mandatory", "advisory"] = "mandatory"
    probability: Annotated[float, Field(strict=True, gt=0, lt=1)] = 0.8
    max_unserved_share: Annotated[float, Field(strict=True, ge=0, lt=1)] = 0.001
    max_price_age_days: PositiveInt = OLD_PRICE_DAYS
    max_throughput_age_days: PositiveInt = 365
    max_premium_usd_per_month: Amount = point(0.0)
    max_usd_per_month: Annotated[float, Field(strict=True, gt=0)] | None = None
    max_unplanned_usd_per_month: Annotated[float, Field(strict=True, ge=0)] | None = None
    allow_types: tuple[ResourceType, ...] = ()
    shares_workload: Name | None = None
    override: Override | None = None


class Confirmation(Strict):
    """An unusual figure that is right: it counts as plausible while it has this value."""

    path: Name
    value: Amount
    reason: Name
