"""Calls and records name what they are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = [
    path
    for pattern in ("tco/**/*.py", "policy/**/*.py", "benchmarks/**/*.py", "__main__.py")
    for path in sorted(ROOT.glob(pattern))
]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
MOST = 4
FOREIGN = {"zip", "Filter", "_PolicyAnalyzerServicer"}
"""Functions of other packages whose arguments have no names."""
VARIADIC = {
    node.name
    for tree in TREES.values()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef) and node.args.vararg is not None
}


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def _long_calls(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _name(node) in FOREIGN | VARIADIC:
            continue
        if sum(not isinstance(argument, ast.Starred) for argument in node.args) > MOST:
            yield node.lineno


def _long_records(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of dataclasses of more than five fields that take them by position."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
        fields = [line for line in node.body if isinstance(line, ast.AnnAssign)]
        stored = [line for line in fields if "ClassVar" not in ast.unparse(line.annotation)]
        if len(stored) > 5 and any(
            text.startswith("dataclass") and "kw_only=True" not in text for text in decorators
        ):
            yield node.lineno


def test_no_call_has_more_than_four_arguments_by_position() -> None:
    """A reader of a long call sees what each value is."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, tree in TREES.items()
        for line in _long_calls(tree)
    ]
    assert found == []


def test_long_records_take_their_fields_by_name() -> None:
    """A field added in the middle of a long record cannot move the values of its neighbors."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, tree in TREES.items()
        for line in _long_records(tree)
    ]
    assert found == []
