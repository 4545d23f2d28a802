"""The decision: which rival decides, and what it may say at most."""

from __future__ import annotations

from typing import Any

import pytest

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tests.conftest import DAY, ON_DEMAND, Keys, Lab

NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}


def judged(lab: Lab, *, load: float = 1.0, service: Keys | None = None, **plan: Any) -> Evaluation:
    """A node at $14,600 a month; full, `api/plain` bills $2,628 and `api/dear` $26,280."""
    keys = {"burst": plan.pop("burst", {"factor": 1.0}), **plan.pop("workload", {})}
    lab.workload(requests_per_month=load * 730 * 3600, **keys)
    lab.stack(plan.pop("pools", NODE), service or {}, **{"alternatives": ["api/dear"], **plan})
    return lab.evaluate()


@pytest.mark.parametrize(
    ("alternatives", "against", "decision", "rival"),
    [
        (["api/dear"], "cheapest", "RECOMMEND", "api/dear"),
        (["api/plain"], "cheapest", "DO_NOT", "api/plain"),
        (["api/dear", "api/plain"], "cheapest", "DO_NOT", "api/plain"),
        (["api/dear", "api/plain"], "api/dear", "LEAN", "api/dear"),
        (["api/dear", "api/plain"], "api/plain", "DO_NOT", "api/plain"),
        (["api/short", "api/dear"], "cheapest", "LEAN", "api/dear"),  # it may be cheaper
        (["api/short"], "cheapest", "UNKNOWN", None),
        ([], "cheapest", "UNKNOWN", None),
    ],
)
def test_the_rival_decides(
    lab: Lab, alternatives: list[str], against: str, decision: str, rival: str | None
) -> None:
    """The cheapest decides, or the one named; a cheaper one left aside caps the answer at LEAN."""
    verdict = judged(lab, alternatives=alternatives, against=against).verdict
    assert (verdict.decision, verdict.against) == (decision, rival)


def test_a_cheaper_rival_left_aside_is_named(lab: Lab) -> None:
    """Anyone who compares with a premium API only is shown the one at a tenth of it."""
    alternatives = ["api/dear", "api/plain"]
    verdict = judged(lab, alternatives=alternatives, against="api/dear").verdict
    assert [cap.kind for cap in verdict.caps] == ["cheaper-alternative"]
    assert (
        verdict.caps[0].message == "api/plain is eligible and cheaper than the chosen alternative"
    )


@pytest.mark.parametrize(
    ("require", "decision", "rival"),
    [
        (["eu-residency"], "RECOMMEND", "api/dear"),  # the cheaper one lacks it
        (["moon-residency"], "CONSTRAINED", "api/plain"),
    ],
)
def test_requirements_rule_rivals_out(
    lab: Lab, require: list[str], decision: str, rival: str
) -> None:
    """An API without a required property is shown, and cannot be the rival."""
    result = judged(lab, alternatives=["api/dear", "api/plain"], service={"require": require})
    assert (result.verdict.decision, result.verdict.against) == (decision, rival)
    assert len(result.alternatives) == 2
    assert not result.alternatives[1].alternative.eligible
    assert result.alternatives[1].alternative.lacking == tuple(require)


def test_constrained_names_the_premium(lab: Lab) -> None:
    """What a constraint costs is the distance to the cheapest API that it rules out."""
    result = judged(lab, alternatives=["api/dear", "api/plain"], service={"require": ["moon"]})
    assert result.verdict.premium_usd_per_month == pytest.approx(14_600 - 2_628)


@pytest.mark.parametrize(
    ("keys", "cap"),
    [
        (
            {"workload": {"classes": [{"name": "a", "share": 1, "input": 450, "output": 50}]}},
            "extrapolated",
        ),
        (
            {"workload": {"objectives": {"itl_ms": {"p50": 50}}}},
            "unverified-objective",
        ),
        ({"service": {"serving": {"model": "offline"}}}, "offline-maximum"),
    ],
)
def test_what_no_one_measured_is_lean_at_most(lab: Lab, keys: Keys, cap: str) -> None:
    """A winner by extrapolation, without latency or without a promise kept is only LEAN."""
    dear = {"input_usd_per_mtok": 99, "output_usd_per_mtok": 99, "confirm": "made up"}
    book = lab.book("rival", prices=[{"api": "api/dear", **dear}])
    verdict = judged(lab, prices=[book], **keys).verdict
    assert verdict.decision == "LEAN"
    assert cap in [cap.kind for cap in verdict.caps]


def test_a_prediction_is_lean_at_most(lab: Lab) -> None:
    """A simulator's throughput wins nothing for certain."""
    serving = {"gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "sim"}
    points = [{"concurrency": 15, "output_tok_s": 100}]
    row = {"model": "guess", **serving, "input": 900, "output": 100, "points": points}
    book = lab.book("guess", benchmarks=[{**row, "kind": "predicted"}])
    result = judged(lab, prices=[book], service={"serving": {"model": "guess"}})
    assert result.verdict.decision == "LEAN"
    assert result.fleets[0].predicted


@pytest.mark.parametrize(
    ("alternatives", "decision"), [(["api/plain"], "DO_NOT"), (["api/dear"], "UNKNOWN")]
)
def test_unpriced(lab: Lab, alternatives: list[str], decision: str) -> None:
    """With anything unpriced it is UNKNOWN, unless the priced part alone is more expensive: DO_NOT.

    Two nodes' worth on one: $14,600 and more, against $5,256 and against $52,560.
    """
    result = judged(lab, load=2, alternatives=alternatives)
    assert result.usd_per_month is None
    assert result.verdict.decision == decision


def test_growth_that_outruns_the_fleet_is_lost(lab: Lab) -> None:
    """A fleet that is full in two years does not win by refusing what it cannot take."""
    workload = {"growth_per_year": 1.0}
    result = judged(lab, load=0.9, workload=workload, finance={"horizon": 24})
    assert result.usd_per_month is not None
    assert result.lost_months > 0
    assert result.verdict.decision == "DO_NOT"
    assert judged(lab, load=0.9, finance={"horizon": 24}).verdict.decision == "RECOMMEND"


def test_falling_api_prices_turn_a_win(lab: Lab) -> None:
    """A winner of the first month loses a three-year horizon of falling prices."""
    stack: Keys = {"finance": {"horizon": 36}}
    assert judged(lab, **stack).verdict.decision == "RECOMMEND"
    falling = judged(lab, outlook={"api_price_decay_per_year": 0.6}, **stack)
    assert falling.alternatives[0].usd_per_month == pytest.approx(26_280)  # the month is the same
    assert falling.verdict.decision == "DO_NOT"


def test_a_jump_in_the_price_counts_from_its_month(lab: Lab) -> None:
    """A named cut of 75% in month 6 leaves six months of the old price in a year."""
    jump = {"api": "api/dear", "month": 6, "factor": 0.25}
    result = judged(lab, outlook={"jumps": [jump]}, finance={"discount_rate": 0})
    expected = 6 * 26_280 * 1.25 - 12 * 14_600
    assert result.verdict.saving_npv_usd == pytest.approx(expected)


def test_without_scenarios_a_winner_is_lean(lab: Lab) -> None:
    """Likely values alone say in which direction, not how surely."""
    judged(lab)
    assert evaluate(lab.load(), DAY, scenarios=0).verdict.decision == "LEAN"


def test_the_rival_is_the_cheapest_over_the_horizon(lab: Lab) -> None:
    """An API that drops to a tenth next month decides, though it costs more today."""
    jump = {"api": "api/dear", "month": 1, "factor": 0.01}
    result = judged(lab, alternatives=["api/dear", "api/plain"], outlook={"jumps": [jump]})
    assert result.verdict.against == "api/dear"


def test_a_rival_stack_that_refuses_demand_pays_for_it(lab: Lab) -> None:
    """A fixed fleet that demand outgrows is no cheap rival: what it refuses it buys at our cost."""
    lab.workload(requests_per_month=1.9 * 730 * 3600, growth_per_year=3.0)
    two: Keys = {"main": {**ON_DEMAND, "nodes": 2}}
    lab.plan({"chat": lab.service(two)}, name="two")
    lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}}, alternatives=["stack:two"])
    [rival] = lab.evaluate().alternatives
    rent = sum(2 * 20 * 730 / 1.1 ** ((month + 1) / 12) for month in range(12))
    assert rival.npv_usd is not None
    assert rival.npv_usd > 1.2 * rent
