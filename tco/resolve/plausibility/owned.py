"""Whether an owned node's power and price are plausible for its GPUs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tco.catalog.figure import gpu_in_name
from tco.catalog.plausibility.bounds import Band, Mistake
from tco.catalog.plausibility.doubt import Doubt
from tco.catalog.plausibility.finding import PlausibilityFinding, finding_of
from tco.catalog.plausibility.mistakes import probable_mistake
from tco.plan.pools import OwnedNode
from tco.ranges import Range
from tco.resolve.lookup import Lookup
from tco.resolve.plausibility.places import PLAN_KEYS

__all__ = ["owned_findings"]

DRAW_LOW, DRAW_HIGH = 0.25, 2.5
"""A node under load draws between these shares of its GPUs' power limits."""
HOST_W = 600.0
"""What a node draws besides, so that a single card's PC is plausible."""
IDLE_LOW = 0.01
SPACE_HIGH = 1.6
"""Colocation is committed for up to this much more than the node draws."""
ANY_GPU_W = Band(40.0, 2000.0, "any GPU")
ABSURD = 50.0
"""A draw off by more than this factor is in another unit."""
PRICE_LOW, PRICE_HIGH = 0.2, 3.0
"""A node with its chassis, network and rack costs between these shares of its GPUs' prices."""
RESALE_LOW = 0.02
"""A used node sells for this share of its GPUs' prices at least, and for less than they cost."""
ANY_GPU_USD = Band(100.0, 150_000.0, "any GPU")


def owned_findings(todo: Lookup) -> Iterator[PlausibilityFinding]:
    """Yield the implausible power and prices of the pools that a plan owns."""
    for service, spec in todo.plan.services.items():
        for name, pool in spec.pools.items():
            if pool.owned is None:
                continue
            keys = ("services", service, "pools", name, "owned")
            for doubt in (
                *_power(todo, pool.owned),
                *_price(todo, pool.owned, pool.nodes.min),
            ):
                yield finding_of(
                    "unit",
                    doubt,
                    file=todo.source.file,
                    within=(*PLAN_KEYS, *keys),
                    path=".".join(keys),
                )


def _power(todo: Lookup, owned: OwnedNode) -> Iterator[Doubt]:
    band = _draw(todo, owned)
    if owned.power is not None:
        idle = Band(band.low * IDLE_LOW / DRAW_LOW, band.high, band.basis)
        yield from _doubt(("power", "load_w"), owned.power.load_w, "W", band, mistakes=KW)
        if owned.power.idle_w.high > 0:
            yield from _doubt(("power", "idle_w"), owned.power.idle_w, "W", idle, mistakes=KW)
    colocation = owned.colocation
    if colocation is not None and colocation.kw is not None:
        space = band.scaled(1e-3, SPACE_HIGH * 1e-3)
        yield from _doubt(("colocation", "kw"), colocation.kw, "kW", space, mistakes=WATTS)


KW = (Mistake(1e-3, "kW instead of W?"),)
WATTS = (Mistake(1e3, "W instead of kW?"),)


def _draw(todo: Lookup, owned: OwnedNode) -> Band:
    gpu = todo.catalog.gpu(owned.gpu) or owned.gpu
    found = todo.catalog.hardware(gpu, todo.day)
    basis = f"{owned.gpus} x {gpu} under load"
    limit = found.row.tdp_w if found is not None else None
    if limit is None:
        return ANY_GPU_W.scaled(owned.gpus, owned.gpus, basis)
    low, high = limit.low * DRAW_LOW, limit.high * DRAW_HIGH
    return Band(owned.gpus * low, owned.gpus * high + HOST_W, basis)


def _price(todo: Lookup, owned: OwnedNode, nodes: int) -> Iterator[Doubt]:
    gpu = (todo.catalog.gpu(owned.gpu) or owned.gpu).removesuffix("-SXM")
    name = f"purchase_usd_gpu_{gpu_in_name(gpu)}"
    known = todo.catalog.find_figure(name, todo.day)
    band = ANY_GPU_USD
    if known is not None:
        usual = known.row.value
        band = Band(usual.low * PRICE_LOW, usual.high * PRICE_HIGH, "")
    whole = band.scaled(owned.gpus, owned.gpus, f"a node of {owned.gpus} x {gpu}")
    mistakes = [Mistake(1.0 / owned.gpus, "Per GPU instead of per node?")]
    if nodes > 1:
        mistakes.append(Mistake(float(nodes), "The price of all nodes instead of one?"))
    if owned.usd is not None:
        yield from _doubt(("usd",), owned.usd, "USD", whole, mistakes=mistakes)
    if owned.resale_usd is not None and owned.resale_usd.high > 0:
        used = whole.scaled(RESALE_LOW / PRICE_LOW, 1 / PRICE_HIGH)
        yield from _doubt(("resale_usd",), owned.resale_usd, "USD", used, mistakes=mistakes)


def _doubt(
    keys: tuple[str, ...],
    value: Range,
    unit: str,
    band: Band,
    *,
    mistakes: Sequence[Mistake],
) -> Iterator[Doubt]:
    if band.holds(value):
        return
    shown = value.low if value.low < band.low else value.high
    absurd = value.high * ABSURD < band.low or value.low > band.high * ABSURD
    question = probable_mistake(shown, band, mistakes)
    yield Doubt(keys=keys, value=value, unit=unit, band=band, mistake=question, is_error=absurd)
