"""The pages are written in the field's words."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, name_of

PROSE = (
    *PAGES,
    *(ROOT / f"{name}.md" for name in ("CHANGELOG", "CONTRIBUTING", "METHOD", "SECURITY")),
)
SHOWN = re.compile(r"```.*?```|`[^`\n]*`|^>.*$", re.DOTALL | re.MULTILINE)
"""Code, output and quotes: the words of others, checked elsewhere."""
AVOIDED = {
    r"math closes": "the business case holds",
    r"rivals?": "best alternative",
    r"busy|busier": "utilization",
    r"rungs?|ladder": "commitment option",
    r"knobs?|levers?": "input, parameter",
    r"dearer|dearest": "more expensive",
    r"anew": "again",
    r"told|tells?": "reported, shown",
    r"hears?|heard": "receive, print",
    r"nobody|somebody|whoever": "name the person, or the state",
    r"so many": "this many",
    r"that of|those of": "repeat the noun",
    r"mind:": "notes:",
    r"be had": "is available",
    r"(?-i:LEAN|DO_NOT|CONSTRAINED)": "the verdict's words (Leaning yes, Don't, Only option)",
    r"stands? in": "is in",
    r"leans on": "based on",
    r"opinions?": "estimate",
    r"(?:a|an) (?:node|stack|line|request)s? (?:an?|per) (?:node|stack|line)": "one per …",
    r"upside down": "in ascending order",
    r"worth knowing": "value of information",
    r"paid ahead": "upfront",
    r"(?:would|no longer|still|verdict) stands?": "holds",
    r"as the (?:month|period) was": "with the month's actual values",
    r"holds? the plan against": "compare the plan with",
    r"have a say|has a say": "affects",
    r"in silence": "silently",
    r"(?:tokens|requests|USD) a (?:month|day|year)": "per month",
    r"licences?|programmes?|amortis\w+|set-up": "American spelling: license, program",
}
"""Words of a private dialect, and what to write instead."""


@pytest.mark.parametrize("page", PROSE, ids=name_of)
def test_prose_has_no_private_words(page: Path) -> None:
    """A reader from the field needs no glossary for the pages, and percent follows its number."""
    prose = SHOWN.sub("", page.read_text(encoding="utf-8"))
    found = [
        f"{met[0]!r}: write {better}"
        for word, better in AVOIDED.items()
        for met in re.finditer(rf"\b(?:{word})\b", prose, re.IGNORECASE)
    ]
    assert found == []
    assert re.findall(r"\d %", prose) == []


AVOIDED_IN_CODE = re.compile(
    r"\b(rungs?|ladder|levers?|knobs?|dearer|dearest|anew|told|tells?|hears?|heard|nobody|somebody"
    r"|whoever|be had|so many|paid ahead|math closes|upside down|stands? in|leans on|mind:"
    r"|has a say|as the month was|would (not )?stand|(tokens|USD) a month)\b",
    re.IGNORECASE,
)
MODULES = [
    path for folder in ("tco", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
]


def _comments_and_docstrings(path: Path) -> Iterator[tuple[int, str]]:
    text = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, SHOWN.sub("", str(node.value.value))


def test_comments_and_docstrings_have_no_private_words() -> None:
    """An engineer new to the code needs no glossary for it either."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {met[0]}"
        for path in MODULES
        for line, text in _comments_and_docstrings(path)
        for met in AVOIDED_IN_CODE.finditer(text)
    ]
    assert found == []


def test_no_docstring_of_a_function_begins_with_a_clause() -> None:
    """It says what the function does ("Return whether ..."), not "Whether ..."."""
    clause = re.compile(r"(Whether|How|Why|Where|Which|Who|By which|Its|Every|All)\b")
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {docstring.splitlines()[0]}"
        for path in sorted((ROOT / "tco").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and not any("property" in ast.unparse(mark) for mark in node.decorator_list)
        and (docstring := ast.get_docstring(node) or "")
        and clause.match(docstring)
    ]
    assert found == []
