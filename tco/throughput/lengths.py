"""How node time and token time move with the lengths of a request (METHOD, Throughput).

At a fixed concurrency c a request takes ``w = b (alpha in (1 - h e) + out)`` node-seconds, where
alpha is what a prompt token costs in decode tokens, h the share of the input that the prefix cache
holds and e what a hit saves of the prefill. A request's token time moves with the prefill of the
other requests. Median error 6.3%, P90 26.5% over all closed-loop aggregated measurements; taking
all tokens alike is off by a factor of 2.5 in the median.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tco.arrays import FloatArray, Quantity
from tco.catalog.specs import ModelSpec, figure
from tco.throughput.formats import FORMATS, weight_format
from tco.throughput.shape import Shape

__all__ = ["LengthRule", "alpha", "alpha_of", "effectiveness_of", "length_rule", "nearest"]

ALL_TOKENS_ALIKE = 1.0


def alpha(concurrency: Quantity, active_params_b: float, gpus: float) -> FloatArray:
    """Return the decode tokens' worth of node time that a prompt token takes.

    ``alpha0 = 0.0042 (c^2 A/n)^(1/3)``, ``alpha = alpha0/(1 + alpha0/0.5)``, A the active
    parameters in 1e9 and n the GPUs of the replica. Shaped as ``concurrency``.

    >>> round(float(alpha(64.0, 36.62, 8)), 3)
    0.091
    """
    c = np.asarray(concurrency, float)
    bare = figure("length_rule_factor").likely * np.cbrt(c * c * active_params_b / gpus)
    return bare / (1 + bare / figure("length_rule_ceiling").likely)


def alpha_of(prefill_share: Quantity, shape: Shape) -> Quantity:
    """Return alpha where a benchmark states the share of prefill in the node time of its shape."""
    return prefill_share / (1 - prefill_share) * shape.output / shape.input


def effectiveness_of(cache_speedup: Quantity) -> Quantity:
    """Return what a cache hit saves of its prefill where it is a number of times as fast."""
    return 1 - 1 / cache_speedup


@dataclass(frozen=True)
class LengthRule:
    """The length rule of one configuration.

    ``active_params_b`` is None where it is not stated: all tokens then count alike, and
    ``is_known`` is False. ``stated_alpha`` and ``effectiveness`` come from a benchmark that states
    its share of prefill and its speed-up of cache hits.
    """

    active_params_b: float | None
    gpus: int
    effectiveness: Quantity = 0.0
    stated_alpha: Quantity | None = None

    @property
    def is_known(self) -> bool:
        """Return whether a prompt token's cost is known, so that other lengths can be scaled to."""
        return self.stated_alpha is not None or self.active_params_b is not None

    def alpha(self, concurrency: Quantity) -> FloatArray:
        """Return what a prompt token costs in decode tokens at a concurrency."""
        if self.stated_alpha is not None:
            return self.stated_alpha + np.zeros_like(np.asarray(concurrency, float))
        if self.active_params_b is None:
            return np.full_like(np.asarray(concurrency, float), ALL_TOKENS_ALIKE)
        return alpha(concurrency, self.active_params_b, self.gpus)

    def prefill(
        self, concurrency: Quantity, shape: Shape, cached: Quantity | None = None
    ) -> Quantity:
        """Return the prefill of a request in decode tokens: alpha in (1 - h e)."""
        hits = shape.cached if cached is None else cached
        return self.alpha(concurrency) * shape.input * (1 - hits * self.effectiveness)

    def weight(
        self, concurrency: Quantity, shape: Shape, cached: Quantity | None = None
    ) -> Quantity:
        """Return the node time of a request in decode tokens: alpha in (1 - h e) + out.

        ``cached`` replaces the shape's share, for instance by one value per scenario.
        """
        return self.prefill(concurrency, shape, cached) + shape.output

    def itl_factor(self, concurrency: Quantity, shape: Shape) -> Quantity:
        """Return token time over decode step time: 1 + 0.9 alpha in (1 - h e)/out."""
        share = figure("prefill_itl_share").likely
        return 1 + share * self.prefill(concurrency, shape) / shape.output


def length_rule(
    spec: ModelSpec | None,
    gpus: int,
    weights_gb: float | None = None,
    precision: str = "bf16",
) -> LengthRule:
    """Return the rule of a model on a replica of ``gpus``.

    Without a spec a model counts as dense where its ``weights_gb`` at a ``precision`` are known:
    its parameters are the weights over the bytes of a parameter. What prefill costs in a model of
    unknown size is not known, so that cache hits save nothing.
    """
    if spec is not None:
        hybrid = "_hybrid" if spec.attention == "hybrid" else ""
        saved = figure(f"cache_effectiveness{hybrid}").likely
        return LengthRule(spec.active_params_b, gpus, saved)
    if weights_gb is None or precision not in FORMATS:
        return LengthRule(None, gpus)
    dense = weight_format(precision, has_experts=False)
    saved = figure("cache_effectiveness").likely
    return LengthRule(weights_gb / dense.nonexpert_bytes, gpus, saved)


def nearest(
    shapes: Sequence[Shape],
    derived: Sequence[bool],
    wanted: Shape,
    rule: LengthRule,
    concurrency: float,
) -> int:
    """Return the index of the shape nearest to the wanted one in the logarithm of its node time.

    Of shapes within 1% of each other a measured one is preferred to a derived one. Cache hits do
    not count: a higher hit share must not lead to another source.
    """
    target = np.log(rule.weight(concurrency, wanted, 0.0))
    far = [float(abs(np.log(rule.weight(concurrency, shape, 0.0)) - target)) for shape in shapes]
    return min(range(len(shapes)), key=lambda index: (round(far[index], 2), derived[index]))
