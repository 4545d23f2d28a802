"""Bad plans in the real engine: reported once, as one error, with nothing provisioned."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.plans import RESERVED, Keys, on_demand, plan
from tests.engine.project import Project

SUBNETS = ["subnet-0a1b2c3d"]


def changed(**keys: Any) -> Keys:
    """A plan with other values, or without a key that is None."""
    given = {**plan({"main": on_demand()}, SUBNETS), **keys}
    return {key: value for key, value in given.items() if value is not None}


@pytest.mark.parametrize(
    ("given", "reported"),
    [
        (None, ["holds no tco:plan"]),
        (
            changed(provision={"kind": "eks", "subnets": SUBNETS}, against="nobody", typo=1),
            ["tco:plan.provision: kind: eks needs a cluster", 'unknown key "typo"'],
        ),
        (changed(provision={"kind": "asg"}), ["tco:plan.provision.subnets: is missing"]),
        (
            changed(
                services=plan({"main": on_demand("auto"), "base": RESERVED}, SUBNETS)["services"],
                provision={"kind": "asg", "subnets": SUBNETS},
                guardrails=None,
            ),
            [
                "pools.main.nodes: auto is for planning",
                "tco:plan.provision.zone: is missing",
                "Write guardrails: {budget_emails: [you@example.com]}",
            ],
        ),
        (  # found while the engine already starts its providers
            changed(correlations=[{"figures": ["nonsense", "ops.fte"], "rho": 0.5}]),
            ['tco:plan.correlations[0]: no uncertain figure "nonsense"'],
        ),
    ],
)
def test_every_problem_of_a_plan_is_reported_once_and_nothing_is_provisioned(
    project: Project, given: Keys | None, reported: list[str]
) -> None:
    """Someone who has to fix five things wants to read five things, and no traceback."""
    project.write("stacks/Pulumi.dev.yaml", {"config": {"tco:plan": given}} if given else {})
    if given:
        project.stack(given)
    project.init()
    run = project.run("up", "--yes", "--skip-preview", "--stack", "dev")
    assert run.code != 0
    assert "Traceback" not in run.text
    diagnostics = run.out.partition("Diagnostics:")[2]
    for text in reported:
        assert diagnostics.count(text) == 1, run.text
    assert "Nothing was provisioned." in diagnostics
    assert project.calls() == []


def test_a_region_without_a_price_is_refused_by_name(project: Project) -> None:
    """A node that cannot be priced must not be provisioned at a guess."""
    project.stack(plan({"main": on_demand()}, SUBNETS), region="sa-east-1")
    project.init()
    run = project.run("up", "--yes", "--skip-preview", "--stack", "dev")
    assert run.code != 0
    assert "p5.48xlarge" in run.text
    assert "sa-east-1" in run.text
    assert "Traceback" not in run.text
    assert project.calls() == []
