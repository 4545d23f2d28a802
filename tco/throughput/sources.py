"""Every way to know the throughput that a plan needs, in the order of the sources.

1. the user's own measurement; 2. curves of the model on this GPU, measured, or scaled to replica
sizes without measurements; 3. a rate measured under limits that are as strict as the plan's; 4. the
same model on another GPU x the estimator's ratio; 5. a simulator's prediction; 6. the physical
estimator; 7. measurements of last resort: the first days of a model, and saturated rates whose
latency is unknown. The first that has anything decides (METHOD, Throughput): a plan
that no measured point serves is not rescued by an estimate.
"""

from __future__ import annotations

from collections.abc import Callable

from tco.throughput.candidate import Candidate, at_nearest_shapes, curves_on_gpu
from tco.throughput.capacity import Capacity
from tco.throughput.estimates import estimated
from tco.throughput.need import Need
from tco.throughput.rates import capacities
from tco.throughput.transfer import other_counts, other_gpus

__all__ = ["MEASURED_SOURCES", "OTHER_SOURCES"]


def own(need: Need) -> list[Candidate]:
    """Return the user's own curves, or the rates of a book that has no curve."""
    return at_nearest_shapes(need, curves_on_gpu(need, "own")) or capacities(need, "own")


def measured(need: Need) -> list[Candidate]:
    """Return the measured curves on the plan's GPU, the first days of a model left out.

    Wider replicas than the measured ones are scaled from them: they have the lower token time, so
    leaving them out could make a stricter objective cheaper. Where no measured size fits the node,
    every size is scaled.
    """
    curves = [
        curve for curve in curves_on_gpu(need, "catalog") if curve.configuration.runs != "day-0"
    ]
    found = at_nearest_shapes(need, curves)
    widest = max((curve.configuration.gpus for curve in found), default=0)
    return found + other_counts(need, above=widest)


def verified_capacities(need: Need) -> list[Candidate]:
    """Return the rates whose limits are as strict as the objectives, or all if none are stated."""
    return [
        capacity
        for capacity in capacities(need, "catalog")
        if isinstance(capacity.throughput, Capacity)
        and capacity.throughput.slo(need.objectives) != "unverified"
    ]


def predicted(need: Need) -> list[Candidate]:
    """Return the simulator's predictions on the plan's GPU."""
    return at_nearest_shapes(need, curves_on_gpu(need, "predicted"))


def last_resort(need: Need) -> list[Candidate]:
    """Return what is measured but rarely fits: day-0 runs, and rates of unknown latency."""
    early = [
        curve for curve in curves_on_gpu(need, "catalog") if curve.configuration.runs == "day-0"
    ]
    return at_nearest_shapes(need, early) + capacities(need, "catalog")


Source = Callable[[Need], list[Candidate]]
MEASURED_SOURCES: tuple[Source, ...] = (
    own,
    measured,
    verified_capacities,
    other_gpus,
)
"""What rests on a measurement, in order: of the model, then of one with its architecture."""
OTHER_SOURCES: tuple[Source, ...] = (predicted, estimated, last_resort)
"""What is asked where no measurement is near, in order."""
