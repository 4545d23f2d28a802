"""Any other cloud or marketplace: an offer's vendor bills it, at an estimate of its egress."""

from __future__ import annotations

from typing import Final

from tco.providers.provider import EgressTier, Provider

__all__ = ["RENTED"]

RENTED: Final = Provider(
    id="rented",
    in_stack_region=True,
    egress_tiers=(EgressTier(figure="rented_egress_usd_per_gb"),),
)
