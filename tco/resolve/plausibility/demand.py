"""Whether demand and node counts are plausible together: one node in use, not thousands idle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tco.catalog.plausibility.bounds import Band, Mistake
from tco.catalog.plausibility.doubt import Doubt
from tco.catalog.plausibility.finding import PlausibilityFinding, finding_of
from tco.catalog.plausibility.mistakes import probable_mistake
from tco.costing.service_model import ServiceModel
from tco.plan.volume import REQUESTS_PER_MONTH
from tco.plan.workload import VOLUME_KEYS
from tco.ranges import point
from tco.resolve.lookup import Lookup
from tco.resolve.plausibility.places import PLAN_KEYS, workload_file, workload_path
from tco.units import HOURS_PER_DAY, HOURS_PER_MONTH

__all__ = ["demand_findings"]

LEAST_LOAD = 0.01
"""A demand that fills less of one node is no reason to plan one: it is in another unit."""
FEW_NODES, MOST_TIMES_NEEDED = 16, 20.0
"""More nodes than these few are at most this many times what the busiest hour needs."""
PER_DAY = Mistake(HOURS_PER_DAY / HOURS_PER_MONTH, "Per day instead of per month?")
MISTAKES = (
    Mistake(1e-3, "Thousands of requests?"),
    Mistake(1e-6, "Millions of requests?"),
)


def demand_findings(
    todo: Lookup, services: Sequence[ServiceModel]
) -> Iterator[PlausibilityFinding]:
    """Yield volumes that leave a node idle, and counts of nodes far above what is needed."""
    for service in services:
        for group in service.groups:
            load = group.fleet.load_by_hour
            yield from _volume(todo, service, float(np.mean(load)))
            needed = max(1.0, math.ceil(float(np.max(load))))
            for pool in group.pools:
                most = max(FEW_NODES, needed * pool.nodes_per_replica * MOST_TIMES_NEEDED)
                keys = ("services", service.name, "pools", pool.name, "nodes")
                yield from _nodes(todo, keys, pool.plan.nodes.min, most)
            spares = todo.plan.services[service.name].standby.nodes or 0
            most = max(FEW_NODES, needed * MOST_TIMES_NEEDED)
            yield from _nodes(todo, ("services", service.name, "standby", "nodes"), spares, most)


def _volume(todo: Lookup, service: ServiceModel, load: float) -> Iterator[PlausibilityFinding]:
    """Yield a volume that fills less than a hundredth of one node."""
    if load >= LEAST_LOAD or load == 0:
        return
    name = todo.plan.services[service.name].workload
    workload, demand = todo.source.workloads[name]
    requests = demand.requests_per_month
    stated = next(key for key in VOLUME_KEYS if getattr(workload, key, None) is not None)
    period = stated if stated in REQUESTS_PER_MONTH else "requests_per_month"
    stated_volume = requests / REQUESTS_PER_MONTH[period]
    low = stated_volume * LEAST_LOAD / load
    band = Band(low, math.inf, f"{LEAST_LOAD:.0%} of one node of {service.groups[0].pools[0].name}")
    known = (PER_DAY, *MISTAKES) if stated == "requests_per_month" else MISTAKES
    doubt = Doubt(
        keys=(stated,),
        value=point(stated_volume),
        unit=period.replace("_per_", "/"),
        band=band,
        mistake=probable_mistake(stated_volume, band, known),
    )
    file = workload_file(todo.source, name)
    yield finding_of("demand", doubt, file=file, within=(), path=workload_path(name))


def _nodes(
    todo: Lookup, keys: tuple[str, ...], nodes: int, most: float
) -> Iterator[PlausibilityFinding]:
    """Yield a fixed count of nodes far above what the busiest hour needs."""
    if nodes <= most:
        return
    times = f"{MOST_TIMES_NEEDED:g} times what the busiest hour needs"
    band = Band(0.0, most, times)
    doubt = Doubt(
        keys=(keys[-1],),
        value=point(float(nodes)),
        unit="nodes",
        band=band,
        mistake="GPUs instead of nodes?",
    )
    file, within = todo.source.file, (*PLAN_KEYS, *keys[:-1])
    yield finding_of("demand", doubt, file=file, within=within, path=".".join(keys[:-1]))
