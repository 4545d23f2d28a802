"""Whether a replica's weights fit its GPUs: what does not fit does not run."""

from __future__ import annotations

from dataclasses import replace

from tco.resolve.lookup import Lookup
from tco.throughput.configuration import Parallelism
from tco.throughput.memory_fit import smallest_count
from tco.throughput.node import NodeThroughput

__all__ = ["check_memory", "weights_gb"]


def check_memory(todo: Lookup, path: str, node: NodeThroughput) -> None:
    """Refuse a replica that cannot hold the weights. Raises NotFound."""
    configuration = node.configuration
    weights, gpu_gb = weights_gb(todo, node), _gpu_gb(todo, node)
    if weights is None or gpu_gb is None:
        return
    least = smallest_count(weights, gpu_gb)
    if configuration.gpus >= least:
        return
    held = f"{configuration.gpus} x {configuration.gpu} hold {configuration.gpus * gpu_gb:,.0f} GB"
    message = (
        f"{configuration.model} {configuration.precision} has {weights:,.0f} GB of weights; {held}."
    )
    raise todo.fail(path, message, f"The smallest count that fits is {least}.")


def weights_gb(todo: Lookup, node: NodeThroughput) -> float | None:
    """Return the weights of one copy of the model, or None where nothing states them."""
    configuration = node.configuration
    if node.replica is not None:
        return replace(node.replica, parallelism=Parallelism(configuration.gpus)).weights_gb
    row = todo.catalog.model_row(configuration.model, todo.day)
    return row.row.weights_of.get(configuration.precision) if row else None


def _gpu_gb(todo: Lookup, node: NodeThroughput) -> float | None:
    """Return the memory of one GPU, or None where nothing states it."""
    if node.replica is not None:
        return node.replica.gpu.memory_gb
    gpu = todo.catalog.hardware(node.configuration.gpu, todo.day)
    return gpu.row.memory_gb.high if gpu else None
