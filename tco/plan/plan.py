"""What a user declares: the plan of one stack, the value of ``tco:plan``."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from tco.catalog.fields import Day, Flag, Name, PositiveInt
from tco.catalog.score import ScorePercent
from tco.files import Strict, as_mapping
from tco.plan.pools import NodeCount, Pool
from tco.ranges import Amount, PositiveAmount, Range, Share, point

__all__ = [
    "Alternative",
    "Confirmation",
    "Correlation",
    "Egress",
    "Finance",
    "Gate",
    "Guardrails",
    "MinScore",
    "Ops",
    "Outlook",
    "Override",
    "Plan",
    "PlatformCost",
    "Provision",
    "Requirement",
    "Route",
    "Service",
    "Standby",
]


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


class Alternative(Strict):
    """A rival: one API for every service, an API by service under a name, or a stack."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "string", "description": "An API, or stack:NAME."},
        {
            "type": "object",
            "description": "A name with an API for each service.",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": "string"},
            },
        },
    )

    name: Name
    api: Name | None = None
    apis: dict[Name, Name] = Field(default_factory=dict)
    stack: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        if isinstance(given, str):
            stack = given.removeprefix("stack:")
            return {"name": given, "stack" if stack != given else "api": stack}
        rival = as_mapping(given) or {}
        if len(rival) == 1:
            [(name, value)] = rival.items()
            apis = as_mapping(value)
            if apis is not None:
                return {"name": name, "apis": apis}
        if "name" in rival:
            return rival
        raise ValueError('is an API, "stack:NAME", or a name with {service: api}.')

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(map(bool, (self.api, self.apis, self.stack))) != 1:
            raise ValueError('is one of an API, "stack:NAME", or a name with {service: api}.')
        return self


class OnlyAlternatives(Strict):
    """A list of alternatives to which no host of the same weights is added."""

    only: tuple[Alternative, ...]


def _alternatives_form(given: Any) -> str:
    return "<only>" if isinstance(given, dict | OnlyAlternatives) else "<list>"


Alternatives = Annotated[
    Annotated[tuple[Alternative, ...], Tag("<list>")] | Annotated[OnlyAlternatives, Tag("<only>")],
    Discriminator(_alternatives_form),
]


def _fte_form(given: Any) -> str:
    return "<table>" if isinstance(given, dict) else "<one>"


def _node_number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is not a number of nodes.")
    return value


FteTable = dict[Annotated[int, Field(ge=1), BeforeValidator(_node_number)], Amount]
Fte = Annotated[
    Annotated[FteTable, Field(min_length=1), Tag("<table>")] | Annotated[Amount, Tag("<one>")],
    Discriminator(_fte_form),
]


class Ops(Strict):
    """The people: a number of FTE, or a table of FTE by nodes with hours per node."""

    fte: Fte | None = None
    usd_per_fte_year: Amount | None = None
    hours_per_node_month: Amount | None = None
    setup_usd: Amount = point(0.0)
    api_fte: Amount = point(0.0)

    @model_validator(mode="after")
    def _once(self) -> Self:
        if self.hours_per_node_month is not None and isinstance(self.fte, Range):
            raise ValueError(
                "a declared fte and hours_per_node_month would count the same people twice: "
                "write a table fte: {1: 0.25, 4: 0.5} with the hours, or fte alone."
            )
        return self


class PlatformCost(Strict):
    """What the platform costs, instead of the catalog's default."""

    usd_per_month: Amount = point(0.0)
    usd_per_node_month: Amount = point(0.0)
    licence_usd_per_gpu_year: Amount = point(0.0)


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


class Override(Strict):
    """A closed gate opened on purpose, in the reviewed file."""

    reason: Name
    approved_by: Name
    expires: Day
    max_usd_per_month: Amount


ResourceType = Annotated[str, Field(strict=True, pattern=r"^[\w.-]+:[\w./-]*:?[\w.-]+$")]
"""A type of Pulumi resources, such as ``aws:ecs/service:Service``."""


class Gate(Strict):
    """When the math counts as closed."""

    level: Literal["mandatory", "advisory"] = "mandatory"
    probability: Annotated[float, Field(strict=True, gt=0, lt=1)] = 0.8
    max_unserved_share: Annotated[float, Field(strict=True, ge=0, lt=1)] = 0.001
    max_price_age_days: PositiveInt = 180
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


class Provision(Strict):
    """Where the Pulumi program puts the nodes."""

    kind: Literal["eks", "asg"]
    cluster: Name | None = None
    subnets: Annotated[tuple[Name, ...], Field(min_length=1)]
    zone: Name | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "eks") != (self.cluster is not None):
            raise ValueError("kind: eks goes with the cluster it joins, kind: asg with none.")
        return self


class Guardrails(Strict):
    """Who hears of spending and of idle GPUs."""

    budget_emails: tuple[Name, ...] = ()
    sns_topic_arn: Name | None = None


def _guardrails_form(given: Any) -> str:
    return "<off>" if given is False else "<on>"


GuardrailsOrOff = Annotated[
    Annotated[Guardrails, Tag("<on>")] | Annotated[Literal[False], Tag("<off>")],
    Discriminator(_guardrails_form),
]


class Plan(Strict):
    """Everything one stack declares."""

    pricing_day: Day | None = None
    services: Annotated[dict[Name, Service], Field(min_length=1)]
    alternatives: Alternatives = ()
    against: Name = "cheapest"
    ops: Ops = Ops()
    platform: PlatformCost | None = None
    finance: Finance = Finance()
    outlook: Outlook = Outlook()
    correlations: tuple[Correlation, ...] = ()
    prices: tuple[Name, ...] = ()
    provision: Provision | None = None
    guardrails: GuardrailsOrOff | None = None
    gate: Gate = Gate()
    confirm: Annotated[
        tuple[Confirmation, ...], Field(default=(), exclude_if=lambda value: not value)
    ]

    @property
    def named_alternatives(self) -> tuple[Alternative, ...]:
        """What the plan names as alternatives."""
        if isinstance(self.alternatives, OnlyAlternatives):
            return self.alternatives.only
        return self.alternatives

    @property
    def adds_hosts(self) -> bool:
        """Whether the hosts of the same weights are alternatives too."""
        return not isinstance(self.alternatives, OnlyAlternatives)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        owners: dict[str, list[str]] = {}
        for service, spec in self.services.items():
            for pool in spec.pools:
                owners.setdefault(pool, []).append(service)
        shared = [
            f'the pool "{pool}" is in the services {" and ".join(services)}'
            for pool, services in owners.items()
            if len(services) > 1
        ]
        if shared:
            texts = "; ".join(shared)
            raise ValueError(f"{texts}: a pool serves one service, give the second another name.")
        names = [alternative.name for alternative in self.named_alternatives]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the alternative {twice[0]} is listed twice.")
        pairs = [frozenset(correlation.figures) for correlation in self.correlations]
        if len(set(pairs)) < len(pairs):
            raise ValueError("correlations name one pair of figures twice.")
        return self
