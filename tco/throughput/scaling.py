"""A curve at the plan's own shape, and on another replica than the measured one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tco.arrays import FloatArray
from tco.throughput.curve import Curve
from tco.throughput.estimator import estimate
from tco.throughput.lengths import LengthRule, alpha_of, effectiveness_of
from tco.throughput.memory_fit import memory_fit
from tco.throughput.replica import Replica
from tco.throughput.shape import Shape

__all__ = ["at_shape", "capped_at", "rule_of_curve", "transferred"]


def rule_of_curve(curve: Curve, rule: LengthRule) -> LengthRule:
    """Return the length rule with what the curve's own benchmark states of prefill and cache."""
    share, speedup = curve.prefill_share, curve.cache_speedup
    if share is not None:
        rule = replace(rule, stated_alpha=alpha_of(share.likely, curve.shape))
    if speedup is not None:
        rule = replace(rule, effectiveness=effectiveness_of(speedup.likely))
    return rule


def at_shape(curve: Curve, shape: Shape, rule: LengthRule) -> Curve:
    """Return the curve at another shape, at the same concurrencies.

    Node time and token time move by the length rule. A time to first token holds only where the
    lengths are within 10% of the measured ones.
    """
    c, measured = curve.concurrency, curve.shape
    weight = rule.weight(c, measured) / rule.weight(c, shape)
    itl = rule.itl_factor(c, shape) / rule.itl_factor(c, measured)
    return replace(
        curve,
        shape=shape,
        measured_shape=curve.measured_shape or measured,
        output_tok_s=curve.output_tok_s * weight * shape.output / measured.output,
        itl_ms={statistic: values * itl for statistic, values in curve.itl_ms.items()},
        ttft_holds=curve.ttft_holds and shape.same_lengths(measured),
    )


def capped_at(curve: Curve, sequences: float) -> Curve:
    """Return the curve up to where GPU memory is full: above it throughput is flat.

    A cap below the first point leaves one point there, on the line to zero.
    """
    c = curve.concurrency
    if sequences >= c[-1]:
        return curve
    kept = np.append(c[c < sequences], sequences)
    itl = {
        statistic: np.exp(np.interp(np.log(kept), np.log(c), np.log(values)))
        for statistic, values in curve.itl_ms.items()
    }
    return replace(
        curve,
        concurrency=kept,
        output_tok_s=curve.output_tok_s_at(kept),
        itl_ms=itl,
        ttft_ms={},
        ttft_holds=False,
        is_full=True,
    )


@dataclass(frozen=True)
class _Ratio:
    """The estimated ratio of one replica over another, ``(points,)`` each."""

    output_tok_s: FloatArray
    itl_ms: FloatArray


def transferred(curve: Curve, measured: Replica, wanted: Replica) -> Curve:
    """Return the curve, at its own shape, on another replica of the same model and precision.

    Each value is the measured one times the estimator's ratio at the same concurrency and shape:
    7.6% off from another GPU count, 13% from another GPU. The time to first token is not known.
    """
    configuration = replace(
        curve.configuration,
        gpu=wanted.gpu.gpu,
        gpus=wanted.gpus,
        parallelism=f"tp{wanted.parallelism.tensor}",
    )
    ratio = _ratio(curve, measured, wanted)
    moved = replace(
        curve,
        configuration=configuration,
        output_tok_s=curve.output_tok_s * ratio.output_tok_s,
        itl_ms={statistic: values * ratio.itl_ms for statistic, values in curve.itl_ms.items()},
        ttft_holds=False,
    )
    return capped_at(moved, memory_fit(wanted, curve.shape.context).sequences)


def _ratio(curve: Curve, measured: Replica, wanted: Replica) -> _Ratio:
    source = estimate(measured, curve.shape, curve.concurrency)
    target = estimate(wanted, curve.shape, curve.concurrency)
    return _Ratio(target.output_tok_s / source.output_tok_s, target.itl_ms / source.itl_ms)
