"""What a start of the command line loads: a command waits for nothing that it does not use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
from tco.__main__ import main
try:
    main()
except SystemExit as done:
    print(json.dumps([done.code or 0, sorted(sys.modules)]), file=sys.stderr)
"""
ARRAYS = ("numpy", "scipy")
EVALUATION = ("tco.analysis", "tco.costing", "tco.resolve", "tco.plan")
FILES = ("pydantic", "yaml", "ruamel", "jinja2", "genai_prices", "tco.catalog")


def loaded(*arguments: str, given: str = "", **variables: str) -> tuple[int, set[str]]:
    """The exit code of a command in a process of its own, and the modules it has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **variables},
        check=True,
        timeout=60,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, set(modules)


def of(packages: tuple[str, ...], modules: set[str]) -> list[str]:
    """The modules that are one of the packages or lie in one."""
    return sorted(
        module for module in modules if f"{module}.".startswith(tuple(f"{p}." for p in packages))
    )


@pytest.mark.parametrize("arguments", [("--help",), ("plan", "--help"), ("optimize", "--help")])
def test_help_loads_neither_figures_nor_formulas(arguments: tuple[str, ...]) -> None:
    """Help is click and text."""
    code, modules = loaded(*arguments)
    assert code == 0
    assert of((*ARRAYS, *EVALUATION, *FILES), modules) == []


@pytest.mark.parametrize(("words", "place"), [("tco ", 1), ("tco plan --", 2), ("tco gate ", 2)])
def test_completion_loads_neither_figures_nor_formulas(words: str, place: int) -> None:
    """The tab key answers at once."""
    code, modules = loaded(_TCO_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=f"{place}")
    assert code == 0
    assert "click.shell_completion" in modules
    assert of((*ARRAYS, *EVALUATION, *FILES), modules) == []


def test_price_loads_no_evaluation() -> None:
    """`tco price` multiplies a few prices: it waits for no arrays and no plans."""
    code, modules = loaded("price", "-", given='{"steps": []}')
    assert code == 0
    assert of((*ARRAYS, *EVALUATION), modules) == []


def test_price_reads_its_file_before_it_loads_the_catalog() -> None:
    """The bytes of a large file and the catalog are never in memory together."""
    code, modules = loaded("price", "-", given='{"steps": [5]}')
    assert code == 1
    assert "tco.iac.estimate.documents" in modules
    assert of(FILES, modules) == []


@pytest.mark.parametrize("command", ["plan", "gate"])
def test_no_verdict_waits_for_scipy(command: str) -> None:
    """What a pull request or an `up` waits for needs no solver."""
    code, modules = loaded(command, "aws-mixed", "--scenarios", "100", "--today", "2026-11-23")
    assert code in (0, 3)
    assert of(("scipy",), modules) == []
