"""A cost line, as one file of `tco/costing/` would hold it: $77 per month, whatever the stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tco.costing.fleet_operation import FleetOperation
from tco.costing.lines import CostLine, LineKind
from tco.costing.stack import StackModel
from tco.scenario import Scenario

INSURANCE: Final = LineKind("insurance", "platform", "month")


def insurance_lines(
    stack: StackModel, done: FleetOperation, scenario: Scenario
) -> Iterator[CostLine]:
    """Yield the one line."""
    del stack, scenario
    yield CostLine(
        kind=INSURANCE,
        name="insurance",
        provider="Insurer",
        sku="insurance",
        quantity=done.none + 1.0,
        usd_per_unit=77.0,
    )
