"""What the real engine printed for a program that does not know tco, priced by hand."""

from __future__ import annotations

import pytest

from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tco.iac.estimate.pricing import Pricing, price_document
from tests.iac.programs import DAY, bounds, node_month
from tests.iac.recording import RECORDED

PRICES = [
    {"instance": "p5.48xlarge", "region": "us-east-1", "usd_per_hour": 20},
    {"instance": "p5.48xlarge", "region": "us-east-1", "purchase": "spot", "usd_per_hour": 8},
]
FIGURES = [{"figure": "disk_usd_per_gb_month", "value": 0.08, "unit": "USD/GB-month"}]
DISK = 500 * 0.08


def priced(name: str) -> Pricing:
    book = Book.model_validate(
        {"source": "made up", "as_of": "2026-11-01", "prices": PRICES, "figures": FIGURES}
    )
    return price_document((RECORDED / name).read_bytes(), name, Catalog(books=(book,)), DAY)


def statuses(found: Pricing) -> dict[str, str]:
    return {
        f"{resource.type.rpartition(':')[2]} {resource.name}": resource.status
        for resource in found.resources
    }


def test_preview_of_a_mixed_group() -> None:
    """One node on demand, up to two spot, a disk each, and a volume of 100 GB."""
    found = priced("preview.json")
    assert statuses(found) == {
        "Stack tco-dev": "free",
        "LaunchTemplate gpu": "free",
        "Group gpu": "priced",
        "Volume weights": "priced",
        "Bucket logs": "usage_based",
    }
    nodes = node_month(20, 28, 36)
    expected = tuple(usd + DISK * count + 8 for usd, count in zip(nodes, (1, 2, 3), strict=True))
    assert bounds(found) == pytest.approx(expected)
    assert found.complete


def test_state_after_the_update() -> None:
    """The template is found by its id, the region in the default provider."""
    found = priced("state.json")
    assert statuses(found)["Group gpu"] == "priced"
    assert found.usd_per_month == pytest.approx(28 * 730 + 2 * DISK)


def test_preview_of_changes_alone_says_what_it_hides() -> None:
    """Without --show-sames the unchanged template is missing: said, and nothing is guessed."""
    found = priced("changes.json")
    assert statuses(found)["Group gpu"] == "unpriced"
    assert "1 unchanged resource is left out" in found.warnings[0]
    assert not found.complete
