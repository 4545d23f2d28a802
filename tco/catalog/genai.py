"""API prices that the catalog lacks, from the snapshot inside the ``genai-prices`` package.

Imported only when an API is not in the catalog, or listed: the package's data take longer to load
than a whole plan. Its updater is never started, so planning stays offline. An API is named as in
the catalog, ``provider/model``, by the package's own ids. The snapshot does not say when a price
was last checked: a price is as old as the package's version, whose day ``data/genai_prices.csv``
has. Of another version the day is not known, which the gate takes for stale.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from importlib import metadata, resources
from itertools import pairwise
from typing import Final

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import (
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from tco.catalog.api_price import ApiPrice, Peak, Tier
from tco.catalog.book import Book, PackageBook
from tco.ranges import Range, point

__all__ = [
    "genai_api_price",
    "genai_apis",
    "genai_book",
    "genai_day",
    "genai_listed",
    "genai_meant",
    "genai_version",
]

PACKAGE: Final = "genai-prices"
BESIDE: Final = (
    ("web_searches_kcount", "web searches", "1,000"),
    ("storage_searches_kcount", "searches of stored files", "1,000"),
    ("output_citation_mtok", "citation tokens", "million"),
    ("output_image_mtok", "tokens of output images", "million"),
    ("output_video_mtok", "tokens of output videos", "million"),
)
"""Components that a workload does not state: their name, what they are, and the unit."""
SEARCHES: Final = frozenset({"web_searches_kcount", "storage_searches_kcount"})
ALWAYS_SEARCH: Final = ("deep-research", "sonar")
"""What names the models that search for every request; for others a search is an optional tool."""

_Prices = tuple[float, float | None, float]


@lru_cache(maxsize=1)
def genai_book() -> Book:
    """Return the book that the package's prices belong to, named after its version and its day."""
    day = _day_of_version()
    return PackageBook(name=f"{genai_version()} ({f'data of {day}' if day else 'undated'})")


def genai_version() -> str:
    """Return the name and the version of the package."""
    return f"{PACKAGE} {metadata.version(PACKAGE)}"


def genai_day(today: dt.date) -> dt.date | None:
    """Return the day of the package's data; of a version that the catalog does not know, at least.

    That is the day of the newest price change in the data. None where there is no such day.
    """
    starts = (
        price.constraint.start_date
        for model in _models().values()
        if not isinstance(model.prices, ModelPrice)
        for price in model.prices
        if isinstance(price.constraint, StartDateConstraint)
    )
    day = _day_of_version()
    return day or max((start for start in starts if start <= today), default=None)


@lru_cache(maxsize=1)
def _models() -> dict[str, ModelInfo]:
    return {
        f"{provider.id}/{model.id}": model
        for provider in get_snapshot().providers
        for model in provider.models
    }


def genai_apis() -> Sequence[str]:
    """Return the names of the package's models, as ``provider/model``."""
    return list(_models())


def genai_listed(day: dt.date, words: Sequence[str], without: Collection[str]) -> Book:
    """Return the package's prices of the models whose name holds every word, as a book."""
    apis = (
        api
        for api in _models()
        if api not in without and all(word.casefold() in f"api {api}".casefold() for word in words)
    )
    prices = (genai_api_price(api, day) for api in apis)
    rows = tuple(price for price in prices if price is not None)
    return genai_book().model_copy(update={"prices": rows})


def genai_meant(api: str) -> str | None:
    """Return the name of the model that the package takes a name for, or None."""
    provider, _, model = api.partition("/")
    try:
        owner, found = get_snapshot().find_provider_model(model, None, provider, None)
    except LookupError:
        return None
    return f"{owner.id}/{found.id}"


def genai_api_price(api: str, day: dt.date) -> ApiPrice | None:
    """Return the price of ``provider/model`` on a day, peak hours and prompt tiers included.

    Or None, also for a model without a price per token.
    """
    info = _models().get(api)
    if info is None:
        return None
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
    times = [midnight + dt.timedelta(hours=hour) for hour in range(24)]
    hours = [info.get_prices(time) for time in (times if _has_hours(info) else times[:1])]
    bases = [_base(price) for price in hours]
    known = [base for base in bases if base is not None]
    if len(known) < len(hours):
        return None
    (usual, _), *_ = Counter(known).most_common()
    row = hours[known.index(usual)]
    miss, hit, out = usual
    tiers = tuple(_tiers(row))
    tools = () if any(name in api for name in ALWAYS_SEARCH) else SEARCHES
    return ApiPrice(
        api=api,
        input_usd_per_mtok=point(miss),
        cached_input_usd_per_mtok=_maybe(hit),
        output_usd_per_mtok=point(out),
        reasoning_usd_per_mtok=_maybe(_first(_component(row, "output_reasoning_mtok"))),
        cache_write_usd_per_mtok=_maybe(_first(row.cache_write_mtok)),
        cache_write_1h_usd_per_mtok=_maybe(_first(_component(row, "cache_write_1h_mtok"))),
        usd_per_request=_per_request(row),
        tiers=tiers,
        peak=tuple(_peaks(known, usual)),
        context_tokens=_context_tokens(info, tiers),
        unstated_fees=_fees(row, [name for name, *_ in BESIDE if name not in tools]),
        tool_fees=_fees(row, tools),
        source=f"{genai_version()} (PyPI), bundled snapshot",
        as_of=_day_of_version(),
    )


def _has_hours(info: ModelInfo) -> bool:
    """Return whether a model has prices by time of day."""
    return not isinstance(info.prices, ModelPrice) and any(
        isinstance(price.constraint, TimeOfDateConstraint) for price in info.prices
    )


@lru_cache(maxsize=1)
def _day_of_version() -> dt.date | None:
    """Return the day of the installed version's data, or None where the catalog has none."""
    file = resources.files("tco.catalog") / "data" / "genai_prices.csv"
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    installed = metadata.version(PACKAGE)
    return next(
        (dt.date.fromisoformat(row["as_of"]) for row in rows if row["version"] == installed), None
    )


def _context_tokens(info: ModelInfo, tiers: Sequence[Tier]) -> int | None:
    """Return the longest context of a model, or None where a price of longer prompts denies it."""
    window = info.context_window
    is_passed = window is not None and any(tier.above_prompt_tokens >= window for tier in tiers)
    return None if is_passed else window


def _maybe(value: float | None) -> Range | None:
    return None if value is None else point(value)


def _first(value: object) -> float | None:
    """Return the price of the first token: a plain price, or the base of tiered ones."""
    if value is None:
        return None
    return float(str(value.base if isinstance(value, TieredPrices) else value))


def _component(price: ModelPrice, name: str) -> object:
    """Return one component of a price that only some models have."""
    return getattr(price, name, None)


def _per_request(price: ModelPrice) -> Range | None:
    """Return the fee of one request; the package states it per thousand."""
    per_thousand = _first(_component(price, "requests_kcount"))
    return None if per_thousand is None else point(per_thousand / 1000)


def _fees(price: ModelPrice, components: Collection[str]) -> str | None:
    """Return what a model charges for some components, or None."""
    fees = ", ".join(
        f"{component} at ${fee:g} per {unit}"
        for name, component, unit in BESIDE
        if name in components and (fee := _first(_component(price, name))) is not None
    )
    return fees or None


def _base(price: ModelPrice) -> _Prices | None:
    miss, out = _first(price.input_mtok), _first(price.output_mtok)
    if miss is None or out is None:
        return None
    return miss, _first(price.cache_read_mtok), out


def _tiers(price: ModelPrice) -> list[Tier]:
    starts = sorted(
        {
            tier.start
            for value in (price.input_mtok, price.output_mtok)
            if isinstance(value, TieredPrices)
            for tier in value.tiers
        }
    )

    def above(value: object, start: int) -> float | None:
        if not isinstance(value, TieredPrices):
            return _first(value)
        reached = [tier for tier in value.tiers if tier.start <= start]
        return float(max(reached, key=lambda tier: tier.start).price) if reached else _first(value)

    return [
        Tier(
            above_prompt_tokens=start,
            input_usd_per_mtok=point(above(price.input_mtok, start) or 0.0),
            cached_input_usd_per_mtok=_maybe(above(price.cache_read_mtok, start)),
            cache_write_usd_per_mtok=_maybe(above(price.cache_write_mtok, start)),
            output_usd_per_mtok=point(above(price.output_mtok, start) or 0.0),
        )
        for start in starts
    ]


def _peaks(hours: list[_Prices], usual: _Prices) -> list[Peak]:
    """Return the hours of a day that have other prices than usual, as windows."""
    changes = [hour for hour in range(1, len(hours)) if hours[hour] != hours[hour - 1]]
    return [
        Peak(
            utc_hours=(start, end),
            input_usd_per_mtok=point(hours[start][0]),
            cached_input_usd_per_mtok=_maybe(hours[start][1]),
            output_usd_per_mtok=point(hours[start][2]),
        )
        for start, end in pairwise((0, *changes, 24))
        if hours[start] != usual
    ]
