"""The rows of the catalog and of a user's price book: one form for both.

A row names a figure, says what it is, where it was seen (``source``), when (``as_of``), from
which day it holds (``valid_from``), and whether it is an ``estimate``. Money is USD.
"""

import datetime as dt
import itertools
import re
from typing import Annotated, Any, Literal, Self, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

from tco.errors import one_of
from tco.files import Strict
from tco.providers.registry import PROVIDERS
from tco.ranges import Amount, PositiveAmount, Range, Share, point

__all__ = [
    "ApiPrice",
    "Benchmark",
    "BenchmarkPoint",
    "Figure",
    "Hardware",
    "Instance",
    "Latency",
    "ModelWeights",
    "NodePrice",
    "Peak",
    "PriceRow",
    "Row",
    "SpotBand",
    "Tier",
    "day_of",
    "node_key",
]

Purchase = Literal["on-demand", "spot", "reserved"]
CommitmentKind = Literal["savings-plan", "reserved-instance", "capacity-block", "contract"]
Term = Literal["6mo", "1yr", "2yr", "3yr", "5yr"]
Payment = Literal["no-upfront", "partial-upfront", "all-upfront"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def day_of(value: Any) -> dt.date:
    """Return a day as a file writes it. Raises ValueError."""
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", value):
        raise ValueError(f'{value!r} is not a date. Write it in quotes: "2026-11-23".')
    text = value if len(value) == 10 else f"{value}-01"
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{value!r} is not a date of the calendar.") from None


Day = Annotated[
    dt.date,
    BeforeValidator(day_of),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}(-\d{2})?$"}, mode="validation"),
]
"""A day as ``YYYY-MM-DD``; a month alone counts as its first day."""
CONTROLS = (
    r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
    r"\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f"
    r"\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
"""Line breaks, terminal escapes, text-direction controls, and invisible characters."""
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=f"^[^{CONTROLS}]+$")]
"""A name on one line, without control characters."""
Source = Annotated[str, Field(min_length=1, max_length=500, pattern=f"^[^{CONTROLS}]+$")]
"""Where a figure was seen, and where the rate that converts it was."""


def _provider_id(value: str) -> str:
    if value not in PROVIDERS:
        raise ValueError(f'"{value}" is not a provider. {one_of(value, PROVIDERS)}')
    return value


ProviderId = Annotated[
    Name,
    AfterValidator(_provider_id),
    WithJsonSchema({"type": "string", "enum": sorted(PROVIDERS)}),
]
StatedProvider = Annotated[ProviderId | None, Field(exclude_if=lambda value: value is None)]
"""Where a node comes from; left out, its name tells, and no digest of a book depends on it."""
GpuCount = Annotated[int, Field(strict=True, ge=1, le=1024)]
Whole = Annotated[int, Field(strict=True)]
PositiveInt = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
LOWEST_MEASURED, HIGHEST_MEASURED = 1e-6, 1e9
"""What a benchmark can have measured of one replica: requests or tokens, per second or at once."""
Flag = Annotated[bool, Field(strict=True)]


class Row(Strict):
    """What every figure carries. A book's own source and day fill what a row leaves out."""

    source: Source | None = None
    as_of: Day | None = None
    valid_from: Day | None = None
    estimate: Flag = False
    note: str = ""


class Hardware(Row):
    """A GPU, under its one name."""

    gpu: Name
    memory_gb: PositiveAmount
    tdp_w: PositiveAmount | None = None
    aliases: tuple[Name, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure."""
        return ("hardware", self.gpu)


class Instance(Row):
    """A cloud's instance type."""

    instance: Name
    provider: StatedProvider = None
    gpu: Name
    gpus: GpuCount
    vcpus: PositiveInt | None = None
    memory_gib: PositiveAmount | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure."""
        return ("instance", self.instance)


class ModelWeights(Row):
    """A model, its other names, and the size of its weights by precision (GB)."""

    model: Name
    aliases: tuple[Name, ...] = ()
    weights_gb: dict[str, PositiveAmount] = Field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure."""
        return ("model", self.model)


def node_key(
    node: str | None,
    region: str | None,
    purchase: str,
    kind: str | None,
    term: str | None,
    payment: str | None,
) -> tuple[object, ...]:
    """Return what names the price of a node, apart from its day."""
    return ("node", node, region, purchase, kind, term, payment)


class NodePrice(Row):
    """What a node costs: an instance type in a region, or a rented cloud's offer."""

    instance: Name | None = None
    offer: Name | None = None
    provider: StatedProvider = None
    region: Name | None = None
    gpu: Name | None = None
    gpus: GpuCount | None = None
    purchase: Purchase = "on-demand"
    kind: CommitmentKind | None = None
    term: Term | None = None
    payment: Payment | None = None
    usd_per_hour: Amount | None = None
    usd_per_gpu_hour: Amount | None = None
    upfront_usd: Amount | None = None
    egress_usd_per_gb: Amount | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.instance and not self.region:
            raise ValueError(f"the price of instance {self.instance} needs a region.")
        if self.offer and not (self.gpu and self.gpus):
            raise ValueError(f"the offer {self.offer} needs gpu and gpus.")
        if self.instance and (self.gpu or self.gpus or self.usd_per_gpu_hour):
            raise ValueError("an instance is priced by usd_per_hour; its GPUs stand in instances.")
        if self.instance and self.provider:
            raise ValueError("the provider of an instance is stated under instances.")
        if (self.usd_per_hour is None) == (self.usd_per_gpu_hour is None):
            raise ValueError("needs exactly one of usd_per_hour and usd_per_gpu_hour.")
        if (self.purchase == "reserved") != (self.kind is not None):
            raise ValueError("kind goes with purchase: reserved, and with nothing else.")
        if self.kind == "capacity-block":
            if self.term or self.payment:
                raise ValueError("a capacity block has hours, not term and payment.")
        elif self.kind and not (self.term and self.payment):
            raise ValueError(f"a {self.kind} needs term and payment.")
        if self.payment == "no-upfront" and self.upfront_usd and self.upfront_usd.high > 0:
            raise ValueError("payment: no-upfront and an upfront_usd above 0 exclude each other.")
        return self

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        node = self.instance or self.offer
        return node_key(node, self.region, self.purchase, self.kind, self.term, self.payment)

    @property
    def usd_per_node_hour(self) -> Range:
        """Recurring price of one node for one hour, without any upfront."""
        if self.usd_per_hour is not None:
            return self.usd_per_hour
        if self.usd_per_gpu_hour is None or self.gpus is None:
            raise AssertionError("a validated price has usd_per_hour, or usd_per_gpu_hour and gpus")
        return self.usd_per_gpu_hour * self.gpus


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

    utc_hours: tuple[Whole, Whole]
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


class ApiPrice(Row):
    """A hosted API's prices per million tokens, and its fee per request."""

    api: Name
    input_usd_per_mtok: Amount
    cached_input_usd_per_mtok: Amount | None = None
    output_usd_per_mtok: Amount
    reasoning_usd_per_mtok: Amount | None = None
    cache_write_usd_per_mtok: Amount | None = None
    usd_per_request: Amount | None = None
    batch_discount: Share | None = None
    tiers: tuple[Tier, ...] = ()
    peak: Annotated[
        tuple[Peak, ...],
        BeforeValidator(_listed, json_schema_input_type=tuple[Peak, ...] | Peak),
    ] = ()
    token_factor: PositiveAmount | None = None
    properties: tuple[Name, ...] = ()
    context_tokens: PositiveInt | None = None

    @model_validator(mode="after")
    def _one_price_an_hour(self) -> Self:
        for a, b in itertools.combinations(self.peak, 2):
            shared = a.hours_of_week & b.hours_of_week
            if shared:
                day, hour = divmod(min(shared), 24)
                raise ValueError(
                    f"the peaks {list(a.utc_hours)} and {list(b.utc_hours)} both hold on "
                    f"{WEEKDAYS[day]} at {hour}:00 UTC: an hour has one price."
                )
        return self

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        return ("api", self.api)


def _price_form(value: Any) -> str:
    if isinstance(value, ApiPrice):
        return "<api>"
    return "<api>" if isinstance(value, dict) and "api" in value else "<node>"


def _named(row: NodePrice) -> NodePrice:
    if (row.instance is None) == (row.offer is None):
        raise ValueError("names exactly one of instance, offer and api.")
    return row


PriceRow = Annotated[
    Annotated[NodePrice, AfterValidator(_named), Tag("<node>")] | Annotated[ApiPrice, Tag("<api>")],
    Discriminator(_price_form),
]


def _latency(value: Any) -> Any:
    return cast("Any", value) if isinstance(value, dict | Latency) else {"p50": value}


class Latency(Strict):
    """A latency in milliseconds by statistic; a bare number is the median."""

    mean: PositiveAmount | None = None
    p50: PositiveAmount | None = None
    p90: PositiveAmount | None = None
    p95: PositiveAmount | None = None
    p99: PositiveAmount | None = None


LatencyMs = Annotated[
    Latency, BeforeValidator(_latency, json_schema_input_type=Latency | PositiveAmount)
]


def _measurable(value: Range) -> Range:
    if value.low < LOWEST_MEASURED or value.high > HIGHEST_MEASURED:
        limits = f"{LOWEST_MEASURED:g} to {HIGHEST_MEASURED:g}"
        raise ValueError(f"{value.likely:g} is not a measurement. Write a figure from {limits}.")
    return value


Measured = Annotated[PositiveAmount, AfterValidator(_measurable)]


class BenchmarkPoint(Strict):
    """One measurement: at a concurrency, at a request rate, or at saturation (neither)."""

    concurrency: Measured | None = None
    request_rate: Measured | None = None
    e2e_ms: LatencyMs | None = None
    output_tok_s: Measured | None = None
    itl_ms: LatencyMs | None = None
    ttft_ms: LatencyMs | None = None

    @model_validator(mode="after")
    def _loaded(self) -> Self:
        if self.concurrency and self.request_rate:
            raise ValueError("states concurrency or request_rate, not both.")
        if self.request_rate and self.e2e_ms is None:
            raise ValueError("a request_rate needs e2e_ms, to know how many run at once.")
        if self.output_tok_s is None and self.request_rate is None:
            raise ValueError("output_tok_s is missing.")
        return self


class Benchmark(Row):
    """How fast one replica serves: points for model x GPUs x precision x engine x lengths."""

    model: Name
    gpu: Name
    gpus: GpuCount
    precision: Name
    engine: Name
    input: PositiveInt
    output: PositiveInt
    cached: Share = point(0.0)
    prefill_share: Share | None = None
    cached_prefill_speedup: PositiveAmount | None = None
    kind: Literal["measured", "predicted"] = "measured"
    points: Annotated[tuple[BenchmarkPoint, ...], Field(min_length=1)]

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        return (
            "benchmark",
            self.model,
            self.gpu,
            self.gpus,
            self.precision,
            self.engine,
            self.input,
            self.output,
            self.cached,
        )


class SpotBand(Row):
    """How often AWS interrupts an instance type: a share per trailing month."""

    instance: Name
    region: Name
    interrupted_per_month: Share

    @model_validator(mode="after")
    def _sometimes_up(self) -> Self:
        if self.interrupted_per_month.high >= 1:
            raise ValueError(
                f"{self.instance} is interrupted for certain within a month: no rate follows from "
                "that. Write a share below 1, such as 0.99."
            )
        return self

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        return ("spot-band", self.instance, self.region)


class Figure(Row):
    """A named figure of the catalog's overheads: power, egress, labor, reliability, platform."""

    figure: Name
    value: Amount
    unit: Name

    @model_validator(mode="after")
    def _share_below_one(self) -> Self:
        if self.is_share and not self.value.is_point and self.value.high >= 1:
            raise ValueError(f"{self.figure} is a share: its high end must be below 1.")
        return self

    @property
    def is_share(self) -> bool:
        """Whether the figure lies between 0 and 1 by its nature."""
        return self.unit in ("share", "per year")

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        return ("figure", self.figure)
