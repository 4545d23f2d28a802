"""The region that a resource states for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tco.iac.estimate.properties import Unknown, text
from tco.providers.aws import region_of_zone

__all__ = ["stated_region"]


def stated_region(
    inputs: Mapping[str, Any], outputs: Mapping[str, Any] | None = None
) -> str | Unknown | None:
    """Return the region by its name or by an availability zone.

    An input may be stated and unknown.
    """
    stated = text(inputs, "region")
    if stated is not None:
        return stated
    return _zone_region(inputs) or _known_region(outputs or {})


def _known_region(properties: Mapping[str, Any]) -> str | None:
    region = text(properties, "region")
    return region if isinstance(region, str) else _zone_region(properties)


def _zone_region(properties: Mapping[str, Any]) -> str | None:
    zone = text(properties, "availabilityZone")
    return region_of_zone(zone) if isinstance(zone, str) else None
