"""How fast a pool serves a group of request classes: the throughput selected, and its cautions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.catalog.benchmark import Benchmark
from tco.catalog.curves import measurements
from tco.catalog.match import CatalogMatch
from tco.catalog.sourced import SourcedValue
from tco.costing.group import PoolSpeed
from tco.costing.pool_model import PoolModel
from tco.costing.stack import Unpriced
from tco.errors import one_of
from tco.plan.service import Service, Serving
from tco.plan.workload import RequestClass
from tco.resolve.cache_hits import with_lasting_hits
from tco.resolve.lookup import Lookup
from tco.resolve.memory import check_memory
from tco.resolve.supplied import supplied_by_user
from tco.throughput.configuration import Pins
from tco.throughput.formats import FORMATS
from tco.throughput.node import NodeThroughput
from tco.throughput.provenance import Provenance
from tco.throughput.request_time import latency_objectives, mean_shape, request_seconds
from tco.throughput.selection import NoThroughput, select
from tco.units import SECONDS_PER_HOUR

__all__ = ["Speed", "node_throughput", "speed_of"]

ENGINES = ("vllm", "sglang", "trtllm")


@dataclass(frozen=True)
class Speed:
    """How fast one pool serves a group; ``work`` is the seconds of what the fleet counts.

    That is a node, or the nodes that share a replica, for the mean request of the group.
    ``throughput`` is the drawn factor on its speed.
    """

    pool: PoolModel
    node: NodeThroughput
    work: float
    throughput: SourcedValue

    @property
    def usd_per_request(self) -> float:
        """Rent of the node time of a mean request: what puts equal options into merit order."""
        nodes = self.pool.nodes_per_replica
        return self.work * nodes * self.pool.supply.rate.value.likely / SECONDS_PER_HOUR

    @property
    def pool_speed(self) -> PoolSpeed:
        """What a group would be counted in if the pool were its first."""
        return PoolSpeed(self.node, self.work, self.throughput)


def speed_of(
    node: NodeThroughput,
    classes: Sequence[RequestClass],
    workload: str,
    pool: PoolModel,
    *,
    stated: SourcedValue | None = None,
) -> Speed:
    """Return what a mean request of a group takes of a pool.

    ``stated`` is the plan's own factor on the benchmark's throughput.
    """
    seconds = sum(
        request.share * float(request_seconds(node, request, workload)) for request in classes
    )
    return Speed(pool, node, seconds / pool.nodes_per_replica, stated or _drawn(node))


def _drawn(node: NodeThroughput) -> SourcedValue:
    """Return the drawn factor on the throughput of a node, around 1."""
    configuration = node.configuration
    return SourcedValue(
        name=f"throughput of {configuration.model} on {configuration.gpu}",
        value=node.spread,
        unit="x",
        source=f"{node.provenance.label}; {node.source}" if node.source else node.provenance.label,
        as_of=node.day,
        estimate=not node.is_own,
        origin="book" if node.is_own else "catalog",
    )


def node_throughput(
    todo: Lookup,
    path: str,
    spec: Service,
    model: str,
    classes: Sequence[RequestClass],
    pool: PoolModel,
    pools: Sequence[PoolModel],
) -> NodeThroughput:
    """Return how fast a node of a pool serves a group's mean request. Raises NotFound.

    ``pools`` are all that serve the group.
    """
    serving, demand = spec.serving, todo.demand(spec)
    rows = todo.catalog.benchmarks(model, pool.gpu, None, None, day=todo.day)
    _check_names(todo, path, serving, model)
    supplied = supplied_by_user(todo, path, model, pool.gpu, rows=rows)

    def choose(hit_limit: float) -> NodeThroughput:
        return select(
            model,
            pool.gpu,
            pool.gpus,
            mean_shape(classes, hit_limit),
            objectives=latency_objectives(demand.objectives),
            pins=Pins(
                precision=serving.precision,
                engine=serving.engine,
                version=serving.engine_version,
                parallelism=serving.parallelism,
                mode=serving.mode,
                speculative=serving.speculative,
                gpus_per_replica=serving.gpus_per_replica,
            ),
            supplied=supplied,
        )

    try:
        node = with_lasting_hits(todo, choose, demand, classes, pools=pools)
    except NoThroughput as missing:
        hint = todo.source.unnamed(model) or f"{missing.hint} {_measured_configurations(rows)}"
        message = f"pool {pool.name}: {missing.message}"
        raise todo.fail(f"{path}.serving", message, hint.strip()) from None
    check_memory(todo, f"{path}.serving", node)
    if node.unmet:
        todo.unpriced.append(Unpriced(f"{pool.name}: nodes", node.unmet))
    _warn_of(todo, node, classes)
    return node


def _check_names(todo: Lookup, path: str, serving: Serving, model: str) -> None:
    """Refuse a precision or an engine that nothing knows: it would be estimated as any other."""
    for key, common in (("precision", FORMATS), ("engine", ENGINES)):
        stated = getattr(serving, key)
        if stated is None or stated in common:
            continue  # most are, and the whole file of the model need not be read
        rows = (*(row for row, _ in todo.catalog.rows(Benchmark)), *measurements(model))
        names = {*common, *(getattr(row, key) for row in rows)}
        if stated not in names:
            message = f'no benchmark has the {key} "{stated}".'
            raise todo.fail(f"{path}.serving.{key}", message, one_of(stated, names - {""}))


def _warn_of(todo: Lookup, node: NodeThroughput, classes: Sequence[RequestClass]) -> None:
    """Note what limits the throughput of a node, once each."""
    on = f"{node.configuration}"
    notes = "; ".join(node.notes)
    if node.provenance is Provenance.PREDICTED:
        todo.warn("predicted", f"{on}: predicted by a simulator: {notes}.")
    elif node.provenance.is_estimated:
        todo.warn("estimated", f"{on}: estimated by a physical model: {notes}.")
    elif node.is_scaled:
        todo.warn("extrapolated", f"{on}: {notes}.")
    elif notes:
        todo.warn("benchmark", f"{on}: {notes}.")
    if node.replica is None and node.is_scaled:
        todo.warn(
            "memory",
            f"{on}: whether GPU memory holds requests of this length is not known; state the "
            "model's layers and KV elements under models in a price book.",
        )
    if node.needs_burst_factor:
        todo.warn("offline-maximum", f"{on}: an offline maximum, without latency or concurrency.")
    if any(request.cached.high > 0 for request in classes) and not node.rule.effectiveness:
        todo.warn(
            "cache-hits",
            f"{on}: the cost of prefill is unknown, so cache hits save no node time "
            "(conservative), while the API bills them at its price for cache hits.",
        )


def _measured_configurations(rows: Sequence[CatalogMatch[Benchmark]]) -> str:
    names = sorted(
        {f"{row.row.precision} {row.row.engine} {row.row.gpus} {row.row.gpu}" for row in rows}
    )
    listed = "; ".join(names[:6]) + ("; …" if len(names) > 6 else "")
    return f"Known: {listed}." if names else ""
