"""What tco is inside a Pulumi program, and how it reads any program's resources.

`from tco.iac import GpuNodePool` works in any Pulumi program. The component is loaded on first
use, so that the readers of this package run where Pulumi is not installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tco.iac.provision.pool import GpuNodePool, GpuNodePoolArgs

__all__ = ["GpuNodePool", "GpuNodePoolArgs"]


def __getattr__(name: str) -> object:
    """Return the component and its arguments, loaded when a program asks for them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tco.iac.provision import pool  # noqa: PLC0415  only a Pulumi program has Pulumi

    return getattr(pool, name)
