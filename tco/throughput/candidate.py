"""One configuration at the plan's shape, from the measured curve whose lengths are nearest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from tco.catalog.curves import measurements
from tco.catalog.specs import figure
from tco.ranges import Range
from tco.throughput.calibration import calibrated
from tco.throughput.capacity import Capacity
from tco.throughput.configuration import Configuration
from tco.throughput.curve import Curve
from tco.throughput.estimator import ESTIMATED_CONCURRENCY
from tco.throughput.lengths import LengthRule, nearest
from tco.throughput.measured import curves_of, newest_version
from tco.throughput.memory_fit import memory_fit
from tco.throughput.need import Need
from tco.throughput.obstacles import obstacles
from tco.throughput.provenance import Provenance, combined, is_far
from tco.throughput.published import Origin
from tco.throughput.scaling import at_shape, capped_at, rule_of_curve

__all__ = [
    "Candidate",
    "at_nearest_shapes",
    "at_plan_shape",
    "best_curves",
    "catalog_curves",
    "curves_on_gpu",
]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One configuration at the plan's shape: a curve by concurrency, or one capacity.

    ``spread`` is the drawn factor on its throughput. ``knows_lengths`` is False where other
    lengths were scaled with all tokens alike, ``is_far`` marks lengths whose input per output token
    differs by a factor of three or more. Below ``measured_from`` the curve is an estimate that one
    measured point calibrates.
    """

    throughput: Curve | Capacity
    rule: LengthRule
    provenance: Provenance
    spread: Range
    notes: tuple[str, ...] = ()
    knows_lengths: bool = True
    is_far: bool = False
    measured_from: float | None = None

    @property
    def configuration(self) -> Configuration:
        """Return what the candidate runs."""
        return self.throughput.configuration

    @property
    def is_near_curve(self) -> bool:
        """Return whether a full curve was measured at lengths near the plan's."""
        curve = self.throughput
        return isinstance(curve, Curve) and curve.is_full_curve and not self.is_far

    def at(self, concurrency: float | None) -> tuple[Provenance, Range]:
        """Return where the throughput at a concurrency comes from, and its drawn factor."""
        lowest = self.measured_from
        if concurrency is None or lowest is None or concurrency >= lowest * (1 - 1e-9):
            return self.provenance, self.spread
        return Provenance.CALIBRATED, combined([self.spread, figure("spread_calibrated")])


@lru_cache(maxsize=64)
def catalog_curves(model: str, gpu: str | None) -> tuple[Curve, ...]:
    """Return the catalog's curves of a model, on one GPU or on all, of every version."""
    return tuple(curves_of(model, measurements(model, gpu)))


def curves_on_gpu(need: Need, origin: Origin) -> list[Curve]:
    """Return the model's curves on the plan's GPU from one origin, with supplied benchmarks."""
    supplied = [
        benchmark
        for benchmark in need.supplied.benchmarks
        if isinstance(benchmark, Curve)
        and benchmark.origin == origin
        and need.concerns(benchmark.configuration)
    ]
    if origin != "catalog":
        return supplied
    return [*supplied, *catalog_curves(need.model, need.gpu)]


def at_nearest_shapes(need: Need, curves: Iterable[Curve]) -> list[Candidate]:
    """Return one candidate per configuration: its curve of the nearest shape, scaled."""
    allowed = (
        curve
        for curve in curves
        if need.pins.admit(curve.configuration) and need.allows_size(curve.configuration.gpus)
    )
    return [at_plan_shape(need, curve) for curve in best_curves(need, allowed)]


def best_curves(need: Need, curves: Iterable[Curve]) -> list[Curve]:
    """Return one curve per configuration, whatever its version: near the plan's shape, then new.

    A full curve of an older version at near lengths says more than a newer one at far lengths.
    """
    grouped: defaultdict[Configuration, list[Curve]] = defaultdict(list)
    for curve in curves:
        grouped[replace(curve.configuration, version="", checkpoint="")].append(curve)
    return [_nearest_curve(need, _newest_near(need, many)) for many in grouped.values()]


def _newest_near(need: Need, curves: list[Curve]) -> list[Curve]:
    near = [
        curve
        for curve in curves
        if curve.is_full_curve and not is_far(curve.shape.ratio_change(need.shape))
    ]
    return newest_version(near or curves)


def _nearest_curve(need: Need, curves: Sequence[Curve]) -> Curve:
    configuration = curves[0].configuration
    middle = float(np.exp(np.mean([np.log(curve.concurrency).mean() for curve in curves])))
    index = nearest(
        [curve.shape for curve in curves],
        [curve.derived for curve in curves],
        need.shape,
        need.rule(configuration.gpus, configuration.precision),
        concurrency=middle,
    )
    return curves[index]


def at_plan_shape(need: Need, curve: Curve) -> Candidate:
    """Return a curve at the plan's shape: as measured, or scaled, and never beyond the memory."""
    configuration = curve.configuration
    rule = rule_of_curve(curve, need.rule(configuration.gpus, configuration.precision))
    same = curve.shape.same_lengths(need.shape)
    made = at_shape(curve, need.shape, rule)
    notes = list(curve.notes)
    if not same:
        made, note = _within_memory(need, made)
        notes += note
        notes.append(
            f"scaled from {curve.shape.input:,.0f} in / {curve.shape.output:,.0f} out"
            + ("" if rule.is_known else "; the model's size is unknown, so all tokens count alike")
        )
    lowest = None
    carried = _carried(need, made)
    if carried is not None:
        made, lowest = carried, float(made.concurrency[0])
        notes.append(f"estimated below concurrency {lowest:.4g}, from the one point there")
    if curve.derived:
        notes.append("output tok/s follow from latency (Little's law)")
    provenance = Provenance.MEASURED if same else Provenance.SCALED
    if curve.origin == "predicted":
        provenance = Provenance.PREDICTED
    spread = need.spread_of(curve, curve.shape)
    if spread.likely != 1.0:
        made = replace(made, output_tok_s=made.output_tok_s * spread.likely)
        notes.append(f"predictions are {spread.likely:.2f}x off in the median: corrected")
        spread *= 1 / spread.likely
    return Candidate(
        throughput=made,
        rule=rule,
        provenance=provenance,
        spread=spread,
        notes=tuple(notes),
        knows_lengths=same or rule.is_known,
        is_far=is_far(curve.shape.ratio_change(need.shape)),
        measured_from=lowest,
    )


def _carried(need: Need, curve: Curve) -> Curve | None:
    """Return the estimated curve through the one measured point of a curve, or None."""
    configuration = curve.configuration
    if curve.origin == "predicted" or len(curve.concurrency) > 1:
        return None
    if configuration.mode == "disaggregated":
        return None
    replica = need.replica_of(configuration)
    if replica is None or obstacles(need, replica):
        return None
    if curve.concurrency[0] <= 2 * ESTIMATED_CONCURRENCY[0]:
        return None
    return calibrated(curve, replica)


def _within_memory(need: Need, curve: Curve) -> tuple[Curve, list[str]]:
    """Return a scaled curve up to where the memory is full at the plan's lengths.

    A replica that runs although the rule says that it does not is left as it was measured.
    """
    replica, mode = need.replica_of(curve.configuration), curve.configuration.mode
    if replica is None or mode == "disaggregated":
        return curve, []
    fit = memory_fit(replica, need.shape.context)
    if not fit.runs or fit.sequences >= curve.concurrency[-1]:
        return curve, []
    return capped_at(curve, fit.sequences), [
        f"GPU memory holds {fit.sequences:.0f} requests of this length; the excess waits"
    ]
