"""Where a pool's nodes come from, and in which region they are."""

from __future__ import annotations

from tco.catalog.catalog import Catalog
from tco.plan.pools import Pool
from tco.plan.stack_file import StackFile
from tco.providers.owned import OWNED
from tco.providers.provider import Provider
from tco.providers.registry import provider_of

__all__ = ["pool_provider", "pool_region"]


def pool_provider(catalog: Catalog, pool: Pool) -> Provider:
    """Return the provider of a pool's nodes: what its row in a book states, else by its name."""
    if pool.instance is not None:
        instance = catalog.instance(pool.instance)
        return provider_of(pool.instance, instance.provider if instance is not None else None)
    if pool.offer is not None:
        offer = catalog.offer(pool.offer)
        return provider_of(pool.offer, offer.provider if offer is not None else None)
    return OWNED


def pool_region(source: StackFile, pool: Pool, provider: Provider) -> str | None:
    """Return the region that a pool states, or the stack's where its provider's nodes are there."""
    of_stack = pool.instance is not None and provider.in_stack_region
    return pool.region or (source.region if of_stack else None)
