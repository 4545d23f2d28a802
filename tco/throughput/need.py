"""What a plan needs from a node, and what its own files add to the catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tco.catalog.specs import GpuSpec, ModelSpec, figure, gpu_specs, model_specs
from tco.ranges import Range
from tco.throughput.capacity import Capacity
from tco.throughput.configuration import Configuration, Parallelism, Pins, parallelism_of
from tco.throughput.curve import Curve
from tco.throughput.formats import FORMATS
from tco.throughput.lengths import LengthRule, length_rule
from tco.throughput.memory_fit import GPU_COUNTS
from tco.throughput.objectives import LatencyObjectives
from tco.throughput.provenance import combined, is_far
from tco.throughput.replica import Replica
from tco.throughput.shape import Shape

__all__ = ["NOTHING", "NO_OBJECTIVES", "OPEN", "Need", "Supplied"]

NO_OBJECTIVES = LatencyObjectives()
OPEN = Pins()


@dataclass(frozen=True, kw_only=True)
class Supplied:
    """What a user's files add: benchmarks, the spec of an own model, weights in GB by precision.

    ``precision`` is that of the weights whose config the spec was read from. ``spreads`` replace
    those of the method by name.
    """

    benchmarks: Sequence[Curve | Capacity] = ()
    spec: ModelSpec | None = None
    precision: str | None = None
    weights_gb: Mapping[str, float] = field(default_factory=dict[str, float])
    spreads: Mapping[str, Range] = field(default_factory=dict[str, Range])


NOTHING = Supplied()


@dataclass(frozen=True, kw_only=True)
class Need:
    """A model on a node's GPUs, at the plan's shape, under its objectives and pins."""

    model: str
    gpu: str
    gpus_per_node: int
    shape: Shape
    objectives: LatencyObjectives = NO_OBJECTIVES
    pins: Pins = OPEN
    supplied: Supplied = NOTHING

    @property
    def spec(self) -> ModelSpec | None:
        """Return the model's spec: the user's, else the catalog's."""
        return self.supplied.spec or model_specs().get(self.model)

    @property
    def gpu_spec(self) -> GpuSpec | None:
        """Return the GPU's spec, or None for a GPU without published figures."""
        return gpu_specs().get(self.gpu)

    @property
    def replica_sizes(self) -> tuple[int, ...]:
        """Return the GPU counts that a replica may have: the pinned one, else all that fit."""
        if self.pins.gpus_per_replica is not None:
            return (self.pins.gpus_per_replica,)
        return tuple(count for count in GPU_COUNTS if count <= self.gpus_per_node)

    def spread(self, name: str) -> Range:
        """Return a drawn factor on throughput: the user's, else the method's."""
        return self.supplied.spreads.get(name) or figure(name)

    def spread_of(self, curve: Curve | Capacity, measured: Shape) -> Range:
        """Return the factor on a throughput that was measured at a shape.

        A benchmark may state its range. A user's own is exact otherwise, another's varies as
        repeat runs do, and a prediction as the simulator's do. Other lengths add the rule's error.
        """
        parts: list[Range] = []
        if curve.stated_spread is not None:
            parts.append(curve.stated_spread)
        elif curve.origin == "predicted":
            parts.append(self.spread("prediction_spread"))
        if not measured.same_lengths(self.shape):
            far = "far_" if is_far(measured.ratio_change(self.shape)) else ""
            parts.append(self.spread(f"{far}extrapolation_spread"))
        elif not parts and curve.origin != "own":
            parts.append(self.spread("benchmark_spread"))
        return combined(parts)

    def concerns(self, configuration: Configuration) -> bool:
        """Return whether a configuration is of this model on this GPU."""
        return (configuration.model, configuration.gpu) == (self.model, self.gpu)

    def allows_size(self, gpus: int) -> bool:
        """Return whether a replica of this many GPUs goes on a node, or is what the plan pins.

        Disaggregated prefill and decode replicas are planned together and may span nodes.
        """
        if self.pins.gpus_per_replica is not None:
            return gpus == self.pins.gpus_per_replica
        return gpus <= self.gpus_per_node or self.pins.mode == "disaggregated"

    def rule(self, gpus: int, precision: str) -> LengthRule:
        """Return the length rule of a replica of this model."""
        return length_rule(self.spec, gpus, self.supplied.weights_gb.get(precision), precision)

    def replica_of(self, configuration: Configuration) -> Replica | None:
        """Return the replica of a configuration of this model on this GPU, or None."""
        return self.replica(
            configuration.gpus,
            configuration.precision,
            parallelism_of(configuration.parallelism, configuration.gpus),
        )

    def replica(
        self, gpus: int, precision: str, parallelism: Parallelism | None = None
    ) -> Replica | None:
        """Return the replica as physics sees it, or None where a spec or a format is unknown."""
        spec, gpu = self.spec, self.gpu_spec
        if spec is None or gpu is None or not spec.has_layout or precision not in FORMATS:
            return None
        shared = parallelism or Parallelism(gpus)
        return Replica(model=spec, gpu=gpu, gpus=gpus, precision=precision, parallelism=shared)
