"""Which workloads a stack file provisions nodes for, read without the rest of it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tco.errors import BadInput
from tco.files import as_mapping
from tco.plan.folder_files import FolderFiles
from tco.plan.plan import PLAN_KEY
from tco.yaml_files import read_yaml

__all__ = ["provisioned_workloads"]


def provisioned_workloads(folder: Path, name: str) -> frozenset[str]:
    """Return the workloads that a stack provisions nodes for; none of a file that is not read.

    Only the stack file itself is opened, and again only once it has changed.
    """
    path = folder / f"Pulumi.{name}.yaml"
    if FolderFiles(folder).problem(path) is not None:
        return frozenset()
    try:
        state = path.stat()
        return _provisioned_workloads(path.absolute(), state.st_mtime_ns, state.st_size)
    except (OSError, BadInput):
        return frozenset()


@lru_cache(maxsize=1024)
def _provisioned_workloads(path: Path, changed_ns: int, size: int) -> frozenset[str]:
    """Return the same for a file as it was at a time and with a size. Raises BadInput."""
    del changed_ns, size
    config = as_mapping(read_yaml(path, str(path)).get("config")) or {}
    plan = as_mapping(config.get(PLAN_KEY)) or {}
    if as_mapping(plan.get("provision")) is None:
        return frozenset()
    services = (as_mapping(plan.get("services")) or {}).values()
    named = ((as_mapping(service) or {}).get("workload") for service in services)
    return frozenset(workload for workload in named if isinstance(workload, str))
