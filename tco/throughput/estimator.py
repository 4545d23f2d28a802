"""The physical estimator: throughput of a replica without measurements.

One decode step of b sequences takes

    step  = L (tau + [MoE] tau_moe) (1 + kappa log2 tp)      launches, synchronization
          + (W(b) phi + KV(b)) / (BW eta_bw)                 bytes that one GPU reads
          + 2 A b / (n F eta_flops)                          decode FLOP
          + Q(b) / (link eta_link)                           all-reduce bytes of one GPU
    tok/s = b out / (step (alpha in (1 - h e) + out))
    ITL   = step (1 + 0.9 alpha in (1 - h e)/out)

with b = min(c, c_max). Seven constants are fitted (``data/throughput/figures.csv``); the median
error is 14% on models and GPUs that were left out of the fit. It does not predict TTFT, offline
maxima, disaggregated serving or speculative decoding (METHOD, Estimate).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tco.arrays import FloatArray
from tco.catalog.specs import figure
from tco.throughput.formats import is_native, peak_tflops
from tco.throughput.lengths import LengthRule, length_rule
from tco.throughput.memory_fit import MemoryFit, memory_fit
from tco.throughput.replica import Replica
from tco.throughput.shape import Shape

__all__ = ["ESTIMATED_CONCURRENCY", "Estimate", "estimate", "step_seconds"]

ESTIMATED_CONCURRENCY = 3 * 2.0 ** np.arange(0, 7.5, 0.5)
"""Where estimates are evaluated: at 1 and 2 the estimator is 27% too high."""
SPARSE_INDEX_SHARE = 0.2
"""Share of the context's KV bytes that the index of sparse attention reads."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Estimated output tok/s and token time of one replica, ``(points,)`` each.

    ``queue_s`` is the wait for KV memory of what is above c_max.
    """

    concurrency: FloatArray
    output_tok_s: FloatArray
    itl_ms: FloatArray
    queue_s: FloatArray
    fit: MemoryFit


def estimate(
    replica: Replica,
    shape: Shape,
    concurrency: FloatArray,
    *,
    engine: str = "",
    untuned: bool = False,
) -> Estimate:
    """Return the estimate at each concurrency; the replica runs and its model has a layout.

    ``untuned`` is a community run with default settings.
    """
    fit = memory_fit(replica, shape.context)
    batch = np.minimum(concurrency, fit.sequences)
    stages = replica.parallelism.pipeline
    rule: LengthRule = length_rule(replica.model, replica.gpus // stages)
    step = step_seconds(replica, shape.context, batch)
    if untuned:
        step = step * figure("untuned_step_factor").likely
    if engine == "sglang":
        step = step * figure("sglang_step_factor").likely
    tok_s = batch * shape.output / (step * rule.weight(batch, shape))
    return Estimate(
        concurrency=concurrency,
        output_tok_s=tok_s,
        itl_ms=1000.0 * step * np.asarray(rule.itl_factor(batch, shape)),
        queue_s=(concurrency - batch) * shape.output / tok_s,
        fit=fit,
    )


def step_seconds(replica: Replica, context_tokens: float, batch: FloatArray) -> FloatArray:
    """Return the seconds of one decode step of ``batch`` sequences with a mean context."""
    shared = replica.parallelism
    micro_batch = np.maximum(1.0, batch / shared.pipeline)
    seconds = (
        _launch_seconds(replica)
        + _read_seconds(replica, context_tokens, micro_batch)
        + _flop_seconds(replica, micro_batch)
        + _link_seconds(replica, micro_batch)
    )
    return seconds * replica.gpu.step_factor.likely


def _stage_gpus(replica: Replica) -> int:
    """Return the GPUs of one pipeline stage."""
    return replica.gpus // replica.parallelism.pipeline


def _launch_seconds(replica: Replica) -> float:
    """Return the fixed time of a step: launches, synchronization, all-reduce latency."""
    model, shared = replica.model, replica.parallelism
    per_layer = figure("step_us_per_layer").likely
    if model.experts:
        per_layer += figure("step_us_per_moe_layer").likely
    width = _stage_gpus(replica) if shared.data_attention else shared.tensor
    growth = 1 + figure("tensor_parallel_growth").likely * np.log2(width)
    return float(model.layers * per_layer * 1e-6 * growth)


def _read_seconds(replica: Replica, context_tokens: float, batch: FloatArray) -> FloatArray:
    """Return the time to read the weights of the touched experts, the rest, and the KV cache."""
    model, shared, layout = replica.model, replica.parallelism, replica.format
    gpus = _stage_gpus(replica)
    dense_width = 1 if shared.data_attention else shared.tensor
    weights = np.full_like(batch, model.nonexpert_b * layout.nonexpert_bytes / dense_width)
    if model.experts:
        touched = 1 - (1 - model.experts_per_token / model.experts) ** batch
        weights = weights + model.routed_b * layout.expert_bytes * touched / gpus
    if not is_native(replica.precision, replica.gpu):
        weights = weights * figure("nonnative_bytes_factor").likely
    kv_width = gpus if shared.data_attention else shared.tensor
    elements = _kv_tokens_read(replica, context_tokens) * model.kv_elements * replica.kv_copies
    kv_gb = batch * elements * layout.kv_bytes / kv_width / 1e9
    return (weights + kv_gb) / (replica.gpu.memory_gb_s * figure("bandwidth_share").likely)


def _kv_tokens_read(replica: Replica, context_tokens: float) -> float:
    """Return the tokens of KV cache that a step reads of one sequence."""
    model = replica.model
    windowed = min(context_tokens, model.window_tokens or context_tokens)
    tokens = model.window_share * windowed + (1 - model.window_share) * context_tokens
    if model.sparse_tokens:
        return min(tokens, model.sparse_tokens) + SPARSE_INDEX_SHARE * tokens
    return tokens


def _flop_seconds(replica: Replica, batch: FloatArray) -> FloatArray:
    peak = peak_tflops(replica.precision, replica.gpu) * 1e3
    flop = 2 * replica.model.active_params_b * batch / _stage_gpus(replica)
    return flop / peak / figure("flops_share").likely


def _link_seconds(replica: Replica, batch: FloatArray) -> FloatArray:
    """Return the time of the all-reduce; the hidden size follows from A and L."""
    model, shared = replica.model, replica.parallelism
    hidden = np.sqrt(model.active_params_b * 1e9 / 12 / model.layers)
    if shared.data_attention:
        share = 1.0 / _stage_gpus(replica) if model.experts else 0.0
    else:
        share = 2 * (shared.tensor - 1) / shared.tensor
    gb = model.layers * 4 * hidden * batch / 1e9 * share
    return gb / replica.gpu.link_gb_s / figure("link_share").likely
