"""Why today's month and the decision disagree: which path moves the saving over the horizon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from tco.analysis.cashflow.comparison import OwnSide, RivalSide, rival_side
from tco.analysis.cashflow.projection import project
from tco.analysis.decision.alternative_result import AlternativeResult
from tco.analysis.decision.verdict import Verdict
from tco.arrays import as_scalar
from tco.catalog.sourced import SourcedValue
from tco.costing.api_rate import ApiRate, PricePath
from tco.costing.figures import with_figures
from tco.costing.group import Group
from tco.costing.node_outlook import NodePriceOutlook
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.costing.throughput_path import ThroughputPath
from tco.ranges import point

__all__ = ["HorizonTurn", "Side", "TurnCause", "horizon_turn"]

Side = Literal["self", "alternative"]
TurnCause = Literal[
    "api-prices", "throughput", "node-prices", "growth", "upfront", "unserved", "scenarios"
]
"""What turns the answer: a path of the horizon, payments upfront, unserved demand, or the ranges
of the figures, where the base case agrees with today and too few or enough scenarios do not."""


@dataclass(frozen=True, kw_only=True)
class HorizonTurn:
    """The cheaper side of today's month and of the horizon in the base case, and what turns it."""

    today: Side
    horizon: Side
    cause: TurnCause


def horizon_turn(
    own: OwnSide, rival: AlternativeResult, verdict: Verdict, *, usd: float, lost_months: int
) -> HorizonTurn | None:
    """Return what turns today's answer; None where month, horizon and decision agree.

    ``usd`` is today's month of self-hosting.
    """
    saving, rival_usd = verdict.saving_npv_usd, rival.usd_per_month
    if saving is None or rival_usd is None or rival.side is None:
        return None
    today: Side = "self" if usd < rival_usd else "alternative"
    horizon: Side = "self" if saving > 0 else "alternative"
    if today != horizon:
        cause = _cause(own, rival.side, saving)
        return HorizonTurn(today=today, horizon=horizon, cause=cause)
    if _decides_for(verdict) in (None, today):
        return None
    return HorizonTurn(
        today=today, horizon=horizon, cause="unserved" if lost_months else "scenarios"
    )


def _decides_for(verdict: Verdict) -> Side | None:
    if verdict.decision == "DO_NOT":
        return "alternative"
    return "self" if verdict.decision in ("RECOMMEND", "LEAN") else None


def _cause(own: OwnSide, rival: RivalSide, saving_usd: float) -> TurnCause:
    """Return the path without which the saving would have moved most toward today's side."""
    without: dict[TurnCause, float] = {
        cause: _saving(held(own.stack), rival.alternative.name) for cause, held in PATHS.items()
    }
    without["upfront"] = _spread_saving(own, rival)
    sign = 1.0 if saving_usd > 0 else -1.0
    return max(without, key=lambda cause: sign * (saving_usd - without[cause]))


def _saving(stack: StackModel, against: str) -> float:
    """Return the present value of the saving of a changed stack against an alternative."""
    changed = OwnSide(stack, project(stack), utilization=0.0)
    alternative = next(
        alternative for alternative in stack.alternatives if alternative.name == against
    )
    side = rival_side(changed, alternative)
    if side is None:
        raise AssertionError("an alternative that decides has a price")
    return side.npv_usd - changed.npv_usd - side.refused_npv_usd


def _spread_saving(own: OwnSide, rival: RivalSide) -> float:
    """Return the saving if both sides paid each month what the month costs, nothing upfront."""
    rival_billed, own_billed = rival.flow.billed_usd, own.flow.billed_usd
    return as_scalar(own.discounting.present_usd(rival_billed - own_billed - rival.refused_usd))


def _without_growth(stack: StackModel) -> StackModel:
    return _everywhere(
        stack.with_services(
            lambda service: replace(
                service, demand=replace(service.demand, growth_per_year=point(0.0))
            )
        ),
        _without_growth,
    )


def _without_progress(stack: StackModel) -> StackModel:
    def steady(group: Group) -> Group:
        return replace(group, progress=ThroughputPath(_at(group.progress.per_year, 1.0)))

    return _everywhere(stack.with_groups(steady), _without_progress)


def _without_node_prices(stack: StackModel) -> StackModel:
    prices = stack.node_prices
    steady = NodePriceOutlook(
        on_demand=_at(prices.on_demand, 1.0),
        spot=_at(prices.spot, 1.0),
        capacity_block=_at(prices.capacity_block, 1.0),
    )
    flat = with_figures(_with_lasting(stack, is_api=False), _lasting_figure)
    return _everywhere(replace(flat, node_prices=steady), _without_node_prices)


def _lasting_figure(figure: SourcedValue) -> SourcedValue:
    """Return a price whose discount and contract last."""
    if not figure.steps and figure.terms is None:
        return figure
    return replace(figure, steps=(), terms=figure.terms and replace(figure.terms, months=None))


def _with_lasting(stack: StackModel, *, is_api: bool) -> StackModel:
    """Return a stack whose signed contracts with APIs, or those for nodes, last."""
    owed = tuple(
        replace(terms, months=None) if terms.is_api == is_api else terms for terms in stack.owed
    )
    return replace(stack, owed=owed)


def _without_api_prices(stack: StackModel) -> StackModel:
    steady = _with_lasting(stack, is_api=True).with_services(_with_steady_apis)
    alternatives = tuple(
        replace(alternative, rates=tuple(_steady(rate) for rate in alternative.rates))
        for alternative in stack.alternatives
    )
    return _everywhere(replace(steady, alternatives=alternatives), _without_api_prices)


def _with_steady_apis(service: ServiceModel) -> ServiceModel:
    return replace(
        service,
        overflow=_steady(service.overflow),
        standby=replace(service.standby, api=_steady(service.standby.api)),
        routed=tuple((request, _steady_rate(rate)) for request, rate in service.routed),
    )


def _steady(rate: ApiRate | None) -> ApiRate | None:
    return None if rate is None else _steady_rate(rate)


def _steady_rate(rate: ApiRate) -> ApiRate:
    """Return an API whose prices and whose contract stay."""
    discounts = rate.found.discounts
    terms = discounts.terms and replace(discounts.terms, months=None)
    found = replace(rate.found, discounts=replace(discounts, terms=terms))
    return replace(rate, found=found, path=PricePath(_at(rate.path.decay_per_year, 0.0)))


def _everywhere(stack: StackModel, change: Callable[[StackModel], StackModel]) -> StackModel:
    """Return a stack with the stacks among its alternatives changed as well."""
    alternatives = tuple(
        alternative
        if alternative.stack is None
        else replace(alternative, stack=change(alternative.stack))
        for alternative in stack.alternatives
    )
    return replace(stack, alternatives=alternatives)


def _at(figure: SourcedValue, value: float) -> SourcedValue:
    return replace(figure, value=point(value))


PATHS: dict[TurnCause, Callable[[StackModel], StackModel]] = {
    "api-prices": _without_api_prices,
    "throughput": _without_progress,
    "node-prices": _without_node_prices,
    "growth": _without_growth,
}
"""Each path of the horizon with what holds it at its value on the pricing day."""
