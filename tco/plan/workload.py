"""A workload file: requests, in classes, with their hours, their growth and their objectives."""

import math
import zoneinfo
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from tco.catalog.benchmark import Latency
from tco.catalog.fields import Name
from tco.errors import one_of
from tco.files import Strict, as_mapping
from tco.plan.hourly_counts import MOST_PER_HOUR
from tco.plan.volume import REQUESTS_PER_MONTH, Users, Volume
from tco.ranges import Amount, PositiveAmount, Range, Share, YearlyGrowth, point
from tco.units import HOURS_PER_WEEK, WEEKS_PER_MONTH

__all__ = [
    "VOLUME_KEYS",
    "CanWait",
    "RequestClass",
    "Sessions",
    "Workload",
    "known_timezone",
    "office_levels",
]

TokenCount = Annotated[float, Field(strict=True, ge=0, le=100_000_000)]
HourOfDay = Annotated[int, Field(strict=True, ge=0, le=24)]
MOST_BURST_RATE = 1000.0


def _burst_rate(value: Range) -> Range:
    if not 1.0 <= value.low <= value.high <= MOST_BURST_RATE:
        raise ValueError(
            f"requests queue like 1 to {MOST_BURST_RATE:g} times their number: write a number or "
            "a range between these, such as 1.15."
        )
    return value


BurstRate = Annotated[PositiveAmount, AfterValidator(_burst_rate)]
Kind = Literal["chat", "code-completion", "agent", "batch"]
"""What a workload's requests are for: it says how bursty they are."""
NO_SHARE = point(0.0)
SHARES_TOLERANCE = 1e-6
VOLUME_KEYS = (*REQUESTS_PER_MONTH, "users", "per_hour", "csv")
"""The keys that state how many requests there are; a workload has exactly one of them."""
MOST_PER_MONTH = 1e15
TOO_FEW = "less than one request per month: there is nothing to plan."


def known_timezone(value: Any) -> Any:
    """Return the name of a time zone. Raises ValueError for any other text."""
    if isinstance(value, str):
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            known = zoneinfo.available_timezones()
            raise ValueError(f"{value!r} is not a time zone. {one_of(value, known)}") from None
    return value


class Shape(Strict):
    """A named shape of the week."""

    kind: Literal["flat", "diurnal", "office"]
    peak_to_mean: Annotated[float, Field(strict=True, ge=1)] = 1.0
    peak_hour: HourOfDay = 15
    start: HourOfDay = 9
    end: HourOfDay = 18

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.kind == "flat" and self.peak_to_mean != 1:
            raise ValueError("a flat shape has a peak_to_mean of 1; use diurnal or office.")
        if self.kind == "diurnal" and self.peak_to_mean > 2:
            raise ValueError(
                f"peak_to_mean {self.peak_to_mean:g} is above 2, the highest of a cosine that "
                "never goes below 0. Use office, or per_hour."
            )
        if self.start >= self.end:
            raise ValueError(f"start {self.start} is not before end {self.end}.")
        highest = HOURS_PER_WEEK / (5 * (self.end - self.start))
        if self.kind == "office" and self.peak_to_mean > highest:
            raise ValueError(
                f"peak_to_mean {self.peak_to_mean:g} is above {highest:.2f}, where all requests "
                f"of the week already fall into Monday to Friday {self.start}:00-{self.end}:00."
            )
        if self.kind != "flat" and "peak_to_mean" not in self.model_fields_set:
            raise ValueError(
                f"{self.kind} needs peak_to_mean: the busiest hour over the mean hour, such as "
                f"{2.5 if self.kind == 'office' else 1.6}."
            )
        return self


class CanWait(Strict):
    """The share of the requests that can wait, and for how long on own nodes."""

    share: Share
    hours: Annotated[int, Field(strict=True, ge=1, le=HOURS_PER_WEEK)] | None = None


def _as_can_wait(value: Any) -> Any:
    written = isinstance(value, CanWait) or as_mapping(value) is not None
    return value if written else {"share": value}


class RequestClass(Strict):
    """One kind of request: its share of all, its lengths in tokens, what is cached."""

    name: Name = "all"
    share: Annotated[float, Field(strict=True, gt=0, le=1)] = 1.0
    input: TokenCount
    output: TokenCount
    cached: Share = NO_SHARE
    reasoning: TokenCount = 0
    can_wait: Annotated[
        CanWait, BeforeValidator(_as_can_wait, json_schema_input_type=CanWait | Share)
    ] = CanWait(share=NO_SHARE)
    cache_write: Share = NO_SHARE
    cache_write_ttl: Literal["5m", "1h"] = "5m"
    stored_token_hours: Amount = point(0.0)

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.input + self.output + self.reasoning == 0:
            raise ValueError("a request has no tokens.")
        return self

    def __hash__(self) -> int:
        """Return the hash of its name and lengths, not of every figure: each bill looks it up."""
        return hash((self.name, self.input, self.output))

    @property
    def uses_cache(self) -> bool:
        """Whether it reads tokens from an API's cache or writes them there."""
        return self.cached.high > 0 or self.cache_write.high > 0

    @property
    def generated(self) -> float:
        """Output tokens a request makes, reasoning included."""
        return self.output + self.reasoning


def cached_share(workload: str, request: RequestClass) -> tuple[str, Range]:
    """Return the cached share of a class and the name of its figure, for nodes and APIs."""
    return f"{workload}: cached share of {request.name}", request.cached


class Objectives(Strict):
    """The latency promised."""

    itl_ms: Latency | None = None
    ttft_ms: Latency | None = None


class Burst(Strict):
    """How requests arrive within an hour.

    They queue like ``rate`` times their number, within the operating point for ``quantile`` of the
    time; or their peak is at a ``factor`` for certain.
    """

    quantile: Annotated[float, Field(strict=True, gt=0, lt=1)] = 0.99
    rate: BurstRate | None = None
    factor: Annotated[float, Field(strict=True, ge=1, le=1000)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        others = [key for key in ("quantile", "rate") if key in self.model_fields_set]
        if self.factor is not None and others:
            raise ValueError(
                f"factor is a fixed value, and {' and '.join(others)} describes random "
                "arrivals. Use one or the other."
            )
        return self


class Sessions(Strict):
    """Sessions open at once in the busiest hour, those between two requests included."""

    active: Annotated[float, Field(strict=True, gt=0, le=1e12)]
    context_tokens: Annotated[float, Field(strict=True, gt=0, le=100_000_000)]
    idle_s: Annotated[float, Field(strict=True, ge=0, le=1e7)] = 0


class Workload(Strict):
    """A workload file."""

    kind: Kind | None = None
    timezone: Annotated[str, BeforeValidator(known_timezone)] = "UTC"
    requests_per_month: Volume | None = None
    requests_per_day: Volume | None = None
    requests_per_second: Volume | None = None
    users: Users | None = None
    per_hour: tuple[Annotated[float, Field(strict=True, ge=0, le=MOST_PER_HOUR)], ...] | None = None
    csv: Name | None = None
    shape: Shape = Shape(kind="flat")
    classes: Annotated[tuple[RequestClass, ...], Field(min_length=1)]
    growth_per_year: YearlyGrowth = point(0.0)
    objectives: Objectives = Objectives()
    burst: Burst = Burst()
    sessions: Sessions | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        given = [key for key in VOLUME_KEYS if getattr(self, key) is not None]
        if len(given) != 1:
            ways = f"{', '.join(VOLUME_KEYS[:-1])} or {VOLUME_KEYS[-1]}"
            raise ValueError(
                f"states its requests in exactly one way: {ways}"
                + (f", not {' and '.join(given)}." if given else ".")
            )
        volume = self.mean_volume
        if volume is None and "shape" in self.model_fields_set:
            raise ValueError(f"shape needs a mean volume; {given[0]} has a shape of its own.")
        if volume is not None and volume < 1:
            raise ValueError(f"{given[0]} is {TOO_FEW}")
        if volume is not None and volume > MOST_PER_MONTH:
            raise ValueError(f"{given[0]} is more than {MOST_PER_MONTH:g} requests per month.")
        if self.per_hour is not None:
            _check_week(self.per_hour)
        if len(self.classes) > 1:
            _check_stated(self.classes)
        total = math.fsum(request.share for request in self.classes)
        if abs(total - 1) > SHARES_TOLERANCE:
            raise ValueError(f"the shares of the classes add up to {total:g}, not to 1.")
        names = [request.name for request in self.classes]
        if len(set(names)) < len(names):
            raise ValueError("two classes have the same name.")
        return self

    @property
    def mean_volume(self) -> float | None:
        """Requests per month, where the file states a mean volume; else None."""
        if self.users is not None:
            return self.users.requests_per_day * REQUESTS_PER_MONTH["requests_per_day"]
        for key, factor in REQUESTS_PER_MONTH.items():
            if (stated := getattr(self, key)) is not None:
                return stated * factor
        return None


def _check_stated(classes: Sequence[RequestClass]) -> None:
    """Refuse a class without a name or a share beside others: only one class alone is all."""
    for index, request in enumerate(classes):
        missing = [key for key in ("name", "share") if key not in request.model_fields_set]
        if missing:
            raise ValueError(
                f"classes[{index}] has no {' and no '.join(missing)}. "
                "Each of several classes states both."
            )


def _check_week(hours: Sequence[float]) -> None:
    if len(hours) != HOURS_PER_WEEK:
        raise ValueError(f"per_hour has {len(hours)} values, a week has {HOURS_PER_WEEK} hours.")
    if not math.fsum(hours) > 0:
        raise ValueError("per_hour is 0 in every hour: there is nothing to serve.")
    if math.fsum(hours) * WEEKS_PER_MONTH < 1:
        raise ValueError(f"per_hour is {TOO_FEW}")


def office_levels(peak_to_mean: float, start: int = 9, end: int = 18) -> tuple[float, float]:
    """Levels inside and outside office hours, so that the week's mean is 1."""
    inside = 5 * (end - start)
    return peak_to_mean, (HOURS_PER_WEEK - inside * peak_to_mean) / (HOURS_PER_WEEK - inside)
