"""A cold `tco plan` on all example stacks against a process that only imports what it needs."""

from __future__ import annotations

import sys

from benchmarks.processes import in_turn

LIMIT = 3.0
BASE = """
import numpy, yaml, pydantic
class Small(pydantic.BaseModel):
    name: str
    nodes: int
Small.model_validate({"name": "base", "nodes": 1})
"""
PLAN = (sys.executable, "-m", "tco", "plan", "--scenarios", "0")


def run() -> str:
    """The ratio; the number to reach is under 3."""
    plan, base, ratio = in_turn(PLAN, (sys.executable, "-c", BASE), runs=9)
    return (
        f"tco plan, all stacks, no scenarios {plan:.2f} s, imports alone {base:.2f} s: "
        f"ratio {ratio:.2f} (to reach: under {LIMIT:g})"
    )
