"""The files that a plan names: workloads, price books, configs of models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tco.catalog.book import Book, read_book
from tco.errors import BadInput, Problem, one_of
from tco.files import as_mapping, read_text
from tco.json_reader import load_json
from tco.plan.demand import Demand, read_workload
from tco.plan.folder_files import FolderFiles, below
from tco.plan.plan import PLAN_KEY, Plan
from tco.plan.workload import Workload

__all__ = ["NamedFiles", "file_names"]


@dataclass(frozen=True)
class NamedFiles:
    """The files that a plan names; what is wrong with them joins the problems."""

    files: FolderFiles
    plan: Plan
    shown: str
    """The stack file, as problems name it."""
    problems: list[Problem]

    def workloads(self) -> dict[str, tuple[Workload, Demand]]:
        """Return the workloads of the services, by name."""
        folder = self.files.folder / "workloads"
        workloads: dict[str, tuple[Workload, Demand]] = {}
        for service, spec in self.plan.services.items():
            if spec.workload in workloads:
                continue
            named = _NamedFiles(
                kind="workload",
                name=spec.workload,
                path=f"services.{service}.workload",
                known=lambda: [Path(file).stem for file in file_names(folder)],
            )
            source = self._found(folder, f"{spec.workload}.yaml", named)
            if source is None:
                continue
            try:
                workloads[spec.workload] = read_workload(source, str(source), self.files)
            except BadInput as error:
                self.problems.extend(error.problems)
        return workloads

    def books(self) -> list[Book]:
        """Return the price books, in the order of the plan."""
        folder = self.files.folder / "prices"
        books: list[Book] = []
        for index, name in enumerate(self.plan.prices):
            named = _NamedFiles(
                kind="price book",
                name=name,
                path=f"prices[{index}]",
                known=lambda: file_names(folder),
            )
            source = self._found(folder, name, named)
            if source is None:
                continue
            try:
                books.append(read_book(source, str(source)))
            except BadInput as error:
                self.problems.extend(error.problems)
        return books

    def model_configs(self) -> dict[str, Mapping[str, Any]]:
        """Return the configs of models that the services name, by service."""
        configs: dict[str, Mapping[str, Any]] = {}
        for service, spec in self.plan.services.items():
            name = spec.serving.config
            if name is None:
                continue
            path = f"services.{service}.serving.config"
            named = _NamedFiles(kind="file", name=name, path=path, known=list)
            source = self._found(self.files.folder, name, named)
            if source is None:
                continue
            try:
                configs[service] = _model_config(source)
            except BadInput as error:
                self.problems.extend(error.problems)
        return configs

    def _found(self, folder: Path, file: str, named: _NamedFiles) -> Path | None:
        """Return a file of a folder that may be read; None where its problem is noted."""
        source = below(folder, file)
        wrong = self.files.problem(source) if source is not None else None
        if wrong is None and (source is None or not source.is_file()):
            wrong = named.missing(self.shown, folder, source)
        if wrong is None:
            return source
        self.problems.append(wrong)
        return None


@dataclass(frozen=True)
class _NamedFiles:
    """A name that a plan gives to a file, and where it does."""

    kind: str
    name: str
    path: str
    known: Callable[[], list[str]]
    """The names that files of the folder have."""

    def missing(self, shown: str, folder: Path, source: Path | None) -> Problem:
        """Return the problem of a name without a file: what is in its way, or what exists."""
        if source is None:
            hint = f"It leads out of {folder}."
        elif source.exists():
            hint = f"{source} is a folder, not a file."
        else:
            known = self.known()
            hint = one_of(self.name, known) if known else f"Known: none in {folder}."
        text = f'no {self.kind} "{self.name}".'
        return Problem(shown, f"{PLAN_KEY}.{self.path}", text, hint)


def file_names(folder: Path) -> list[str]:
    """Return the names of a folder's YAML files."""
    return [file.name for file in folder.glob("*.yaml")]


def _model_config(path: Path) -> Mapping[str, Any]:
    """Return a model's config. Raises BadInput for a file that is not one."""
    shown = str(path)
    hint = "Point to the config.json that is published beside the model's weights."
    try:
        config = as_mapping(load_json(read_text(path, shown)))
    except ValueError as error:
        raise BadInput([Problem(shown, "", f"is not valid JSON: {error}.", hint)]) from None
    if config is None:
        raise BadInput([Problem(shown, "", "is not the config of a model.", hint)])
    return config
