"""The throughput of a node for a plan: the one entry point of this package.

``select`` takes the first source that knows the pair, the best configuration that the plan leaves
open, and its operating point under the objectives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tco.catalog.curves import curve_models
from tco.catalog.specs import model_specs
from tco.errors import TcoError, one_of
from tco.throughput.candidate import Candidate
from tco.throughput.capacity import Capacity
from tco.throughput.configuration import Pins
from tco.throughput.curve import Curve, OperatingPoint, Unmet, operating_point
from tco.throughput.estimates import estimate_obstacles, usable_formats
from tco.throughput.families import suggested_model, twins
from tco.throughput.memory_fit import GPU_COUNTS, smallest_fit
from tco.throughput.need import NO_OBJECTIVES, NOTHING, OPEN, Need, Supplied
from tco.throughput.node import NodeThroughput
from tco.throughput.objectives import LatencyObjectives
from tco.throughput.shape import Shape
from tco.throughput.sources import MEASURED_SOURCES, OTHER_SOURCES

__all__ = ["NoThroughput", "select"]

LARGEST_NODE = 8
"""GPUs of the largest node whose throughput limits that of smaller ones."""


class NoThroughput(TcoError):
    """No source knows how fast a model runs on a GPU, or it does not fit; with what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} {hint}".rstrip())


def select(
    model: str,
    gpu: str,
    gpus_per_node: int,
    shape: Shape,
    *,
    objectives: LatencyObjectives = NO_OBJECTIVES,
    pins: Pins = OPEN,
    supplied: Supplied = NOTHING,
) -> NodeThroughput:
    """Return how fast a node of ``gpus_per_node`` GPUs serves a model.

    Args:
        model: the catalog's name of the model, or a user's own with a spec or benchmarks.
        gpu: the catalog's name of the GPU.
        gpus_per_node: the GPUs of a node; smaller replicas share it.
        shape: the plan's mean request.
        objectives: the latency that the plan promises.
        pins: what the plan fixes of the configuration.
        supplied: what the user's files add to the catalog.

    Raises:
        NoThroughput: nothing is known of this model on this GPU, or it does not fit.
    """
    need = Need(
        model=model,
        gpu=gpu,
        gpus_per_node=gpus_per_node,
        shape=shape,
        objectives=objectives,
        pins=pins,
        supplied=supplied,
    )
    found = _best(need, *_first_candidates(need))
    if found.is_own or pins.gpus_per_replica is not None:
        return found
    for count in GPU_COUNTS:
        if gpus_per_node < count <= LARGEST_NODE:
            wider = replace(need, gpus_per_node=count)
            found = _no_faster(found, _best(wider, *_first_candidates(wider)))
    return found


def _no_faster(found: NodeThroughput, wider: NodeThroughput) -> NodeThroughput:
    """Return a node's throughput, at most that of a node of more GPUs of the same kind.

    Smaller replicas run on the larger node too, so it cannot be slower. Where it is, a source
    nearer to a measurement answers for it, and that limits the weaker source of the smaller node:
    the other way round, an estimate would outbid a measurement.
    """
    if found.unmet:
        return found
    if wider.unmet:
        return replace(found, unmet=wider.unmet)
    factor = wider.output_tok_s / found.output_tok_s
    if factor >= 1:
        return found
    note = (
        f"limited to {wider.output_tok_s:,.0f} output tok/s, the throughput of "
        f"{wider.configuration}"
    )
    curve, capacity, point = found.curve, found.capacity, found.point
    return replace(
        found,
        curve=curve and replace(curve, output_tok_s=curve.output_tok_s * factor),
        capacity=capacity and replace(capacity, output_tok_s=capacity.output_tok_s * factor),
        point=replace(point, output_tok_s=point.output_tok_s * factor),
        notes=(*found.notes, note),
    )


def _first_candidates(need: Need) -> tuple[Need, list[Candidate]]:
    """Return the candidates of the first source that has any, and the need they answer."""
    for asked in (need, *_twin_needs(need)):
        for source in MEASURED_SOURCES:
            if candidates := source(asked):
                return asked, candidates
    for source in OTHER_SOURCES:
        if candidates := source(need):
            return need, candidates
    raise _nothing(need)


def _twin_needs(need: Need) -> list[Need]:
    """Return the same need of the models that share the architecture and were measured."""
    if need.spec is None:
        return []
    measured = curve_models()
    names = [name for name in twins(need.spec, model_specs()) if name in measured]
    return [replace(need, model=name) for name in names]


def _best(need: Need, asked: Need, candidates: Sequence[Candidate]) -> NodeThroughput:
    """Return the candidate with the most tok/s per node that meets the objectives.

    Far extrapolations count only where no candidate is near: of many, the luckiest would win.
    Where one candidate can be verified, unverified ones are no alternative: tightening an
    objective must not lead to a faster answer.
    """
    if any(candidate.is_near_curve for candidate in candidates):
        candidates = [candidate for candidate in candidates if not candidate.is_far]
    candidates = [
        candidate for candidate in candidates if _verifies(candidate, need.objectives)
    ] or candidates
    results = [_at_operating_point(asked, candidate) for candidate in candidates]
    met = [result for result in results if not result.unmet]
    best = max(met or results, key=lambda result: result.output_tok_s)
    if asked is need:
        return best
    note = f"the curve of {asked.model}, which has the same architecture as {need.model}"
    return replace(best, notes=(note, *best.notes))


def _verifies(candidate: Candidate, objectives: LatencyObjectives) -> bool:
    """Return whether a candidate knows every latency that is promised."""
    if isinstance(candidate.throughput, Curve):
        return candidate.throughput.verifies(objectives)
    return candidate.throughput.slo(objectives) != "unverified"


def _at_operating_point(need: Need, candidate: Candidate) -> NodeThroughput:
    throughput = candidate.throughput
    point, unmet = _point(throughput, need.objectives)
    configuration, per_node = candidate.configuration, need.gpus_per_node
    notes = list(candidate.notes)
    if point.is_lower_bound:
        notes.append(f"a lower bound: the measurement ends at concurrency {point.concurrency:.4g}")
    notes += [f"{name} is inferred from another percentile" for name in point.inferred]
    notes += [f"{name} is unverified at this shape" for name in point.unverified]
    provenance, spread = candidate.at(point.concurrency)
    return NodeThroughput(
        configuration=configuration,
        shape=need.shape,
        curve=throughput if isinstance(throughput, Curve) else None,
        capacity=throughput if isinstance(throughput, Capacity) else None,
        point=point,
        unmet=unmet,
        replicas=max(1, per_node // configuration.gpus),
        nodes_per_replica=max(1, -(-configuration.gpus // per_node)),
        rule=candidate.rule,
        provenance=provenance,
        spread=spread,
        knows_lengths=candidate.knows_lengths,
        replica=need.replica_of(configuration),
        notes=tuple(notes),
        source=throughput.source,
        as_of=throughput.as_of or throughput.published,
    )


def _point(
    throughput: Curve | Capacity, objectives: LatencyObjectives
) -> tuple[OperatingPoint, str]:
    """Return the operating point, or the one without objectives and why none meets them."""
    if isinstance(throughput, Capacity):
        return _capacity_point(throughput, objectives), ""
    found = operating_point(throughput, objectives)
    if isinstance(found, OperatingPoint):
        return found, ""
    free = operating_point(throughput, NO_OBJECTIVES)
    if isinstance(free, Unmet):
        raise AssertionError("a curve without objectives has an operating point")
    return free, found.reason


def _capacity_point(capacity: Capacity, objectives: LatencyObjectives) -> OperatingPoint:
    slo = capacity.slo(objectives)
    return OperatingPoint(
        concurrency=None,
        output_tok_s=capacity.output_tok_s,
        slo=slo,
        is_lower_bound=False,
        unverified=tuple(map(str, objectives)) if slo == "unverified" else (),
    )


def _nothing(need: Need) -> NoThroughput:
    """Return why nothing is known, and what to do."""
    knows_model = need.spec is not None or need.model in curve_models()
    if not knows_model and not need.supplied.benchmarks:
        known = {*curve_models(), *model_specs()}
        hint = suggested_model(need.model, known) or one_of("", known)
        return NoThroughput(f"there are no figures for the model {need.model}.", hint)
    pins = need.pins
    named = " ".join(filter(None, (need.model, pins.precision, pins.engine)))
    count = "" if pins.gpus_per_replica is None else f"{pins.gpus_per_replica} x "
    pair = f"{named} on {count}{need.gpu}"
    reasons = estimate_obstacles(need)
    if reasons and all(reason.is_memory for reason in reasons):
        message = f"{need.model} does not fit {need.replica_sizes[-1]} x {need.gpu}."
        return NoThroughput(message, " ".join(_smallest_counts(need)))
    because = f": {'; '.join(reason.message for reason in reasons[-3:])}" if reasons else ""
    hint = "State a benchmark of it in a price book, or allow another configuration."
    return NoThroughput(f"no throughput of {pair} is known{because}.", hint)


def _smallest_counts(need: Need) -> Iterator[str]:
    """Yield the smallest GPU count on which the model runs, a sentence per precision."""
    for precision in usable_formats(need):
        replica = need.replica(GPU_COUNTS[0], precision)
        count = smallest_fit(replica, need.shape.context) if replica else None
        if count is not None:
            yield f"At {precision} the smallest count that fits is {count}."
