"""The catalog as it ships, for the tests of its figures."""

from __future__ import annotations

import pytest

from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog


@pytest.fixture(scope="session")
def shipped() -> Catalog:
    """The embedded catalog."""
    return load_catalog()
