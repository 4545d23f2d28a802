"""`pulumi preview` of the program over the same resources without tco, in the real engine."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Result
from tests.engine.equipment import engine
from tests.engine.project import Project, lay_home, lay_project

LIMIT = 1.10
RUNS = 7
STACK = "aws-spot"
NOWHERE = "http://127.0.0.1:9"  # a preview calls no service

# The pool of the stack, with every value written out.
WITHOUT = """
import numpy, pydantic
import pulumi
from tco.iac.provision.planned_pools import allow_pools
from tco.iac.provision.pool import GpuNodePool, GpuNodePoolArgs

allow_pools({})
args = GpuNodePoolArgs(
    stack="aws-spot", service="chat", pool="main", instance_type="p5.48xlarge", purchase="spot",
    min_nodes=1, max_nodes=6, spare_nodes=1, subnets=["subnet-0a1b2c3d"],
)
pulumi.log.info("a pool", resource=GpuNodePool("main", args))
pulumi.log.info("a stack")
pulumi.export("tco", {"usd_per_month": 1})
pulumi.export("tcoMemo", "memo")
"""


def run() -> Iterator[Result]:
    """Yield the ratio of whole previews, engine and language host included."""
    what = f"pulumi preview of {STACK}, over the same resources without tco"
    if engine.find() is None:
        yield Result(
            what=what,
            measured=None,
            to_reach=LIMIT,
            unit="x",
            detail="there is no Pulumi engine; `make engine` gets one",
        )
        return
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(scratch)
        with_tco, without = _projects(base)
        ratios: list[tuple[float, float]] = []
        for _ in range(RUNS + 1):
            ratios.append((_seconds(with_tco), _seconds(without)))
        pairs = ratios[1:]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    yield Result(
        what=what,
        measured=ratio,
        to_reach=LIMIT,
        unit="x",
        detail=f"{ours:.2f} s over {theirs:.2f} s",
    )


def _projects(base: Path) -> tuple[Project, Project]:
    """Return the program as it is, and the same pools without it."""
    home = base / "home"
    home.mkdir()
    lay_home(home)
    projects: list[Project] = []
    for name in ("with", "without"):
        folder = base / name
        folder.mkdir()
        project = lay_project(folder, home, NOWHERE)
        file = project.folder / "stacks" / f"Pulumi.{STACK}.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.partition("    guardrails:")[0] + "    guardrails: false\n")
        projects.append(project)
    projects[1].write("__main__.py", WITHOUT)
    for project in projects:
        project.init(STACK)
    return projects[0], projects[1]


def _seconds(project: Project) -> float:
    start = time.perf_counter()
    project.done("preview", "--stack", STACK)
    return time.perf_counter() - start
