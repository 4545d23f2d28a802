"""What a fleet needs beside its nodes: disks, load balancer, logs and licenses."""

from __future__ import annotations

import numpy as np

from tco.costing.fleet_operation import FleetOperation
from tco.costing.lines import CostLine, LineKind
from tco.costing.stack import StackModel
from tco.providers.owned import INTERNAL
from tco.scenario import Scenario
from tco.units import MONTHS_PER_YEAR

__all__ = ["platform_lines"]

PER_SERVICE = LineKind("platform-per-service", "platform", "service")
PER_NODE = LineKind("platform-per-node", "platform", "node")
LICENSES = LineKind("licenses", "platform", "GPU")


def platform_lines(stack: StackModel, done: FleetOperation, scenario: Scenario) -> list[CostLine]:
    """Disks, load balancer, logs and licenses; spare nodes have disks and licenses too."""
    services = float(sum(bool(service.groups) for service in stack.services))
    nodes = done.held_nodes
    sellers = (pool.vendor for _, _, _, pool in stack.pools() if pool.provider.sells_platform)
    provider = next(sellers, INTERNAL)
    lines = [
        CostLine(
            kind=PER_SERVICE,
            name=name,
            provider=provider,
            sku=name,
            quantity=np.full_like(nodes, services),
            usd_per_unit=scenario.value(figure),
            figures=(figure,),
        )
        for name, figure in stack.platform.usd_per_month
    ]
    lines += [
        CostLine(
            kind=PER_NODE,
            name=name,
            provider=provider,
            sku=name,
            quantity=nodes,
            usd_per_unit=scenario.value(figure),
            figures=(figure,),
        )
        for name, figure in stack.platform.usd_per_node_month
    ]
    license_figure = stack.platform.licence_usd_per_gpu_year
    if license_figure is not None:
        price = scenario.value(license_figure) / MONTHS_PER_YEAR
        gpus = sum(nodes * pool.gpus for pool, nodes in done.nodes_by_pool()) + done.none
        lines.append(
            CostLine(
                kind=LICENSES,
                name="licences",
                provider=provider,
                sku="licences",
                quantity=gpus,
                usd_per_unit=price,
                figures=(license_figure,),
            )
        )
    return lines
