"""Every provider that rents nodes out, by id, and the one that a node belongs to."""

from __future__ import annotations

from typing import Final

from tco.providers.aws import AWS
from tco.providers.azure import AZURE
from tco.providers.gcp import GCP
from tco.providers.provider import Provider
from tco.providers.rented import RENTED

__all__ = ["PROVIDERS", "provider_of"]

PROVIDERS: Final[dict[str, Provider]] = {
    provider.id: provider for provider in (AWS, GCP, AZURE, RENTED)
}


def provider_of(node: str, stated: str | None = None) -> Provider:
    """Return the provider of an instance type or an offer.

    Args:
        node: The instance type, or the id of the offer.
        stated: The id of the provider that the node's row in a price book names.

    Returns:
        The stated provider, else the one that names its nodes so, else ``rented``.
    """
    if stated is not None:
        return PROVIDERS[stated]
    return next((provider for provider in PROVIDERS.values() if provider.recognizes(node)), RENTED)
