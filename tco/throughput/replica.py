"""A replica as physics sees it: a model on GPUs at a precision, and how they share it."""

from __future__ import annotations

from dataclasses import dataclass

from tco.catalog.specs import GpuSpec, ModelSpec
from tco.throughput.configuration import Parallelism
from tco.throughput.formats import WeightFormat, weight_format

__all__ = ["Replica"]


@dataclass(frozen=True, kw_only=True)
class Replica:
    """A model on ``gpus`` GPUs of one kind."""

    model: ModelSpec
    gpu: GpuSpec
    gpus: int
    precision: str
    parallelism: Parallelism

    @property
    def format(self) -> WeightFormat:
        """Return the bytes of the replica's parameters and KV elements."""
        return weight_format(self.precision, has_experts=self.model.experts > 0)

    @property
    def kv_copies(self) -> float:
        """Return how many GPUs hold the same KV element: tensor width over KV heads, or 1."""
        if self.parallelism.data_attention:
            return 1.0
        return max(1.0, self.parallelism.tensor / self.model.kv_heads)

    @property
    def weights_gb(self) -> float:
        """Return the memory of all weights in GB: as stated, else by the parameters.

        With data attention each GPU has its own weights outside the experts.
        """
        layout, stated = self.format, self.model.weights_gb.get(self.precision)
        if stated is not None:
            return stated
        copies = self.gpus if self.parallelism.data_attention else 1
        nonexpert = self.model.nonexpert_b * layout.nonexpert_bytes * copies
        return nonexpert + self.model.routed_b * layout.expert_bytes

    @property
    def memory_gb(self) -> float:
        """Return the nominal memory of all GPUs in GB."""
        return self.gpus * self.gpu.memory_gb
