"""A service: its groups of request classes, each with the pools that serve it."""

from __future__ import annotations

import numpy as np

from tco.costing.api_rate import ApiRate
from tco.costing.arrivals import Arrivals
from tco.costing.fleet import MOST_NODES, Fleet, FleetPool
from tco.costing.group import Group, width
from tco.costing.pool_model import PoolModel
from tco.costing.purchase import MERIT
from tco.costing.service_model import ServiceModel, StandbyTerms
from tco.costing.waiting import waiting_of
from tco.errors import one_of
from tco.plan.service import Service
from tco.plan.workload import RequestClass
from tco.resolve.apis import needed_rate
from tco.resolve.boot import with_boot_of_weights
from tco.resolve.burst import resolve_burst_rate
from tco.resolve.lookup import Lookup, NotFound, maybe
from tco.resolve.pools import resolve_pool
from tco.resolve.progress import resolve_progress
from tco.resolve.scores import own_scores
from tco.resolve.throughput import Speed, node_throughput, speed_of
from tco.scenario import BASE_CASE
from tco.throughput.families import suggested_model
from tco.units import SECONDS_PER_HOUR

__all__ = ["resolve_service"]


def resolve_service(todo: Lookup, name: str, spec: Service) -> ServiceModel:
    """Return a service with its pools sized and priced. Raises NotFound."""
    path, before = f"services.{name}", len(todo.problems)
    model = todo.catalog.model(spec.serving.model)
    if model is None:
        model = spec.serving.model  # of a config of its own, or to look up the rest in this run
        if spec.serving.config is None:
            _unknown_model(todo, f"{path}.serving.model", model)
    pools: list[PoolModel] = []
    for pool_name, pool in spec.pools.items():
        try:
            pools.append(resolve_pool(todo, name, pool_name, pool, spec=spec))
        except NotFound:
            continue
    routed, common, by_pool = _routes(todo, path, spec)
    served = [*common, *(request for classes in by_pool.values() for request in classes)]
    overflow = None
    if spec.overflow != "refuse":
        overflow = maybe(
            lambda: needed_rate(todo, f"{path}.overflow", spec.overflow, spec, classes=served)
        )
    standby = maybe(lambda: resolve_standby(todo, path, spec, served))
    if len(todo.problems) > before or standby is None:
        raise NotFound
    for pool in pools:
        _whole_replicas(todo, path, pool)
    _tell_held(todo, standby, pools)
    groups = _groups(todo, path, spec, model, pools=pools, common=common, by_pool=by_pool)
    if len(todo.problems) > before:
        raise NotFound
    serving = " ".join(
        part for part in (model, spec.serving.precision, f"on {groups[0].pools[0].gpu}") if part
    )
    if standby.kind == "none":
        todo.warn(
            "no-standby",
            f"{name} has no standby: a failed node is an outage until it is replaced.",
            name,
        )
    return ServiceModel(
        name=name,
        model=model,
        scores=own_scores(todo, name, spec, model),
        serving_label=serving,
        demand=todo.demand(spec),
        groups=tuple(groups),
        routed=tuple(routed),
        overflow=overflow,
        standby=standby,
        unserved_limit=todo.plan.gate.max_unserved_share,
    )


def _unknown_model(todo: Lookup, path: str, model: str) -> None:
    """Note that a model is not known; of another size or version none is offered as a typo."""
    meant = suggested_model(model, todo.catalog.model_names)
    known = ", ".join(todo.catalog.model_names[:6])
    todo.fail(
        path,
        f'there are no figures for the model "{model}".',
        todo.source.unnamed(model)
        or meant
        or f"Known: {known}, …; see `tco models`. For another, name its config.json in "
        "serving.config, or state a benchmark in a price book.",
    )


def _routes(
    todo: Lookup, path: str, spec: Service
) -> tuple[list[tuple[RequestClass, ApiRate]], list[RequestClass], dict[str, list[RequestClass]]]:
    """Classes by where they go: to an API, to the common pools, to one pool of their own."""
    classes = todo.demand(spec).classes
    known = [request.name for request in classes]
    for name, route in spec.route.items():
        if name not in known:
            todo.fail(
                f"{path}.route.{name}", f'the workload has no class "{name}".', one_of(name, known)
            )
        if route.pool is not None and route.pool not in spec.pools:
            todo.fail(
                f"{path}.route.{name}.pool",
                f'no pool "{route.pool}".',
                one_of(route.pool, spec.pools),
            )
    routed: list[tuple[RequestClass, ApiRate]] = []
    common: list[RequestClass] = []
    by_pool: dict[str, list[RequestClass]] = {}
    for request in classes:
        route = spec.route.get(request.name)
        if route is None:
            common.append(request)
        elif route.pool is not None:
            by_pool.setdefault(route.pool, []).append(request)
        else:
            api = route.api or ""
            where = f"{path}.route.{request.name}.api"
            rate = maybe(
                lambda api=api, at=where, routed_request=request: needed_rate(
                    todo, at, api, spec, classes=[routed_request]
                )
            )
            if rate is not None:
                routed.append((request, rate))
    return routed, common, by_pool


def _groups(
    todo: Lookup,
    path: str,
    spec: Service,
    model: str,
    pools: list[PoolModel],
    common: list[RequestClass],
    by_pool: dict[str, list[RequestClass]],
) -> list[Group]:
    groups: list[Group] = []
    free = [pool for pool in pools if pool.name not in by_pool]
    wanted: list[tuple[list[RequestClass], list[PoolModel]]] = [
        (classes, [pool for pool in pools if pool.name == name])
        for name, classes in by_pool.items()
    ]
    if common and not free:
        todo.fail(f"{path}.route", "leaves no pool for the classes that are not routed.")
    if free and not common:
        todo.fail(
            f"{path}.pools", f"nothing is left for the pool {free[0].name}: every class is routed."
        )
    if common and free:
        wanted.insert(0, (common, free))
    for classes, members in wanted:
        group = maybe(
            lambda c=classes, m=members: _group(todo, path, spec, model, classes=c, pools=m)
        )
        if group is not None:
            groups.append(group)
    if not groups and not todo.problems:
        todo.fail(f"{path}.route", "sends every class to an API: there is no fleet to plan.")
    return groups


def _group(
    todo: Lookup,
    path: str,
    spec: Service,
    model: str,
    classes: list[RequestClass],
    pools: list[PoolModel],
) -> Group:
    demand = todo.demand(spec)
    before = len(todo.problems)
    factor = spec.serving.throughput_factor
    stated = todo.stated(f"{path}.serving.throughput_factor", factor, "x") if factor else None
    speeds: list[Speed] = []
    for pool in pools:
        found = maybe(
            lambda p=pool: node_throughput(
                todo, path, spec, model, classes=classes, pool=p, pools=pools
            )
        )
        if found is not None:
            booting = with_boot_of_weights(todo, pool, found)
            speeds.append(speed_of(found, classes, demand.name, booting, stated=stated))
    if len(todo.problems) > before:
        raise NotFound
    speeds.sort(key=lambda speed: (MERIT[speed.pool.supply.option], speed.usd_per_request))
    first = speeds[0]
    concurrency = first.node.concurrency
    if first.node.needs_burst_factor and demand.burst.factor is None:
        raise todo.fail(
            f"{path}.serving",
            f"the benchmark of {model} on {first.pool.gpu} is an offline maximum without "
            "concurrency, so bursts cannot be derived.",
            f"State burst: {{factor: …}} in the workload {spec.workload}.",
        )
    burst_rate = None if demand.burst.factor else resolve_burst_rate(todo, demand)
    rate = burst_rate.value.likely if burst_rate else 1.0
    arrivals = Arrivals(
        concurrency=concurrency or 1.0,
        target_load=spec.sizing.target_load,
        quantile=demand.burst.quantile,
        rate=first.node.relative_rate,
        burst_rate=rate,
        factor=demand.burst.factor or (rate if concurrency is None else None),
        unserved_limit=todo.plan.gate.max_unserved_share if spec.overflow == "refuse" else None,
        routed=spec.sizing.router,
        replicas=first.node.replicas,
    )
    fleet = Fleet(
        demand.requests_per_hour * first.work / SECONDS_PER_HOUR,
        arrivals,
        tuple(_fleet_pool(speed.pool, first.work / speed.work) for speed in speeds),
        waiting_of(first.node, demand.name, classes),
    )
    fits = demand.requests_per_month * fleet.largest_factor
    if fits < demand.requests_per_month:
        raise todo.fail(
            f"{path}.workload",
            f"{demand.requests_per_month:,.0f} requests per month need more than "
            f"{MOST_NODES:,} nodes of {first.pool.name} at the busiest hour.",
            f"Lower the demand to {fits:,.0f} requests per month or less, or use a faster node.",
        )
    by_pool = tuple(speed.pool_speed for speed in speeds)
    widest = max((speed.throughput for speed in by_pool), key=width)
    return Group(
        workload=demand.name,
        classes=tuple(classes),
        pools=tuple(speed.pool for speed in speeds),
        fleet=fleet,
        throughput=widest.scaled(by_pool[0].throughput.name),
        speeds=by_pool,
        progress=resolve_progress(todo, model),
        burst_rate=burst_rate,
    )


def _whole_replicas(todo: Lookup, path: str, pool: PoolModel) -> None:
    """Refuse nodes beyond whole replicas: they would be paid for and serve nothing."""
    size = pool.nodes_per_replica
    odd = [n for n in (pool.plan.nodes.min, pool.plan.nodes.max) if n is not None and n % size]
    if odd:
        below = odd[0] - odd[0] % size
        fits = f"{below} or {below + size}" if below else f"{size}"
        todo.fail(
            f"{path}.pools.{pool.name}.nodes",
            f"a replica takes {size} nodes, and {odd[0]} is not a multiple of that.",
            f"Write {fits}.",
        )


def _fleet_pool(pool: PoolModel, work: float) -> FleetPool:
    nodes, size = pool.plan.nodes, pool.nodes_per_replica
    cap = float("inf") if nodes.max is None else float(nodes.max // size)
    return FleetPool(
        name=pool.name,
        floor=nodes.min // size,
        cap=cap,
        follow=nodes.follow,
        work_per_node=work,
        obtainable=float(np.asarray(pool.supply.obtainable(BASE_CASE))),
    )


def resolve_standby(
    todo: Lookup, path: str, spec: Service, served: list[RequestClass]
) -> StandbyTerms:
    """Resolve the standby of the classes that own nodes serve. Raises NotFound."""
    standby = spec.standby
    if standby.pool is not None:
        pool = spec.pools.get(standby.pool)
        if pool is None:
            raise todo.fail(
                f"{path}.standby.pool",
                f'no pool "{standby.pool}".',
                one_of(standby.pool, spec.pools),
            )
        return StandbyTerms(pool=standby.pool, nodes=standby.nodes or 0)
    if standby.api is not None:
        where = f"{path}.standby.api"
        return StandbyTerms(api=needed_rate(todo, where, standby.api, spec, classes=served))
    return StandbyTerms(target=standby.availability)


def _tell_held(todo: Lookup, standby: StandbyTerms, pools: list[PoolModel]) -> None:
    """Say where a stated number of spare nodes is rounded up to whole replicas."""
    for pool in pools:
        size = pool.nodes_per_replica
        held = standby.replicas(pool) * size
        if pool.name == standby.pool and held != standby.nodes:
            todo.warn(
                "standby-rounded",
                f"standby: a replica takes {size} nodes of {pool.name}, so {held} spare nodes are "
                f"held instead of {standby.nodes}.",
                pool.name,
            )
