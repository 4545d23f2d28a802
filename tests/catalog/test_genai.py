"""Planning is offline, and loads the slow price package only where it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

PLAN = """
import datetime as dt, socket, sys
from pathlib import Path

def refuse(*_: object, **__: object) -> None:
    raise AssertionError("the network was asked")

socket.socket.connect = refuse
socket.getaddrinfo = refuse
from tco.analysis.evaluate import evaluate
from tco.resolve.resolver import load_stack
from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tests.conftest import BOOK, DAY, Lab

lab = Lab(Path(sys.argv[1]), Catalog(books=(Book.model_validate(BOOK),), name="tests"))
lab.stack({"main": {"instance": "box.8x", "nodes": 1}}, alternatives=[sys.argv[2]])
print(evaluate(lab.load(), DAY).alternatives[0].usd_per_month)
print("genai_prices" in sys.modules, "scipy" in sys.modules, "jinja2" in sys.modules)
"""


@pytest.mark.parametrize(("api", "loaded"), [("api/plain", "False"), ("openai/gpt-4o", "True")])
def test_a_plan_asks_no_network(
    tmp_path: object, api: str, loaded: str, pytestconfig: pytest.Config
) -> None:
    """A whole plan runs without a socket; only an unpriced API loads genai-prices, scipy never."""
    done = subprocess.run(
        [sys.executable, "-c", PLAN, str(tmp_path), api],
        capture_output=True,
        text=True,
        cwd=pytestconfig.rootpath,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    usd, modules = done.stdout.splitlines()
    assert float(usd) > 0
    assert modules.split() == [loaded, "False", "False"]
