"""What a plan says of one pool: how many nodes it has and how they are bought."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from tco.catalog.fields import Day, Flag, Name, PositiveInt
from tco.catalog.node_price import CommitmentKind, Payment, Term
from tco.files import Strict, as_mapping
from tco.ranges import Amount, PositiveAmount, Share, point
from tco.units import TERM_MONTHS

__all__ = [
    "Colocation",
    "Commitment",
    "NodeCount",
    "Nodes",
    "OwnedNode",
    "Pool",
    "Power",
    "SpotTerms",
]

NodeCount = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Follow = Literal["static", "schedule", "load"]


class Nodes(Strict):
    """How many nodes a pool has: a number, ``auto``, or a span with what it follows."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "integer", "minimum": 0},
        {"const": "auto"},
    )

    min: NodeCount = 0
    max: NodeCount | None = None
    follow: Follow = "static"
    auto: Flag = False

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        if given == "auto":
            return {"auto": True}
        if isinstance(given, int) and not isinstance(given, bool):
            if given < 0:
                raise ValueError(f"{given} is below 0. Write 0 or more.")
            return {"min": given, "max": given}
        if isinstance(given, str | float | bool | list):
            raise ValueError(
                f"{given!r} is not a number of nodes. Write a whole number, auto, "
                "or {min: 0, max: 4, follow: load}."
            )
        span = as_mapping(given)
        if span is not None and "max" not in span and "auto" not in span:
            raise ValueError("a span of nodes needs max.")
        return given

    @model_validator(mode="after")
    def _upright(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError(f"max {self.max} is below min {self.min}.")
        return self

    @property
    def fixed(self) -> bool:
        """Whether the count is one number."""
        return self.min == self.max


class Commitment(Strict):
    """What a reserved pool commits to."""

    kind: CommitmentKind
    term: Term | None = None
    payment: Payment | None = None
    hours: PositiveInt | None = None
    id: Name | None = None
    start: Day | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind == "capacity-block":
            if self.hours is None or self.term or self.payment:
                raise ValueError("a capacity block takes hours, not term or payment.")
        elif self.hours is not None:
            raise ValueError("hours are for a capacity block only.")
        elif self.term is None:
            raise ValueError(f"a {self.kind} needs a term: {', '.join(TERM_MONTHS)}.")
        return self


class SpotTerms(Strict):
    """How a spot pool behaves when it is interrupted or unavailable."""

    availability: Share | None = None
    interruptions_per_node_hour: Amount | None = None
    fallback: Literal["on-demand", "none"] = "on-demand"
    overprovision: Annotated[float, Field(strict=True, ge=1, le=10)] = 1.0

    @model_validator(mode="after")
    def _one_remedy(self) -> Self:
        if self.fallback == "on-demand" and self.overprovision > 1:
            raise ValueError(
                "overprovision needs fallback: none; with an on-demand fallback the missing "
                "nodes would be paid for twice."
            )
        if self.fallback == "none" and self.availability and self.availability.likely == 0:
            raise ValueError("a pool with availability 0 and no fallback serves nothing.")
        return self


class Power(Strict):
    """What an owned node draws, idle and under load."""

    idle_w: Amount
    load_w: PositiveAmount
    pue: PositiveAmount | None = None
    usd_per_kwh: Amount | None = None

    @model_validator(mode="after")
    def _upright(self) -> Self:
        if self.idle_w.likely > self.load_w.likely:
            raise ValueError(
                f"idle_w {self.idle_w.likely:g} is above load_w {self.load_w.likely:g}."
            )
        if self.pue is not None and self.pue.low < 1:
            raise ValueError(
                f"a pue of {self.pue.low:g} is below 1, which is physically impossible."
            )
        return self


class Colocation(Strict):
    """Space, cooling and (if included) electricity bought by the committed kilowatt."""

    kw: PositiveAmount | None = None
    usd_per_kw_month: Amount | None = None
    usd_per_month: Amount | None = None
    electricity: Literal["included", "metered"]

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        by_kw = self.kw is not None and self.usd_per_kw_month is not None
        if by_kw == (self.usd_per_month is not None) or (self.kw is None) != (
            self.usd_per_kw_month is None
        ):
            raise ValueError("requires kw with usd_per_kw_month, or usd_per_month per node.")
        return self


class OwnedNode(Strict):
    """A node that is bought, or already paid for: its cost, its life, and what it draws."""

    gpu: Name
    gpus: Annotated[int, Field(strict=True, ge=1, le=1024)]
    usd: PositiveAmount | None = None
    sunk: Flag = False
    resale_usd: Amount | None = None
    life_years: Annotated[float, Field(strict=True, ge=0.1, le=20)]
    residual: Share = point(0.0)
    maintenance_per_year: Share | None = None
    power: Power | None = None
    colocation: Colocation | None = None

    @model_validator(mode="after")
    def _paid_once(self) -> Self:
        if self.sunk and (self.usd is not None or "residual" in self.model_fields_set):
            raise ValueError(
                "sunk: true means that the node is already paid for: write resale_usd, its "
                "resale value today, instead of usd and residual."
            )
        if self.sunk != (self.resale_usd is not None):
            raise ValueError("sunk: true and resale_usd go together.")
        if not self.sunk and self.usd is None:
            raise ValueError("needs usd, or sunk: true with resale_usd.")
        return self

    @model_validator(mode="after")
    def _powered_once(self) -> Self:
        included = self.colocation is not None and self.colocation.electricity == "included"
        if included and self.power is not None:
            raise ValueError(
                "power and colocation with electricity: included would count the electricity "
                "twice. Drop power, or write electricity: metered."
            )
        if not included and self.power is None:
            raise ValueError(
                "needs power: {idle_w: …, load_w: …}"
                + (" since its colocation is metered." if self.colocation else " or colocation.")
            )
        return self


class Pool(Strict):
    """One pool of equal nodes and how it is bought."""

    instance: Name | None = None
    offer: Name | None = None
    owned: OwnedNode | None = None
    region: Name | None = None
    purchase: Literal["on-demand", "spot", "reserved"] = "on-demand"
    nodes: Nodes
    commitment: Commitment | None = None
    spot: SpotTerms | None = None
    boot_hours: Amount | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        named = [node for node in (self.instance, self.offer, self.owned) if node is not None]
        if len(named) != 1:
            raise ValueError("names exactly one of instance, offer and owned.")
        if (self.purchase == "reserved") != (self.commitment is not None):
            raise ValueError(
                "purchase: reserved and commitment: {kind, term, payment} go together."
            )
        if self.owned is not None and self.purchase != "on-demand":
            raise ValueError(f"an owned node has no purchase: {self.purchase}. Remove purchase.")
        if self.spot is not None and self.purchase != "spot":
            raise ValueError("spot: {…} requires purchase: spot.")
        committed = self.purchase == "reserved" or self.owned is not None
        if committed and not (self.nodes.fixed or self.nodes.auto):
            raise ValueError("a committed or owned pool has one number of nodes, not a span.")
        return self
