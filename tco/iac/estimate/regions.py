"""The region that a resource states for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tco.iac.estimate.properties import Unknown, text
from tco.providers.aws import region_of_zone

__all__ = ["stated_region"]

KEYS: Final = frozenset({"region", "availabilityZone"})


def stated_region(
    inputs: Mapping[str, Any], outputs: Mapping[str, Any] | None = None
) -> str | Unknown | None:
    """Return the region by its name or by an availability zone.

    An input may be stated and unknown.
    """
    # Most resources name neither; to see that by the keys alone is quick.
    if not KEYS.isdisjoint(inputs):
        stated = text(inputs, "region")
        stated = _zone_region(inputs) if stated is None else stated
        if stated is not None:
            return stated
    if outputs is None or KEYS.isdisjoint(outputs):
        return None
    known = text(outputs, "region")
    return known if isinstance(known, str) else _zone_region(outputs)


def _zone_region(properties: Mapping[str, Any]) -> str | None:
    zone = text(properties, "availabilityZone")
    return region_of_zone(zone) if isinstance(zone, str) else None
