"""From a stack file to a stack with every figure looked up. Every problem is found at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from tco.catalog.book import Book
from tco.catalog.catalog import Catalog, Found, Sourced
from tco.catalog.rows import ApiPrice, Benchmark, Hardware, NodePrice
from tco.errors import BadInput, Problem, one_of
from tco.model import stack as built
from tco.model.api_bill import ApiRate, PricePath
from tco.model.egress import Band, EgressTerms
from tco.model.fleet import Arrivals, Fleet, FleetPool
from tco.model.operating_point import OperatingPoint, nearest, node_seconds, operating_point
from tco.model.plan import TERM_MONTHS, OwnedNode, Plan, Pool, Service, SpotTerms
from tco.model.purchase import (
    MERIT,
    Option,
    OwnedSupply,
    SpotSupply,
    Supply,
    interruptions_per_hour,
)
from tco.model.stackfile import PLAN_KEY, StackFile
from tco.model.workload import Demand, Objectives, RequestClass
from tco.ranges import Range, point
from tco.units import HOURS_PER_MONTH, MONTHS_PER_YEAR, SECONDS_PER_HOUR, FloatArray

__all__ = ["resolve"]

T = TypeVar("T")

DEFAULT_MONTHS = 12
"""The horizon of a stack that commits to nothing."""
AWS_BANDS = (
    ("aws_internet_usd_per_gb_first_10tb", 10_240.0),
    ("aws_internet_usd_per_gb_next_40tb", 51_200.0),
    ("aws_internet_usd_per_gb_next_100tb", 153_600.0),
    ("aws_internet_usd_per_gb_above_150tb", float("inf")),
)
FTE_TABLE = (
    (1, "ops_fte_at_1_node"),
    (4, "ops_fte_at_4_nodes"),
    (16, "ops_fte_at_16_nodes"),
    (100, "ops_fte_at_100_nodes"),
)
HORIZON_LIMIT = 240


class _NotFound(Exception):
    """A part of the plan could not be looked up; its problem is noted."""


@dataclass
class _Resolver:
    """What is being resolved, with the problems and warnings found so far."""

    source: StackFile
    catalog: Catalog
    day: dt.date
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unpriced: list[built.Unpriced] = field(default_factory=list)
    ranged: bool = False

    @property
    def plan(self) -> Plan:
        return self.source.plan

    def fail(self, path: str, message: str, hint: str = "") -> _NotFound:
        self.problems.append(Problem(self.source.file, f"{PLAN_KEY}.{path}", message, hint))
        return _NotFound(message)

    def warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def demand(self, spec: Service) -> Demand:
        return self.source.workloads[spec.workload][1]

    def figure(self, name: str) -> Sourced:
        return self.catalog.figure(name, self.day)

    def stated(self, path: str, value: Range, unit: str) -> Sourced:
        """A figure that the user's plan states."""
        self.ranged |= not value.is_point
        return Sourced(path, value, unit, "this plan")

    def stated_or(self, path: str, value: Range | None, unit: str, name: str) -> Sourced:
        """What the plan states, or the catalog's figure of a name."""
        return self.stated(path, value, unit) if value is not None else self.figure(name)


def resolve(
    source: StackFile,
    catalog: Catalog,
    day: dt.date,
    other_stack: Callable[[str], built.StackModel] | None = None,
) -> built.StackModel:
    """A stack ready to be priced. ``day`` is the pricing day.

    ``other_stack`` resolves a stack that the plan names as an alternative. Raises BadInput with
    every problem: unknown names, missing prices, missing benchmarks.
    """
    todo = _Resolver(source, catalog.with_books(source.books), day)
    services: list[built.ServiceModel] = []
    for name, spec in source.plan.services.items():
        try:
            services.append(_service(todo, name, spec))
        except _NotFound:
            continue
    alternatives = _alternatives(todo, other_stack)
    horizon = _horizon(todo, services)
    if todo.problems:
        raise BadInput(todo.problems)
    return built.StackModel(
        name=source.name,
        file=source.file,
        plan=source.plan,
        day=day,
        catalog=todo.catalog,
        digest=source.digest,
        services=tuple(services),
        alternatives=tuple(alternatives),
        labor=_labor(todo),
        platform=_platform(todo),
        discount_rate=todo.stated(
            "finance.discount_rate", source.plan.finance.discount_rate, "per year"
        ),
        horizon_months=horizon,
        warnings=tuple(todo.warnings),
        unpriced=tuple(todo.unpriced),
        ranges=todo.ranged,
        mtok_per_month=sum(service.mtok_per_month for service in services),
    )


# --- services ---------------------------------------------------------------------------------


def _service(todo: _Resolver, name: str, spec: Service) -> built.ServiceModel:
    path = f"services.{name}"
    model = todo.catalog.model(spec.serving.model)
    if model is None:
        raise todo.fail(
            f"{path}.serving.model",
            f'no benchmark of the model "{spec.serving.model}".',
            one_of(spec.serving.model, todo.catalog.model_names),
        )
    before = len(todo.problems)
    pools: list[built.PoolModel] = []
    for pool_name, pool in spec.pools.items():
        try:
            pools.append(_pool(todo, f"{path}.pools.{pool_name}", pool_name, pool, spec, model))
        except _NotFound:
            continue
    overflow = None
    if spec.overflow != "refuse":
        overflow = _maybe(lambda: _needed_rate(todo, f"{path}.overflow", spec.overflow))
    standby = _maybe(lambda: _standby(todo, path, spec))
    routed, common, by_pool = _routes(todo, path, spec)
    if len(todo.problems) > before or standby is None:
        raise _NotFound
    groups = _groups(todo, path, spec, model, pools, common, by_pool)
    if len(todo.problems) > before:
        raise _NotFound
    serving = " ".join(
        part for part in (model, spec.serving.precision, f"on {groups[0].pools[0].gpu}") if part
    )
    if standby.kind == "none":
        todo.warn(f"{name} has no standby: a failed node is an outage until it is replaced.")
    return built.ServiceModel(
        name,
        model,
        serving,
        todo.demand(spec),
        tuple(groups),
        tuple(routed),
        overflow,
        standby,
        todo.plan.gate.max_unserved_share,
    )


def _maybe(look_up: Callable[[], T]) -> T | None:
    try:
        return look_up()
    except _NotFound:
        return None


def _routes(
    todo: _Resolver, path: str, spec: Service
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
            rate = _maybe(
                lambda api=api, n=request.name: _needed_rate(todo, f"{path}.route.{n}.api", api)
            )
            if rate is not None:
                routed.append((request, rate))
    return routed, common, by_pool


def _groups(
    todo: _Resolver,
    path: str,
    spec: Service,
    model: str,
    pools: list[built.PoolModel],
    common: list[RequestClass],
    by_pool: dict[str, list[RequestClass]],
) -> list[built.Group]:
    groups: list[built.Group] = []
    free = [pool for pool in pools if pool.name not in by_pool]
    wanted: list[tuple[list[RequestClass], list[built.PoolModel]]] = [
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
        group = _maybe(lambda c=classes, m=members: _group(todo, path, spec, model, c, m))
        if group is not None:
            groups.append(group)
    if not groups and not todo.problems:
        todo.fail(f"{path}.route", "sends every class to an API: there is no fleet to plan.")
    return groups


def _group(
    todo: _Resolver,
    path: str,
    spec: Service,
    model: str,
    classes: list[RequestClass],
    pools: list[built.PoolModel],
) -> built.Group:
    demand = todo.demand(spec)
    shares = np.array([request.share for request in classes])
    before = len(todo.problems)
    speeds: list[_Speed] = []
    for pool in pools:
        found = _maybe(lambda p=pool: _points(todo, path, spec, model, classes, p))
        if found is not None:
            speeds.append(_speed(spec, classes, shares, pool, found))
    if len(todo.problems) > before:
        raise _NotFound
    speeds.sort(key=lambda one: (MERIT[one.pool.supply.option], one.usd_per_request))
    first = speeds[0]
    points = first.points
    load_share = shares * first.seconds / first.work
    concurrencies = [one.concurrency for one in points]
    concurrency = None
    if all(one is not None for one in concurrencies):
        per_replica = float(load_share @ np.array(concurrencies, float))
        concurrency = per_replica * first.replicas
    elif demand.burst.factor is None:
        raise todo.fail(
            f"{path}.serving",
            f"the benchmark of {model} on {first.pool.gpu} is an offline maximum without "
            "concurrency, so bursts cannot be derived.",
            f"State burst: {{factor: …}} in the workload {spec.workload}.",
        )
    arrivals = Arrivals(
        concurrency or 1.0,
        spec.sizing.target_load,
        demand.burst.quantile or 0.99,
        demand.burst.factor,
        todo.plan.gate.max_unserved_share if spec.overflow == "refuse" else None,
    )
    fleet = Fleet(
        demand.requests_per_hour * first.work / SECONDS_PER_HOUR,
        arrivals,
        tuple(_fleet_pool(todo, one.pool, first.work / one.work) for one in speeds),
    )
    states = {point.slo for one in speeds for point in one.points}
    slo = "unverified" if "unverified" in states else ("met" if "met" in states else "none")
    generated = shares @ np.array([request.generated for request in classes])
    return built.Group(
        tuple(classes),
        tuple(one.pool for one in speeds),
        fleet,
        tuple(point for one in speeds for point in one.points),
        float(generated / first.work),
        concurrency,
        slo,
    )


@dataclass(frozen=True)
class _Speed:
    """How fast one pool serves the classes of a group: node-seconds by class, and their mean."""

    pool: built.PoolModel
    points: list[OperatingPoint]
    replicas: float
    seconds: FloatArray
    work: float

    @property
    def usd_per_request(self) -> float:
        """Rent of the node time of a mean request: what puts equal options into merit order."""
        nodes = self.pool.nodes_per_replica
        return self.work * nodes * self.pool.supply.rate.value.likely / SECONDS_PER_HOUR


def _speed(
    spec: Service,
    classes: Sequence[RequestClass],
    shares: FloatArray,
    pool: built.PoolModel,
    points: list[OperatingPoint],
) -> _Speed:
    replicas = _replicas(spec, pool)
    seconds = np.array(
        [
            node_seconds(made, request, replicas)
            for made, request in zip(points, classes, strict=True)
        ]
    )
    return _Speed(pool, points, replicas, seconds, float(shares @ seconds))


def _replicas(spec: Service, pool: built.PoolModel) -> float:
    """Replicas per node, or 1 where a replica takes whole nodes."""
    wanted = spec.serving.gpus_per_replica or pool.gpus
    return float(max(1, pool.gpus // wanted))


def _fleet_pool(todo: _Resolver, pool: built.PoolModel, work: float) -> FleetPool:
    nodes, size = pool.plan.nodes, pool.nodes_per_replica
    cap = float("inf") if nodes.max is None else float(nodes.max // size)
    if nodes.min % size or (nodes.max or 0) % size:
        todo.warn(
            f"pool {pool.name}: a replica takes {size} nodes; the nodes beyond whole replicas "
            "serve nothing and are not counted."
        )
    spot = pool.supply.spot
    obtainable = 1.0
    if spot is not None and spot.on_demand is None:
        obtainable = min(1.0, spot.availability.value.likely * spot.overprovision)
    return FleetPool(
        pool.name,
        nodes.min // size,
        cap,
        nodes.follow,
        work,
        pool.boot_hours.value.likely,
        obtainable,
    )


def _points(
    todo: _Resolver,
    path: str,
    spec: Service,
    model: str,
    classes: Sequence[RequestClass],
    pool: built.PoolModel,
) -> list[OperatingPoint]:
    """The operating point of each class on a pool's hardware."""
    serving, objectives = spec.serving, todo.demand(spec).objectives
    everything = todo.catalog.benchmarks(model, pool.gpu, None, None, todo.day)
    found = todo.catalog.benchmarks(model, pool.gpu, serving.precision, serving.engine, todo.day)
    gpus = serving.gpus_per_replica or pool.gpus
    fitting = [one for one in found if one.row.gpus == gpus]
    if not fitting:
        wanted = " ".join(part for part in (serving.precision, serving.engine) if part)
        raise todo.fail(
            f"{path}.serving",
            f"no benchmark of {model} {wanted} on {gpus} x {pool.gpu} (pool {pool.name}).",
            _benchmarks_there_are(todo, model, everything),
        )
    points: list[OperatingPoint] = []
    for request in classes:
        chosen, far = nearest(fitting, request)
        made = operating_point(chosen, objectives, extrapolated=far)
        if isinstance(made, str):
            todo.unpriced.append(built.Unpriced(f"{pool.name}: nodes", made))
            unbound = operating_point(chosen, Objectives(), extrapolated=far)
            if isinstance(unbound, str):
                raise AssertionError("a benchmark without objectives has an operating point")
            made = unbound
        for text in made.warnings:
            todo.warn(f"{model} on {pool.gpu}: {text}.")
        _warn_of(todo, made, request, pool)
        points.append(made)
    return points


def _warn_of(
    todo: _Resolver, made: OperatingPoint, request: RequestClass, pool: built.PoolModel
) -> None:
    benchmark = made.benchmark
    on = f"{benchmark.model} on {benchmark.gpus} x {pool.gpu}"
    if benchmark.kind == "predicted":
        todo.warn(f"{on}: nobody measured it; a simulator predicted it, up to 3-4 x too fast.")
    if made.extrapolated:
        todo.warn(
            f"{on}: measured at {benchmark.input}/{benchmark.output} tokens, used for "
            f"{request.input:g}/{request.generated:g} ({request.name}): extrapolated by tokens."
        )
    if made.concurrency is None:
        todo.warn(f"{on}: an offline maximum, without latency or concurrency.")
    if request.cached.likely > 0 and benchmark.prefill_share is None:
        todo.warn(
            f"{on}: the share of prefill is unknown, so cache hits save the node nothing "
            "(conservative) while the API bills them at their own price."
        )


def _benchmarks_there_are(todo: _Resolver, model: str, on_gpu: Sequence[Found[Benchmark]]) -> str:
    rows = [one.row for one in on_gpu] or [
        one.row
        for gpu in todo.catalog.gpu_names
        for one in todo.catalog.benchmarks(model, gpu, None, None, todo.day)
    ]
    names = sorted({f"{row.precision} {row.engine} {row.gpus} {row.gpu}" for row in rows})
    listed = "; ".join(names[:6]) + ("; …" if len(names) > 6 else "")
    return f"There are: {listed or 'none'}. Measure it and put it into a price book."


# --- pools ------------------------------------------------------------------------------------


def _pool(
    todo: _Resolver, path: str, name: str, pool: Pool, spec: Service, model: str
) -> built.PoolModel:
    region = pool.region or (todo.source.region if pool.instance else None)
    gpu, gpus, price = _hardware(todo, path, pool, region)
    size = max(1, -(-(spec.serving.gpus_per_replica or gpus) // gpus))
    boot_name = f"boot_and_load_hours_{'single' if gpus == 1 else 'multi'}_gpu"
    boot = todo.stated_or(f"pools.{name}.boot_hours", pool.boot_hours, "h", boot_name)
    supply = _supply(todo, path, name, pool, region, price, boot)
    repair = "owned_node_repair_hours" if pool.owned else "rented_node_replace_hours"
    standby = spec.standby
    _check_weights(todo, model, spec, gpu, gpus * size)
    return built.PoolModel(
        name,
        pool,
        pool.instance or pool.offer or f"{gpus} x {gpu}, owned",
        gpu,
        gpus,
        region,
        supply,
        _power(todo, f"pools.{name}", pool.owned) if pool.owned else None,
        todo.stated_or("standby.mtbf_hours", standby.mtbf_hours, "h", "node_mtbf_hours"),
        todo.stated_or("standby.mttr_hours", standby.mttr_hours, "h", repair),
        boot,
        _egress(todo, pool, spec, price),
        size,
    )


def _check_weights(todo: _Resolver, model: str, spec: Service, gpu: str, gpus: int) -> None:
    """Warn where the weights alone exceed the memory of a replica."""
    weights = todo.catalog.weights(model, todo.day)
    hardware = todo.catalog.find_as(Hardware, ("hardware", gpu), todo.day)
    if weights is None or hardware is None:
        return
    size = weights.row.weights_gb.get(spec.serving.precision or "")
    memory = hardware.row.memory_gb
    if size is not None and size.low > memory.high * gpus:
        todo.warn(
            f"{model} {spec.serving.precision} needs {size.low:,.0f} GB for its weights; "
            f"{gpus} x {gpu} hold {memory.high * gpus:,.0f} GB."
        )


def _hardware(
    todo: _Resolver, path: str, pool: Pool, region: str | None
) -> tuple[str, int, Found[NodePrice] | None]:
    """GPU, number and price row of a pool."""
    if pool.owned is not None:
        gpu = todo.catalog.gpu(pool.owned.gpu)
        if gpu is None:
            raise todo.fail(
                f"{path}.owned.gpu",
                f'no GPU "{pool.owned.gpu}".',
                one_of(pool.owned.gpu, todo.catalog.gpu_names),
            )
        return gpu, pool.owned.gpus, None
    if pool.instance is not None:
        known = todo.catalog.instances.get(pool.instance)
        if known is None:
            raise todo.fail(
                f"{path}.instance",
                f'no price for "{pool.instance}".',
                one_of(pool.instance, todo.catalog.instances),
            )
        if region is None:
            raise todo.fail(
                f"{path}.region",
                "the region is not stated.",
                "Write aws:region beside tco:plan, or region in the pool.",
            )
        gpu = todo.catalog.gpu(known.gpu)
        price = _price(todo, path, pool, region)
        return gpu or known.gpu, known.gpus, price
    offer = todo.catalog.offers.get(pool.offer or "")
    if offer is None:
        raise todo.fail(
            f"{path}.offer", f'no offer "{pool.offer}".', one_of(pool.offer, todo.catalog.offers)
        )
    price = _price(todo, path, pool, None)
    return todo.catalog.gpu(offer.gpu or "") or offer.gpu or "", offer.gpus or 1, price


def _price(todo: _Resolver, path: str, pool: Pool, region: str | None) -> Found[NodePrice]:
    """The price row of a pool's purchase option."""
    node = pool.instance or pool.offer
    terms = pool.commitment
    kind, term, payment = (
        (terms.kind, terms.term, terms.payment) if terms is not None else (None, None, None)
    )
    key = ("node", node, region, pool.purchase, kind, term, payment)
    found = todo.catalog.find_as(NodePrice, key, todo.day)
    if found is None and pool.offer is not None:
        regional = {row.region for row, _ in todo.catalog.rows(NodePrice) if row.offer == node}
        for one in sorted(str(name) for name in regional if name):
            there = ("node", node, one, *key[3:])
            found = found or todo.catalog.find_as(NodePrice, there, todo.day)
    if found is None and terms is not None and payment is None and kind != "capacity-block":
        raise todo.fail(
            f"{path}.commitment.payment",
            "is missing.",
            "no-upfront, partial-upfront or all-upfront.",
        )
    if found is None:
        option = " ".join(str(part) for part in (pool.purchase, kind, term, payment) if part)
        at = f" in {region}" if region else ""
        raise todo.fail(
            path, f"no price for {node} {option}{at}.", _prices_there_are(todo, str(node))
        )
    if found.warning:
        todo.warn(f"{node}: {found.warning}; it counts as an estimate.")
    return found


def _prices_there_are(todo: _Resolver, node: str) -> str:
    options = sorted(
        {
            " ".join(
                str(part)
                for part in (row.purchase, row.kind, row.term, row.payment, row.region)
                if part
            )
            for row, _ in todo.catalog.rows(NodePrice)
            if node in (row.instance, row.offer)
        }
    )
    listed = "; ".join(options[:8]) + ("; …" if len(options) > 8 else "")
    return f"Priced are: {listed or 'none'}. Put yours into a price book."


def _supply(
    todo: _Resolver,
    path: str,
    name: str,
    pool: Pool,
    region: str | None,
    price: Found[NodePrice] | None,
    boot: Sourced,
) -> Supply:
    if pool.owned is not None:
        return _owned(todo, name, pool.owned)
    if price is None:
        raise AssertionError("a rented pool has a price row")
    row = price.row
    node = pool.instance or pool.offer or ""
    rate = price.sourced(f"{node}: {row.purchase}", row.usd_per_node_hour, "USD/h")
    if pool.purchase == "spot":
        return _spot(todo, path, name, pool, region, rate, boot)
    terms = pool.commitment
    if terms is None:
        return Supply("on-demand", node, rate)
    option: Option = "capacity-block" if terms.kind == "capacity-block" else "reserved"
    if option == "capacity-block":
        hours = float(terms.hours or 0)
        upfront = rate.renamed(f"{node}: capacity block", hours, "USD")
        free = rate.renamed(f"{node}: recurring", 0.0)
        return Supply(
            option,
            f"{node}, capacity block of {hours:g} h",
            replace(free, value=point(0.0)),
            upfront,
            hours / HOURS_PER_MONTH,
        )
    paid = None
    if row.upfront_usd is not None and row.upfront_usd.high > 0:
        paid = price.sourced(f"{node}: upfront", row.upfront_usd, "USD")
    words = " ".join(
        part.replace("-", " ") for part in (terms.kind, terms.term, terms.payment) if part
    )
    return Supply(option, f"{node}, {words}", rate, paid, float(TERM_MONTHS[terms.term or "1yr"]))


def _spot(
    todo: _Resolver,
    path: str,
    name: str,
    pool: Pool,
    region: str | None,
    rate: Sourced,
    boot: Sourced,
) -> Supply:
    terms = pool.spot or SpotTerms()
    node = pool.instance or pool.offer or ""
    fallback = None
    if terms.fallback == "on-demand":
        plain = pool.model_copy(update={"purchase": "on-demand", "commitment": None, "spot": None})
        found = _price(todo, path, plain, region)
        fallback = found.sourced(f"{node}: on-demand", found.row.usd_per_node_hour, "USD/h")
    nu = terms.interruptions_per_node_hour
    if nu is not None:
        interruptions = todo.stated(f"pools.{name}.spot.interruptions", nu, "per h")
    else:
        interruptions = _band(todo, path, node, region)
    return Supply(
        "spot",
        f"{node}, spot",
        rate,
        spot=SpotSupply(
            todo.stated_or(
                f"pools.{name}.spot.availability", terms.availability, "share", "spot_availability"
            ),
            interruptions,
            boot,
            fallback,
            terms.overprovision,
        ),
    )


def _band(todo: _Resolver, path: str, node: str, region: str | None) -> Sourced:
    """Interruptions per hour behind the published share per month."""
    found = todo.catalog.interruptions(node, region or "", todo.day)
    if found is None:
        raise todo.fail(
            f"{path}.spot.interruptions_per_node_hour",
            f"no interruption rate is known for {node}{f' in {region}' if region else ''}.",
            "State it: spot: {interruptions_per_node_hour: 0.001}.",
        )
    share = found.row.interrupted_per_month
    rates = [interruptions_per_hour(one) for one in (share.low, share.likely, share.high)]
    return found.sourced(f"{node}: spot interruptions", Range(*rates), "per h")


def _owned(todo: _Resolver, name: str, owned: OwnedNode) -> Supply:
    months = owned.life_years * MONTHS_PER_YEAR
    free = Sourced(f"{name}: rent", point(0.0), "USD/h", "this plan")
    maintenance = owned.maintenance_per_year
    return Supply(
        "owned",
        f"{owned.gpus} x {owned.gpu}, owned {owned.life_years:g} years",
        free,
        todo.stated(f"pools.{name}.owned.usd", owned.usd, "USD"),
        months,
        owned=OwnedSupply(
            todo.stated(f"pools.{name}.owned.usd", owned.usd, "USD"),
            todo.stated(f"pools.{name}.owned.residual", owned.residual, "share"),
            todo.stated_or(
                f"pools.{name}.owned.maintenance",
                maintenance,
                "per year",
                "owned_maintenance_per_year",
            ),
            months,
        ),
    )


def _power(todo: _Resolver, path: str, owned: OwnedNode) -> built.PowerTerms:
    power, colocation = owned.power, owned.colocation
    monthly = None
    if colocation is not None:
        value = colocation.usd_per_month
        if value is None and colocation.kw is not None and colocation.usd_per_kw_month is not None:
            kw, price = colocation.kw, colocation.usd_per_kw_month
            value = Range(kw.low * price.low, kw.likely * price.likely, kw.high * price.high)
        if value is not None:
            monthly = todo.stated(f"{path}.owned.colocation", value, "USD/month")
    if power is None:
        return built.PowerTerms(None, None, None, None, monthly)
    return built.PowerTerms(
        todo.stated(f"{path}.owned.power.idle_w", power.idle_w, "W"),
        todo.stated(f"{path}.owned.power.load_w", power.load_w, "W"),
        todo.stated_or(f"{path}.owned.power.pue", power.pue, "ratio", "pue"),
        todo.stated_or(
            f"{path}.owned.power.usd_per_kwh",
            power.usd_per_kwh,
            "USD/kWh",
            "electricity_usd_per_kwh",
        ),
        monthly,
    )


def _egress(
    todo: _Resolver, pool: Pool, spec: Service, price: Found[NodePrice] | None
) -> EgressTerms:
    stated = spec.egress
    per_token = todo.stated_or(
        "egress.bytes_per_output_token",
        stated.bytes_per_output_token,
        "B",
        "egress_bytes_per_token",
    )
    overhead = todo.stated_or(
        "egress.overhead_bytes", stated.overhead_bytes, "B", "egress_overhead_bytes_per_response"
    )
    volume = (
        todo.stated("egress.gb_per_month", stated.gb_per_month, "GB/month")
        if stated.gb_per_month is not None
        else None
    )
    everything = float("inf")
    if stated.to == "private":
        free = Sourced("private network", point(0.0), "USD/GB", "this plan: egress.to is private")
        return EgressTerms(
            per_token, overhead, volume, (Band(everything, free),), 0.0, False, "stays private"
        )
    if pool.instance is not None:
        free_gb = todo.figure("aws_internet_free_gb")
        none = Sourced("AWS free tier", point(0.0), "USD/GB", free_gb.source, free_gb.as_of)
        bands = tuple(Band(top, todo.figure(figure)) for figure, top in AWS_BANDS)
        gb = free_gb.value.likely
        return EgressTerms(
            per_token,
            overhead,
            volume,
            (Band(gb, none), *bands),
            gb,
            stated.free_tier,
            "AWS to the internet",
        )
    own = price.row.egress_usd_per_gb if price is not None else None
    if own is not None and price is not None:
        figure = price.sourced(f"{pool.offer}: egress", own, "USD/GB")
    else:
        figure = todo.figure(f"{'owned' if pool.owned else 'rented'}_egress_usd_per_gb")
    label = f"{pool.offer or 'own node'} to the internet"
    return EgressTerms(per_token, overhead, volume, (Band(everything, figure),), 0.0, False, label)


# --- APIs -------------------------------------------------------------------------------------


def _needed_rate(todo: _Resolver, path: str, api: str) -> ApiRate:
    """An API's prices, or a problem."""
    rate = _rate(todo, api)
    if rate is None:
        raise todo.fail(path, f'no price for the API "{api}".', _known_apis(todo, api))
    return rate


def _known_apis(todo: _Resolver, api: str) -> str:
    return one_of(api, todo.catalog.apis)


def _rate(todo: _Resolver, api: str) -> ApiRate | None:
    found = todo.catalog.find_as(ApiPrice, ("api", api), todo.day)
    if found is None:
        # Slow to import, and needed only for an API that no book prices.
        from tco.catalog.genai import genai_api_price  # noqa: PLC0415

        row = genai_api_price(api, todo.day)
        if row is None:
            return None
        found = Found(row, Book(name="genai-prices"))
    if found.warning:
        todo.warn(f"{api}: {found.warning}; it counts as an estimate.")
    if not found.row.input_usd_per_mtok.is_point:
        todo.ranged = True
    outlook = todo.plan.outlook
    decay = (
        todo.stated(
            "outlook.api_price_decay_per_year", outlook.api_price_decay_per_year, "per year"
        )
        if outlook.api_price_decay_per_year is not None
        else todo.figure("api_price_decay_per_year")
    )
    jumps = tuple((jump.month, jump.factor) for jump in outlook.jumps if jump.api == api)
    return ApiRate(api, found, PricePath(decay, jumps))


def _standby(todo: _Resolver, path: str, spec: Service) -> built.StandbyTerms:
    standby = spec.standby
    if standby.pool is not None:
        pool = spec.pools.get(standby.pool)
        if pool is None:
            raise todo.fail(
                f"{path}.standby.pool",
                f'no pool "{standby.pool}".',
                one_of(standby.pool, spec.pools),
            )
        return built.StandbyTerms(pool=standby.pool, nodes=standby.nodes or 0)
    if standby.api is not None:
        return built.StandbyTerms(api=_needed_rate(todo, f"{path}.standby.api", standby.api))
    return built.StandbyTerms(target=standby.availability)


def _alternatives(
    todo: _Resolver, other_stack: Callable[[str], built.StackModel] | None
) -> list[built.Alternative]:
    made: list[built.Alternative] = []
    for place, spec in enumerate(todo.plan.alternatives):
        path = f"alternatives[{place}]"
        if spec.stack is not None:
            made.append(_other_stack(todo, path, spec.name, spec.stack, other_stack))
            continue
        unknown = [name for name in spec.apis if name not in todo.plan.services]
        missing = [name for name in todo.plan.services if spec.apis and name not in spec.apis]
        if unknown or missing:
            what = f'no service "{unknown[0]}"' if unknown else f"no API for {missing[0]}"
            todo.fail(
                f"{path}.{spec.name}",
                f"{what}.",
                one_of(unknown[0] if unknown else "", todo.plan.services),
            )
            continue
        names = [spec.apis.get(service, spec.api or "") for service in todo.plan.services]
        rates = [_rate(todo, name) for name in names]
        lacking = _lacking(todo, rates)
        absent = [name for name, rate in zip(names, rates, strict=True) if rate is None]
        made.append(
            built.Alternative(
                spec.name,
                tuple(rates),
                eligible=not lacking,
                lacking=lacking,
                unpriced=f"no price for {absent[0]}. {_known_apis(todo, absent[0])}"
                if absent
                else "",
            )
        )
    return made


def _lacking(todo: _Resolver, rates: Sequence[ApiRate | None]) -> tuple[str, ...]:
    """Required properties that an alternative's API lacks for some service."""
    lacking: dict[str, None] = {}
    for spec, rate in zip(todo.plan.services.values(), rates, strict=True):
        has = rate.row.properties if rate is not None else ()
        lacking |= {name: None for name in spec.require if name not in has}
    return tuple(lacking)


def _other_stack(
    todo: _Resolver,
    path: str,
    name: str,
    stack: str,
    other_stack: Callable[[str], built.StackModel] | None,
) -> built.Alternative:
    if other_stack is None:
        todo.fail(path, f"{name}: a stack that is itself an alternative cannot name another stack.")
        return built.Alternative(name, unpriced="not resolved")
    try:
        other = other_stack(stack)
    except BadInput as error:
        todo.problems += error.problems
        return built.Alternative(name, unpriced="not resolved")
    own = [spec.workload for spec in todo.plan.services.values()]
    theirs = [spec.workload for spec in other.plan.services.values()]
    if sorted(own) != sorted(theirs):
        todo.fail(
            path,
            f"{name} serves the workloads {', '.join(theirs)}, this stack {', '.join(own)}.",
            "Only stacks on the same workloads can be compared.",
        )
    return built.Alternative(name, stack=other)


# --- people, platform, horizon ----------------------------------------------------------------


def _labor(todo: _Resolver) -> built.Labor:
    ops = todo.plan.ops
    fte: Sourced | None = None
    table: tuple[tuple[int, Sourced], ...] = ()
    if isinstance(ops.fte, Range):
        fte = todo.stated("ops.fte", ops.fte, "FTE")
    elif ops.fte is not None:
        table = tuple(
            (nodes, todo.stated(f"ops.fte at {nodes} nodes", value, "FTE"))
            for nodes, value in sorted(ops.fte.items())
        )
    else:
        table = tuple((nodes, todo.figure(name)) for nodes, name in FTE_TABLE)
    hours = ops.hours_per_node_month
    return built.Labor(
        fte,
        table,
        todo.stated("ops.hours_per_node_month", hours, "h") if hours is not None else None,
        todo.stated_or(
            "ops.usd_per_fte_year", ops.usd_per_fte_year, "USD/year", "usd_per_fte_year"
        ),
        todo.stated("ops.api_fte", ops.api_fte, "FTE"),
        todo.stated("ops.setup_usd", ops.setup_usd, "USD"),
    )


def _platform(todo: _Resolver) -> built.Platform:
    """What the plan states, or the catalog's disks, load balancer and logs."""
    stated = todo.plan.platform
    if stated is None:
        disk = todo.figure("disk_usd_per_gb_month")
        gb = todo.figure("disk_gb_per_node")
        logs, log_gb = todo.figure("logs_usd_per_gb"), todo.figure("logs_gb_per_node_month")
        return built.Platform(
            (("load balancer", todo.figure("load_balancer_usd_per_month")),),
            (("disks", _product("disks", disk, gb)), ("logs", _product("logs", logs, log_gb))),
            None,
        )
    licence = stated.licence_usd_per_gpu_year
    return built.Platform(
        (("platform", todo.stated("platform.usd_per_month", stated.usd_per_month, "USD/month")),),
        (
            (
                "platform per node",
                todo.stated("platform.usd_per_node_month", stated.usd_per_node_month, "USD/month"),
            ),
        )
        if stated.usd_per_node_month.high > 0
        else (),
        todo.stated("platform.licence_usd_per_gpu_year", licence, "USD/year")
        if licence.high > 0
        else None,
    )


def _product(name: str, price: Sourced, quantity: Sourced) -> Sourced:
    """Price x quantity as one figure per node and month, the older of the two days."""
    days = [day for day in (price.as_of, quantity.as_of) if day is not None]
    a, b = price.value, quantity.value
    return Sourced(
        name,
        Range(a.low * b.low, a.likely * b.likely, a.high * b.high),
        "USD/month",
        f"{price.source}; {quantity.source}" if price.source != quantity.source else price.source,
        min(days, default=None),
        price.estimate or quantity.estimate,
    )


def _horizon(todo: _Resolver, services: Sequence[built.ServiceModel]) -> int:
    """Months the decision looks ahead: the longest commitment, or what the plan states."""
    committed = [
        pool.supply.period_months or 0.0
        for service in services
        for group in service.groups
        for pool in group.pools
        if pool.supply.committed
    ]
    longest = max(committed, default=0.0)
    wanted = todo.plan.finance.horizon
    if wanted is None:
        return min(HORIZON_LIMIT, max(int(-(-longest // 1)), DEFAULT_MONTHS))
    if wanted < longest:
        todo.fail(
            "finance.horizon",
            f"{wanted} months end before the longest commitment of {longest:g} months.",
            "Write `commitment`, or at least that many months.",
        )
    return wanted
