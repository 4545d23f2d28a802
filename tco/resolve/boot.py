"""How long a node takes from its start to its first request, by the weights that it loads."""

from __future__ import annotations

from dataclasses import replace

from tco.catalog.sourced import SourcedValue
from tco.costing.pool_model import PoolModel
from tco.resolve.lookup import Lookup
from tco.resolve.memory import weights_gb
from tco.throughput.node import NodeThroughput
from tco.throughput.outlook import boot_hours

__all__ = ["with_boot_of_weights"]


def with_boot_of_weights(todo: Lookup, pool: PoolModel, node: NodeThroughput) -> PoolModel:
    """Return the pool with the boot hours of the weights that its nodes load.

    What the plan or a price book states stays, and so does the catalog's figure where the size of
    the weights is not known.
    """
    weights = weights_gb(todo, node)
    if weights is None or pool.boot_hours.origin != "catalog":
        return pool
    configuration = node.configuration
    boot = SourcedValue(
        name=f"boot and load hours of {configuration.model} {configuration.precision}",
        value=boot_hours(weights),
        unit="h",
        source=f"{weights:,.0f} GB of weights at 1 to 9 GB/s, and 110 to 250 s to start; "
        "vLLM 2233, 43189 and 44881, HabanaAI vllm-fork 809, vllm-omni 4896",
        estimate=True,
    )
    spot = pool.supply.spot
    supply = replace(pool.supply, spot=spot and replace(spot, boot_hours=boot))
    return replace(pool, boot_hours=boot, supply=supply)
