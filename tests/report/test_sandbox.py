"""A user's template: it reads the values of a memo, runs no code, and fails in one line."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tco.documents.memo import memo_document
from tco.errors import TcoError
from tco.report.memo import memo
from tests.conftest import ON_DEMAND, Lab

MACRO = "{% macro a() %}{{ a() }}{% endmacro %}"
DOUBLED = "".join(
    f"{{% macro m{n}() %}}{{{{ m{n - 1}() }}}}{{{{ m{n - 1}() }}}}{{% endmacro %}}"
    for n in range(1, 40)
)
"""Forty macros, each twice the one before."""


def filled(lab: Lab, text: str | bytes) -> str:
    """A memo from a template."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    return memo(memo_document(lab.evaluate()), lab.write("mine.j2", text))


@pytest.mark.parametrize(
    ("template", "reported"),
    [
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "line 1: access to attribute"),
        ("{{ view.__class__ }}", "line 1: access to attribute '__class__'"),
        ("{{ view.name.__class__.__mro__ }}", "line 1: access to attribute"),
        ("{{ ''.format.__globals__ }}", "line 1: "),
        ("{{ self._TemplateReference__context }}", "line 1: "),
        ("{{ view.fleets | map(attribute='__class__') | list }}", "line 1: "),
        ("{{ 1/0 }}", "line 1: division by zero."),
        ("\n\n{{ view + 1 }}", "line 3: unsupported operand"),
        ("\n{% include 'x' %}", "line 2: no loader for this environment specified."),
        ("{% extends 'x' %}", "line 1: no loader for this environment specified."),
        ("{{ view.name | nothing }}", "line 1: No filter named 'nothing'."),
        ("\n{{ nothing }}", "line 2: 'nothing' is undefined."),
        ("\n{{ view.nothing }}", "line 2: "),
        ("\n{% if %}", "line 2: "),
        ("{{", "line 1: "),
        (f"{MACRO}\n{{{{ a() }}}}", "a macro calls itself without end."),
        ("{{ [1] * 10 ** 11 }}", "line 1: the number 1e+11 is too large, the limit is 10,000."),
        ("{{ 'a' * 99999999999 }}", "line 1: the number 1e+11 is too large"),
        ("{{ 'a' * 9999 * 9999 }}", "line 1: the number 9.998e+07 is too large"),
        ("{{ 9 ** 9 ** 9 ** 9 }}", "line 1: the number 3.8742e+08 is too large"),
        ("{{ '%99999999999d' % 1 }}", "line 1: % does not format strings here."),
        ("{{ '{:99999999999}'.format(1) }}", "line 1: "),
        ("{{ 'a' | center(99999999999) }}", "line 1: the number 1e+11 is too large"),
        ("{{ 'a'.ljust(99999999999) }}", "line 1: the number 1e+11 is too large"),
        ("{{ range(99999999999) | list }}", "line 1: the number 1e+11 is too large"),
        ("{{ lipsum() }}", "line 1: 'lipsum' is undefined."),
        (
            f"{{% macro m0() %}}{{{{ 'x' * 999 }}}}{{% endmacro %}}{DOUBLED}{{{{ m39() }}}}",
            "4,194,",
        ),
        (
            "{% for i in range(9999) %}{% for j in range(9999) %}{{ 'x' * 999 }}{% endfor %}"
            "{% endfor %}",
            "line 1: the page has more than 4,194,304 characters.",
        ),
        (
            f"{{% for i in range(9999) %}}{'x' * 9999}{{% endfor %}}",
            "the page has more than 4,194,304 characters.",
        ),
        (
            "{% set all = range(9999) | list %}{% for i in all %}{% for j in all %}{% endfor %}"
            "{% endfor %}",
            "line 1: the template does not finish: it loops or calls too often.",
        ),
        (
            "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}"
            "{{ m(40) }}",
            "line 1: the template does not finish: it loops or calls too often.",
        ),
        (
            "{% set ns = namespace(s='x') %}{% for i in range(40) %}{% set ns.s = ns.s ~ ns.s %}"
            "{% endfor %}",
            "line 1: the template does not finish: it loops or calls too often.",
        ),
        (
            "{% set ns = namespace(s='x') %}{% for i in range(40) %}{% set ns.s = ns.s + ns.s %}"
            "{% endfor %}",
            "line 1: the template does not finish: it loops or calls too often.",
        ),
        (
            "{% set s = 'x' * 9999 %}{{ s.replace('x', s) | replace('x', s) | length }}",
            "line 1: the strings are too long, ",
        ),
        (
            "{{ view.lines }}",
            "line 1: a list cannot be displayed as it is: loop over it or join it.",
        ),
        ("{{ '\x1b[31m' | nothing }}", "line 1: "),
        ("{% for x in 5 %}{% endfor %}", "line 1: 'int' object is not iterable."),
        (b"caf\xe9", "the template cannot be read: byte 3 is not UTF-8."),
    ],
)
def test_a_template_fails_in_one_line(lab: Lab, template: str | bytes, reported: str) -> None:
    """Whatever a template tries, the answer is its file, the line and what is wrong, at once."""
    start = time.process_time()
    with pytest.raises(TcoError) as caught:
        filled(lab, template)
    assert time.process_time() - start < 10
    text = str(caught.value)
    assert text.startswith(str(lab.folder / "mine.j2"))
    assert reported in text
    assert text.isprintable()


def test_a_template_runs_no_command(lab: Lab, tmp_path: Path) -> None:
    """No way to the modules of Python leads out of the values of a template."""
    assert os.sep in f"{tmp_path}"
    for root in ("cycler", "joiner", "namespace", "dict", "range", "view", "''", "view.lines"):
        touch = f"{{{{ {root}.__init__.__globals__.os.system('touch {tmp_path}/run') }}}}"
        with pytest.raises(TcoError):
            filled(lab, touch)
    assert not (tmp_path / "run").exists()


def test_a_template_may_do_what_templates_do(lab: Lab) -> None:
    """Loops, macros, filters, joins and small sums work as in Jinja."""
    text = filled(
        lab,
        "{% macro row(x) %}{{ x }};{% endmacro %}{% for i in range(3) %}{{ i * 2 }} {% endfor %}"
        "{{ view.name | upper }} {{ view.fleets | length }} {{ ['a', 'b'] | join(', ') }} "
        "{{ row(1) }}{{ 'x' * 3 }} {{ 7 % 4 }}",
    )
    assert text == "0 2 4 ONE 1 a, b 1;xxx 3"


def test_a_template_cannot_steer_a_terminal(lab: Lab) -> None:
    """Control and direction characters in a template's own text are escapes on the page."""
    assert filled(lab, "a\x1b[31mb\u202ec\td\n") == "a\\x1b[31mb\\u202ec\td\n"
