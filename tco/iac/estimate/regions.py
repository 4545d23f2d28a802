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
    """The region by its name or by an availability zone; an input may be stated and unknown."""
    stated = text(inputs, "region")
    if stated is not None:
        return stated
    for properties in (inputs, outputs or {}):
        region, zone = text(properties, "region"), text(properties, "availabilityZone")
        if isinstance(region, str):
            return region
        if isinstance(zone, str) and (named := region_of_zone(zone)):
            return named
    return None
