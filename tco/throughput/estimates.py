"""The physical estimate of every replica that a plan allows, and how far it may be off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tco.catalog.curves import measurements
from tco.catalog.specs import ModelSpec, figure, gpu_specs, model_specs
from tco.ranges import Range
from tco.throughput.candidate import Candidate
from tco.throughput.configuration import Configuration
from tco.throughput.curve import Curve
from tco.throughput.estimator import ESTIMATED_CONCURRENCY, estimate
from tco.throughput.families import same_architecture
from tco.throughput.formats import FORMATS, SCALED_FP4, is_native
from tco.throughput.memory_fit import memory_fit
from tco.throughput.need import Need
from tco.throughput.obstacles import Obstacle, obstacles
from tco.throughput.provenance import Provenance, combined, maturity_spread
from tco.throughput.replica import Replica

__all__ = ["estimate_obstacles", "estimated", "runs_format", "usable_formats"]

HIGH_CONCURRENCY = 200
"""Above it estimates spread wider."""


def estimated(need: Need) -> list[Candidate]:
    """Return the physical estimate of every replica size and precision that the plan allows."""
    made: list[Candidate] = []
    for precision in usable_formats(need):
        for gpus in need.replica_sizes:
            replica = need.replica(gpus, precision)
            if replica is not None and not obstacles(need, replica):
                made.append(_estimated(need, replica))
    return made


def usable_formats(need: Need) -> list[str]:
    """Return the formats to estimate on the plan's GPU.

    What the plan pins or the weights are published in, if it runs there; else every format that
    the model was measured in and that runs there; else fp8, or bf16 on a GPU without it.
    """
    stated = need.pins.precision or need.supplied.precision
    if stated is not None:
        return [stated] if runs_format(stated, need) else []
    measured = {row.precision for row in measurements(need.model)}
    usable = sorted(precision for precision in measured if runs_format(precision, need))
    native = "fp8" if need.gpu_spec and need.gpu_spec.fp8_tflops else "bf16"
    return usable or [native]


def runs_format(precision: str, need: Need) -> bool:
    """Return whether engines serve the model in a format on the plan's GPU.

    FP4 with scales needs FP4 cores, unless the model was measured in it on a GPU without them.
    """
    gpu = need.gpu_spec
    if gpu is None or precision not in FORMATS:
        return False
    if is_native(precision, gpu) or precision not in SCALED_FP4:
        return True
    without_cores = {name for name, spec in gpu_specs().items() if not spec.fp4_tflops}
    rows = measurements(need.model)
    return any(row.precision == precision and row.gpu in without_cores for row in rows)


def _estimated(need: Need, replica: Replica) -> Candidate:
    model = replica.model
    untuned = not replica.gpu.tuned_runs
    shape = need.shape
    notes: list[str] = []
    if model.attention == "hybrid" and shape.cached:
        shape = replace(shape, cached=0.0)
        notes.append("cache hits of a hybrid model are not estimated: they count as misses")
    engine = need.pins.engine or "vllm"
    fit = memory_fit(replica, shape.context)
    grid = ESTIMATED_CONCURRENCY[fit.sequences > ESTIMATED_CONCURRENCY]
    if fit.sequences < ESTIMATED_CONCURRENCY[-1]:
        grid = np.append(grid, fit.sequences)
        notes.append(f"GPU memory holds {fit.sequences:.0f} requests of this length")
    made = estimate(replica, shape, grid, engine=engine, untuned=untuned)
    curve = Curve(
        configuration=Configuration(
            model=need.model,
            gpu=need.gpu,
            gpus=replica.gpus,
            precision=replica.precision,
            engine=engine,
            parallelism=f"tp{replica.parallelism.tensor}",
            runs="community" if untuned else "tuned",
        ),
        shape=shape,
        concurrency=grid,
        output_tok_s=np.maximum.accumulate(made.output_tok_s),
        itl_ms={"mean": made.itl_ms},
        ttft_holds=False,
        is_full=fit.sequences <= grid[-1],
        source=f"physical estimator; {model.source}",
    )
    return Candidate(
        throughput=curve,
        rule=need.rule(replica.gpus, replica.precision),
        provenance=Provenance.ESTIMATED,
        spread=_estimate_spread(need, replica, highest=float(grid[-1])),
        notes=tuple(notes),
    )


def _estimate_spread(need: Need, replica: Replica, *, highest: float) -> Range:
    """Return the factor of an estimate: the widest of what holds for its setup."""
    model, gpu = replica.model, replica.gpu
    bands = [figure("spread_estimated")]
    if highest > HIGH_CONCURRENCY:
        bands.append(figure("spread_estimated_above_200"))
    if not gpu.tuned_runs:
        bands.append(figure("spread_estimated_untuned"))
    if _is_new(model):
        bands.append(figure("spread_estimated_new_architecture"))
    if need.objectives.itl_ms:
        bands.append(figure("spread_estimated_at_itl"))
    widest = max(bands, key=lambda band: band.high / band.low)
    return combined([widest, maturity_spread(gpu)])


def _is_new(spec: ModelSpec) -> bool:
    """Return whether the fit has seen no model of this architecture."""
    known = any(same_architecture(spec, other) for other in model_specs().values())
    return spec.sparse_tokens > 0 or not known


def estimate_obstacles(need: Need) -> list[Obstacle]:
    """Return why nothing is estimated for a plan, one reason per precision and size."""
    if need.spec is None or not need.spec.has_layout or need.gpu_spec is None:
        return [Obstacle(f"the layout of {need.model} or the figures of {need.gpu} are not known")]
    formats = usable_formats(need)
    if not formats:
        stated = need.pins.precision or need.supplied.precision
        return [Obstacle(f"{need.gpu} does not run {stated} weights")]
    sized = (need.replica(gpus, format_) for format_ in formats for gpus in need.replica_sizes)
    found = (reason for replica in sized if replica for reason in obstacles(need, replica))
    return list(dict.fromkeys(found))
