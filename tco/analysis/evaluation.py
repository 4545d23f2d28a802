"""The one function that evaluates a plan; every face shows its result."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from tco.analysis.breakeven.break_even import BreakEven, Scan
from tco.analysis.cashflow.comparison import OwnSide, rival_side
from tco.analysis.cashflow.projection import Projection, project
from tco.analysis.decision.constraint import RuledOut, ruled_out
from tco.analysis.decision.gate import GateResult, gate
from tco.analysis.decision.gate_facts import GateFacts, OtherFleet
from tco.analysis.decision.hosted import HostedTurn, hosted_turn
from tco.analysis.decision.on_demand import closes_on_demand, on_demand_usd_per_month
from tco.analysis.decision.verdict import AlternativeResult, Verdict, decide, rival_of
from tco.analysis.fleet_figures import FleetFigures, fleet_figures, utilization
from tco.analysis.optimization.ranks import Rank, ranks
from tco.arrays import as_scalar
from tco.catalog.sourced import SourcedValue
from tco.costing.ceiling import Ceiling, ceiling, planned_peak
from tco.costing.fleet_operation import FleetOperation, operate
from tco.costing.ledger import api_bills, ledger
from tco.costing.lines import CostLine, total
from tco.costing.stack import Alternative, StackModel, Unpriced
from tco.defaults import SCENARIOS, SEED
from tco.errors import BadInput
from tco.percent import percent_text
from tco.scenario import Scenario
from tco.units import TOKENS_PER_MTOK

if TYPE_CHECKING:  # loaded where they are asked for: a table without scenarios needs none of them
    from tco.analysis.cashflow.months import MonthByMonth
    from tco.analysis.cashflow.price_immunity import PriceImmunity
    from tco.analysis.decision.horizon_turn import HorizonTurn
    from tco.analysis.optimization.commitment_options import CommitmentOption
    from tco.analysis.simulation.accumulator import Sensitivity
    from tco.analysis.simulation.uncertainty import Uncertainty

__all__ = [
    "Evaluation",
    "PricedLine",
    "evaluate",
    "of_running_stack",
    "on_day",
]


@dataclass(frozen=True, kw_only=True)
class PricedLine:
    """A line of the month with what it would be at the low and high ends of its figures."""

    line: CostLine
    quantity: float
    usd_per_unit: float
    usd_per_month: float
    low: float
    high: float

    @property
    def estimate(self) -> bool:
        """Whether any figure behind the line is an estimate or a range."""
        return any(figure.estimate or not figure.value.is_point for figure in self.line.figures)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Everything that follows from a stack on its pricing day."""

    stack: StackModel
    today: dt.date
    lines: tuple[PricedLine, ...]
    fleets: tuple[FleetFigures, ...]
    unpriced: tuple[Unpriced, ...]
    alternatives: tuple[AlternativeResult, ...]
    break_even: BreakEven
    own: OwnSide
    verdict: Verdict
    hosted: HostedTurn | None
    """The host of the same weights that turns the answer, if one does."""
    facts: GateFacts
    ranks: tuple[tuple[Rank, ...], ...]
    lost_months: int
    uncertainty: Uncertainty | None
    ceiling: Ceiling

    @cached_property
    def gate(self) -> GateResult:
        """Whether nodes may be provisioned; asking may evaluate other stacks of the folder."""
        return gate(self.stack, self.verdict, self.facts)

    @property
    def scan(self) -> Scan:
        """The cost against the volume."""
        return self.break_even.scan

    @property
    def priced_usd_per_month(self) -> float:
        """All lines that have a price."""
        return sum(line.usd_per_month for line in self.lines)

    @property
    def usd_per_month(self) -> float | None:
        """The whole month, or None with anything unpriced."""
        return None if self.unpriced else self.priced_usd_per_month

    @property
    def requests_per_month(self) -> float:
        """Requests of all services."""
        return sum(service.demand.requests_per_month for service in self.stack.services)

    @property
    def output_mtok_per_month(self) -> float:
        """Generated tokens of all services, reasoning included."""
        return sum(
            service.demand.requests_per_month * service.output_tokens_per_request / TOKENS_PER_MTOK
            for service in self.stack.services
        )

    @property
    def rival(self) -> AlternativeResult | None:
        """The alternative that the verdict names."""
        return next(
            (
                alternative
                for alternative in self.alternatives
                if alternative.name == self.verdict.against
            ),
            None,
        )

    @property
    def worth_measuring(self) -> Sensitivity | None:
        """The figure most worth measuring before the decision; future prices are left out."""
        drawn = self.rival.uncertainty if self.rival is not None else None
        future = {
            figure.driver
            for alternative in self.stack.alternatives
            for rate in alternative.rates
            if rate is not None
            for figure in rate.path.figures
        }
        future |= {
            figure.driver
            for service in self.stack.services
            for group in service.groups
            for figure in group.progress.figures
        }
        future |= {figure.driver for figure in self.stack.node_prices.figures}
        future |= {service.demand.growth_factor[0] for service in self.stack.services}
        inputs = [figure for figure in drawn.inputs if figure.name not in future] if drawn else []
        return max(inputs, key=lambda figure: (figure.evppi_usd, figure.swing_usd), default=None)

    @cached_property
    def unbought_usd_per_month(self) -> dict[str, float]:
        """What the pools that are not bought yet cost on demand; empty without a price for it."""
        return on_demand_usd_per_month(self.stack)

    @cached_property
    def price_immunity(self) -> PriceImmunity | None:
        """What it is worth that commitments keep their price; None without a commitment."""
        from tco.analysis.cashflow.price_immunity import price_immunity  # noqa: PLC0415

        return price_immunity(self.own.ahead)

    @cached_property
    def months(self) -> MonthByMonth | None:
        """The horizon against the rival; None with anything unpriced or without a rival."""
        rival = self.rival.side if self.rival is not None else None
        if self.unpriced or rival is None:
            return None
        from tco.analysis.cashflow.months import months_ahead  # noqa: PLC0415

        return months_ahead(self.own, rival)

    @cached_property
    def horizon_turn(self) -> HorizonTurn | None:
        """What turns the answer of today's month; None where month, horizon, decision agree."""
        if self.unpriced or self.rival is None:
            return None
        from tco.analysis.decision.horizon_turn import horizon_turn  # noqa: PLC0415

        usd, lost = self.priced_usd_per_month, self.lost_months
        return horizon_turn(self.own, self.rival, self.verdict, usd=usd, lost_months=lost)

    @cached_property
    def ruled_out(self) -> RuledOut | None:
        """The cheapest alternative that a requirement rules out; None where that costs nothing."""
        return ruled_out(self.alternatives, self.usd_per_month)

    @cached_property
    def cheaper_for_a_year(self) -> CommitmentOption | None:
        """The nodes of a stack that wins for one year, where that costs less than on demand."""
        if self.unpriced or self.verdict.decision not in ("RECOMMEND", "LEAN", "CONSTRAINED"):
            return None
        from tco.analysis.optimization.commitment_options import (  # noqa: PLC0415
            cheaper_for_a_year,
        )

        return cheaper_for_a_year(self.stack, self.priced_usd_per_month)

    @cached_property
    def commitment_options(self) -> tuple[CommitmentOption, ...]:
        """The plan's nodes under every commitment, the easiest to leave first."""
        from tco.analysis.optimization.commitment_options import commitment_options  # noqa: PLC0415

        return commitment_options(self.stack, self.stack.alternatives)

    @property
    def utilization(self) -> float:
        """Of the whole fleet, standby and boot hours in the denominator."""
        return utilization(self.fleets)


def evaluate(
    stack: StackModel, today: dt.date, scenarios: int = SCENARIOS, seed: int = SEED
) -> Evaluation:
    """Return the month, the alternatives on the same volume, break-even.

    Verdict and gate of a stack.

    ``scenarios`` is the number of draws behind the probability to win; 0 leaves it out. Raises
    BadInput for impossible correlations.
    """
    done = operate(stack)
    lines = _lines(stack, done)
    fleets = fleet_figures(stack, done)
    unpriced = (*stack.unpriced, *_unserved(stack, done))
    priced = sum(line.usd_per_month for line in lines)
    ahead, break_even = project(stack), BreakEven(stack)
    sure = _drawn(ahead, scenarios, seed) if scenarios and not unpriced else None
    own = OwnSide(stack, ahead, utilization(fleets))
    results = tuple(
        _result(own, index, break_even, sure, known=not unpriced)
        for index in range(len(stack.alternatives))
    )
    lost = int(np.count_nonzero(ahead.refuses))
    verdict = decide(
        stack,
        results,
        priced_usd=priced,
        own_npv_usd=own.npv_usd,
        lost_months=lost,
        unpriced=unpriced,
    )
    rival, _ = rival_of(stack, results)
    most = ceiling(stack, done)
    decided = next((result for result in results if result.name == verdict.against), None)
    facts = GateFacts(
        today=today,
        usd_per_month=None if unpriced else priced,
        unpriced=unpriced,
        unserved_share=max(fleet.unserved_share for fleet in fleets),
        lost_months=lost,
        rival_figures=tuple(_figures_of(decided.alternative)) if decided is not None else (),
        closes_on_demand=closes_on_demand(stack, verdict, decided, scenarios, seed=seed),
        ceiling_usd=most.usd_per_month,
        planned_peak_usd=planned_peak(stack, done).usd_per_month,
        other_fleets=cache(partial(_open_fleets, stack, today, scenarios=scenarios, seed=seed)),
    )
    return Evaluation(
        stack=stack,
        today=today,
        lines=tuple(lines),
        fleets=fleets,
        unpriced=unpriced,
        alternatives=results,
        break_even=break_even,
        own=own,
        verdict=verdict,
        hosted=None if unpriced else hosted_turn(own, results, verdict),
        facts=facts,
        ranks=_ranks(stack, rival),
        lost_months=lost,
        uncertainty=sure,
        ceiling=most,
    )


def _drawn(ahead: Projection, scenarios: int, seed: int) -> Uncertainty:
    from tco.analysis.simulation.uncertainty import simulate_plan  # noqa: PLC0415

    return simulate_plan(ahead, scenarios, seed)


def on_day(result: Evaluation, today: dt.date) -> Evaluation:
    """Return the same evaluation as it reads on another day.

    Figures have other ages, so may the gate.
    """
    return replace(result, today=today, facts=replace(result.facts, today=today))


def of_running_stack(result: Evaluation, ceiling_usd: float) -> Evaluation:
    """Return the same evaluation for a stack that runs, with its ceiling at the last update."""
    return replace(result, facts=replace(result.facts, recorded_ceiling_usd=ceiling_usd))


def _open_fleets(
    stack: StackModel, today: dt.date, *, scenarios: int, seed: int
) -> tuple[OtherFleet, ...]:
    """Return the other stacks on its workloads whose gate is open without regard to this one."""
    mine = _workloads(stack)
    found: list[OtherFleet] = []
    for other in stack.other_fleets():
        try:
            is_open = evaluate(other, today, scenarios, seed).gate.open
        except (BadInput, OverflowError):
            continue  # it can provision nothing
        if is_open:
            found.append(OtherFleet(other.name, tuple(sorted(mine & _workloads(other)))))
    return tuple(found)


def _workloads(stack: StackModel) -> set[str]:
    return {service.workload for service in stack.plan.services.values()}


def _result(
    own: OwnSide,
    index: int,
    break_even: BreakEven,
    sure: Uncertainty | None,
    *,
    known: bool,
) -> AlternativeResult:
    """One alternative on the same volume: its month, its horizon, where we win, what flips it."""
    alternative = own.stack.alternatives[index]
    return AlternativeResult(
        alternative=alternative,
        index=index,
        usd_per_month=_month_usd(own.stack, alternative),
        own=own,
        side=rival_side(own.ahead, alternative),
        known=known,
        break_even=break_even,
        uncertainty=sure.of(alternative.name) if sure is not None else None,
    )


def _ranks(stack: StackModel, rival: AlternativeResult | None) -> tuple[tuple[Rank, ...], ...]:
    """Return the load by node rank of every service, against the rival's API where it is one."""
    rates = rival.alternative.rates if rival is not None else ()
    apis = rates or (None,) * len(stack.services)
    return tuple(
        tuple(ranks(stack, service, service.groups[0], api))
        for service, api in zip(stack.services, apis, strict=True)
    )


def _lines(stack: StackModel, done: FleetOperation) -> list[PricedLine]:
    """Return the ledger at the likely figures.

    Each line with its value at their low and high ends.
    """
    likely = ledger(stack, done)
    ends = [ledger(stack, done, 0.0, Scenario(end=end)) for end in ("low", "high")]
    lines: list[PricedLine] = []
    for index, line in enumerate(likely):
        usd = as_scalar(line.usd)
        bounds = sorted([usd, *(as_scalar(ledger_at[index].usd) for ledger_at in ends)])
        lines.append(
            PricedLine(
                line=line,
                quantity=as_scalar(line.quantity),
                usd_per_unit=as_scalar(line.usd_per_unit),
                usd_per_month=usd,
                low=bounds[0],
                high=bounds[-1],
            )
        )
    return lines


def _unserved(stack: StackModel, done: FleetOperation) -> list[Unpriced]:
    """Return the unserved requests as unpriced items, since no API is named for them."""
    return [
        Unpriced(
            f"{service.name}: unserved requests",
            f"{percent_text(share, 1)} of the requests find every node full, the limit is "
            f"{percent_text(service.unserved_limit, 1)}, and no overflow API is set",
        )
        for index, service in enumerate(stack.services)
        if (share := as_scalar(done.refused_share(service, index))) > 0
    ]


def _month_usd(stack: StackModel, alternative: Alternative) -> float | None:
    """Return an alternative's bill for the pricing day's month."""
    if alternative.unpriced:
        return None
    if alternative.stack is not None:
        other = alternative.stack
        return as_scalar(total(ledger(other, operate(other))))
    bills = api_bills(stack, alternative)
    return as_scalar(sum(bills)) if bills is not None else None


def _figures_of(alternative: Alternative) -> list[SourcedValue]:
    figures: list[SourcedValue] = []
    for rate in alternative.rates:
        if rate is not None:
            figures += rate.figures
    if alternative.stack is not None:
        for _, _, _, pool in alternative.stack.pools():
            figures += pool.supply.list_prices
    return figures
