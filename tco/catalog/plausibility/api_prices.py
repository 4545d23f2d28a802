"""Whether an API's prices are plausible: list prices, other hosts of the model, the market."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tco.catalog.api_price import ApiPrice, Peak, Tier
from tco.catalog.catalog import Catalog
from tco.catalog.plausibility.bounds import Band, Bound, Mistake, bounds
from tco.catalog.plausibility.doubt import Doubt, Keys
from tco.catalog.plausibility.mistakes import probable_mistake
from tco.catalog.price_fields import TOKEN_PRICES
from tco.ranges import Range

__all__ = ["doubtful_api_prices"]

INPUT, CACHED, OUTPUT, REASONING, CACHE_WRITE, CACHE_WRITE_1H, STORAGE = TOKEN_PRICES
LIST_LOW, LIST_HIGH = 0.2, 1.5
"""A contract is between these shares of the list price."""
HOSTS_LOW, HOSTS_HIGH = 0.2, 3.0
"""A host of a model is between these shares of the lowest and the highest host's price."""
RATIOS = {
    (OUTPUT, INPUT): (1.0, 30.0, "Are input and output swapped?"),
    (CACHED, INPUT): (0.001, 1.0, "Are input and cache hits swapped?"),
    (CACHE_WRITE, INPUT): (0.05, 3.0, ""),
    (CACHE_WRITE_1H, INPUT): (0.05, 5.0, ""),
    (CACHE_WRITE_1H, CACHE_WRITE): (1.0, 5.0, "Are writes for 5 minutes and for 1 hour swapped?"),
    (STORAGE, INPUT): (0.01, 20.0, ""),
    (REASONING, OUTPUT): (0.2, 5.0, ""),
}
"""How a price relates to another one of the same row, and the mistake behind it otherwise."""
SPECIAL_LOW, SPECIAL_HIGH = 0.2, 6.0
"""Prices of a tier or of peak hours are between these shares of the row's own."""


def doubtful_api_prices(
    row: ApiPrice, catalog: Catalog, day: dt.date, *, is_listed: bool
) -> Iterator[Doubt]:
    """Yield the implausible prices of an API; those of tiers and peaks beside its own.

    ``catalog`` is the published one: what the row is compared with. A row that is listed there
    itself is compared with the market.
    """
    known = {} if is_listed else _known_bands(row, catalog, day)
    for key in TOKEN_PRICES:
        value: Range | None = getattr(row, key)
        if value is not None and value.high > 0:
            yield from _doubts(row, key, value, known.get(key))
    for name, parts in (("tiers", row.tiers), ("peak", row.peak)):
        for index, part in enumerate(parts):
            yield from _special(row, part, (name, index))


def _doubts(row: ApiPrice, key: str, value: Range, known: Band | None) -> Iterator[Doubt]:
    """Yield at most one doubt about a price: the market's, the list's, or a ratio's."""
    bound = bounds()[f"ApiPrice.{key}"]
    if bound.rejects(value) or not bound.band.holds(value):
        yield _doubt((key,), value, bound.band, bound, is_error=bound.rejects(value))
        return
    if known is not None and not known.holds(value):
        yield _doubt((key,), value, known, bound)
        return
    doubt = _ratio(row, key, value, (key,))
    if doubt is not None:
        yield doubt


def _ratio(part: ApiPrice | Tier | Peak, key: str, value: Range, keys: Keys) -> Doubt | None:
    """Return a doubt about a price beside another one of its row, its tier or its peak hours."""
    bound = bounds()[f"ApiPrice.{key}"]
    for (upper, lower), (low, high, mistake) in RATIOS.items():
        other: Range | None = getattr(part, lower, None)
        if key != upper or other is None or not bounds()[f"ApiPrice.{lower}"].band.holds(other):
            continue
        band = Band(other.low * low, other.high * high, f"{low:g} to {high:g} times {lower}")
        if not band.holds(value):
            question = mistake if value.low < band.low or upper == CACHED else ""
            return Doubt(
                keys=keys,
                value=value,
                unit=bound.unit,
                band=band,
                mistake=question or probable_mistake(value.likely, band, bound.mistakes),
            )
    return None


def _known_bands(row: ApiPrice, catalog: Catalog, day: dt.date) -> dict[str, Band]:
    """Return the bands around the list prices of the API, else around those of other hosts."""
    listed = catalog.find_as(ApiPrice, row.key, day)
    if listed is not None:
        return _around([listed.row], LIST_LOW, LIST_HIGH, "the list price")
    model = row.api.rpartition("/")[2]
    hosts = [
        match.row
        for name in catalog.apis
        if name.rpartition("/")[2] == model
        and (match := catalog.find_as(ApiPrice, ("api", name), day)) is not None
    ]
    return _around(hosts, HOSTS_LOW, HOSTS_HIGH, f"what hosts of {model} charge")


def _around(rows: list[ApiPrice], low: float, high: float, reference: str) -> dict[str, Band]:
    found: dict[str, Band] = {}
    for key in (INPUT, OUTPUT):
        prices: list[Range] = [getattr(row, key) for row in rows]
        lowest = min((price.low for price in prices), default=0.0)
        if lowest > 0:
            highest = max(price.high for price in prices)
            basis = f"{low:g} to {high:g} times {reference}"
            found[key] = Band(lowest * low, highest * high, basis)
    return found


def _special(row: ApiPrice, part: Tier | Peak, keys: Keys) -> Iterator[Doubt]:
    """Yield the prices of a tier or of peak hours that are far from the row's own, or each other's.

    A swap inside of them is one doubt: that of the price which is out of proportion.
    """
    swapped = [
        doubt
        for key in (OUTPUT, CACHED)
        if (value := getattr(part, key)) is not None
        and (doubt := _ratio(part, key, value, (*keys, key))) is not None
        and doubt.mistake in (RATIOS[OUTPUT, INPUT][2], RATIOS[CACHED, INPUT][2])
    ]
    if swapped:
        yield from swapped
        return
    for key in TOKEN_PRICES:
        value: Range | None = getattr(part, key, None)
        usual: Range | None = getattr(row, key)
        if value is None or usual is None or usual.high == 0:
            continue
        basis = f"{SPECIAL_LOW:g} to {SPECIAL_HIGH:g} times the row's {key}"
        band = Band(usual.low * SPECIAL_LOW, usual.high * SPECIAL_HIGH, basis)
        if not band.holds(value):
            yield _doubt((*keys, key), value, band, bounds()[f"ApiPrice.{key}"])


def _doubt(keys: Keys, value: Range, band: Band, bound: Bound, *, is_error: bool = False) -> Doubt:
    shown = value.low if value.low < band.low else value.high
    known: tuple[Mistake, ...] = bound.mistakes
    return Doubt(
        keys=keys,
        value=value,
        unit=bound.unit,
        band=band,
        mistake=probable_mistake(shown, band, known),
        is_error=is_error,
    )
