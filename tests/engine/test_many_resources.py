"""A program with more resources than the engine's client has threads, under the gate."""

from __future__ import annotations

from tests.engine.plans import on_demand, opened, plan
from tests.engine.project import Project
from tests.engine.test_other_clouds import UP, lay_providers

KIND = "thing:index:Thing"
COUNT = 80
PROGRAM = f"""
import pulumi
from tco.iac import gated
with gated():
    for index in range({COUNT}):
        pulumi.CustomResource("{KIND}", f"r{{index}}", {{}})
"""


def test_many_resources_that_wait_for_the_gate_do_not_hold_up_its_judgement(
    project: Project,
) -> None:
    """Each waits in a thread of the client for what the gate says, which needs a thread itself."""
    given = plan({"main": on_demand(1)}, ["subnet-1"], guardrails=False)
    del given["provision"]
    project.write("__main__.py", PROGRAM)
    lay_providers(project, {"thing", "aws"})
    project.stack(given)
    project.init()
    assert project.run(*UP).code != 0
    assert project.calls("create") == []
    given["gate"] = {"allow_types": [KIND]}
    project.stack(opened(given))
    project.done(*UP)
    assert len(project.calls("create")) == COUNT
