"""`tco diff`: its output, and the limits that refuse a branch."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import SCENARIOS, Tco
from tests.repository import Repo


def test_table(changed: Repo, tco_command: Tco) -> None:
    """The answer on the first line, at most 80 columns, the neighbor beside it."""
    ran = tco_command("diff", "--stacks", changed.folder, *SCENARIOS)
    assert ran.code == 0
    assert ran.out.startswith("GPU plan: +$14,600/month (+100%); the gate is still closed.\n")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "main: nodes 1 → 2" in ran.out
    assert "spare (same workload)" in ran.out
    assert ran.err == ""


def test_json_is_the_contract(changed: Repo, tco_command: Tco) -> None:
    """Every key of tco.diff/1 is there, and nothing else is on stdout."""
    ran = tco_command("diff", "--stacks", changed.folder, "--format", "json", *SCENARIOS)
    found = json.loads(ran.out)
    assert found["schema"] == "tco.diff/1"
    assert {"ref", "commit"} <= found["base"].keys() & found["head"].keys()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["valid_at"])
    prod = found["stacks"][0]
    assert prod["stack"] == "prod"
    assert prod["status"] == "changed"
    assert {"usd_per_month", "decision", "gate_open"} <= prod["before"].keys()
    assert prod["delta"] == {
        "plan": pytest.approx(14_600),
        "prices": 0,
        "books": 0,
        "plan_ceiling": pytest.approx(14_600),
    }
    assert prod["changed_because"] == ["stack"]
    assert {"path", "before", "after"} <= prod["changes"][0].keys()
    assert {"category", "name", "before", "after"} <= prod["lines"][0].keys()
    assert prod["same_workload"] == ["spare"]


@pytest.mark.parametrize(
    ("limit", "code"),
    [("14600", 0), ("14,599", 3), ("$1e9", 2), ("100%", 0), ("99.9%", 3), ("-1", 2), ("much", 2)],
)
def test_increase_limit(changed: Repo, tco_command: Tco, limit: str, code: int) -> None:
    """Exit 3 above the limit, in USD or as a share; 2 for a limit that cannot be read."""
    ran = tco_command(
        "diff", "--stacks", changed.folder, f"--fail-if-increase-over={limit}", *SCENARIOS
    )
    assert ran.code == code
    if code == 3:
        assert ran.out  # the comparison is printed all the same
        assert ran.err.startswith("refused: GPU plan: +$14,600/month (+100%), the limit is")


def test_increase_of_the_unknown_is_refused(repo: Repo, tco_command: Tco) -> None:
    """A total that no one knows is not zero: with a limit the branch is refused."""
    repo.write("Pulumi.prod.yaml", "config: {tco:plan: {services: 3}}")
    repo.branch()
    repo.pool(1, "prod")
    limit = ("--fail-if-increase-over", "1000000")
    ran = tco_command("diff", "--stacks", repo.folder, *limit, *SCENARIOS)
    assert ran.code == 3
    assert "the change of prod is unknown" in ran.err


def test_newer_prices_refuse_no_branch(repo: Repo, tco_command: Tco) -> None:
    """The limit is on the plan: a more expensive pricing day does not fail the author's job."""
    row = {"instance": "box.8x", "region": "r1"}
    rows = [
        {**row, "usd_per_hour": 10, "valid_from": "2026-01-01"},
        {**row, "usd_per_hour": 30, "valid_from": "2026-11-01"},
    ]
    repo.book("own", prices=rows)
    repo.pool(1, "prod", prices=["own.yaml"], pricing_day="2026-06-01")
    repo.branch()
    repo.pool(1, "prod", prices=["own.yaml"], pricing_day="2026-11-23")
    ran = tco_command("diff", "--stacks", repo.folder, "--fail-if-increase-over", "0", *SCENARIOS)
    assert ran.code == 0
    assert "newer prices +$14,600/month" in ran.out


def test_closed_gate(changed: Repo, tco_command: Tco) -> None:
    """Exit 3 on a changed stack's closed gate; an advisory gate or an untouched stack warns."""
    diff = ("diff", "--stacks", changed.folder, "--fail-on-gate", *SCENARIOS)
    ran = tco_command(*diff)
    assert (ran.code, ran.err) == (3, "refused: prod: the gate is closed.\n")
    changed.pool(2, "prod", gate={"level": "advisory"})
    changed.commit()
    changed.pool(3, "prod", gate={"level": "advisory"})
    assert tco_command(*diff, "--base", "HEAD").code == 0


def test_weakened_gate(changed: Repo, tco_command: Tco) -> None:
    """A branch that weakens the gate exits as for a closed one, and its first line says how."""
    changed.pool(1, "prod", gate={"level": "advisory", "max_price_age_days": 365})
    weaker = "gate.level mandatory → advisory, gate.max_price_age_days 180 → 365"
    diff = ("diff", "--stacks", changed.folder, *SCENARIOS)
    ran = tco_command(*diff, "--fail-on-gate")
    assert (ran.code, ran.err) == (3, f"refused: the gate is weakened on prod ({weaker}).\n")
    text = tco_command(*diff, "--format", "markdown").out.splitlines()[0].replace("\\_", "_")
    assert text.startswith(
        f"**GPU plan: the gate is weakened on prod ({weaker}); no change in cost"
    )
    assert tco_command(*diff).code == 0


def test_a_removed_plan_leaves_the_gate(changed: Repo, tco_command: Tco) -> None:
    """A stack file that is removed while its nodes are provisioned exits as for a closed gate."""
    provision = {"kind": "asg", "subnets": ["subnet-1"]}
    changed.pool(2, "prod", provision=provision)
    changed.commit()
    (changed.folder / "Pulumi.prod.yaml").unlink()
    ran = tco_command(
        *("diff", "--stacks", changed.folder, "--fail-on-gate", "--base", "HEAD", *SCENARIOS)
    )
    assert (ran.code, ran.err) == (3, "refused: the gate is weakened on prod (tco:plan removed).\n")


def test_broken_head(changed: Repo, tco_command: Tco) -> None:
    """A stack that the branch breaks: exit 1, the problems as text or as JSON."""
    changed.pool(2, "prod", against="nobody")
    ran = tco_command("diff", "--stacks", changed.folder, *SCENARIOS)
    assert (ran.code, ran.out) == (1, "")
    assert "against: nobody" in ran.err
    ran = tco_command("diff", "--stacks", changed.folder, "--format", "json", *SCENARIOS)
    assert ran.code == 1
    assert json.loads(ran.out)["schema"] == "tco.error/1"
