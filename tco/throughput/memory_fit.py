"""What fits in GPU memory: the weights, and how many requests beside them (METHOD, Memory fit).

``c_max = (n mem x 0.9 - weights)/(KV per token x max(1, tp/kv_heads) x (in + out/2))``. Weights
above 96% of the memory do not run. Above c_max throughput is flat and the excess waits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tco.catalog.specs import figure
from tco.throughput.configuration import Parallelism
from tco.throughput.replica import Replica
from tco.units import BYTES_PER_GB

__all__ = [
    "GPU_COUNTS",
    "MemoryFit",
    "memory_fit",
    "resident_sessions",
    "smallest_count",
    "smallest_fit",
]

GPU_COUNTS = (1, 2, 4, 8, 16, 32, 64)
"""The sizes of a replica that tensor parallelism allows."""


@dataclass(frozen=True, slots=True)
class MemoryFit:
    """How a replica's weights fit and how many requests of one context go beside them.

    ``sequences`` is c_max, below 1 where the replica does not run. ``is_tight`` marks one that runs
    with 4% of the memory free instead of 10%.
    """

    weights_gb: float
    memory_gb: float
    sequences: float
    is_tight: bool

    @property
    def runs(self) -> bool:
        """Return whether the weights and at least one request fit."""
        return self.sequences >= 1


def memory_fit(replica: Replica, context_tokens: float) -> MemoryFit:
    """Return how a replica fits requests of a mean context in tokens."""
    roomy = _sequences(replica, context_tokens, figure("memory_reserve").likely)
    tight = _sequences(replica, context_tokens, figure("memory_reserve_tight").likely)
    is_tight = roomy < 1 <= tight
    sequences = tight if is_tight else roomy
    return MemoryFit(replica.weights_gb, replica.memory_gb, sequences, is_tight)


def _sequences(replica: Replica, context_tokens: float, reserve: float) -> float:
    """Return how many sequences fit with a share of the memory kept free; negative for none."""
    free_gb = replica.memory_gb * (1 - reserve) - replica.weights_gb
    return free_gb / (kv_gb_per_sequence(replica, context_tokens))


def kv_gb_per_sequence(replica: Replica, context_tokens: float) -> float:
    """Return the KV cache of one sequence in GB, its copies included."""
    model = replica.model
    windowed = min(context_tokens, model.window_tokens or context_tokens)
    tokens = model.window_share * windowed + (1 - model.window_share) * context_tokens
    elements = tokens * model.kv_elements * replica.kv_copies
    return elements * replica.format.kv_bytes / BYTES_PER_GB


def resident_sessions(replica: Replica, context_tokens: float) -> float:
    """Return how many sessions of a mean context keep their whole KV cache in GPU memory.

    Sessions count, not requests in flight: an idle turn holds its cache.
    """
    return max(0.0, memory_fit(replica, context_tokens).sequences)


def smallest_count(weights_gb: float, gpu_gb: float) -> int:
    """Return the smallest power of two of GPUs whose memory holds the weights alone."""
    usable_gb = gpu_gb * (1 - figure("memory_reserve_tight").likely)
    return 2 ** max(0, math.ceil(math.log2(weights_gb / usable_gb)))


def smallest_fit(
    replica: Replica, context_tokens: float, counts: Iterable[int] = GPU_COUNTS
) -> int | None:
    """Return the smallest GPU count on which a replica's model runs, or None."""
    for count in counts:
        sized = replace(replica, gpus=count, parallelism=Parallelism(count))
        if memory_fit(sized, context_tokens).runs:
            return count
    return None
