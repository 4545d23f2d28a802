"""The library: what `import tco` offers is documented, typed, and loaded when it is used."""

from __future__ import annotations

import datetime as dt
import doctest
import inspect
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import tco
from tco.yaml_reader import load
from tests.cli.conftest import TODAY, Tco, tco_command
from tests.docs.pages import DOCS, README, ROOT

__all__ = ["tco_command"]

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
    sections = re.findall(r"^(\w+):$", text, re.MULTILINE)
    assert sections == ["Args", "Returns", "Raises"][: len(sections)]
    assert len(sections) >= 2
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


def test_a_number_of_scenarios_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that passes a wrong number is answered in words, by every function alike."""
    monkeypatch.chdir(ROOT)
    stack = tco.load_stack("stacks", "aws-premium")
    bill = "stacks/billing/focus-2026-10.csv"
    for call in (
        partial(tco.evaluate, stack),
        partial(tco.optimize, stack),
        partial(tco.sweep, stack, "fte=0..1"),
        partial(tco.commitments, stack),
        partial(tco.diff, "stacks"),
        partial(tco.compare_with_bill, stack, bill, month="2026-10"),
    ):
        with pytest.raises(tco.TcoError, match="scenarios: -1 is out of range"):
            call(scenarios=-1)


def test_a_plan_in_memory_is_what_its_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack made of the keys of a stack file costs what the file's stack costs."""
    monkeypatch.chdir(ROOT)
    config: Any = load(Path("stacks/Pulumi.aws-mixed.yaml").read_text("utf-8"), aliases=False)
    plan, region = config["config"]["tco:plan"], config["config"]["aws:region"]
    made = tco.stack_from_plan(plan, "stacks", name="aws-mixed", region=region)
    assert made.source.digest == tco.load_stack("stacks", "aws-mixed").source.digest
    with pytest.raises(tco.BadInput) as caught:
        tco.stack_from_plan({**plan, "poools": 1}, "stacks", region=region)
    assert [problem.path for problem in caught.value.problems] == ["tco:plan.poools"]


def test_a_document_is_what_the_command_prints(
    tco_command: Tco, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program reads the same JSON from the library as from the command line."""
    monkeypatch.chdir(ROOT)
    day = dt.date.fromisoformat(TODAY)
    stack = tco.load_stack("stacks", "aws-reserved", today=day)
    evaluation = tco.evaluate(stack, today=day, scenarios=0)
    found = tco.commitments(stack, today=day, scenarios=0)
    preview = "tests/iac/recorded/preview.json"
    options = ("--scenarios", "0", "--today", TODAY, "--format", "json")
    for document, words in (
        (tco.plan_document(evaluation), ("plan", "aws-reserved", *options)),
        (tco.gate_document(evaluation), ("gate", "aws-reserved", *options)),
        (tco.alerts_document(evaluation), ("alerts", "aws-reserved", *options)),
        (tco.commitments_document(found), ("commitments", "aws-reserved", *options)),
        (
            tco.price_document(tco.price_resources(preview, pricing_day=day)),
            ("price", preview, *options[2:]),
        ),
    ):
        assert document.as_json() == tco_command(*words).json, words[0]
    with pytest.raises(tco.TcoError, match="a document of commitments is of one day"):
        tco.commitments_document()
