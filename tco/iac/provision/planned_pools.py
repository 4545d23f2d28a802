"""The pools that the plan of a program allows, for each program that runs under the gate."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.settings import get_root_resource

from tco.iac.provision.arguments import GpuNodePoolArgs

__all__ = ["allow_pools", "is_gated", "take_planned"]

_ALLOWED: WeakKeyDictionary[pulumi.Resource, dict[str, GpuNodePoolArgs]] = WeakKeyDictionary()
"""Pools of the plan that are not declared yet, by the root resource of their program."""


def allow_pools(planned: Mapping[str, GpuNodePoolArgs]) -> None:
    """Note that the program that runs now is under the gate, and what its plan allows."""
    root = get_root_resource()
    if root is not None:
        _ALLOWED[root] = dict(planned)


def is_gated() -> bool:
    """Return whether the program that runs now is under the gate."""
    root = get_root_resource()
    return root is not None and root in _ALLOWED


def take_planned(args: GpuNodePoolArgs) -> bool:
    """Return whether a pool is one of the plan, and no larger; each counts once."""
    root = get_root_resource()
    allowed = _ALLOWED.get(root, {}) if root is not None else {}
    planned = allowed.get(args.pool)
    if planned is None or not _fits(args, planned):
        return False
    del allowed[args.pool]
    return True


def _fits(args: GpuNodePoolArgs, planned: GpuNodePoolArgs) -> bool:
    same = ("instance_type", "purchase", "region", "disk_gb", "stack")
    return (
        all(getattr(args, name) == getattr(planned, name) for name in same)
        and args.min_nodes <= planned.min_nodes
        and args.max_nodes <= planned.max_nodes
        and args.spare_nodes <= planned.spare_nodes
    )
