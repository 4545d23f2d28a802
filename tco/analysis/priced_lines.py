"""The lines of the month with their bounds, and requests that no line pays for."""

from __future__ import annotations

from dataclasses import dataclass

from tco.arrays import as_scalar
from tco.costing.fleet_operation import FleetOperation
from tco.costing.ledger import ledger
from tco.costing.lines import CostLine
from tco.costing.stack import StackModel, Unpriced
from tco.percent import percent_text
from tco.scenario import Scenario

__all__ = ["PricedLine", "priced_lines", "unserved_requests"]


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


def priced_lines(stack: StackModel, done: FleetOperation) -> list[PricedLine]:
    """Return the month's ledger, each line with its value at the ends of its figures' ranges."""
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


def unserved_requests(stack: StackModel, done: FleetOperation) -> list[Unpriced]:
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
