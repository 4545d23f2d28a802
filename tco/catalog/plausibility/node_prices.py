"""Whether a node's price is plausible: against its list price, else against its GPUs' market."""

from __future__ import annotations

import datetime as dt

from tco.catalog.catalog import Catalog
from tco.catalog.hardware import Hardware
from tco.catalog.node_price import NodePrice
from tco.catalog.plausibility.bounds import Band, Mistake, gpu_hour_band
from tco.catalog.plausibility.doubt import Doubt
from tco.catalog.plausibility.mistakes import probable_mistake
from tco.ranges import Range
from tco.units import HOURS_PER_MONTH, TERM_MONTHS

__all__ = ["doubtful_node_price"]

LIST_LOW, LIST_HIGH = 0.2, 1.5
"""A contract is between these shares of the list price."""
SPOT_LOW, SPOT_HIGH = 0.08, 1.1
"""A spot price is between these shares of the price on demand."""
COMMITTED_LOW = 0.6
"""Commitments of years are below the cheapest price on demand by this much at most."""
SEVERAL = "The price of several nodes, or a decimal point?"
FLEETS = (4.0, 16.0)
"""How many nodes a price is tried for: with the width of a band, 2 to 100 nodes are found."""
SPOT_MARKET_LOW = 0.3
LISTED_HIGH = 2.0
"""A list price is up to this many times the market: far regions, one GPU in a large host."""


def doubtful_node_price(
    row: NodePrice, catalog: Catalog, day: dt.date, *, is_listed: bool
) -> Doubt | None:
    """Return what is implausible about a node's price; None for a plausible one.

    ``catalog`` is the published one: what the row is compared with. A price that is listed there
    itself is compared with the market.
    """
    gpu, gpus, memory = _hardware(row, catalog)
    paid = _effective(row)
    listed = None if is_listed else _list_band(row, catalog, day)
    band = listed or _market_band(row, gpu, gpus, memory, is_listed=is_listed)
    if band.holds(paid):
        return None
    per_gpu = row.usd_per_gpu_hour is not None
    key = "usd_per_gpu_hour" if per_gpu else "usd_per_hour"
    if not per_gpu and row.usd_per_hour is not None and row.usd_per_hour.high == 0:
        key = "upfront_usd"
    shown = 1.0 / gpus if per_gpu else 1.0
    return Doubt(
        keys=(key,),
        value=paid * shown,
        unit="USD per GPU-hour" if per_gpu else "USD per node-hour",
        band=band.scaled(shown, shown),
        mistake=probable_mistake(paid.likely, band, _mistakes(gpus, per_gpu=per_gpu)),
    )


def _effective(row: NodePrice) -> Range:
    """Return USD per node-hour with the upfront spread over its term."""
    hourly = row.usd_per_node_hour
    if row.upfront_usd is None or row.term is None:
        return hourly
    spread = row.upfront_usd * (1.0 / (TERM_MONTHS[row.term] * HOURS_PER_MONTH))
    return Range(hourly.low + spread.low, hourly.likely + spread.likely, hourly.high + spread.high)


def _hardware(row: NodePrice, catalog: Catalog) -> tuple[str, int, float | None]:
    known = catalog.instance(row.instance or "")
    named = known.gpu if known is not None else row.gpu or ""
    gpu = catalog.gpu(named) or named
    found = next((hardware for hardware, _ in catalog.rows(Hardware) if hardware.gpu == gpu), None)
    gpus = known.gpus if known is not None else row.gpus or 1
    return gpu, gpus, found.memory_gb.likely if found is not None else None


def _list_band(row: NodePrice, catalog: Catalog, day: dt.date) -> Band | None:
    """Return the band around the published price of the same node, None where there is none."""
    node = row.instance or row.offer
    published = catalog.node_price(node, row.region, "on-demand", day)
    if row.purchase == "spot":
        if published is None:
            return None
        usd = published.row.usd_per_node_hour
        return _around(usd, SPOT_LOW, SPOT_HIGH, "the on-demand price")
    same = catalog.node_price(
        node, row.region, row.purchase, day, kind=row.kind, term=row.term, payment=row.payment
    )
    if same is not None:
        return _around(_effective(same.row), LIST_LOW, LIST_HIGH, "the list price")
    if published is not None:
        usd = published.row.usd_per_node_hour
        return _around(usd, LIST_LOW, LIST_HIGH, "the on-demand list price")
    regions = [
        price.usd_per_node_hour
        for price in catalog.prices_of(node or "")
        if price.purchase == "on-demand"
    ]
    if not regions:
        return None
    widest = Range(min(usd.low for usd in regions), 1.0, max(usd.high for usd in regions))
    return _around(widest, LIST_LOW, LIST_HIGH, "the list prices of other regions")


def _around(usd: Range, low: float, high: float, basis: str) -> Band:
    shown = f"{low:g} to {high:g} times {basis}"
    return Band(usd.low * low, usd.high * high, shown)


def _market_band(
    row: NodePrice, gpu: str, gpus: int, memory_gb: float | None, *, is_listed: bool
) -> Band:
    band = gpu_hour_band(gpu, memory_gb)
    low = {"spot": SPOT_MARKET_LOW, "reserved": COMMITTED_LOW}.get(row.purchase, 1.0)
    gpus_text = gpu if gpus == 1 else f"{gpus} x {gpu}"
    high = LISTED_HIGH if is_listed else 1.0
    return band.scaled(gpus * low, gpus * high, f"the market of {gpus_text}")


def _mistakes(gpus: int, *, per_gpu: bool) -> list[Mistake]:
    known = [Mistake(HOURS_PER_MONTH, "Per month instead of per hour?")]
    if gpus > 1 and per_gpu:
        known.insert(0, Mistake(gpus, "Per node instead of per GPU?"))
    if gpus > 1 and not per_gpu:
        known.insert(0, Mistake(1.0 / gpus, "Per GPU instead of per node?"))
    if not per_gpu:
        known += [Mistake(nodes, SEVERAL) for nodes in FLEETS]
    return known
