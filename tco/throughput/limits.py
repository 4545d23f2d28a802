"""Whether a throughput is possible: physical bounds and Little's law.

No step is shorter than one read of the active weights, and no GPU does more than its dense peak. A
rate above a bound is rejected; one far above what any measurement reaches is implausible. By
Little's law tok/s x (TTFT + ITL (out - 1)) is c x out: a measured ratio is between 0.7 and 1.1
(METHOD, Plausible figures).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tco.throughput.formats import is_native, peak_tflops
from tco.throughput.memory_fit import kv_gb_per_sequence
from tco.throughput.replica import Replica
from tco.throughput.shape import Shape

__all__ = [
    "BANDWIDTH_CUTOFF",
    "FLOPS_CUTOFFS",
    "FOUR_BIT_FLOPS_CUTOFF",
    "Finding",
    "LoadPoint",
    "bandwidth_bound",
    "expected_bound",
    "findings",
    "flops_share",
    "little_ratio",
]

BANDWIDTH_CUTOFF = 0.85
"""Share of the expected bandwidth bound above which a rate is implausible."""
FLOPS_CUTOFFS = {"bf16": 0.55, "fp8": 0.40, "int8": 0.40}
"""The same of the peak FLOPS over input and output tokens, by precision; 4-bit ones below."""
FOUR_BIT_FLOPS_CUTOFF = 0.30
LITTLE_RANGE = (0.7, 1.1)
SLOWEST_TOK_S = 0.3
"""Output tok/s of one request below which a rate is implausible: a token every three seconds."""
REPLICAS = "Is it of several replicas?"


@dataclass(frozen=True, slots=True)
class LoadPoint:
    """What a benchmark states of one load: output tok/s, and latencies in ms where it has them."""

    shape: Shape
    output_tok_s: float
    concurrency: float | None = None
    ttft_ms: float | None = None
    itl_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with a stated throughput, and what would be right.

    ``value`` is outside ``low`` to ``high``; ``point`` is its place in a benchmark.
    """

    severity: Literal["rejected", "implausible"]
    message: str
    value: float
    low: float
    high: float
    basis: str
    unit: str = "tok/s"
    mistake: str = REPLICAS
    point: int | None = None


def bandwidth_bound(replica: Replica, concurrency: float) -> float:
    """Return the highest output tok/s: one read of the active weights per step of c tokens."""
    layout, model = replica.format, replica.model
    active = model.nonexpert_b * layout.nonexpert_bytes
    if model.experts:
        routed = model.active_params_b - model.nonexpert_b
        active += routed * layout.expert_bytes
    return concurrency * replica.gpus * replica.gpu.memory_gb_s / active


def expected_bound(replica: Replica, shape: Shape, concurrency: float) -> float:
    """Return the bandwidth bound with the experts that c tokens touch and the KV cache read."""
    layout, model = replica.format, replica.model
    read = model.nonexpert_b * layout.nonexpert_bytes
    if model.experts:
        touched = 1 - (1 - model.experts_per_token / model.experts) ** concurrency
        read += model.routed_b * layout.expert_bytes * touched
    read += concurrency * kv_gb_per_sequence(replica, shape.context) / replica.kv_copies
    return concurrency * replica.gpus * replica.gpu.memory_gb_s / read


def flops_share(replica: Replica, shape: Shape, output_tok_s: float) -> float:
    """Return the share of peak FLOPS: 2 x active parameters x input and output tokens per second.

    Cached input is not computed again.
    """
    computed = shape.output + shape.input * (1 - shape.cached)
    tokens = output_tok_s * computed / shape.output
    peak = replica.gpus * peak_tflops(replica.precision, replica.gpu) * 1e12
    return 2 * replica.model.active_params_b * 1e9 * tokens / peak


def little_ratio(point: LoadPoint) -> float | None:
    """Return tok/s (TTFT + ITL (out - 1))/(c out), or None without concurrency or token time.

    Without a TTFT it is too low by the wait for the first token.
    """
    if point.concurrency is None or point.itl_ms is None:
        return None
    seconds = ((point.ttft_ms or 0.0) + point.itl_ms * (point.shape.output - 1)) / 1000.0
    return point.output_tok_s * seconds / (point.concurrency * point.shape.output)


def findings(point: LoadPoint, replica: Replica | None) -> Iterator[Finding]:
    """Yield what is wrong with a stated load; without a replica only Little's law is checked."""
    yield from _little(point)
    yield from _standstill(point)
    if replica is not None:
        yield from _flops(point, replica)
        if point.concurrency is not None:
            yield from _bandwidth(point, replica, point.concurrency)


def _flops(point: LoadPoint, replica: Replica) -> Iterator[Finding]:
    """Yield a rate that needs more arithmetic than the GPUs do, or than any measurement did."""
    share = flops_share(replica, point.shape, point.output_tok_s)
    runs_as = replica.precision if is_native(replica.precision, replica.gpu) else "bf16"
    cutoff = FLOPS_CUTOFFS.get(runs_as, FOUR_BIT_FLOPS_CUTOFF)
    if share <= cutoff:
        return
    need = f"{point.output_tok_s:,.0f} output tok/s need {share:.0%} of the GPUs' peak FLOPS"
    reach = f"; measurements in {runs_as} reach {cutoff:.0%}" if share <= 1 else ""
    yield Finding(
        severity="rejected" if share > 1 else "implausible",
        message=f"{need}{reach}.",
        value=point.output_tok_s,
        low=0.0,
        high=point.output_tok_s * cutoff / share,
        basis=f"{cutoff:.0%} of the GPUs' peak FLOPS",
    )


def _bandwidth(point: LoadPoint, replica: Replica, concurrency: float) -> Iterator[Finding]:
    """Yield a rate above what reading the weights once per step allows, or nearly so."""
    bound = bandwidth_bound(replica, concurrency)
    expected = expected_bound(replica, point.shape, concurrency)
    stated = f"{point.output_tok_s:,.0f} output tok/s at concurrency {concurrency:g} are"
    most = BANDWIDTH_CUTOFF * expected
    if point.output_tok_s > bound:
        text = f"{stated} above the memory bandwidth bound of {bound:,.0f}."
    elif point.output_tok_s > most:
        text = (
            f"{stated} {point.output_tok_s / expected:.0%} of the expected memory "
            f"bandwidth bound; measurements reach {BANDWIDTH_CUTOFF:.0%}."
        )
    else:
        return
    yield Finding(
        severity="rejected" if point.output_tok_s > bound else "implausible",
        message=text,
        value=point.output_tok_s,
        low=0.0,
        high=min(most, bound),
        basis=f"memory bandwidth at concurrency {concurrency:g}",
    )


def _standstill(point: LoadPoint) -> Iterator[Finding]:
    """Yield a rate that is too slow to be plausible."""
    if point.concurrency is None:
        return
    low = SLOWEST_TOK_S * point.concurrency
    if point.output_tok_s < low:
        yield Finding(
            severity="implausible",
            message=f"{point.output_tok_s:,.3g} output tok/s at concurrency "
            f"{point.concurrency:g} are less than {SLOWEST_TOK_S:g} per request.",
            value=point.output_tok_s,
            low=low,
            high=math.inf,
            basis=f"{SLOWEST_TOK_S:g} tok/s per request",
            mistake="Thousands of tokens, or requests, per second?",
        )


def _little(point: LoadPoint) -> Iterator[Finding]:
    ratio = little_ratio(point)
    if ratio is None:
        return
    low, high = LITTLE_RANGE
    least = low if point.ttft_ms is not None else 0.0
    in_seconds = low <= ratio * 1e3 <= high
    if not least <= ratio <= high:
        yield Finding(
            severity="implausible",
            message=f"{point.output_tok_s:,.0f} output tok/s are {ratio:.2f} x what concurrency "
            f"{point.concurrency:g} and the stated latencies give (Little's law); "
            f"{low:g} to {high:g} is accepted.",
            value=point.output_tok_s,
            low=point.output_tok_s * least / ratio,
            high=point.output_tok_s * high / ratio,
            basis="Little's law, from concurrency and latencies",
            mistake="Are the latencies in seconds?" if in_seconds else REPLICAS,
        )
