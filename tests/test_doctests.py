"""The examples in docstrings are what the code does."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import tco

PACKAGE = Path(tco.__file__).parent
MODULES = sorted(
    ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for file in PACKAGE.rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)
"""Found by their text, so that only what has examples is imported."""


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings_hold(name: str) -> None:
    """An example that no longer holds misleads anyone who reads it first."""
    report: list[str] = []
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    for example in finder.find(importlib.import_module(name)):
        runner.run(example, out=report.append)
    assert "".join(report) == ""
    assert runner.tries > 0
