"""A pool with every figure looked up."""

from __future__ import annotations

from dataclasses import dataclass

from tco.catalog.sourced import SourcedValue
from tco.costing.egress import EgressTerms
from tco.costing.purchase import PurchaseOption
from tco.plan.pools import Pool
from tco.providers.provider import Provider

__all__ = ["PoolModel", "PowerTerms"]


@dataclass(frozen=True)
class PowerTerms:
    """Electricity of an owned node: metered draw, colocation, or both."""

    idle_w: SourcedValue | None
    load_w: SourcedValue | None
    pue: SourcedValue | None
    usd_per_kwh: SourcedValue | None
    colocation_usd_per_month: SourcedValue | None


@dataclass(frozen=True, kw_only=True)
class PoolModel:
    """One pool, priced and sized."""

    name: str
    plan: Pool
    provider: Provider
    node: str
    gpu: str
    gpus: int
    region: str | None
    supply: PurchaseOption
    power: PowerTerms | None
    mtbf_hours: SourcedValue
    mttr_hours: SourcedValue
    boot_hours: SourcedValue
    egress: EgressTerms
    nodes_per_replica: int

    @property
    def vendor(self) -> str:
        """Return who sends the invoice for its nodes."""
        return self.provider.vendor(self.node)

    @property
    def provisioned(self) -> bool:
        """Whether the Pulumi program creates the pool's nodes."""
        return self.provider.provisions and self.plan.instance is not None

    @property
    def awaits_purchase(self) -> bool:
        """Whether the program would create its nodes without a commitment: it has no id yet."""
        terms = self.plan.commitment
        return self.provisioned and terms is not None and terms.id is None
