"""The verdict and the gate by the probability to win."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import pytest

from tco.analysis.decision.verdict import in_words
from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tests.conftest import ON_DEMAND, Lab, around

NODE = {"instance": "box.8x", "region": "r1"}
OUTPUT_MTOK = 131.4  # half a node of `unit`: 1,314,000 requests of 100 output tokens


def decided(lab: Lab, own_usd: float, scenarios: int = 20_000, **keys: Any) -> Evaluation:
    """A node of a given number of dollars a month, sigma .2, against an API's $25,000, sigma .3."""
    hourly = [usd / 730 for usd in around(own_usd, 0.2)]
    per_mtok = [usd / OUTPUT_MTOK for usd in around(25_000, 0.3)]
    api = {"api": "api/plain", "input_usd_per_mtok": 0, "output_usd_per_mtok": per_mtok}
    prices = [{**NODE, "usd_per_hour": hourly}, api]
    book = lab.book("bills", prices=[{**row, "confirm": "made up"} for row in prices])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book], **keys)
    return evaluate(lab.load(), lab.day, scenarios)


@pytest.mark.parametrize(
    ("own_usd", "decision"),
    [
        (17_500, "RECOMMEND"),  # Phi(ln(25/17.5)/.36056) = Phi(.989) = .839
        (20_000, "LEAN"),  # .732
        (22_000, "LEAN"),  # .639
        (23_500, "DO_NOT"),  # .568
    ],
)
def test_verdict_by_probability(lab: Lab, own_usd: float, decision: str) -> None:
    """RECOMMEND from the gate's 80 % on, LEAN from 60%, and only RECOMMEND opens the gate."""
    result = decided(lab, own_usd)
    expected = NormalDist().cdf(math.log(25_000 / own_usd) / math.hypot(0.2, 0.3))
    assert result.verdict.probability == pytest.approx(expected, abs=0.014)
    assert result.verdict.decision == decision
    assert result.gate.open is (decision == "RECOMMEND")
    detail = result.gate.conditions[0].detail
    wins = round(100 * (result.verdict.probability or 0.0))
    needs = "required: Self-host at 80%"
    assert detail == f"{in_words(decision)}, probability to win {wins}% ({needs})"


def test_gates_own_probability_decides(lab: Lab) -> None:
    """A team that asks for 70 % gets its gate opened at 73%."""
    result = decided(lab, 20_000, gate={"probability": 0.7})
    assert (result.verdict.decision, result.gate.open) == ("RECOMMEND", True)


def test_extrapolated_throughput_caps_the_verdict(lab: Lab) -> None:
    """However likely the win, lengths scaled without the model's size make it LEAN, gate shut."""
    classes = [{"name": "all", "share": 1, "input": 1900, "output": 100}]
    lab.workload(classes=classes, requests_per_month=0.25 * 730 * 3600)
    result = decided(lab, 3_000)
    assert result.verdict.probability == pytest.approx(1.0, abs=0.001)
    assert (result.verdict.decision, result.gate.open) == ("LEAN", False)
    assert "scaled to other lengths" in result.gate.conditions[0].detail


def test_cheaper_rival_than_the_one_named_caps_the_verdict(lab: Lab) -> None:
    """While an API at $13,140 is eligible, beating the named one at $25,000 is LEAN at most."""
    both = ["api/plain", "api/dear"]
    result = decided(lab, 5_000, alternatives=both, against="api/plain")
    assert result.verdict.probability == pytest.approx(1.0, abs=0.001)
    assert result.verdict.decision == "LEAN"
    assert [cap.kind for cap in result.verdict.caps] == ["cheaper-alternative"]


def test_likely_win_with_a_loss_to_expect_is_no_recommendation(lab: Lab) -> None:
    """Winning a little seven times in ten and losing much thrice is LEAN: E[S] is negative."""
    api = {"api": "api/plain", "input_usd_per_mtok": 12, "output_usd_per_mtok": 12}
    prices = [{**NODE, "usd_per_hour": [4.7, 4.8, 200.0]}, api]
    book = lab.book("skewed", prices=[{**row, "confirm": "made up"} for row in prices])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book], gate={"probability": 0.65})
    result = evaluate(lab.load(), lab.day, 20_000)
    [rival] = result.alternatives
    assert rival.uncertainty is not None
    assert rival.uncertainty.probability > 0.65
    assert rival.uncertainty.expected_saving_usd < 0
    assert result.verdict.decision == "LEAN"


def test_without_scenarios_a_saving_is_lean(lab: Lab) -> None:
    """Without draws there is no probability: a likely saving is LEAN at most, and says why."""
    result = decided(lab, 17_500, scenarios=0)
    assert (result.verdict.decision, result.verdict.probability) == ("LEAN", None)
    assert result.verdict.caps[-1].kind == "not-simulated"
