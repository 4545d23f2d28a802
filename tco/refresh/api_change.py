"""A price of a hosted API against the one that is in force, part by part."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tco.catalog.api_price import ApiPrice, Peak, Tier
from tco.ranges import Range
from tco.refresh.status import PROPOSED, Status, is_jump

__all__ = ["ApiChange", "ApiProposal", "PartChange", "price_parts"]


@dataclass(frozen=True)
class PartChange:
    """One part of a price, such as the output tokens; None where a side has no such part."""

    part: str
    now: float | None
    before: float | None

    @property
    def share(self) -> float | None:
        """By what share the part changes; None where there is no such figure."""
        if self.now is None or not self.before:
            return None
        return self.now / self.before - 1

    @property
    def changes(self) -> bool:
        """Whether the two sides differ."""
        if self.now is None or self.before is None:
            return self.now is not self.before
        return not math.isclose(self.now, self.before, rel_tol=1e-6, abs_tol=1e-12)


@dataclass(frozen=True)
class ApiChange:
    """A price against the one that is in force; a vanished price is the one in force."""

    status: Status
    price: ApiPrice
    before: ApiPrice | None = None

    @property
    def proposed(self) -> bool:
        """Whether a row is proposed for it."""
        return self.status in PROPOSED

    @property
    def parts(self) -> tuple[PartChange, ...]:
        """Every part that one of the two prices has."""
        now = {} if self.status == "vanished" else price_parts(self.price)
        before = {} if self.before is None else price_parts(self.before)
        names = dict.fromkeys((*now, *before))
        return tuple(PartChange(name, now.get(name), before.get(name)) for name in names)

    @property
    def share(self) -> float | None:
        """By what share the part changes that changes most; None for a price that does not."""
        if self.status not in ("changed", "dated-today"):
            return None
        shares = [part.share for part in self.parts if part.share is not None]
        return max(shares, key=abs) if shares else None

    @property
    def jumps(self) -> bool:
        """Whether it changes so much that a person should look at it first."""
        return is_jump(self.share)


class ApiProposal(NamedTuple):
    """Prices of hosted APIs, and the package that they come from."""

    changes: Sequence[ApiChange] = ()
    package: str | None = None
    """Its version and the day of its data; None where no API is asked for."""


def price_parts(price: ApiPrice) -> dict[str, float]:
    """Return the parts of a price by name, in USD per million tokens or per request."""
    return {name: value.likely for name, value in _stated(price) if value is not None}


def _stated(price: ApiPrice) -> Iterator[tuple[str, Range | None]]:
    yield from _tokens(price, "")
    yield "reasoning", price.reasoning_usd_per_mtok
    yield "cache write", price.cache_write_usd_per_mtok
    yield "request", price.usd_per_request
    for tier in price.tiers:
        over = f" over {tier.above_prompt_tokens:,}"
        yield from _tokens(tier, over)
        yield f"cache write{over}", tier.cache_write_usd_per_mtok
    for peak in price.peak:
        start, end = peak.utc_hours
        yield from _tokens(peak, f" {start}-{end} h UTC")


def _tokens(price: ApiPrice | Tier | Peak, when: str) -> Iterator[tuple[str, Range | None]]:
    yield f"input{when}", price.input_usd_per_mtok
    yield f"cached input{when}", price.cached_input_usd_per_mtok
    yield f"output{when}", price.output_usd_per_mtok
