"""A stack file or a workload with some of its values changed: comments and order kept."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarint import ScalarInt

from tco.files import BYTE_ORDER_MARK, as_list, as_mapping

__all__ = ["edited", "on_one_line", "put"]

WIDEST_LINE = 4096


def edited(written: str, change: Callable[[Any], None]) -> str:
    """Return a YAML text after a change of its document, line endings and mark as before."""
    yaml: Any = YAML()  # ruamel.yaml states no types
    yaml.preserve_quotes = True
    yaml.width = WIDEST_LINE
    yaml.indent(mapping=2, sequence=4, offset=2)
    document: Any = yaml.load(written.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n"))
    change(document)
    out = io.StringIO()
    yaml.dump(document, out)
    text = out.getvalue()
    if "\r\n" in written:
        text = text.replace("\n", "\r\n")
    marked = written.startswith(BYTE_ORDER_MARK)
    return f"{BYTE_ORDER_MARK if marked else ''}{text}"


def on_one_line(mapping: Mapping[str, Any]) -> Any:
    """Return a mapping that is written on one line."""
    made: Any = CommentedMap()
    for key, value in mapping.items():
        inner = as_mapping(value)
        made[key] = value if inner is None else on_one_line(inner)
    made.fa.set_flow_style()
    return made


def put(document: Any, path: Sequence[str], value: object) -> None:
    """Set the value at a path of keys of a document; mappings that are missing are added."""
    *above, last = path
    for key in above:
        if as_mapping(document.get(key)) is None:
            document[key] = on_one_line({})
        document = document[key]
    document[last] = _written_like(document.get(last), value)


def _written_like(before: object, value: object) -> object:
    """Return a value in the form of the one before: digits grouped, a list on one line."""
    groups = getattr(before, "_underscore", None)
    if isinstance(value, int) and groups:
        return ScalarInt(value, underscore=groups)
    values = as_list(value)
    if values is None:
        return value
    made: Any = CommentedSeq(values)
    made.fa.set_flow_style()
    return made
