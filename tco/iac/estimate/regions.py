"""The region that a resource states for itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tco.iac.estimate.properties import Unknown, text

__all__ = ["stated_region"]

ZONE: Final = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]")


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
        if isinstance(zone, str) and (named := ZONE.fullmatch(zone)):
            return named[1]
    return None
