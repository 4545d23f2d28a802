"""How fast a node serves a model: the operating point, and the node time of each request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tco.arrays import Quantity
from tco.catalog.fields import day_of
from tco.catalog.specs import figure
from tco.ranges import Range, point
from tco.throughput.capacity import Capacity
from tco.throughput.configuration import Configuration
from tco.throughput.curve import Curve, OperatingPoint
from tco.throughput.lengths import LengthRule, alpha_of
from tco.throughput.provenance import Provenance
from tco.throughput.relative_rate import STRAIGHT_LINE, RelativeRate, relative_rate
from tco.throughput.replica import Replica
from tco.throughput.shape import Shape

__all__ = ["NodeThroughput"]


@dataclass(frozen=True, kw_only=True)
class NodeThroughput:
    """How fast a node serves a model at the plan's shape.

    ``curve`` is that of one replica; None for a rate without concurrency, which is
    ``capacity``. ``point`` is where a replica runs; where ``unmet`` says why no point meets the
    objectives, it is the one without them. ``replica`` is None where the specs of the model or the
    GPU are not known. A node holds ``replicas``, or a replica takes
    ``nodes_per_replica`` nodes. ``spread`` is the drawn factor on all its tok/s. ``knows_lengths``
    is False where other lengths were scaled with all tokens alike. ``hit_limit`` is the most of a
    request's input that is found in the prefix cache.
    """

    configuration: Configuration
    shape: Shape
    curve: Curve | None
    capacity: Capacity | None
    point: OperatingPoint
    unmet: str
    replicas: int
    nodes_per_replica: int
    rule: LengthRule
    provenance: Provenance
    spread: Range
    knows_lengths: bool
    replica: Replica | None
    notes: tuple[str, ...]
    source: str
    as_of: str
    hit_limit: float = 1.0

    @property
    def day(self) -> dt.date | None:
        """Return the day of the measurement, or of its source; a month counts as its first day."""
        return day_of(self.as_of) if self.as_of else None

    @property
    def needs_burst_factor(self) -> bool:
        """Return whether the rate says nothing of bursts: an offline maximum."""
        return self.capacity is not None and self.capacity.kind == "offline"

    @property
    def is_scaled(self) -> bool:
        """Return whether it was measured at other lengths, on another GPU or on another count."""
        return self.provenance in (
            Provenance.SCALED,
            Provenance.OTHER_COUNT,
            Provenance.OTHER_GPU,
        )

    @property
    def is_lean_at_most(self) -> bool:
        """Return whether it allows Leaning yes at most: unmeasured, unverified or estimated."""
        unverified = self.point.slo == "unverified"
        return self.provenance.is_lean_at_most or not self.knows_lengths or unverified

    @property
    def is_own(self) -> bool:
        """Return whether a user's own price book measured it."""
        throughput = self.curve or self.capacity
        return throughput is not None and throughput.origin == "own"

    @property
    def is_estimate(self) -> bool:
        """Return whether its source estimates it, or it is not measured."""
        throughput = self.curve or self.capacity
        stated = throughput is not None and throughput.is_estimate
        return stated or self.provenance.is_lean_at_most

    @property
    def concurrency(self) -> float | None:
        """Return the requests in flight on all replicas of a node, or on one across nodes."""
        each = self.point.concurrency
        return None if each is None else each * self.replicas

    @cached_property
    def relative_rate(self) -> RelativeRate:
        """Return how the node's output tok/s grow with the requests in flight."""
        curve, full = self.curve, self.point.concurrency
        if curve is None or full is None:
            return STRAIGHT_LINE
        return relative_rate(curve.concurrency, curve.output_tok_s, full)

    @property
    def output_tok_s(self) -> float:
        """Return output tok/s per node at the operating point."""
        return self.point.output_tok_s * self.replicas / self.nodes_per_replica

    @property
    def measured_shape(self) -> Shape | None:
        """Return the shape at which the curve was measured; None for a rate without a curve."""
        return self.curve and (self.curve.measured_shape or self.curve.shape)

    @property
    def prefill_share(self) -> Range | None:
        """Return the share of prefill in node time that the benchmark states, or None."""
        return self.curve.prefill_share if self.curve else None

    @property
    def cache_speedup(self) -> Range | None:
        """Return how much faster prefill is for cache hits by the benchmark, or None."""
        return self.curve.cache_speedup if self.curve else None

    @property
    def effectiveness(self) -> Range:
        """Return what a cache hit saves of its prefill, where the benchmark does not state it."""
        if not self.rule.effectiveness:
            return point(0.0)
        hybrid = self.replica is not None and self.replica.model.attention == "hybrid"
        return figure(f"cache_effectiveness{'_hybrid' if hybrid else ''}")

    def node_seconds(
        self,
        shape: Shape,
        cached: Quantity | None = None,
        *,
        prefill_share: Quantity | None = None,
        effectiveness: Quantity | None = None,
    ) -> Quantity:
        """Return the node-seconds of one request of another shape at the operating point.

        ``cached`` replaces the shape's hit share, ``prefill_share`` what the benchmark states,
        and ``effectiveness`` the rule's e, for instance by one value per scenario.
        """
        rule, c = self.rule, self.point.concurrency or 1.0
        seconds = self.shape.output / self.output_tok_s / rule.weight(c, self.shape)
        drawn, measured = rule, self.measured_shape
        if effectiveness is not None:
            drawn = replace(drawn, effectiveness=effectiveness)
        if measured is not None and prefill_share is not None:
            drawn = replace(drawn, stated_alpha=alpha_of(prefill_share, measured))
        if measured is not None and drawn is not rule:
            seconds = seconds * rule.weight(c, measured) / drawn.weight(c, measured)
        hits = np.minimum(shape.cached if cached is None else cached, self.hit_limit)
        return seconds * drawn.weight(c, shape, hits)
