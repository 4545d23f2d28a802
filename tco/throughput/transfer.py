"""Measured curves on another GPU count, or on another GPU, times the estimator's ratio."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tco.catalog.specs import figure, gpu_specs
from tco.ranges import Range
from tco.throughput.candidate import (
    Candidate,
    at_plan_shape,
    best_curves,
    catalog_curves,
    curves_on_gpu,
)
from tco.throughput.configuration import Configuration, Pins, parallelism_of
from tco.throughput.curve import Curve
from tco.throughput.estimates import runs_format
from tco.throughput.memory_fit import memory_fit
from tco.throughput.need import Need
from tco.throughput.obstacles import obstacles
from tco.throughput.provenance import Provenance, combined, maturity_spread
from tco.throughput.scaling import transferred

__all__ = ["other_counts", "other_gpus"]


def other_counts(need: Need, above: int) -> list[Candidate]:
    """Return replicas of more than ``above`` GPUs, from the nearest measured count.

    Each curve is that of the same GPU and precision times the estimator's ratio.
    """
    curves = [
        curve
        for curve in curves_on_gpu(need, "catalog")
        if curve.configuration.runs in ("tuned", "community")
        and need.pins.admit(_without_parallelism(curve.configuration, need.pins), any_count=True)
    ]
    return [
        made
        for gpus in need.replica_sizes
        if gpus > above
        for curve in best_curves(need, _nearest_counts(curves, gpus))
        for made in _moved(need, curve, gpus)
    ]


def _without_parallelism(configuration: Configuration, pins: Pins) -> Configuration:
    """Return a configuration that any pinned parallelism admits: another count changes it."""
    return replace(configuration, parallelism=pins.parallelism or configuration.parallelism)


def _nearest_counts(curves: Sequence[Curve], gpus: int) -> list[Curve]:
    """Return the curves of each precision whose GPU count is nearest to the wanted one."""
    far: defaultdict[str, dict[float, list[Curve]]] = defaultdict(dict)
    for curve in curves:
        configuration = curve.configuration
        distance = round(abs(np.log2(configuration.gpus / gpus)), 6)
        far[configuration.precision].setdefault(distance, []).append(curve)
    return [curve for by_distance in far.values() for curve in by_distance[min(by_distance)]]


def _moved(need: Need, curve: Curve, gpus: int) -> list[Candidate]:
    """Return a curve on another count or GPU than it was measured on, if both can be estimated."""
    configuration = curve.configuration
    shared = parallelism_of(configuration.parallelism, configuration.gpus)
    wanted = need.replica(gpus, configuration.precision)
    source_gpu = gpu_specs().get(configuration.gpu)
    if wanted is None or source_gpu is None or shared.data_attention:
        return []
    source = replace(wanted, gpu=source_gpu, gpus=configuration.gpus, parallelism=shared)
    if obstacles(need, wanted) or not memory_fit(source, need.shape.context).runs:
        return []
    scaled = at_plan_shape(need, curve)
    if not isinstance(scaled.throughput, Curve):
        return []
    moved = transferred(scaled.throughput, source, wanted)
    same_gpu = configuration.gpu == need.gpu
    how = f"{configuration.gpus} x {configuration.gpu}"
    spreads = [_transfer_spread(need, same_gpu=same_gpu)]
    if not same_gpu:
        spreads += [maturity_spread(source_gpu), maturity_spread(wanted.gpu)]
    if scaled.provenance is Provenance.SCALED:
        spreads.append(scaled.spread)
    return [
        Candidate(
            throughput=moved,
            rule=replace(scaled.rule, gpus=gpus),
            provenance=Provenance.OTHER_COUNT if same_gpu else Provenance.OTHER_GPU,
            spread=combined(spreads),
            notes=(f"scaled from {how} by the estimator's ratio", *scaled.notes),
            knows_lengths=scaled.knows_lengths,
            is_far=scaled.is_far,
        )
    ]


def _transfer_spread(need: Need, *, same_gpu: bool) -> Range:
    """Return the factor of a transfer; an ITL objective fixes c and so amplifies its error."""
    if not same_gpu:
        return figure("spread_other_gpu")
    at_itl = "_at_itl" if need.objectives.itl_ms else ""
    return figure(f"spread_other_count{at_itl}")


def other_gpus(need: Need) -> list[Candidate]:
    """Return tuned curves of the same size on the nearest other GPU, scaled by the ratio.

    The nearest GPU is the one of the most alike bandwidth and peak. A card that no benchmark
    project has run is no target: a tuned curve does not carry to a community run.
    """
    gpu = need.gpu_spec
    if gpu is None or not gpu.tuned_runs or need.spec is None or not need.spec.has_layout:
        return []
    curves = [
        curve
        for curve in catalog_curves(need.model, None)
        if curve.configuration.runs == "tuned"
        and curve.configuration.gpu != need.gpu
        and curve.configuration.gpus in need.replica_sizes
        and need.pins.admit(curve.configuration)
        and runs_format(curve.configuration.precision, need)
    ]
    by_gpu: defaultdict[str, list[Candidate]] = defaultdict(list)
    for curve in best_curves(need, curves):
        by_gpu[curve.configuration.gpu] += _moved(need, curve, curve.configuration.gpus)
    reachable = {name: made for name, made in by_gpu.items() if made}
    if not reachable:
        return []
    return reachable[min(reachable, key=lambda name: _gpu_distance(need, name))]


def _gpu_distance(need: Need, other: str) -> float:
    """Return how far another GPU is: bandwidth and bf16 peak, as logarithms."""
    here, there = need.gpu_spec, gpu_specs()[other]
    if here is None:
        return np.inf
    return float(
        abs(np.log(here.memory_gb_s / there.memory_gb_s))
        + abs(np.log(here.bf16_tflops / there.bf16_tflops))
    )
