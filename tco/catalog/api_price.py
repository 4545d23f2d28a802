"""What a hosted API costs."""

import itertools
from typing import Annotated, Any, Literal, Self, cast

from pydantic import BeforeValidator, Field, model_validator

from tco.catalog.fields import Name, PositiveInt, WholeNumber
from tco.catalog.row import Row
from tco.files import Strict
from tco.ranges import Amount, PositiveAmount, Share

__all__ = ["ApiPrice", "Peak", "Tier"]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Omissible = Annotated[Name | None, Field(exclude_if=lambda value: value is None)]
"""A text that changes no digest where it is absent."""
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Tier(Strict):
    """Prices of a request whose full prompt is longer than a threshold."""

    above_prompt_tokens: PositiveInt
    input_usd_per_mtok: Amount
    cached_input_usd_per_mtok: Amount | None = None
    cache_write_usd_per_mtok: Amount | None = None
    output_usd_per_mtok: Amount


class Peak(Strict):
    """Prices between two hours UTC (the second excluded), on some weekdays or all.

    A window over midnight belongs to the day on which it starts: 22 to 2 on Friday ends on
    Saturday.
    """

    utc_hours: tuple[WholeNumber, WholeNumber]
    days: tuple[Weekday, ...] = WEEKDAYS
    input_usd_per_mtok: Amount
    cached_input_usd_per_mtok: Amount | None = None
    output_usd_per_mtok: Amount

    @model_validator(mode="after")
    def _hours(self) -> Self:
        start, end = self.utc_hours
        if not (0 <= start < 24 and 0 < end <= 24 and start != end):
            raise ValueError(f"utc_hours {[start, end]}: hours run from 0 to 24, start first.")
        return self

    @property
    def hours_of_week(self) -> frozenset[int]:
        """The hours UTC of the week inside, Monday 00:00 the first."""
        start, end = self.utc_hours
        hours = range(start, end if start < end else end + 24)
        starts = [24 * WEEKDAYS.index(day) for day in self.days]
        return frozenset((at + hour) % (24 * 7) for at in starts for hour in hours)


def _listed(value: Any) -> Any:
    return cast("Any", value) if isinstance(value, list | tuple) else [value]


def _discount(value: Any) -> Any:
    """Refuse a discount that is negative or in percent, with what was probably meant."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and value < 0:
        meant = -value if value >= -1 else -value / 100
        raise ValueError(f"{value:g} is below 0. A discount of {100 * meant:g}% is {meant:g}.")
    if is_number and 1 < value <= 100:
        raise ValueError(f"{value:g} is above 1. A discount of {value:g}% is {value / 100:g}.")
    return value


class ApiPrice(Row):
    """A hosted API's prices per million tokens, and its fee per request."""

    api: Name
    input_usd_per_mtok: Amount
    cached_input_usd_per_mtok: Amount | None = None
    output_usd_per_mtok: Amount
    reasoning_usd_per_mtok: Amount | None = None
    cache_write_usd_per_mtok: Amount | None = None
    cache_write_1h_usd_per_mtok: Amount | None = None
    cache_storage_usd_per_mtok_hour: Amount | None = None
    usd_per_request: Amount | None = None
    unstated_fees: Omissible = None
    """Per-request fees for what no workload states: with them, requests have no price."""
    tool_fees: Omissible = None
    """Fees of tools that a request may do without: they are in no bill, which is noted."""
    batch_discount: Annotated[Share | None, BeforeValidator(_discount)] = None
    tiers: tuple[Tier, ...] = ()
    peak: Annotated[
        tuple[Peak, ...],
        BeforeValidator(_listed, json_schema_input_type=tuple[Peak, ...] | Peak),
    ] = ()
    token_factor: PositiveAmount | None = None
    properties: tuple[Name, ...] = ()
    context_tokens: PositiveInt | None = None
    genai_name: Omissible = None
    """What ``genai-prices`` calls the API, where a refresh took the row from it."""

    @model_validator(mode="after")
    def _one_price_an_hour(self) -> Self:
        for a, b in itertools.combinations(self.peak, 2):
            shared = a.hours_of_week & b.hours_of_week
            if shared:
                day, hour = divmod(min(shared), 24)
                raise ValueError(
                    f"the peaks {list(a.utc_hours)} and {list(b.utc_hours)} both apply on "
                    f"{WEEKDAYS[day]} at {hour}:00 UTC. An hour can have only one price."
                )
        return self

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        return ("api", self.api)

    def __hash__(self) -> int:
        """Return the hash of its name and day, not of every price: each bill looks them up."""
        return hash((self.api, self.valid_from))
