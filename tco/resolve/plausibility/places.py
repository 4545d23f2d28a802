"""Where the figures of a stack are: files, the keys above them, and the words for them."""

from __future__ import annotations

from typing import Final

from tco.catalog.plausibility.doubt import Keys
from tco.plan.plan import PLAN_KEY
from tco.plan.stack_file import StackFile

__all__ = ["PLAN_KEYS", "workload_file", "workload_path"]

PLAN_KEYS: Final[Keys] = ("config", PLAN_KEY)


def workload_file(source: StackFile, name: str) -> str:
    """Return the file of a workload, as messages name it."""
    return str(source.folder / "workloads" / f"{name}.yaml")


def workload_path(name: str) -> str:
    """Return the words for a workload in the path of a figure."""
    return f"workloads.{name}"
