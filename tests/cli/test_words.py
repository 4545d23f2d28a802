"""Everything a person sees is in the field's own terms, not in words that were coined here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_help import COMMANDS

ROOT = Path(__file__).parent.parent.parent
COINED = re.compile(
    r"(?i:math (is )?close|against \$|\b(the|a) rival\b|it would flip|would flip\b|\bMind:|\bbusy\b"
    r"|tok/s a node|requests at once|(?<!there )\b(is|are) no \b|\bdearer\b|\banew\b|upside down"
    r"|\b(no|some)body\b|\bwhoever\b|\bhears?\b|\btells?\b|\btold\b|\bthose of\b|\bbe had\b"
    r"|\bso many\b|\brungs?\b|\bladder\b|\bknobs?\b|\blevers?\b|\bif wrong\b|worth knowing"
    r"|\bstands? in\b|know its edges|\bcannot be\.|\d %|paid ahead|included in the rent|own nodes"
    r"|leans on|as the month was|would (not )?stand\b|\ba list of texts|Priced are"
    r"|(tokens|requests|USD) a month|hours on end|\bState --)|DO NOT"
)
REPLACED = re.compile(r"keys with values|plus what has no price|so it lets no GPU")
"""Words of messages that were hard to read: a mapping, unpriced items, allows no GPUs."""
JSON_KEYS = {"ladder", "rung"}
"""Keys of documents that programs read; they keep their names."""
PAGES = [*sorted((ROOT / "templates").glob("*.j2")), *sorted((ROOT / "tests/golden").glob("*.md"))]
MODULES = sorted((ROOT / "tco").rglob("*.py"))


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return the string literals of a module with their lines; docstrings are for engineers."""
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or node in docstrings:
            continue
        if isinstance(node.value, str) and node.value not in JSON_KEYS:
            yield node.lineno, node.value


def test_no_message_has_a_coined_word() -> None:
    """Tables, messages, errors and JSON texts are string literals; none has such a word."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in MODULES
        for line, text in _texts(ast.parse(path.read_text(encoding="utf-8")))
        if COINED.search(text) or REPLACED.search(text)
    ]
    assert found == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_memo_or_comment_has_a_coined_word(path: Path) -> None:
    """Neither the templates nor what they render has such a word."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if COINED.search(re.sub(r"\{.*?\}+", "", line))] == []


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_no_help_has_a_coined_word(shell: Shell, path: tuple[str, ...]) -> None:
    """Help is written in the same terms as the output."""
    lines = shell.bare(*path, "--help").out.splitlines()
    assert [line for line in lines if COINED.search(line)] == []
