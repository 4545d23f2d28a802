"""Templates of every kind, as a pull request can bring them: a memo, or what is wrong and where."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.mutations import damaged
from tests.fuzz.odd_values import HOSTILE
from tests.fuzz.oracle import Runner
from tests.fuzz.samples import ROOT, copy_stacks
from tests.fuzz.shares import share

TEMPLATE = (ROOT / "templates" / "memo.md.j2").read_text(encoding="utf-8")
EXPRESSIONS = tuple(dict.fromkeys(re.findall(r"{[{%].*?[%}]}", TEMPLATE)))
NAMES = (
    "view",
    "view.lines",
    "view.name",
    "sketch",
    "cycler",
    "dict",
    "range",
    "namespace",
    "self",
)
ATTRIBUTES = (
    *(
        "__class__",
        "__init__",
        "__globals__",
        "__subclasses__",
        "__mro__",
        "__dict__",
        "mro",
        "format",
    ),
    *(
        "gi_frame",
        "f_back",
        "f_globals",
        "tb_frame",
        "func_globals",
        "__builtins__",
        "_asdict",
        "os",
    ),
)
ENDLESS = (
    *(
        "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 10**9 }}",
    ),
    *(
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 10**10**10 }}",
        "{{ range(10**9) | list }}",
    ),
    *("{{ 'x' | center(10**9) }}", "{{ '%999999999d' % 1 }}", "{{ '{:999999999}'.format(1) }}"),
    *("{% include 'x' %}", "{% import 'os' as os %}", "{% extends '/etc/passwd' %}", "{{ 1 / 0 }}"),
    *(
        "{% set x = view %}{{ x.name.x }}",
        "{{ view.lines[0:10**9] }}",
        "{{ view | attr('__class__') }}",
    ),
    *(
        "{{ lipsum(10**6) }}",
        "{{ 'x' | indent(10**9) }}",
        "{{ 'x' | wordwrap(0) }}",
        "{{ [] | batch(-1) }}",
    ),
    *(
        "{{ 'x'.join(range(9999)) }}",
        "{{ 'x' | replace('', 'y' * 9999) }}",
        "{{ view | tojson }}",
        "{{",
    ),
    *(
        "{% raw %}",
        "{# ",
        "{{ (1).__class__ }}",
        "{{ 'a' | ljust(1) }}",
        "{% set a.b = 1 %}{{ a }}",
    ),
)


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """What a template asks for: its own words in another order, and what leads out of a sandbox."""
    name = draw(st.sampled_from(NAMES))
    path = "".join(
        f".{attribute}" for attribute in draw(st.lists(st.sampled_from(ATTRIBUTES), max_size=4))
    )
    call = draw(st.sampled_from(["", "()", "(1)", "[0]", "(**{})", " | list", " | join", " * 99"]))
    made = f"{{{{ {name}{path}{call} }}}}"
    known = draw(st.sampled_from(EXPRESSIONS))
    return draw(st.sampled_from([made, known, draw(st.sampled_from(ENDLESS + HOSTILE))]))


@st.composite
def templates(draw: st.DrawFn) -> bytes:
    """The memo's own template with some lines less and some expressions more."""
    lines = TEMPLATE.splitlines()
    start = draw(st.integers(0, len(lines)))
    lines = lines[start : start + draw(st.sampled_from([0, 3, len(lines)]))]
    for added in draw(st.lists(expressions(), max_size=3)):
        lines.insert(draw(st.integers(0, len(lines))), added)
    return draw(damaged("\n".join(lines)))


@share(0.3)
@given(templates())
def test_templates(runner: Runner, content: bytes) -> None:
    """A template of any content makes a memo in bounded time, or is refused with its line."""
    if not (runner.folder / "stacks").exists():
        copy_stacks(runner.folder / "stacks", ["article-50"])
    path = runner.write("memo.md.j2", content)
    options: Any = ("--stacks", "stacks", "--scenarios", "0", "--today", "2026-11-28")
    runner("memo", "article-50", "--template", path.name, *options)


@pytest.mark.parametrize("content", ENDLESS)
def test_what_no_page_needs(runner: Runner, content: str) -> None:
    """Code, files and pages without an end are refused, or come out short."""
    copy_stacks(runner.folder / "stacks", ["article-50"])
    runner.write("memo.md.j2", content)
    options = ("--stacks", "stacks", "--scenarios", "0", "--today", "2026-11-28")
    runner("memo", "article-50", "--template", "memo.md.j2", *options)
