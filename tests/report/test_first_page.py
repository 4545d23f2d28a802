"""The memo's first page: what a reader who stops there must have seen."""

from __future__ import annotations

from typing import Any

import pytest

from tco.documents.memo import memo_document
from tco.documents.stack import StackSummary, stack_summary
from tco.numbers import usd_about
from tco.report.memo import memo
from tco.report.preview import stack_text as preview_text
from tco.report.view import stack_view
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned


def first_page(lab: Lab) -> str:
    """The memo up to its ledger, without Markdown's backslashes."""
    text = memo(memo_document(lab.evaluate()))
    return text.split("## What it costs")[0].replace("\\", "")


def summarized(lab: Lab) -> StackSummary:
    return stack_summary(lab.evaluate())


EXPIRED: Keys = {
    "reason": "pilot",
    "approved_by": "cfo",
    "expires": "2026-11-01",
    "max_usd_per_month": 100_000,
}
UNMET: dict[str, Keys] = {
    "business-case": {},
    "demand-served": {"nodes": 1, "requests": 3 * 730 * 3600},
    "prices-fresh": {"gate": {"max_price_age_days": 5}},
    "ceiling": {"gate": {"max_usd_per_month": 1}},
    "override": {"gate": {"override": EXPIRED}},
}


@pytest.mark.parametrize("condition", UNMET)
def test_every_unmet_condition_of_the_gate_is_on_the_first_page(lab: Lab, condition: str) -> None:
    """A closed gate's reasons are read with the answer, not at the end of the memo."""
    case = UNMET[condition]
    if "requests" in case:
        lab.workload(requests_per_month=case["requests"])
    nodes = case.get("nodes", FOLLOWING)
    lab.stack({"main": {**ON_DEMAND, "nodes": nodes}}, gate=case.get("gate", {}))
    conditions = summarized(lab).gate.conditions
    unmet = [failed for failed in conditions if not failed.holds]
    page = first_page(lab)
    assert condition in {failed.id for failed in unmet}
    assert "**Gate closed.** Not met:" in page
    for failed in unmet:
        assert f"- {failed.text[0].upper()}{failed.text[1:]}" in page


def test_a_gate_that_an_override_opens_names_what_is_not_met(lab: Lab) -> None:
    """An open gate is not proof that its conditions hold."""
    override = {**EXPIRED, "expires": "2027-01-01"}
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, gate={"override": override})
    page = first_page(lab)
    assert "**Gate open by an override.** Not met:\n\n- The business case does not hold" in page
    headline = stack_view(summarized(lab)).gate_headline
    assert headline.startswith(
        "The gate is open by an override, although the business case does not hold"
    )


def test_an_open_gate_takes_no_room_on_the_first_page(lab: Lab) -> None:
    """Where every condition holds, there is nothing to list."""
    lab.workload(requests_per_month=730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    assert "Not met" not in first_page(lab)


@pytest.mark.parametrize(
    ("nodes", "status", "words"),
    [
        (FOLLOWING, "not-reached", "not reached up to "),
        (1, "never", "never with this fleet (full at "),
    ],
)
def test_not_reached_in_the_scan_is_not_never(
    lab: Lab, nodes: Keys | int, status: str, words: str
) -> None:
    """A fleet that grows may win beyond the scan; a full one wins at no volume it can serve."""
    most = {**FOLLOWING, "max": 10_000} if nodes == FOLLOWING else nodes
    lab.stack({"main": {**ON_DEMAND, "nodes": most}})
    stack = summarized(lab)
    assert stack.alternatives[0].break_even.volume_status == status
    [row] = stack_view(stack).alternatives
    assert row.wins.startswith(words)
    assert row.wins in memo(memo_document(lab.evaluate()))


def test_a_payback_after_the_horizon_is_not_never(lab: Lab) -> None:
    """The months are counted up to the horizon, so what is later is not known to be never."""
    lab.stack({"own": owned(2_000_000)})
    stack = summarized(lab)
    assert stack.alternatives[0].break_even.payback_months.status == "never"
    view = stack_view(stack)
    assert view.alternatives[0].payback == "not within 48 months"
    assert "it does not pay back the upfront cost within 48 months" in view.horizon


def turning(lab: Lab, load: float, nodes: Keys | int, workload: Keys, **plan: Any) -> None:
    """A stack at a load in nodes against api/dear, which bills $26,280 for a full node."""
    lab.workload(requests_per_month=load * 730 * 3600, **workload)
    pools: Keys = {"main": {**ON_DEMAND, "nodes": nodes}}
    lab.stack(pools, alternatives={"only": ["api/dear"]}, **plan)


TURNS: dict[str, tuple[tuple[float, Keys | int, Keys], Keys, str]] = {
    # $14,600 vs. $15,768 today; the API bills $13,500 a month on average
    "api-prices": (
        (0.6, 1, {}),
        {"outlook": {"api_price_decay_per_year": 0.3}},
        "Cheaper today, but not over 12 months: API prices fall 30% per year.",
    ),
    # two nodes, $29,200 vs. $28,908 today; from the second month on one node is enough
    "throughput": (
        (1.1, FOLLOWING, {}),
        {"outlook": {"throughput_factor_per_year": 3.0}},
        "More expensive today, but cheaper over 12 months: the throughput of nodes grows 200% per "
        "year.",
    ),
    # $14,600 vs. $15,768 today; $20,000 on average
    "node-prices": (
        (0.6, 1, {}),
        {"outlook": {"node_price_factor_per_year": {"on-demand": 2.0}}},
        "Cheaper today, but not over 12 months: the rent of nodes grows 100% per year.",
    ),
    # $14,600 vs. $13,140 today; the API bills $15,900 a month on average
    "growth": (
        (0.5, 1, {"growth_per_year": 0.5}),
        {},
        "More expensive today, but cheaper over 12 months: demand grows 50% per year.",
    ),
    # $168 a month are left, or not: labor costs $200 to $5,000
    "scenarios": (
        (0.6, 1, {}),
        {"ops": {"fte": [0.01, 0.05, 0.25]}},
        "Cheaper in the base case, but not in enough scenarios.",
    ),
    "unserved": (
        (0.9, 1, {"growth_per_year": 1.0}),
        {"finance": {"horizon": 24}},
        "Cheaper in the base case, but the fleet does not serve all demand.",
    ),
}


@pytest.mark.parametrize("cause", TURNS)
def test_month_and_horizon_that_disagree_are_said_with_the_cause(lab: Lab, cause: str) -> None:
    """A cheaper month beside a "No", or the reverse, reads as an error without its cause."""
    (load, nodes, workload), plan, sentence = TURNS[cause]
    turning(lab, load, nodes, workload, **plan)
    verdict = summarized(lab).verdict
    assert verdict.horizon_turn is not None
    assert verdict.horizon_turn.cause == cause
    assert verdict.horizon_turn.text == sentence
    assert sentence in verdict.answer
    assert sentence in preview_text(summarized(lab)).splitlines()
    assert sentence in first_page(lab).split("\n\n")[1]


def test_the_path_that_moves_the_saving_most_is_the_cause(lab: Lab) -> None:
    """Of growth in favor and falling prices against, the prices turn a cheaper month."""
    plan: Keys = {"outlook": {"api_price_decay_per_year": 0.5}}
    turning(lab, 0.6, 1, {"growth_per_year": 0.1}, **plan)
    turn = summarized(lab).verdict.horizon_turn
    assert turn is not None
    assert (turn.today, turn.horizon, turn.cause) == ("self", "alternative", "api-prices")


def test_a_payment_upfront_turns_a_month_that_spreads_it(lab: Lab) -> None:
    """$96,360 for a year is $8,030 a month; paid at once it costs more than $8,063 a month."""
    lab.workload(requests_per_month=0.3068 * 730 * 3600)
    commitment = {"kind": "savings-plan", "term": "1yr", "payment": "all-upfront"}
    pools: Keys = {
        "main": {**ON_DEMAND, "nodes": 1, "purchase": "reserved", "commitment": commitment}
    }
    lab.stack(pools, alternatives={"only": ["api/dear"]})
    turn = summarized(lab).verdict.horizon_turn
    assert turn is not None
    assert (turn.today, turn.horizon, turn.cause) == ("self", "alternative", "upfront")
    assert "Cheaper today, but not over 12 months: upfront payments" in first_page(lab)


@pytest.mark.parametrize("load", [0.3, 0.9])
def test_an_answer_that_today_and_the_horizon_share_has_no_turn(lab: Lab, load: float) -> None:
    """Where month, horizon and decision agree, the headline has nothing to explain."""
    turning(lab, load, 1, {})
    verdict = summarized(lab).verdict
    assert verdict.horizon_turn is None
    assert "today" not in verdict.answer


PRICE: Keys = {"input_usd_per_mtok": 10.0, "output_usd_per_mtok": 10.0}


@pytest.mark.parametrize(
    ("api", "same", "words"),
    [
        ("api/dear", False, "api/dear is not the same model as unit: quality is not compared."),
        ("own/prod", None, "Whether own/prod is unit is not known: quality is not compared."),
        ("own/unit", True, "at own/unit (same model) for the same tokens."),
    ],
)
def test_the_first_paragraph_says_whether_it_compares_like_with_like(
    lab: Lab, api: str, same: bool | None, words: str
) -> None:
    """A cheaper answer of another model is not the same thing for less."""
    book = lab.book("own", prices=[{"api": "own/prod", **PRICE}, {"api": "own/unit", **PRICE}])
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    lab.stack(pools, prices=[book], alternatives={"only": [api]})
    assert summarized(lab).alternatives[0].same_model is same
    page = first_page(lab)
    assert words in page
    assert ("quality is not compared" in page) is not same


def test_another_stack_is_the_same_model_if_it_serves_it(lab: Lab) -> None:
    """A stack among the alternatives is compared by the models of its workloads."""
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    for name, model in (("same", "unit"), ("other", "fast")):
        lab.plan({"chat": lab.service(pools, serving={"model": model})}, name)
    lab.stack(pools, alternatives={"only": ["stack:same", "stack:other"]})
    assert [alternative.same_model for alternative in summarized(lab).alternatives] == [True, False]


def required(lab: Lab, load: float, require: list[str]) -> StackSummary:
    """One node on demand, $14,600, against api/plain, $2,628 for a full node, and api/dear."""
    lab.workload(requests_per_month=load * 730 * 3600)
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    lab.stack(pools, {"require": require}, alternatives={"only": ["api/plain", "api/dear"]})
    return summarized(lab)


@pytest.mark.parametrize(
    ("load", "premium"),
    [
        (0.9, 14_600 - 0.9 * 2_628),  # self-hosting is the cheapest that has it
        (0.5, 0.5 * 26_280 - 0.5 * 2_628),  # api/dear is
    ],
)
def test_the_price_of_a_constraint_is_in_the_first_paragraph(
    lab: Lab, load: float, premium: float
) -> None:
    """A requirement that rules a cheaper API out is a choice with a price per month."""
    found = required(lab, load, ["eu-residency"]).verdict.ruled_out
    assert found is not None
    assert (found.name, found.lacking) == ("api/plain", ("eu-residency",))
    assert found.premium_usd_per_month == pytest.approx(premium)
    opening = first_page(lab).split("\n\n")[1]
    assert "The requirement eu-residency rules out api/plain at " in opening
    assert f"the constraint costs {usd_about(premium)} per month." in opening


def test_a_constraint_that_rules_out_all_apis_is_named_once(lab: Lab) -> None:
    """Where self-hosting is the only option, the reason already has the API and the price."""
    verdict = required(lab, 0.5, ["moon"]).verdict
    assert verdict.decision == "CONSTRAINED"
    assert verdict.ruled_out is not None
    assert verdict.ruled_out.premium_usd_per_month == pytest.approx(14_600 - 0.5 * 2_628)
    assert "The requirement" not in verdict.opening
    assert "the cheapest without it, api/plain, costs $13,300 less" in verdict.opening
    assert "api/plain is not the same model as unit" in verdict.opening


def test_a_constraint_that_costs_nothing_is_not_named(lab: Lab) -> None:
    """Without a requirement, or where what lacks it costs more, there is no price of it."""
    assert required(lab, 0.5, []).verdict.ruled_out is None
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    cheap = {**PRICE, "input_usd_per_mtok": 1.0, "output_usd_per_mtok": 1.0}
    book = lab.book("cheap", prices=[{"api": "own/local", **cheap, "properties": ["local"]}])
    only = {"only": ["own/local", "api/dear"]}
    lab.stack(pools, {"require": ["local"]}, prices=[book], alternatives=only)
    assert summarized(lab).verdict.ruled_out is None


def rented(lab: Lab, load: float, **pool: Any) -> StackSummary:
    """One node at a load against api/dear."""
    lab.workload(requests_per_month=load * 730 * 3600)
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1, **pool}}
    lab.stack(pools, alternatives={"only": ["api/dear"]})
    return summarized(lab)


def test_a_yes_on_demand_names_the_cheaper_year(lab: Lab) -> None:
    """The same node costs $14,600 on demand, and $8,030 a month in a year that is paid upfront."""
    verdict = rented(lab, 1.0).verdict
    year = verdict.cheaper_for_a_year
    assert verdict.decision == "RECOMMEND"
    assert year is not None
    assert (year.name, year.how) == ("one year", "box.8x, savings plan 1yr all upfront")
    assert year.usd_per_month == pytest.approx(11 * 730)
    said = ", or $8,030 committed for one year (savings plan 1yr all upfront),"
    assert f"Self-host: $14,600/month{said} vs. $26,300 at api/dear." in verdict.answer
    assert f"costs $14,600{said} vs. $26,300" in first_page(lab)


def test_only_a_yes_on_demand_names_a_cheaper_year(lab: Lab) -> None:
    """A "No" is not to be committed to, and what is committed already has its price."""
    assert rented(lab, 0.1).verdict.cheaper_for_a_year is None
    commitment = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
    held = rented(lab, 1.0, purchase="reserved", commitment=commitment)
    assert held.verdict.cheaper_for_a_year is None


SERVING: Keys = {"gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "sim"}
ESTIMATES = ("predicted", "estimated", "scaled")


@pytest.mark.parametrize("kind", ["measured", "predicted"])
@pytest.mark.parametrize("tokens", [(900, 100), (450, 50)])
def test_a_throughput_is_measured_or_predicted_and_never_both(
    lab: Lab, kind: str, tokens: tuple[int, int]
) -> None:
    """One figure has one provenance: no line calls it measured and predicted or scaled at once."""
    points = [{"concurrency": 15, "output_tok_s": 100}]
    row = {"model": "guess", **SERVING, "input": 900, "output": 100, "points": points}
    book = lab.book("guess", benchmarks=[{**row, "kind": kind, "as_of": "2024-01-01"}])
    lab.workload(classes=[{"name": "a", "share": 1, "input": tokens[0], "output": tokens[1]}])
    pools: Keys = {"main": {**ON_DEMAND, "nodes": FOLLOWING}}
    lab.stack(pools, {"serving": {"model": "guess"}}, prices=[book])
    lines = memo(memo_document(lab.evaluate())).splitlines()
    lines = [line for line in lines if "measured" in line.lower()]
    assert [line for line in lines if any(word in line.lower() for word in ESTIMATES)] == []


@pytest.mark.parametrize(("most", "shown"), [(30, "Review by 2026-12-01"), (5, "Review now")])
def test_the_day_of_the_review_is_on_the_first_page(lab: Lab, most: int, shown: str) -> None:
    """Who decides also sees until when the decision stands; the values come later."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, gate={"max_price_age_days": most})
    assert f'{shown} (see "Review when").' in first_page(lab)
