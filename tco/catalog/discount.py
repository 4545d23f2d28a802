"""A negotiated discount of a price book: percent off list, by family, region, option and period."""

from __future__ import annotations

import datetime as dt
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, TypeVar, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from tco.catalog.api_price import ApiPrice
from tco.catalog.fields import Day, Flag, Name, Source
from tco.catalog.node_price import NodePrice
from tco.catalog.price_fields import DISCOUNTED
from tco.files import Strict
from tco.ranges import Range

__all__ = ["Discount", "discounted"]

Option = Literal["on-demand", "spot", "reserved", "capacity-block"]
Row = TypeVar("Row", bound=BaseModel)


def _pattern(value: str) -> str:
    if set(value) & set("[]"):
        raise ValueError(f"{value} is not a pattern. * and ? are the only wildcards.")
    return value


def _percent(value: Any) -> Any:
    """Reject a share, a negative discount and a free price, with what was probably meant."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if value < 0:
        meant = -value if value <= -1 else -100 * value
        raise ValueError(f"{value:g} is below 0. A discount of {meant:g}% is {meant:g}.")
    if 0 < value < 1:
        raise ValueError(
            f"{value:g} is below 1. A discount of {100 * value:g}% is {100 * value:g}."
        )
    if value == 0:
        raise ValueError("0 takes nothing off. Remove the discount.")
    if value >= 100:
        raise ValueError(
            f"{value:g} is not a discount in percent from 1 to below 100. If the usage is "
            "free, write a price row with 0."
        )
    return value


def _listed(value: Any) -> Any:
    return cast("Any", value) if isinstance(value, list | tuple) else [value]


Pattern = Annotated[Name, AfterValidator(_pattern)]
"""A name in which ``*`` stands for any text and ``?`` for any character."""
PercentOff = Annotated[
    float,
    BeforeValidator(_percent),
    Field(strict=True, json_schema_extra={"minimum": 1, "exclusiveMaximum": 100}),
]
Purchases = Annotated[
    tuple[Option, ...],
    Field(min_length=1),
    BeforeValidator(_listed, json_schema_input_type=tuple[Option, ...] | Option),
]


UsdPerMonth = Annotated[float, Field(strict=True, ge=0, le=1e12)]


class SpendTier(Strict):
    """Percent off the part of a month's bill that is above an amount."""

    above_usd_per_month: UsdPerMonth
    percent_off: PercentOff


class Discount(Strict):
    """Percent off the prices of the layers below its book, for what its patterns name."""

    instance: Pattern | None = None
    offer: Pattern | None = None
    api: Pattern | None = None
    region: Pattern | None = None
    purchase: Purchases = ("on-demand", "reserved")
    percent_off: PercentOff | None = None
    tiers: tuple[SpendTier, ...] = ()
    committed_usd_per_month: UsdPerMonth | None = None
    other_usd_per_month: UsdPerMonth | None = None
    signed: Flag = False
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    source: Source | None = None
    as_of: Day | None = None
    note: str = Field(default="", exclude=True)
    confirm: Annotated[Source | None, Field(exclude_if=lambda value: value is None)] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        named = [self.instance, self.offer, self.api]
        if sum(name is not None for name in named) != 1:
            raise ValueError("names exactly one of instance, offer and api.")
        if self.api is not None and not {"region", "purchase"}.isdisjoint(self.model_fields_set):
            raise ValueError("a discount on an API has neither region nor purchase.")
        if self.tiers and self.api is None:
            raise ValueError("tiers by the month's bill are for an api.")
        if self.tiers and self.percent_off is not None:
            raise ValueError(
                "has either percent_off or tiers. A tier above 0 USD applies to the whole bill."
            )
        if self.percent_off is None and not self.has_terms:
            raise ValueError("needs percent_off, tiers or committed_usd_per_month.")
        if self.signed and self.committed_usd_per_month is None:
            raise ValueError(
                "signed needs committed_usd_per_month, the amount that is owed in any case."
            )
        if self.other_usd_per_month is not None and not self.has_terms:
            raise ValueError("other_usd_per_month needs committed_usd_per_month or tiers.")
        above = [tier.above_usd_per_month for tier in self.tiers]
        off = [tier.percent_off for tier in self.tiers]
        if above != sorted(set(above)):
            raise ValueError(f"tiers above {above} are not in ascending order, each amount once.")
        if off != sorted(off):
            raise ValueError(
                f"tiers of {off} percent off: the discount must not shrink as the bill grows."
            )
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError(
                f"until {self.until} is before from {self.since}. Write the first day as from."
            )
        return self

    @property
    def kind(self) -> str:
        """The key that names what is discounted."""
        if self.instance is not None:
            return "instance"
        return "offer" if self.offer is not None else "api"

    @property
    def pattern(self) -> str:
        """The pattern of the names that are discounted."""
        return self.instance or self.offer or self.api or ""

    def names(self, name: str) -> bool:
        """Return whether the pattern matches the name of a node or an API."""
        return _matches(name, self.pattern)

    def is_in(self, region: str | None) -> bool:
        """Return whether the pattern matches a region; an offer without one matches * alone."""
        return _matches(region or "", self.region or "*")

    @property
    def key(self) -> tuple[object, ...]:
        """What names this discount."""
        node = () if self.api is not None else (self.region, *self.purchase)
        return ("discount", self.pattern, *node)

    @property
    def estimate(self) -> bool:
        """A contract is agreed, not estimated."""
        return False

    @property
    def valid_from(self) -> dt.date | None:
        """From which day it holds."""
        return self.since

    @property
    def factor(self) -> float:
        """What a price is multiplied by."""
        return 1.0 - (self.percent_off or 0.0) / 100.0

    @property
    def has_terms(self) -> bool:
        """Whether something is agreed on the bill of a month."""
        return bool(self.tiers) or self.committed_usd_per_month is not None

    def holds_on(self, day: dt.date) -> bool:
        """Return whether a day is in the period."""
        return (self.since or day) <= day <= (self.until or day)

    @property
    def turns(self) -> tuple[dt.date, ...]:
        """The days from which something else holds: the first one, and the one after the last."""
        last = self.until if self.until != dt.date.max else None
        after = last + dt.timedelta(days=1) if last is not None else None
        return tuple(day for day in (self.since, after) if day is not None)

    def covers(self, row: BaseModel) -> bool:
        """Return whether the discount is for a price, in its period."""
        if isinstance(row, ApiPrice):
            return self.kind == "api" and self.names(row.api)
        if not isinstance(row, NodePrice):
            return False
        option = "capacity-block" if row.kind == "capacity-block" else row.purchase
        if option not in self.purchase:
            return False
        node = row.instance if self.kind == "instance" else row.offer
        return node is not None and self.names(node) and self.is_in(row.region)

    def overlaps(self, other: Discount) -> bool:
        """Return whether some price could have both discounts on some day."""
        first, last = dt.date.min, dt.date.max
        return (
            self.kind == other.kind
            and self._is_about_the_same(other)
            and _meet(self.pattern.casefold(), other.pattern.casefold())
            and _meet((self.region or "*").casefold(), (other.region or "*").casefold())
            and not set(self.purchase).isdisjoint(other.purchase)
            and (self.since or first) <= (other.until or last)
            and (other.since or first) <= (self.until or last)
        )

    def _is_about_the_same(self, other: Discount) -> bool:
        """Return whether both lower prices, or both have terms for the bill of a month."""
        both_off = self.percent_off is not None and other.percent_off is not None
        return both_off or (self.has_terms and other.has_terms)


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name.casefold(), pattern.casefold())


@lru_cache(maxsize=4096)
def _meet(a: str, b: str) -> bool:
    """Return whether some text matches both patterns.

    >>> _meet("p5.*", "*.48xlarge"), _meet("p5.*", "p5e.*")
    (True, False)
    """
    if not a or not b:
        return not (a or b).strip("*")
    if a[0] == "*":
        return _meet(a[1:], b) or _meet(a, b[1:])
    if b[0] == "*":
        return _meet(b, a)
    return (a[0] == b[0] or "?" in (a[0], b[0])) and _meet(a[1:], b[1:])


def discounted(row: Row, factor: float) -> Row:
    """Return a row with its prices, and those of its tiers and peak hours, times a factor."""
    changed: dict[str, Any] = {}
    for name in type(row).model_fields:
        value = getattr(row, name)
        if name in DISCOUNTED and isinstance(value, Range):
            changed[name] = value * factor
        elif isinstance(value, tuple):
            parts = cast("tuple[Any, ...]", value)
            changed[name] = tuple(
                discounted(part, factor) if isinstance(part, BaseModel) else part for part in parts
            )
    return row.model_copy(update=changed)
