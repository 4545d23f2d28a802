"""A stack file and what it names: workloads and price books, read together, refused together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from tco.catalog.benchmark import Benchmark
from tco.catalog.book import Book, read_book
from tco.errors import BadInput, Problem
from tco.files import as_mapping, problems_of
from tco.links import Unreadable
from tco.plan.demand import Demand
from tco.plan.folder_files import FolderFiles
from tco.plan.named_files import NamedFiles, file_names
from tco.plan.partial_plan import FaultyStack, Salvaged, salvaged
from tco.plan.plan import PLAN_KEY, Plan
from tco.plan.stack_names import is_stack_name, meant_stack, misnamed
from tco.plan.workload import Workload
from tco.plan.written_plan import written_plan
from tco.yaml_files import read_yaml

__all__ = ["StackFile", "read_stack", "stack_from"]


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """One stack as its author wrote it, with the workloads and the price books it names."""

    name: str
    file: str
    folder: Path
    region: str | None
    plan: Plan
    workloads: dict[str, tuple[Workload, Demand]]
    books: tuple[Book, ...]
    model_configs: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict[str, Mapping[str, Any]]
    )
    """The `config.json` that each service names for its model, by service."""
    read_other: Callable[[str], StackFile] | None = field(default=None, repr=False, compare=False)
    """Reads another stack that the plan names, where that is not a plain read of the folder."""

    def other(self, name: str) -> StackFile:
        """Return another stack: an alternative, or one on the same workloads. Raises BadInput."""
        return self.read_other(name) if self.read_other else read_stack(self.folder, name)

    def unnamed(self, name: str) -> str:
        """Return which price book beside the plan holds a name that the plan's own books do not."""
        found = sorted(file for file, names in self._unnamed.items() if name.casefold() in names)
        if not found:
            return ""
        return f"prices/{found[0]} holds it, but {PLAN_KEY}.prices does not name it."

    def holds(self, benchmark: Benchmark) -> bool:
        """Return whether a price book of the plan, not the catalog, holds a benchmark."""
        return any(benchmark in book.benchmarks for book in self.books)

    @cached_property
    def _unnamed(self) -> dict[str, set[str]]:
        """The names in each readable price book of the folder that the plan does not name."""
        books: dict[str, set[str]] = {}
        for file in set(file_names(self.folder / "prices")) - set(self.plan.prices):
            path = self.folder / "prices" / file
            if FolderFiles(self.folder).problem(path) is not None:
                continue
            try:
                books[file] = read_book(path, str(path)).names
            except BadInput:
                continue
        return books

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical plan, its workloads and its price books."""
        content = {
            "region": self.region,
            "plan": _canonical(self.plan),
            "workloads": {
                name: [_canonical(workload), demand.requests_per_hour.tolist()]
                for name, (workload, demand) in sorted(self.workloads.items())
            },
            "books": [book.digest for book in self.books],
            **({"models": self.model_configs} if self.model_configs else {}),
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _canonical(model: BaseModel) -> Any:
    return model.model_dump(mode="json")


def read_stack(
    folder: Path, name: str, unreadable: Mapping[str, Unreadable] | None = None
) -> StackFile:
    """Return a stack with everything it names. Raises BadInput with the problems of all its files.

    ``unreadable`` are files that a commit holds and that could not be copied into the folder.
    """
    path = folder / f"Pulumi.{name}.yaml"
    shown = str(path)
    files = FolderFiles(folder, unreadable or {})
    wrong = files.problem(path)
    if wrong is not None:
        raise BadInput([wrong])
    if not path.is_file():
        raise BadInput([Problem(shown, "", f'no stack "{name}".', meant_stack(folder, name))])
    if not is_stack_name(name):
        raise BadInput([misnamed(folder, name)])
    raw = read_yaml(path, shown)
    if "environment" in raw:
        raise BadInput(
            [
                Problem(
                    shown,
                    "environment",
                    "an ESC environment is resolved by Pulumi only, so tco cannot read its values.",
                    "Write the plan's values into the file.",
                )
            ]
        )
    return _stack(as_mapping(raw.get("config")) or {}, files, name)


def stack_from(config: dict[str, Any], folder: Path, name: str) -> StackFile:
    """Return a stack from its configuration, however that was read, with the files it names.

    The command line reads the stack file itself, the Pulumi program asks Pulumi; both come here.
    Raises BadInput with the problems of all the files.
    """
    return _stack(config, FolderFiles(folder), name)


def _stack(config: dict[str, Any], files: FolderFiles, name: str) -> StackFile:
    folder = files.folder
    shown = str(folder / f"Pulumi.{name}.yaml")
    given, region = written_plan(config, shown)
    problems: list[Problem] = []
    plan, left = _plan_of(given, shown, problems)
    faults = len(problems)
    named = NamedFiles(files, plan, shown, problems)
    stack = StackFile(
        name=name,
        file=shown,
        folder=folder,
        region=region,
        plan=plan,
        workloads=named.workloads(),
        books=tuple(named.books()),
        model_configs=named.model_configs(),
    )
    if left is not None and len(problems) == faults:
        raise FaultyStack(problems, stack, left)
    if problems:
        raise BadInput(problems)
    return stack


def _plan_of(
    given: dict[str, Any], shown: str, problems: list[Problem]
) -> tuple[Plan, Salvaged | None]:
    """Return the plan, or what is left of it without the faults that join the problems.

    Raises BadInput where too little is left.
    """
    try:
        return Plan.model_validate(given), None
    except ValidationError as error:
        problems += problems_of(error, Plan, shown, PLAN_KEY)
        left = salvaged(given, error)
    if left is None:
        raise BadInput(problems)
    return left.plan, left
