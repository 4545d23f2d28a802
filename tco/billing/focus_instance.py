"""The instance whose hours a row of FOCUS prices, wherever its provider writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tco.billing.cells import mapping, text
from tco.billing.cur_usage import usage_node

__all__ = ["Node", "node_of"]

DESCRIBED: Final = re.compile(
    r"\b(?P<instance>[a-z][a-z0-9-]*\.[a-z0-9-]+)(?: [\w/]+)?(?: Spot)? [Ii]nstance[- ][Hh]our"
)
"""Descriptions of AWS, such as "$0.0464 per On Demand Linux t2.medium Instance Hour"."""
SYSTEM: Final = re.compile(r"\b(Linux|Windows|RHEL|SUSE)\b")
SOFTWARE: Final = "ComputeHR_SW"
"""What Azure calls the hours of software on a machine, which are no hours of the machine."""


@dataclass(frozen=True)
class Node:
    """An instance type, and its operating system where it is stated."""

    instance: str
    operating_system: str | None = None


def node_of(row: Mapping[str, Any]) -> Node | None:
    """Return the instance of a row that is priced by the hour; None where it prices none.

    FOCUS 1.1 has it in SkuPriceDetails. AWS also has it in x_UsageType, Azure in x_SkuDetails,
    and exports of AWS in 1.0 without columns of its own in the description alone.
    """
    usage_type = text(row, "x_UsageType")
    if usage_type is not None and text(row, "ProviderName") == "AWS":
        named = usage_node(usage_type)
        if named is None:
            return None
        found = _detailed(row)
        instance = named[1] or (found and found.instance)
        return Node(instance, found and found.operating_system) if instance else None
    return _detailed(row) or _of_azure(row) or _described(row)


def _detailed(row: Mapping[str, Any]) -> Node | None:
    details = mapping(row, "SkuPriceDetails")
    instance = details.get("InstanceType")
    return Node(instance, details.get("OperatingSystem")) if instance else None


def _of_azure(row: Mapping[str, Any]) -> Node | None:
    details = mapping(row, "x_SkuDetails")
    size = details.get("ServiceType")
    if not size or details.get("UsageType") == SOFTWARE:
        return None
    windows = "windows" in details.get("ImageType", "").lower()
    return Node(size, "Windows" if windows else None)


def _described(row: Mapping[str, Any]) -> Node | None:
    description = text(row, "ChargeDescription") or ""
    found = DESCRIBED.search(description)
    system = SYSTEM.search(description)
    return None if found is None else Node(found["instance"], system and system[1])
