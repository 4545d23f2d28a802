"""The load by node in ``tco.plan/1``: how often each node is needed, and its price by supply."""

from __future__ import annotations

from pydantic import Field

from tco.analysis.evaluation import Evaluation
from tco.analysis.optimization.ranks import Rank, Supply, supply_name
from tco.documents.disclosure import disclosed, secret_supplies
from tco.documents.document import Part

__all__ = ["RankPart", "rank_tables"]


class RankPart(Part):
    """The j-th node of a service: how often it is needed, and its price by supply."""

    rank: int
    needed_share: float
    busy_share: float
    usd_per_hour: dict[str, float | None]
    supply: str = Field(description="The cheapest supply.")


def rank_tables(result: Evaluation) -> tuple[tuple[RankPart, ...], ...]:
    """Return one table for each service."""
    return tuple(
        tuple(_rank(rank, secret_supplies(result, index)) for rank in table)
        for index, table in enumerate(result.ranks)
    )


def _rank(rank: Rank, secret: set[Supply]) -> RankPart:
    return RankPart(
        rank=rank.rank,
        needed_share=rank.needed_share,
        busy_share=rank.busy_share,
        usd_per_hour=disclosed(rank.usd_per_hour, secret),
        supply=supply_name(rank.cheapest),
    )
