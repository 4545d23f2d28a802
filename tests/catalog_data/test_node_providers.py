"""Which providers the catalog's nodes come from."""

from __future__ import annotations

from tco.catalog.catalog import Catalog
from tco.providers.registry import provider_of


def test_every_shipped_instance_is_of_aws(shipped: Catalog) -> None:
    """The catalog prices instance types of AWS alone, and no rented offer is taken for one."""
    assert {provider_of(name).id for name in shipped.instance_names} == {"aws"}
    assert {provider_of(name).id for name in shipped.offer_names} == {"rented"}
