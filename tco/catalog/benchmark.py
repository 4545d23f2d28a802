"""How fast one replica serves: measured and predicted points."""

from typing import Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from tco.catalog.fields import GpuCount, Name, PositiveInt
from tco.catalog.row import Row
from tco.files import Strict
from tco.ranges import PositiveAmount, Range, Share, point

__all__ = ["Benchmark", "BenchmarkPoint", "Latency"]

LOWEST_MEASURED, HIGHEST_MEASURED = 1e-6, 1e9
"""What a benchmark can have measured of one replica: requests or tokens, per second or at once."""


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
            raise ValueError("request_rate needs e2e_ms, from which the concurrency follows.")
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
    engine_version: Name | None = None
    parallelism: Name | None = None
    mode: Literal["aggregated", "disaggregated"] = "aggregated"
    speculative: Literal["none", "mtp", "eagle"] = "none"
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
            self.engine_version,
            self.parallelism,
            None if self.mode == "aggregated" else self.mode,
            None if self.speculative == "none" else self.speculative,
        )
