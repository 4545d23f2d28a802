"""Cold starts of commands against processes that only import what the commands need."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks.processes import in_turn
from benchmarks.result import Result

RUNS = 15
TCO = (sys.executable, "-m", "tco")
CLICK = (sys.executable, "-c", "import click")
MODEL = """
class Small(pydantic.BaseModel):
    name: str
    nodes: int
Small.model_validate({"name": "base", "nodes": 1})
"""
PYDANTIC = (sys.executable, "-c", f"import yaml, pydantic\n{MODEL}")
NUMPY = (sys.executable, "-c", f"import numpy, yaml, pydantic\n{MODEL}")
COMPLETION = {"_TCO_COMPLETE": "bash_complete", "COMP_WORDS": "tco plan --", "COMP_CWORD": "2"}


def run() -> Iterator[Result]:
    """Yield help, completion and the plan of one stack."""
    help_, click, ratio = in_turn((*TCO, "--help"), CLICK, RUNS)
    yield _result("tco --help", help_, "importing click", click, ratio=ratio, to_reach=2)
    completion, click, ratio = in_turn(TCO, CLICK, RUNS, COMPLETION)
    yield _result("completion", completion, "importing click", click, ratio=ratio, to_reach=2)
    plan, base, ratio = in_turn((*TCO, "plan", "aws-mixed", "--scenarios", "0"), NUMPY, RUNS)
    named = "importing numpy, yaml and pydantic and validating one model"
    yield _result("tco plan STACK --scenarios 0", plan, named, base, ratio=ratio, to_reach=2)


def _result(
    what: str, seconds: float, base: str, base_seconds: float, ratio: float, to_reach: float
) -> Result:
    detail = f"{1000 * seconds:.0f} ms over {1000 * base_seconds:.0f} ms for {base}"
    return Result(what=what, measured=ratio, to_reach=to_reach, unit="x", detail=detail)
