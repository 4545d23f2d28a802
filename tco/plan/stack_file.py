"""A stack file and what it names: workloads and price books, read together, refused together."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from tco.catalog.benchmark import Benchmark
from tco.catalog.book import Book, read_book
from tco.errors import BadInput, Problem, TcoError, one_of, printable
from tco.files import as_list, as_mapping, problems_of, read_text
from tco.json_reader import load_json
from tco.links import Unreadable
from tco.natural_order import natural
from tco.plan.folder_files import FolderFiles, below
from tco.plan.partial_plan import FaultyStack, Salvaged, salvaged
from tco.plan.plan import Plan
from tco.plan.workload import Demand, Workload, read_workload
from tco.providers.aws import REGION_KEY
from tco.yaml_files import read_yaml

__all__ = [
    "PLAN_KEY",
    "StackFile",
    "listed_stacks",
    "provisioned_workloads",
    "read_stack",
    "stack_from",
    "stack_name",
    "stack_names",
]

PLAN_KEY = "tco:plan"
STACK_FILE = re.compile(r"Pulumi\.(.+)\.yaml", re.DOTALL)
STACK_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""The names that Pulumi gives to stacks."""


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

    def unnamed(self, name: str) -> str:
        """Which price book beside the plan holds a name that the plan's own books do not."""
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
        for file in set(_book_names(self.folder)) - set(self.plan.prices):
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


def stack_names(folder: Path) -> list[str]:
    """Return the stacks of a folder, by name.

    Raises TcoError where there is none, BadInput for names that no stack can have.
    """
    if not folder.is_dir():
        raise TcoError(
            f"{printable(folder)}: there is no such folder. Name the stacks folder by --stacks."
        )
    refused = FolderFiles(folder).problem(folder)
    if refused is not None:
        raise BadInput([refused])
    names = listed_stacks(folder)
    if not names:
        raise TcoError(f"{printable(folder)}: holds no stack file Pulumi.<stack>.yaml.")
    if wrong := [_misnamed(folder, name) for name in names if not _is_name(name)]:
        raise BadInput(wrong)
    return names


def listed_stacks(folder: Path) -> list[str]:
    """Return the names that the stack files of a folder have, in natural order, right or wrong."""
    names = (stack_name(path.name) for path in folder.iterdir())
    return sorted((name for name in names if name), key=natural)


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


def stack_name(file: str) -> str | None:
    """Return the stack that a file of a folder is about; None for any other file."""
    found = STACK_FILE.fullmatch(file)
    return found[1] if found else None


def _is_name(name: str) -> bool:
    return STACK_NAME.fullmatch(name) is not None


def _misnamed(folder: Path, name: str) -> Problem:
    """Return the problem of a stack file whose name is not one of a stack."""
    return Problem(
        str(folder / f"Pulumi.{name}.yaml"),
        "",
        f'"{name}" is not the name of a stack.',
        "Use up to 100 letters (a-z, A-Z), digits, dots, hyphens and underscores.",
    )


def _meant(folder: Path, name: str) -> str:
    """Suggest a stack for a name that does not exist."""
    plain = stack_name(Path(name).name)
    return f"Write its name: {plain}." if plain else one_of(name, stack_names(folder))


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
        raise BadInput([Problem(shown, "", f'no stack "{name}".', _meant(folder, name))])
    if not _is_name(name):
        raise BadInput([_misnamed(folder, name)])
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
    given, region = _given(config, shown)
    problems: list[Problem] = []
    plan, left = _plan_of(given, shown, problems)
    faults = len(problems)
    workloads = _workloads(files, plan, shown, problems)
    books = _books(files, plan, shown, problems)
    configs = _model_configs(files, plan, shown, problems)
    stack = StackFile(
        name=name,
        file=shown,
        folder=folder,
        region=region,
        plan=plan,
        workloads=workloads,
        books=tuple(books),
        model_configs=configs,
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


def _workloads(
    files: FolderFiles, plan: Plan, shown: str, problems: list[Problem]
) -> dict[str, tuple[Workload, Demand]]:
    folder = files.folder / "workloads"
    workloads: dict[str, tuple[Workload, Demand]] = {}
    for service, spec in plan.services.items():
        where = f"{PLAN_KEY}.services.{service}.workload"
        if spec.workload in workloads:
            continue
        source = below(folder, f"{spec.workload}.yaml")
        wrong = files.problem(source) if source is not None else None
        if wrong is not None:
            problems.append(wrong)
            continue
        if source is None or not source.is_file():
            texts = f'no workload "{spec.workload}".'
            known = [file.stem for file in folder.glob("*.yaml")]
            hint = _missing(folder, spec.workload, source, known)
            problems.append(Problem(shown, where, texts, hint))
            continue
        try:
            workloads[spec.workload] = read_workload(source, str(source), files)
        except BadInput as error:
            problems += error.problems
    return workloads


def _given(config: dict[str, Any], shown: str) -> tuple[dict[str, Any], str | None]:
    """Return the plan as its author wrote it, and the region."""
    if PLAN_KEY not in config:
        raise BadInput(
            [Problem(shown, "config", f"holds no {PLAN_KEY}.", "See README.md for a first plan.")]
        )
    region = config.get(REGION_KEY)
    if region is not None and not isinstance(region, str):
        raise BadInput([Problem(shown, REGION_KEY, f"{region!r} is not a region.")])
    given = config[PLAN_KEY]
    secret = _secret_path(given, PLAN_KEY)
    if secret:
        raise BadInput(
            [
                Problem(
                    shown,
                    secret,
                    "the plan cannot hold a secret.",
                    "Write the value, or the name of the secret.",
                )
            ]
        )
    written = as_mapping(given)
    if written is None:
        kind = "empty" if given is None else f"a {type(given).__name__}"
        raise BadInput([Problem(shown, PLAN_KEY, f"is {kind}, not keys with values.")])
    return written, region


def _secret_path(value: object, path: str) -> str:
    """Return the path of a ``secure:`` value, or an empty string."""
    for key, inner in (as_mapping(value) or {}).items():
        if key == "secure" and isinstance(inner, str):
            return path
        if found := _secret_path(inner, f"{path}.{key}"):
            return found
    for index, inner in enumerate(as_list(value) or ()):
        if found := _secret_path(inner, f"{path}[{index}]"):
            return found
    return ""


def _books(files: FolderFiles, plan: Plan, shown: str, problems: list[Problem]) -> list[Book]:
    folder = files.folder / "prices"
    books: list[Book] = []
    for index, name in enumerate(plan.prices):
        source = below(folder, name)
        wrong = files.problem(source) if source is not None else None
        if wrong is not None:
            problems.append(wrong)
            continue
        if source is None or not source.is_file():
            path, known = f"{PLAN_KEY}.prices[{index}]", _book_names(files.folder)
            hint = _missing(folder, name, source, known)
            problems.append(Problem(shown, path, f'no price book "{name}".', hint))
            continue
        try:
            books.append(read_book(source, str(source)))
        except BadInput as error:
            problems += error.problems
    return books


def _model_configs(
    files: FolderFiles, plan: Plan, shown: str, problems: list[Problem]
) -> dict[str, Mapping[str, Any]]:
    """Return the configs of models that the services name, read from the folder of stacks."""
    configs: dict[str, Mapping[str, Any]] = {}
    for service, spec in plan.services.items():
        if spec.serving.config is None:
            continue
        source = below(files.folder, spec.serving.config)
        wrong = files.problem(source) if source is not None else None
        if wrong is not None:
            problems.append(wrong)
        elif source is None or not source.is_file():
            path = f"{PLAN_KEY}.services.{service}.serving.config"
            hint = _missing(files.folder, spec.serving.config, source, [])
            problems.append(Problem(shown, path, f'no file "{spec.serving.config}".', hint))
        else:
            try:
                configs[service] = _model_config(source)
            except BadInput as error:
                problems += error.problems
    return configs


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


def _book_names(folder: Path) -> list[str]:
    return [file.name for file in (folder / "prices").glob("*.yaml")]


def _missing(folder: Path, name: str, source: Path | None, known: Sequence[str]) -> str:
    """List the files that exist instead of the one that a plan names."""
    if source is None:
        return f"It leads out of {folder}."
    if source.exists():
        return f"{source} is a folder, not a file."
    return one_of(name, known) if known else f"Known: none in {folder}."
