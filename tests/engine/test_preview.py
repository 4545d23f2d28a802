"""`pulumi preview` of the program, in the real engine."""

from __future__ import annotations

import pytest

from tco.plan.stack_file import read_stack
from tco.plan.stack_names import stack_names
from tests.engine.project import ROOT, Project


@pytest.mark.parametrize("stack", stack_names(ROOT / "stacks"))
def test_every_example_previews_with_the_plan_that_the_command_line_reads(
    project: Project, stack: str
) -> None:
    """A face that read another plan than the others would gate on other figures than it shows."""
    project.init(stack)
    preview = project.done("preview", "--stack", stack)
    assert read_stack(ROOT / "stacks", stack).digest in preview.out
    assert "Traceback" not in preview.text
    assert project.calls() == []


def test_pools_and_stack_say_what_they_cost_and_why_the_gate_is_closed(project: Project) -> None:
    """The preview is where a platform engineer sees the month, without any flag."""
    project.init("aws-mixed")
    preview = project.done("preview", "--stack", "aws-mixed", "--json").json
    said: dict[str, list[str]] = {}
    for diagnostic in preview["diagnostics"]:
        said.setdefault(diagnostic.get("urn", "").rpartition("::")[2], []).append(
            diagnostic["message"]
        )
    [base] = said["base"]
    assert base.startswith("$")
    assert "1 x p5.48xlarge, savings plan 1yr" in base
    assert "not bought yet: $40,179/month on demand" in base
    [burst] = said["burst"]
    assert "p5.48xlarge, spot" in burst
    stack = "".join(said[""])
    for word in ("compute", "power", "egress", "standby", "labor", "alternative", "would change"):
        assert word in stack
    assert "the gate is closed, `pulumi up` will refuse" in stack
    assert "Memo: tco memo aws-mixed" in stack
