"""What a node costs."""

from typing import Literal, Self

from pydantic import model_validator

from tco.catalog.fields import GpuCount, Name, StatedProvider
from tco.catalog.row import Row
from tco.ranges import Amount, Range

__all__ = ["NodePrice", "node_key"]

Purchase = Literal["on-demand", "spot", "reserved"]
CommitmentKind = Literal["savings-plan", "reserved-instance", "capacity-block", "contract"]
Term = Literal["6mo", "1yr", "2yr", "3yr", "5yr"]
Payment = Literal["no-upfront", "partial-upfront", "all-upfront"]


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
            raise ValueError("an instance is priced by usd_per_hour; its GPUs are under instances.")
        if self.instance and self.provider:
            raise ValueError("the provider of an instance is stated under instances.")
        if (self.usd_per_hour is None) == (self.usd_per_gpu_hour is None):
            raise ValueError("needs exactly one of usd_per_hour and usd_per_gpu_hour.")
        if (self.purchase == "reserved") != (self.kind is not None):
            raise ValueError("kind is allowed only with purchase: reserved.")
        if self.kind == "capacity-block":
            if self.term or self.payment:
                raise ValueError("a capacity block has hours, not term and payment.")
        elif self.kind and not (self.term and self.payment):
            raise ValueError(f"a {self.kind} needs term and payment.")
        if self.payment == "no-upfront" and self.upfront_usd and self.upfront_usd.high > 0:
            raise ValueError("payment: no-upfront contradicts an upfront_usd above 0.")
        return self

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        node = self.instance or self.offer
        return node_key(
            node, self.region, self.purchase, self.kind, term=self.term, payment=self.payment
        )

    @property
    def usd_per_node_hour(self) -> Range:
        """Recurring price of one node for one hour, without any upfront."""
        if self.usd_per_hour is not None:
            return self.usd_per_hour
        if self.usd_per_gpu_hour is None or self.gpus is None:
            raise AssertionError("a validated price has usd_per_hour, or usd_per_gpu_hour and gpus")
        return self.usd_per_gpu_hour * self.gpus
