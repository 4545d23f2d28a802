"""An EKS cluster costs its control plane, and extended support once its version is old."""

from __future__ import annotations

import datetime as dt

import pytest

from tco.catalog.embedded import load_catalog
from tco.iac.estimate.documents import document_of
from tco.iac.estimate.pricing import PricedResource, Pricing, price
from tests.iac.programs import LATER, Keys, Program, bounds

CLUSTER = "aws:eks/cluster:Cluster"
STANDARD, EXTENDED = 73.0, 438.0
CATALOG = load_catalog()


def priced(inputs: Keys, day: str = "2026-11-28") -> tuple[PricedResource, Pricing]:
    program = Program("us-east-1")
    program.add(CLUSTER, "c", inputs)
    listed = document_of(program.preview, "p").resources
    found = price(listed, CATALOG, dt.date.fromisoformat(day))
    return found.resources[0], found


@pytest.mark.parametrize(
    ("inputs", "day", "usd"),
    [
        ({}, "2026-11-28", STANDARD),
        ({"version": "1.33"}, "2026-07-28", STANDARD),
        ({"version": "1.33"}, "2026-07-29", EXTENDED),
        ({"version": "1.35"}, "2026-11-28", STANDARD),
        ({"version": "1.28"}, "2026-11-28", EXTENDED),
        ({"version": "1.27"}, "2026-11-28", EXTENDED),
        ({"version": "1.33", "upgradePolicy": {"supportType": "STANDARD"}}, "2026-11-28", STANDARD),
        ({"version": "1.33", "upgradePolicy": {"supportType": "EXTENDED"}}, "2026-11-28", EXTENDED),
        ({"version": "1.35", "computeConfig": {"enabled": False}}, "2026-11-28", STANDARD),
    ],
)
def test_support_depends_on_version_day_and_policy(inputs: Keys, day: str, usd: float) -> None:
    """From the day on which standard support ends, unless AWS upgrades the cluster then."""
    found, pricing = priced(inputs, day)
    assert bounds(found) == pytest.approx((usd, usd, usd))
    assert pricing.complete


@pytest.mark.parametrize("version", ["1.99", "1.2", "latest", LATER, 1.33])
def test_version_of_unknown_support_is_a_range(version: object) -> None:
    """A version that the catalog does not list may be in either support."""
    found, pricing = priced({"version": version})
    assert bounds(found) == pytest.approx((STANDARD, STANDARD, EXTENDED))
    assert "extended support" in found.reason
    assert not pricing.complete


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"computeConfig": {"enabled": True, "nodePools": ["system"]}}, "Auto Mode"),
        ({"computeConfig": {"enabled": LATER}}, "Auto Mode"),
        ({"computeConfig": LATER}, "Auto Mode"),
        ({"controlPlaneScalingConfig": {"tier": "tier-xl"}}, "provisioned control plane"),
    ],
)
def test_what_is_paid_besides_the_control_plane_is_named(inputs: Keys, reason: str) -> None:
    """EKS starts nodes itself in Auto Mode: the list is not complete."""
    found, pricing = priced(inputs)
    assert found.status == "priced"
    assert reason in found.reason
    assert not pricing.complete
