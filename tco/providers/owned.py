"""The company itself: nodes it bought, and the people who run any node."""

from __future__ import annotations

from typing import Final

from tco.providers.provider import EgressTier, Provider

__all__ = ["INTERNAL", "OWNED"]

INTERNAL: Final = "Internal"
"""Whom the company pays for its own people and nodes."""

OWNED: Final = Provider(
    id="owned",
    name=INTERNAL,
    egress_tiers=(EgressTier(figure="owned_egress_usd_per_gb"),),
    egress_from="own node",
    repair_figure="owned_node_repair_hours",
)
