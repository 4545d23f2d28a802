"""Everything that follows from a stack on its pricing day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from tco.analysis.breakeven.break_even import BreakEven, Scan
from tco.analysis.cashflow.comparison import OwnSide
from tco.analysis.decision.alternative_result import AlternativeResult
from tco.analysis.decision.constraint import RuledOut, ruled_out
from tco.analysis.decision.gate import GateResult, gate
from tco.analysis.decision.gate_facts import GateFacts
from tco.analysis.decision.hosted import HostedTurn
from tco.analysis.decision.on_demand import on_demand_usd_per_month
from tco.analysis.decision.verdict import Verdict
from tco.analysis.fleet_figures import FleetFigures, utilization
from tco.analysis.optimization.ranks import Rank, ranks
from tco.analysis.priced_lines import PricedLine
from tco.costing.ceiling import Ceiling
from tco.costing.stack import StackModel, Unpriced
from tco.units import TOKENS_PER_MTOK

if TYPE_CHECKING:  # loaded where they are asked for: a table without scenarios needs none of them
    from tco.analysis.cashflow.months import MonthByMonth
    from tco.analysis.cashflow.price_immunity import PriceImmunity
    from tco.analysis.decision.horizon_turn import HorizonTurn
    from tco.analysis.optimization.commitment_options import CommitmentOption
    from tco.analysis.simulation.accumulator import Sensitivity
    from tco.analysis.simulation.uncertainty import Uncertainty

__all__ = ["Evaluation", "of_running_stack", "on_day"]


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
        return self.verdict.rival

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
    def ranks(self) -> tuple[tuple[Rank, ...], ...]:
        """The load by node rank of every service, against an eligible rival's API."""
        rival = self.rival.alternative if self.rival is not None else None
        rates = rival.rates if rival is not None and rival.eligible else ()
        apis = rates or (None,) * len(self.stack.services)
        return tuple(
            tuple(ranks(self.stack, service, service.groups[0], api))
            for service, api in zip(self.stack.services, apis, strict=True)
        )

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


def on_day(result: Evaluation, today: dt.date) -> Evaluation:
    """Return the same evaluation as it reads on another day.

    Figures have other ages, so may the gate.
    """
    return replace(result, today=today, facts=replace(result.facts, today=today))


def of_running_stack(result: Evaluation, ceiling_usd: float) -> Evaluation:
    """Return the same evaluation for a stack that runs, with its ceiling at the last update."""
    return replace(result, facts=replace(result.facts, recorded_ceiling_usd=ceiling_usd))
