"""What a user declares: the plan of one stack, the value of ``tco:plan``."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from tco.catalog.fields import Day, Name
from tco.files import Strict
from tco.plan.alternatives import Alternative, Alternatives, OnlyAlternatives
from tco.plan.finance import Correlation, Finance, Outlook
from tco.plan.gate import Confirmation, Gate
from tco.plan.operations import Ops, PlatformCost
from tco.plan.provision import GuardrailsOrOff, Provision
from tco.plan.service import Service

__all__ = ["PLAN_KEY", "Plan"]

PLAN_KEY = "tco:plan"


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

    @property
    def commits(self) -> bool:
        """Whether a pool of the plan has a commitment."""
        pools = [pool for service in self.services.values() for pool in service.pools.values()]
        return any(pool.commitment is not None for pool in pools)

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
            raise ValueError(
                f"{texts}: a pool serves one service, so give the second one another name."
            )
        names = [alternative.name for alternative in self.named_alternatives]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"the alternative {twice[0]} is listed twice.")
        pairs = [frozenset(correlation.figures) for correlation in self.correlations]
        if len(set(pairs)) < len(pairs):
            raise ValueError("correlations name one pair of figures twice.")
        return self
