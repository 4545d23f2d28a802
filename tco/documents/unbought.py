"""Pools in ``tco.plan/1`` whose commitment is not bought yet, and what they cost until then."""

from __future__ import annotations

from pydantic import Field

from tco.analysis.decision.unbought import not_bought
from tco.analysis.evaluation import Evaluation
from tco.catalog.node_price import CommitmentKind
from tco.documents.document import Part

__all__ = ["UnboughtPart", "unbought_parts"]


class UnboughtPart(Part):
    """A pool whose commitment is not bought yet."""

    pool: str
    kind: CommitmentKind
    on_demand_usd_per_month: float | None = Field(
        description="What its nodes cost on demand; null without a price, and for a capacity block."
    )


def unbought_parts(result: Evaluation) -> tuple[UnboughtPart, ...]:
    """Return the pools that are not bought yet."""
    waiting = not_bought(result.stack)
    return tuple(
        UnboughtPart(
            pool=pool,
            kind=kind,
            on_demand_usd_per_month=None
            if kind == "capacity-block"
            else result.unbought_usd_per_month.get(pool),
        )
        for pool, kind in waiting.items()
    )
