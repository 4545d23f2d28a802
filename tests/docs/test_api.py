"""The library: what `import tco` offers is documented, typed, and loaded when it is used."""

from __future__ import annotations

import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tco
from tests.docs.pages import DOCS, README, ROOT

PAGE = DOCS / "api.md"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
LISTED = re.compile(r"^\| `tco\.(\w+)(\([^`]*\))?` \|", re.MULTILINE)
FUNCTIONS = [name for name in tco.__all__ if inspect.isfunction(getattr(tco, name))]


def check(text: str, name: str) -> None:
    """Run the examples of a text. Fails with what differs."""
    example = doctest.DocTestParser().get_doctest(text, {}, name, name, 0)
    report: list[str] = []
    failed, tried = doctest.DocTestRunner().run(example, out=report.append)
    assert tried > 0
    assert failed == 0, "".join(report)


@pytest.mark.parametrize("page", [PAGE, README], ids=lambda page: page.name)
def test_examples_of_the_pages_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anyone who types the examples of a page sees what the page shows."""
    monkeypatch.chdir(ROOT)
    check("\n".join(BLOCK.findall(page.read_text(encoding="utf-8"))), page.name)


def test_example_of_the_package_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """`help(tco)` begins with an example that works."""
    monkeypatch.chdir(ROOT)
    check(tco.__doc__ or "", "tco")


def test_the_page_lists_every_name() -> None:
    """Nothing is offered that the page of the library does not list, and nothing else is listed."""
    listed = [name for name, _ in LISTED.findall(PAGE.read_text(encoding="utf-8"))]
    assert sorted(listed) == sorted(tco.__all__)


def test_the_page_lists_every_argument() -> None:
    """A reader of the page sees which arguments a function takes."""
    listed = dict(LISTED.findall(PAGE.read_text(encoding="utf-8")))
    for name in FUNCTIONS:
        parameters = inspect.signature(getattr(tco, name)).parameters
        assert re.findall(r"\w+", listed[name]) == list(parameters)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_documents_arguments_result_and_errors(name: str) -> None:
    """Help in an editor is enough to call a function."""
    function = getattr(tco, name)
    text = inspect.getdoc(function) or ""
    assert re.findall(r"^(Args|Returns|Raises):$", text, re.MULTILINE) == [
        "Args",
        "Returns",
        "Raises",
    ]
    arguments = text[text.index("Args:") : text.index("Returns:")]
    assert re.findall(r"^    (\w+): \S", arguments, re.MULTILINE) == list(
        inspect.signature(function).parameters
    )


@pytest.mark.parametrize("name", sorted(set(tco.__all__) - {"__version__", *FUNCTIONS}))
def test_a_type_says_what_it_is(name: str) -> None:
    """A type has a docstring of its own."""
    assert vars(getattr(tco, name))["__doc__"]


def test_names_are_loaded_when_they_are_used() -> None:
    """`import tco` is free, an unknown name is an AttributeError, and `dir` shows every name."""
    program = (
        "import sys, tco\n"
        "early = {name.partition('.')[0] for name in sys.modules}\n"
        "assert not early & {'numpy', 'pydantic', 'yaml', 'click'}, early\n"
        "assert not hasattr(tco, 'nothing')\n"
        "assert set(tco.__all__) <= set(dir(tco))\n"
        "from tco import *\n"
        "assert evaluate is tco.evaluate\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
