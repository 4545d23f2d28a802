"""Which provider a node is of, and what follows: egress, region, FOCUS names, provisioning."""

from __future__ import annotations

from typing import Any

import pytest

from tco.documents.charges import charges_document
from tco.providers.registry import PROVIDERS, provider_of
from tco.report.focus import focus_rows
from tests.conftest import Keys, Lab

GPU = {"gpu": "H100", "gpus": 8}


def on(lab: Lab, node: Keys, gb: float = 2_000, **keys: Any) -> None:
    """The stack `one` of one node of a price book with the figures of GCP and Azure."""
    figures = [
        {"figure": tier.figure, "value": value, "unit": "USD/GB"}
        for cloud in ("gcp", "azure")
        for tier, value in zip(
            PROVIDERS[cloud].egress_tiers, (0.12, 0.11, 0.08, 0.05), strict=False
        )
    ]
    free = {"figure": "azure_internet_free_gb", "value": 100, "unit": "GB"}
    book = lab.book("clouds", figures=[*figures, free], **keys)
    egress = {"gb_per_month": gb, "free_tier": True}
    lab.stack({"main": {**node, "nodes": 1}}, {"egress": egress}, prices=[book])


def instance(name: str, region: str, **keys: Any) -> Keys:
    """The sections of a book that price an instance type on demand."""
    return {
        "instances": [{"instance": name, **GPU, **keys}],
        "prices": [{"instance": name, "region": region, "usd_per_hour": 20}],
    }


def egress_line(lab: Lab) -> tuple[str, str, float]:
    """Provider, name and USD per month of the one line of egress."""
    [line] = [line for line in lab.evaluate().lines if line.line.category == "egress"]
    return line.line.provider, line.line.name, line.usd_per_month


@pytest.mark.parametrize(
    ("node", "provider"),
    [
        ("p5.48xlarge", "aws"),
        ("p6-b200.48xlarge", "aws"),
        ("u-6tb1.metal", "aws"),
        ("a3-highgpu-8g", "gcp"),
        ("a4x-maxgpu-4g-metal", "gcp"),
        ("g2-standard-96", "gcp"),
        ("gcp/8xh100", "gcp"),
        ("Google/8xh100", "gcp"),
        ("Standard_ND96isr_H100_v5", "azure"),
        ("Standard_NC40ads_H100_v5", "azure"),
        ("azure/8xh100", "azure"),
        ("runpod/8xh100", "rented"),
        ("gcpish/8xh100", "rented"),
        ("my box", "rented"),
    ],
)
def test_a_node_is_recognized_by_its_name(node: str, provider: str) -> None:
    """A node without a stated provider is of the cloud that names its nodes so, and of one only."""
    assert provider_of(node).id == provider
    assert sum(provider.recognizes(node) for provider in PROVIDERS.values()) == (
        provider != "rented"
    )


def test_a_node_of_gcp_pays_the_egress_of_gcp(lab: Lab) -> None:
    """A GCP machine type is never charged AWS's tiers: 1,024 GB x .12 + 976 GB x .11."""
    on(lab, {"instance": "a3-highgpu-8g", "region": "us-x1"}, **instance("a3-highgpu-8g", "us-x1"))
    expected = 1_024 * 0.12 + 976 * 0.11
    assert egress_line(lab) == (
        "Google Cloud",
        "Google Cloud to the internet",
        pytest.approx(expected),
    )


def test_a_node_of_azure_pays_the_egress_of_azure(lab: Lab) -> None:
    """The first 100 GB of an Azure account are free, the rest costs Azure's own rate."""
    name = "Standard_ND96isr_H100_v5"
    on(lab, {"instance": name, "region": "eastus"}, **instance(name, "eastus"))
    assert egress_line(lab) == ("Microsoft", "Azure to the internet", pytest.approx(1_900 * 0.12))


def test_an_offer_of_a_cloud_pays_the_egress_of_that_cloud(lab: Lab) -> None:
    """An offer is of the cloud that its id starts with, also where no instance type is named."""
    on(lab, {"offer": "gcp/8x"}, 1_000, prices=[{"offer": "gcp/8x", **GPU, "usd_per_hour": 20}])
    assert egress_line(lab)[0::2] == ("Google Cloud", pytest.approx(120))


def test_a_stated_provider_beats_the_name(lab: Lab) -> None:
    """A book may say where a node comes from, whatever it is called; the rest is an estimate."""
    keys = instance("box.8x", "r1", provider="rented")
    on(lab, {"instance": "box.8x", "region": "r1"}, 1_000, **keys)
    assert egress_line(lab) == ("box.8x", "box.8x to the internet", pytest.approx(20))
    [(_, _, _, pool)] = lab.load().pools()
    assert not pool.provisioned


def test_a_price_may_state_the_egress_of_an_instance(lab: Lab) -> None:
    """A negotiated rate per GB counts for an instance type as it does for an offer."""
    price = {"instance": "box.8x", "region": "r1", "usd_per_hour": 20, "egress_usd_per_gb": 0.01}
    on(lab, {"instance": "box.8x"}, 1_000, prices=[price])
    assert egress_line(lab)[2] == pytest.approx(10)


def test_an_unknown_provider_is_refused_with_the_nearest(lab: Lab) -> None:
    """A misspelled provider is refused where it is written."""
    on(lab, {"instance": "a3-highgpu-8g"}, **instance("a3-highgpu-8g", "us-x1", provider="gpc"))
    assert 'instances[0].provider: "gpc" is not a provider. Did you mean gcp?' in lab.refused()


def test_the_provider_of_an_instance_is_stated_once(lab: Lab) -> None:
    """A price row of an instance has no provider beside the one of its type."""
    price = {"instance": "box.8x", "region": "r1", "usd_per_hour": 20, "provider": "gcp"}
    on(lab, {"instance": "box.8x"}, prices=[price])
    assert "the provider of an instance is stated under instances." in lab.refused()


def test_the_stack_has_a_region_of_aws_only(lab: Lab) -> None:
    """A GCP node does not lie in aws:region: its pool states where it is."""
    on(lab, {"instance": "a3-highgpu-8g"}, **instance("a3-highgpu-8g", "us-x1"))
    assert "region: the region is not stated. Write region in the pool." in lab.refused()


def test_a_region_of_another_cloud_is_explained(lab: Lab) -> None:
    """A region written as AWS names its own says how the node's cloud names them."""
    node = {"instance": "a3-highgpu-8g", "region": "us-central-1"}
    on(lab, node, **instance("a3-highgpu-8g", "us-central1"))
    assert "Regions of Google Cloud are named like us-central1." in lab.refused()


def test_focus_names_the_cloud_and_its_service(lab: Lab) -> None:
    """FOCUS rows of a GCP node name Google Cloud and Compute Engine, its platform too."""
    on(lab, {"instance": "a3-highgpu-8g", "region": "us-x1"}, **instance("a3-highgpu-8g", "us-x1"))
    rows = {row["x_LineCategory"]: row for row in focus_rows(charges_document(lab.evaluate()))}
    assert rows["compute"]["ProviderName"] == "Google Cloud"
    assert rows["compute"]["ServiceName"] == "Compute Engine"
