"""The people and the platform of a stack, with every figure looked up."""

from __future__ import annotations

from dataclasses import dataclass

from tco.catalog.sourced import SourcedValue

__all__ = ["Labor", "Platform"]


@dataclass(frozen=True, kw_only=True)
class Labor:
    """The people: a number, or FTE by nodes with hours per node."""

    fte: SourcedValue | None
    table: tuple[tuple[int, SourcedValue], ...]
    hours_per_node_month: SourcedValue | None
    usd_per_fte_year: SourcedValue
    api_fte: SourcedValue
    setup_usd: SourcedValue


@dataclass(frozen=True)
class Platform:
    """Disks, load balancer, logs and licenses."""

    usd_per_month: tuple[tuple[str, SourcedValue], ...]
    usd_per_node_month: tuple[tuple[str, SourcedValue], ...]
    licence_usd_per_gpu_year: SourcedValue | None
