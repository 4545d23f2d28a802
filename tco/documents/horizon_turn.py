"""Today's month against the horizon: typed, and in a sentence with the cause."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from tco.analysis.decision.horizon_turn import Side, TurnCause
from tco.analysis.evaluation import Evaluation
from tco.catalog.sourced import PriceSteps
from tco.catalog.spend_terms import SpendTerms
from tco.documents.document import Part
from tco.documents.outlook import changes_text
from tco.numbers import plain
from tco.percent import exact_percent

__all__ = ["HorizonTurnPart", "horizon_turn_part", "turn_sentence"]


class HorizonTurnPart(Part):
    """Which side is cheaper today and over the horizon, where they or the decision disagree."""

    today: Side = Field(description="The cheaper side of the pricing day's month.")
    horizon: Side = Field(description="The cheaper side over the horizon, in the base case.")
    cause: TurnCause = Field(description="What turns the answer.")
    text: str = Field(description="The same in a sentence.")


def horizon_turn_part(result: Evaluation) -> HorizonTurnPart | None:
    """Return what turns today's answer; None where nothing does."""
    turn = result.horizon_turn
    if turn is None:
        return None
    return HorizonTurnPart(
        today=turn.today, horizon=turn.horizon, cause=turn.cause, text=turn_sentence(result)
    )


def turn_sentence(result: Evaluation) -> str:
    """Return both answers with the cause; empty where month, horizon and decision agree."""
    turn = result.horizon_turn
    if turn is None:
        return ""
    cheaper = turn.today == "self"
    if turn.cause == "unserved":
        return f"{_compared(cheaper)} in the base case, but the fleet does not serve all demand."
    if turn.cause == "scenarios":
        then = "but not in enough scenarios" if cheaper else "but cheaper in most scenarios"
        return f"{_compared(cheaper)} in the base case, {then}."
    months = f"over {result.stack.horizon_months} months"
    then = f"but not {months}" if cheaper else f"but cheaper {months}"
    return f"{_compared(cheaper)} today, {then}: {_cause(result, turn.cause)}."


def _compared(cheaper: bool) -> str:
    return "Cheaper" if cheaper else "More expensive"


def _cause(result: Evaluation, cause: TurnCause) -> str:
    if cause == "api-prices":
        return _api_prices(result)
    if cause == "throughput":
        return _throughput(result)
    if cause == "node-prices":
        return _node_prices(result)
    if cause == "growth":
        return _growth(result)
    return "upfront payments count in full, less their remaining value at the end"


def _api_prices(result: Evaluation) -> str:
    rates = result.rival.alternative.rates if result.rival is not None else ()
    paths = [rate.path for rate in rates if rate is not None]
    decay = next((path.decay_per_year.value.likely for path in paths), 0.0)
    jumps = {
        f"by a factor of {plain(factor.value.likely)} in month {month}": None
        for path in paths
        for month, factor in path.jumps
    }
    jumped = f"change {' and '.join(jumps)}" if jumps else ""
    yearly = f"fall {exact_percent(decay)} per year" if decay else ""
    stepped = next(
        (f"change with a discount {_after(path.steps)}" for path in paths if path.steps), ""
    )
    changes = " and ".join(text for text in (yearly, jumped, stepped) if text)
    ended = _ended([*(rate and rate.found.discounts.terms for rate in rates), *result.stack.owed])
    return " and ".join(filter(None, (f"API prices {changes}" if changes else "", ended)))


def _after(steps: PriceSteps) -> str:
    return f"after {steps[0][0]} months"


def _ended(terms: Sequence[SpendTerms | None]) -> str:
    """Return when the first contract ends that bills a least amount, or by tiers."""
    months = [each.months for each in terms if each is not None and each.months is not None]
    return f"the terms of a contract end after {min(months)} months" if months else ""


def _throughput(result: Evaluation) -> str:
    """Return how the first model whose throughput moves gets faster or slower."""
    groups = [group for service in result.stack.services for group in service.groups]
    for group in groups:
        yearly = group.progress.per_year.value.likely
        if yearly != 1:
            return f"the throughput of nodes {changes_text(yearly - 1)}"
    return "the throughput of a new model grows"


def _node_prices(result: Evaluation) -> str:
    """Return how the rent of the first pool moves whose way to rent has a moving price."""
    prices = result.stack.node_prices
    steps = (pool.supply.rate.steps for _, _, _, pool in result.stack.pools())
    stepped = next((f"the discount on nodes changes {_after(step)}" for step in steps if step), "")
    factors = (
        prices.factor_per_year(pool.supply.option).value.likely
        for _, _, _, pool in result.stack.pools()
        if pool.supply.owned is None
    )
    moved = next((factor for factor in factors if factor != 1), 1.0)
    terms = (pool.supply.rate.terms for _, _, _, pool in result.stack.pools())
    ended = _ended([*terms, *result.stack.owed])
    is_flat = moved == 1 and (stepped or ended)
    rent = "" if is_flat else f"the rent of nodes {changes_text(moved - 1)}"
    return " and ".join(text for text in (rent, stepped, ended) if text)


def _growth(result: Evaluation) -> str:
    services = result.stack.services
    moved = max(services, key=lambda service: abs(service.demand.growth_per_year.likely))
    return f"demand {changes_text(moved.demand.growth_per_year.likely)}"
