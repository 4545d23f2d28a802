"""Proposals as changed files: what a person reviews as a diff, and what `--write` writes."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tco.actual.proposals import Proposal
from tco.files import BYTE_ORDER_MARK, as_mapping, read_exact_text, validated
from tco.plan.plan import PLAN_KEY, Plan
from tco.plan.workload import Workload
from tco.plan.yaml_edit import edited, put
from tco.yaml_files import yaml_mapping

__all__ = ["FileEdit", "file_edits"]


@dataclass(frozen=True)
class FileEdit:
    """A file with its text before and after."""

    file: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            self.file,
            self.file,
            n=1,
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def file_edits(proposed: Sequence[Proposal]) -> tuple[FileEdit, ...]:
    """Return the files of proposals with their new values.

    Raises:
        BadInput: A file cannot be read, or may not hold a proposed value.
    """
    return tuple(
        _edit(file, [each for each in proposed if each.file == file])
        for file in dict.fromkeys(each.file for each in proposed)
    )


def _edit(file: str, proposed: Sequence[Proposal]) -> FileEdit:
    before = read_exact_text(Path(file), file)

    def change(document: Any) -> None:
        for each in proposed:
            new = list(each.new) if isinstance(each.new, tuple) else each.new
            put(document, each.path, new)

    after = edited(before, change)
    _check(after, file, is_stack=proposed[0].path[0] == "config")
    return FileEdit(file, before, after)


def _check(text: str, file: str, *, is_stack: bool) -> None:
    """Raise BadInput where the new text is no stack file or workload."""
    document = yaml_mapping(text.removeprefix(BYTE_ORDER_MARK), file)
    if not is_stack:
        validated(Workload, document, file)
        return
    config = as_mapping(document["config"]) or {}
    validated(Plan, config[PLAN_KEY], file, PLAN_KEY)
