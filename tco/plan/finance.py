"""The cost of capital, where prices go, and how uncertain figures move together."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from tco.catalog.fields import Name
from tco.files import Strict
from tco.ranges import Amount, PositiveAmount, Share, point

__all__ = ["Correlation", "Finance", "Outlook"]


def _horizon(value: Any) -> Any:
    if value == "commitment":
        return None
    if isinstance(value, str | bool | float):
        raise ValueError(f"{value!r} is neither `commitment` nor a whole number of months.")
    return value


class Finance(Strict):
    """The cost of capital and how far ahead the decision looks."""

    discount_rate: Share = point(0.1)
    horizon: Annotated[
        Annotated[int, Field(ge=1, le=240)] | None,
        BeforeValidator(_horizon),
        WithJsonSchema(
            {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 240}, {"const": "commitment"}]}
        ),
    ] = None


class Jump(Strict):
    """A named change of an API's price from a month on (0 is the first)."""

    api: Name
    month: Annotated[int, Field(strict=True, ge=0, le=240)]
    factor: Amount


class Outlook(Strict):
    """Where prices of APIs, rents and the throughput of nodes go."""

    api_price_decay_per_year: Share | None = None
    throughput_factor_per_year: PositiveAmount | None = None
    node_price_factor_per_year: dict[
        Literal["on-demand", "spot", "capacity-block"], PositiveAmount
    ] = Field(default_factory=dict, exclude_if=lambda stated: not stated)
    jumps: tuple[Jump, ...] = ()


class Correlation(Strict):
    """How two uncertain figures move together: the correlation of their normal scores."""

    figures: tuple[Name, Name]
    rho: Annotated[float, Field(strict=True, ge=-1, le=1)]

    @model_validator(mode="after")
    def _of_two(self) -> Self:
        if self.figures[0] == self.figures[1]:
            raise ValueError(f"correlates {self.figures[0]} with itself.")
        return self
