"""One service of a plan: its model, its pools, its standby, what leaves the cloud."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from tco.catalog.fields import Flag, Name, PositiveInt
from tco.catalog.score import ScorePercent
from tco.files import Strict
from tco.plan.pools import NodeCount, Pool
from tco.ranges import Amount, PositiveAmount

__all__ = ["Egress", "MinScore", "Requirement", "Route", "Service", "Standby"]


class Serving(Strict):
    """Which model runs, and how."""

    model: Name
    precision: Name | None = None
    engine: Name | None = None
    engine_version: Name | None = None
    parallelism: Name | None = None
    mode: Literal["aggregated", "disaggregated"] = "aggregated"
    speculative: Literal["none", "mtp", "eagle"] = "none"
    gpus_per_replica: PositiveInt | None = None
    config: Name | None = None
    throughput_factor: Annotated[
        PositiveAmount | None, Field(default=None, exclude_if=lambda stated: stated is None)
    ]

    @model_validator(mode="after")
    def _sized(self) -> Self:
        if self.mode == "disaggregated" and self.gpus_per_replica is None:
            raise ValueError(
                "mode: disaggregated needs gpus_per_replica: all GPUs of prefill and decode."
            )
        return self


class Sizing(Strict):
    """How full the fleet is planned, and how requests find a node."""

    target_load: Annotated[float, Field(strict=True, gt=0, le=1)] = 1.0
    router: Literal["least-outstanding", "random"] = "least-outstanding"


class Standby(Strict):
    """The standby for a failed node: enough spares, a fixed number, or an API."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ({"enum": ["none", None]},)

    availability: Annotated[float, Field(strict=True, gt=0, lt=1)] | None = None
    mtbf_hours: PositiveAmount | None = None
    mttr_hours: PositiveAmount | None = None
    pool: Name | None = None
    nodes: NodeCount | None = None
    api: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _none(cls, given: Any) -> Any:
        return {} if given in (None, "none") else given

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.availability is not None, self.nodes is not None, self.api is not None]
        if sum(ways) > 1 or (self.pool is not None) != (self.nodes is not None):
            raise ValueError(
                "write one of {availability: 0.999}, {pool: base, nodes: 1}, {api: …}, or none."
            )
        return self


class Route(Strict):
    """Where a named class of requests goes instead of the common pools."""

    api: Name | None = None
    pool: Name | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.api is None) == (self.pool is None):
            raise ValueError("routes to exactly one of api and pool.")
        return self


class Egress(Strict):
    """What leaves the cloud."""

    to: Literal["internet", "private"] = "internet"
    bytes_per_output_token: Amount | None = None
    overhead_bytes: Amount | None = None
    gb_per_month: Amount | None = None
    free_tier: Flag = False

    @model_validator(mode="after")
    def _one_volume(self) -> Self:
        if self.gb_per_month is not None and (self.bytes_per_output_token or self.overhead_bytes):
            raise ValueError(
                "gb_per_month cannot be combined with bytes_per_output_token or overhead_bytes."
            )
        return self


class MinScore(Strict):
    """The least score on each of some benchmarks that a model needs, in percent."""

    min_score: Annotated[dict[Name, ScorePercent], Field(min_length=1)]


def _requirement_form(given: Any) -> str:
    return "<min_score>" if isinstance(given, dict | MinScore) else "<property>"


Requirement = Annotated[
    Annotated[Name, Tag("<property>")] | Annotated[MinScore, Tag("<min_score>")],
    Discriminator(_requirement_form),
]
"""A property that an API needs, or scores that a model needs."""


class Service(Strict):
    """One model behind one endpoint: its workload, its pools, what happens at their limits."""

    workload: Name
    serving: Serving
    pools: Annotated[dict[Name, Pool], Field(min_length=1)]
    sizing: Sizing = Sizing()
    standby: Standby = Standby()
    overflow: Name = "refuse"
    route: dict[Name, Route] = Field(default_factory=dict)
    require: tuple[Requirement, ...] = ()
    egress: Egress = Egress()
