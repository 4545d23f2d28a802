"""Workflow annotations: what a changed line means for cost and gate."""

from __future__ import annotations

from tco.report.diff.annotations import workflow_annotations
from tests.repository import Repo


def test_a_weaker_gate_warns_on_its_line(repo: Repo) -> None:
    """A line that weakens the gate is a warning, although it costs nothing and the gate is open."""
    repo.workload(requests_per_month=730 * 3600)
    override = {"reason": "pilot", "approved_by": "the CTO", "max_usd_per_month": 20_000}
    gate = {"override": {**override, "expires": "2026-12-31"}}
    repo.pool(1, alternatives=["api/dear"], gate=gate)
    repo.branch()
    gate = {"override": {**override, "expires": "2027-12-31"}}
    repo.pool(1, alternatives=["api/dear"], gate=gate)
    [line] = workflow_annotations(repo.compare())
    assert line.startswith("::warning file=stacks/Pulumi.one.yaml,line=1,")
    assert line.endswith("one: no change in cost, the gate is open and weaker than before.")
