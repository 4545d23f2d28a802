"""A user's YAML file as a mapping, or the one error that says what is wrong with it.

Apart from ``files``, so that a command which reads no YAML does not import its parser.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tco.files import as_mapping, read_text, unreadable
from tco.yaml_reader import AmbiguousValue, load

__all__ = ["read_yaml", "yaml_mapping"]


def read_yaml(path: Path, shown: str) -> dict[str, Any]:
    """Return the mapping that a YAML file holds. Raises BadInput for anything else."""
    return yaml_mapping(read_text(path, shown), shown)


def yaml_mapping(text: str, shown: str, *, aliases: bool = False) -> dict[str, Any]:
    """Return the mapping that a YAML text holds. Raises BadInput for anything else."""
    try:
        loaded = load(text, aliases=aliases)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        if mark and _at(text, mark.line, mark.column) == "\t":
            raise unreadable(shown, "a tab.", "YAML is indented by spaces.", where) from None
        valid = isinstance(error, AmbiguousValue)
        texts = f"{'' if valid else 'not valid YAML: '}{error.problem}."
        raise unreadable(shown, texts, error.note or "", where) from None
    except (yaml.YAMLError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise unreadable(shown, f"not valid YAML: {first}.") from None
    if loaded is None:
        raise unreadable(shown, "the file is empty.")
    mapping = as_mapping(loaded)
    if mapping is None:
        kind = "a list" if isinstance(loaded, list) else f"one {type(loaded).__name__}"
        raise unreadable(shown, f"holds {kind}, not a mapping.")
    return mapping


def _at(text: str, line: int, column: int) -> str:
    """Return the character at a place, or an empty text behind the end."""
    lines = text.splitlines()
    return lines[line][column : column + 1] if line < len(lines) else ""
