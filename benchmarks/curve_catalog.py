"""What the catalog of measured curves adds to one plan: the files it opens, and their time."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from benchmarks.processes import compiled
from benchmarks.result import Result

RUNS = 7
WITHOUT, WITH = "aws-mixed", "r1-b200"
"""A stack on a benchmark of the curated rows, and one on the largest of the models' files."""
SET_UP = """
import datetime as dt, gc, json, sys, time
from pathlib import Path

from tco.catalog.embedded import load_catalog
from tco.catalog.curves import curve_models
from tco.resolve.resolver import load_stack

catalog, day = load_catalog(), dt.date(2026, 11, 28)
gc.freeze()  # as the command line does: a collection would count as what it happens in

def seconds(name):
    start = time.process_time()
    load_stack(Path("stacks"), name, catalog, day)
    return time.process_time() - start
"""
OPENED = f"""{SET_UP}
opened = set()
sys.addaudithook(lambda event, about: event == "open" and opened.add(str(about[0])))
seconds({WITH!r})
names = [Path(path).stem for path in opened if Path(path).parent.name == "curves"]
print(json.dumps([name for name in names if name in curve_models()]))
"""
ADDED = f"""{SET_UP}
seconds({WITHOUT!r})  # imports what every plan needs
print(json.dumps(seconds({WITH!r}) - seconds({WITH!r})))  # what was read stays read
"""


def run() -> list[Result]:
    """Return the number of models' files that one plan opens, and the time that they add to it."""
    with tempfile.TemporaryDirectory() as folder:
        env = compiled(folder)
        files = _printed(OPENED, env)
        added_ms = 1000 * statistics.median(_printed(ADDED, env) for _ in range(RUNS))
    what = "one plan over the curve catalog"
    return [
        Result(
            what=f"{what}, models' files opened",
            measured=len(files),
            to_reach=1,
            unit="file",
            detail=", ".join(files),
        ),
        Result(what=f"{what}, added", measured=added_ms, to_reach=20, unit="ms"),
    ]


def _printed(program: str, env: Mapping[str, str]) -> Any:
    """Return the JSON that a program prints, in a process of its own."""
    command = (sys.executable, "-c", program)
    return json.loads(subprocess.run(command, env=env, check=True, capture_output=True).stdout)
