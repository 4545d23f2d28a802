"""What tco is inside a Pulumi program, and how it reads any program's resources.

`from tco.iac import gated, GpuNodePool` works in any Pulumi program. What needs Pulumi is loaded on
first use, so that the readers of this package run where it is not installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tco.iac.gated_program import GatedPlan, gated
    from tco.iac.provision.pool import GpuNodePool, GpuNodePoolArgs

__all__ = ["GatedPlan", "GpuNodePool", "GpuNodePoolArgs", "gated"]


def __getattr__(name: str) -> object:
    """Return a public name, loaded when a program asks for it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tco.iac import gated_program as program  # noqa: PLC0415  only a Pulumi program has Pulumi
    from tco.iac.provision import pool  # noqa: PLC0415

    return getattr(program if name in program.__all__ else pool, name)
