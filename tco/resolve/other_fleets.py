"""The other stacks of a folder that provision nodes for the same workloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tco.costing.stack import StackModel
from tco.errors import BadInput
from tco.plan.provisioned_workloads import provisioned_workloads
from tco.plan.stack_file import StackFile
from tco.plan.stack_names import listed_stacks

__all__ = ["other_fleets"]


def other_fleets(
    source: StackFile, resolve: Callable[[StackFile], StackModel]
) -> tuple[StackModel, ...]:
    """Return the other stacks that provision nodes for a workload of a stack, resolved.

    A stack that cannot be read or resolved provisions nothing, so it is left out.
    """
    return tuple(_found(source, resolve))


def _found(source: StackFile, resolve: Callable[[StackFile], StackModel]) -> Iterator[StackModel]:
    served = {service.workload for service in source.plan.services.values()}
    for name in _stacks(source.folder):
        if name == source.name or not served & provisioned_workloads(source.folder, name):
            continue
        try:
            yield resolve(source.other(name))
        except BadInput:
            continue


def _stacks(folder: Path) -> list[str]:
    return listed_stacks(folder) if folder.is_dir() else []
