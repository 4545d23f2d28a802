"""What a branch loosens about the gate: each key alone, in its weaker direction only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tco.analysis.diff.weakening import KEYS, Weakening, weakenings
from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.plan.gate import Gate
from tests.conftest import DAY, ON_DEMAND, Keys, Lab

PROVISION: Keys = {"kind": "asg", "subnets": ["subnet-1"]}
OVERRIDE: Keys = {
    "reason": "pilot",
    "approved_by": "the CTO",
    "expires": DAY.isoformat(),
    "max_usd_per_month": 15_000,
}
LATER = (DAY + dt.timedelta(days=1)).isoformat()


@dataclass(frozen=True)
class Case:
    """A plan's keys before and after, and the keys that are weaker."""

    before: Keys
    after: Keys
    keys: Sequence[str]
    covers: str = field(default="")


def of_gate(key: str, before: object, after: object) -> Case:
    """A change of one key of the gate; None leaves it out."""
    old, new = ({"gate": {} if value is None else {key: value}} for value in (before, after))
    return Case(old, new, [f"gate.{key}"], covers=key)


CASES = {
    "level": of_gate("level", "mandatory", "advisory"),
    "probability": of_gate("probability", 0.8, 0.79),
    "unserved": of_gate("max_unserved_share", 0.001, 0.002),
    "age": of_gate("max_price_age_days", 180, 181),
    "throughput-age": of_gate("max_throughput_age_days", 365, 366),
    "premium": of_gate("max_premium_usd_per_month", 0, 1),
    "premium-range": of_gate("max_premium_usd_per_month", [1, 2, 3], [1, 2, 4]),
    "limit": of_gate("max_usd_per_month", 50_000, 50_001),
    "limit-above-default": of_gate("max_usd_per_month", None, 18_251),
    "limit-left-out": of_gate("max_usd_per_month", 18_249, None),
    "unplanned": of_gate("max_unplanned_usd_per_month", 100, 101),
    "unplanned-above-default": of_gate("max_unplanned_usd_per_month", None, 1_461),
    "types": of_gate("allow_types", ["a:b/c:D"], ["a:b/c:D", "e:f/g:H"]),
    "sharing": of_gate("shares_workload", None, "canary"),
    "override": of_gate("override", None, OVERRIDE),
    "longer-override": Case(
        {"gate": {"override": OVERRIDE}},
        {"gate": {"override": {**OVERRIDE, "expires": LATER}}},
        ["gate.override.expires"],
    ),
    "larger-override": Case(
        {"gate": {"override": OVERRIDE}},
        {"gate": {"override": {**OVERRIDE, "max_usd_per_month": 15_001}}},
        ["gate.override.max_usd_per_month"],
    ),
    "guardrails.tripwires": Case(
        {"guardrails": {"tripwires": True}}, {"guardrails": {}}, ["guardrails.tripwires"]
    ),
    "guardrails": Case({}, {"guardrails": False}, ["guardrails"]),
    "recipient": Case(
        {"guardrails": {"budget_emails": ["a@example.com", "b@example.com"]}},
        {"guardrails": {"budget_emails": ["a@example.com"]}},
        ["guardrails.budget_emails"],
    ),
    "topic": Case(
        {"guardrails": {"sns_topic_arn": "arn:a"}}, {"guardrails": {}}, ["guardrails.sns_topic_arn"]
    ),
    "confirm": Case(
        {}, {"confirm": [{"path": "ops.fte", "value": 0, "reason": "none"}]}, ["confirm"]
    ),
    "confirmed-value": Case(
        {"confirm": [{"path": "ops.fte", "value": 0, "reason": "none"}]},
        {"confirm": [{"path": "ops.fte", "value": 1, "reason": "none"}]},
        ["confirm"],
    ),
    "provision": Case(
        {"gate": {"level": "advisory"}},
        {"gate": {"level": "advisory"}, "provision": PROVISION},
        ["provision"],
    ),
}


def evaluated(lab: Lab, plan: Keys) -> Evaluation:
    """A stack with one node at $14,600 a month, without scenarios."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, **plan)
    return evaluate(lab.load(), DAY, scenarios=0)


def keys(found: Sequence[Weakening]) -> list[str]:
    return [weakening.key for weakening in found]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_key_alone(lab: Lab, case: Case) -> None:
    """The weaker direction is named, and neither the other one nor the same plan again."""
    before, after = (evaluated(lab, plan) for plan in (case.before, case.after))
    assert keys(weakenings(before, after)) == list(case.keys)
    assert weakenings(after, after) == []
    if "confirm" not in case.keys:  # another value confirms again, in either direction
        assert weakenings(after, before) == []


def test_every_key_of_the_gate_is_compared() -> None:
    """A new key of the gate states which direction weakens it, and has a case here."""
    assert set(Gate.model_fields) == KEYS
    assert {case.covers for case in CASES.values() if case.covers} == KEYS


def test_a_confirmed_row_of_a_book(lab: Lab) -> None:
    """A row of a price book that confirms itself weakens the gate as the plan's own list does."""
    row: Keys = {"instance": "box.8x", "region": "r1", "usd_per_hour": 19}
    book = lab.book("own", prices=[row])
    before = evaluated(lab, {"prices": [book]})
    lab.book("own", prices=[{**row, "confirm": "order form"}])
    after = evaluated(lab, {"prices": [book]})
    assert [(weakening.key, weakening.after) for weakening in weakenings(before, after)] == [
        ("confirm", "prices/own.yaml: box.8x r1 on-demand")
    ]


def test_a_stack_that_leaves_the_gate(lab: Lab) -> None:
    """A gated stack that is removed, and one that is added without a gate, are named."""
    gated = evaluated(lab, {"provision": PROVISION})
    assert keys(weakenings(gated, None)) == ["tco:plan"]
    assert keys(weakenings(evaluated(lab, {}), None)) == []
    assert keys(weakenings(None, gated)) == []
    ungated = evaluated(lab, {"provision": PROVISION, "gate": {"level": "advisory"}})
    assert keys(weakenings(None, ungated)) == ["provision"]
    for key, value in (("override", OVERRIDE), ("shares_workload", "canary")):
        assert keys(weakenings(None, evaluated(lab, {"gate": {key: value}}))) == [f"gate.{key}"]
