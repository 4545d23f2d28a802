"""The tripwires of a plan that AWS can watch: what is spent, and the utilization."""

from __future__ import annotations

from dataclasses import dataclass

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.analysis.tripwires import tripwires
from tco.costing.stack import StackModel
from tco.documents.alerts import alerts_document
from tco.documents.cloudwatch_alarms import CloudWatchAlarmPart
from tco.iac.provision.aws_bill import billed_by_aws_usd, rented_from_aws_usd

__all__ = ["TripwireLimits", "tripwire_limits"]


@dataclass(frozen=True)
class TripwireLimits:
    """What AWS bills in a month at the break-even price of the nodes, and an alarm.

    Each is None where there is no such value, or where it lies on the other side of today.
    """

    usd_per_month: float | None
    alarm: CloudWatchAlarmPart | None


def tripwire_limits(stack: StackModel) -> TripwireLimits:
    """Return the limits of a plan; no probability is needed for them."""
    result = evaluate(stack, stack.day, scenarios=0)
    return TripwireLimits(_spending(result), alerts_document(result).cloudwatch)


def _spending(result: Evaluation) -> float | None:
    """Return a month's bill with the nodes at the price above which self-hosting loses."""
    wires = tripwires(result).wires
    wire = next((wire for wire in wires if wire.kind == "usd_per_gpu_hour"), None)
    if wire is None or wire.direction != "above" or not wire.threshold or not wire.now:
        return None
    more = (wire.threshold / wire.now - 1) * rented_from_aws_usd(result.stack)
    return billed_by_aws_usd(result.stack) + more
