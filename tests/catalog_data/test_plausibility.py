"""The bounds of what is plausible: one for every number that people write, with its source."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import GenericAlias
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from tco.catalog.benchmark import Latency
from tco.catalog.book import Book
from tco.catalog.embedded import load_catalog
from tco.catalog.plausibility.books import book_findings
from tco.catalog.plausibility.bounds import bounds, gpu_hour_band
from tco.plan.plan import Plan
from tco.plan.workload import Workload
from tco.ranges import Range

DATA = Path(__file__).parents[2] / "tco" / "catalog" / "data" / "plausibility"
JUDGED_TOGETHER = {
    "Workload.requests_per_month": "with the fleet: resolve/plausibility/demand.py",
    "Workload.requests_per_day": "with the fleet: resolve/plausibility/demand.py",
    "Workload.requests_per_second": "with the fleet: resolve/plausibility/demand.py",
    "Workload.per_hour": "with the fleet: resolve/plausibility/demand.py",
    "Nodes.min": "with the demand: resolve/plausibility/demand.py",
    "Nodes.max": "a ceiling costs nothing until it is used",
    "Standby.nodes": "with the demand: resolve/plausibility/demand.py",
    "OwnedNode.usd": "by GPU: resolve/plausibility/owned.py",
    "OwnedNode.resale_usd": "by GPU: resolve/plausibility/owned.py",
    "Power.idle_w": "by GPU: resolve/plausibility/owned.py",
    "Power.load_w": "by GPU: resolve/plausibility/owned.py",
    "Colocation.kw": "by GPU: resolve/plausibility/owned.py",
    "NodePrice.usd_per_hour": "by list price or GPU: catalog/plausibility/node_prices.py",
    "NodePrice.usd_per_gpu_hour": "by list price or GPU: catalog/plausibility/node_prices.py",
    "NodePrice.upfront_usd": "with the hourly rate: catalog/plausibility/node_prices.py",
    "Figure.value": "by the catalog's figure: catalog/plausibility/books.py",
    **{
        f"{part}.{key}_usd_per_mtok": "by the row's own prices: catalog/plausibility/api_prices.py"
        for part in ("Tier", "Peak")
        for key in ("input", "cached_input", "output", "cache_write")
        if (part, key) != ("Peak", "cache_write")
    },
    **{
        f"Latency.{statistic}": "under the key that holds the latency"
        for statistic in ("mean", "p50", "p90", "p95", "p99")
    },
}
BY_ITSELF = {
    **{f"Shape.{key}": "its own limits" for key in ("peak_to_mean", "peak_hour", "start", "end")},
    "Peak.utc_hours": "its own limits",
    "Jump.month": "its own limits",
    "Correlation.rho": "its own limits",
    "Confirmation.value": "is compared with the figure",
    "Gate.max_price_age_days": "a limit that people choose",
    "Gate.max_premium_usd_per_month": "a limit that people choose",
    "Gate.max_throughput_age_days": "a limit that people choose",
    "Gate.max_usd_per_month": "a limit that people choose",
    "Gate.max_unplanned_usd_per_month": "a limit that people choose",
    "Override.max_usd_per_month": "a limit that people choose",
    "Score.value": "its own limits",
    "Score.samples": "how many were asked",
    "MinScore.min_score": "its own limits",
    "ModelRow.total_params_b": "checked with layers and KV elements: throughput/check.py",
    "ModelRow.active_params_b": "checked with the total",
    "ModelRow.layers": "what its benchmarks reach is checked: throughput/check.py",
    "ModelRow.kv_elements_per_token": "what its benchmarks reach is checked: throughput/check.py",
    "ModelRow.kv_heads": "what its benchmarks reach is checked: throughput/check.py",
    "ModelRow.experts": "checked with those per token",
    "ModelRow.experts_per_token": "checked with the experts",
}


def numeric(annotation: Any) -> bool:
    """Return whether a field can hold a number."""
    if isinstance(annotation, type) and not isinstance(annotation, GenericAlias):
        return issubclass(annotation, int | float | Range | Latency) and annotation is not bool
    return any(numeric(part) for part in get_args(annotation))


def written() -> Iterator[str]:
    """Yield every key that may hold a number, by the class that has it."""
    seen: set[type[BaseModel]] = set()

    def visit(annotation: Any) -> Iterator[str]:
        if isinstance(annotation, type) and not isinstance(annotation, GenericAlias):
            if issubclass(annotation, BaseModel) and annotation not in seen:
                seen.add(annotation)
                for name, field in annotation.model_fields.items():
                    parts = (field.annotation, *field.metadata)
                    if any(numeric(part) for part in parts):
                        yield f"{annotation.__name__}.{name}"
                    for part in parts:
                        yield from visit(part)
            return
        for part in get_args(annotation):
            yield from visit(part)

    for root in (Plan, Workload, Book):
        yield from visit(root)


KEYS = sorted(set(written()))


@pytest.mark.parametrize("key", KEYS)
def test_every_number_has_a_bound(key: str) -> None:
    """A new key needs a row in bounds.csv, or a reason why it needs none."""
    places = [key in bounds(), key in JUDGED_TOGETHER, key in BY_ITSELF]
    assert sum(places) == 1, f"{key} needs one row in data/plausibility/bounds.csv"


def test_every_bound_has_a_key() -> None:
    """A renamed key keeps its bound, and an exception its key."""
    assert set(bounds()) | set(JUDGED_TOGETHER) | set(BY_ITSELF) <= set(KEYS)


@pytest.mark.parametrize("key", sorted(bounds()))
def test_a_bound_is_consistent(key: str) -> None:
    """Nothing plausible is rejected, and the mistakes are of this figure."""
    bound = bounds()[key]
    assert bound.floor <= bound.band.low < bound.band.high <= bound.ceiling
    assert len({mistake.factor for mistake in bound.mistakes}) == len(bound.mistakes)
    assert all(mistake.question.endswith("?") for mistake in bound.mistakes)


@pytest.mark.parametrize("name", ["bounds.csv", "gpu_hours.csv"])
def test_every_row_has_a_source(name: str) -> None:
    """Anyone who doubts a bound can look up what it is based on."""
    with (DATA / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["source"] and dt.date.fromisoformat(row["as_of"]) for row in rows)


def test_the_shipped_catalog_is_plausible() -> None:
    """A published price that is off the market is a fault of the catalog, or of the bound."""
    catalog, day = load_catalog(), dt.date(2026, 11, 25)
    assert [
        finding for book in catalog.every_book for finding in book_findings(book, catalog, day)
    ] == []


def test_a_gpu_without_a_range_takes_its_class() -> None:
    """A new GPU of 80 GB is compared with the others of its size, an unknown one with all."""
    assert gpu_hour_band("NEW-80", 80.0)[:2] == (0.3, 20.0)
    assert gpu_hour_band("NEW", None)[:2] == (0.05, 60.0)
