"""Which providers the catalog's nodes come from."""

from __future__ import annotations

from tco.catalog.catalog import Catalog
from tco.providers.registry import provider_of


def test_every_shipped_instance_is_of_a_cloud(shipped: Catalog) -> None:
    """Instance types are recognized as those of their cloud, and offers are not."""
    assert {provider_of(name).id for name in shipped.instance_names} == {"aws", "azure", "gcp"}
    assert {provider_of(name).id for name in shipped.offer_names} == {"rented"}
