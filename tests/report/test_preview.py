"""What a Pulumi preview shows of a pool, of the stack and of a closed gate."""

from __future__ import annotations

from typing import Any

import pytest

from tco.documents.stack import stack_summary
from tco.report.preview import closed_text, pool_text, refusal, stack_text
from tests.conftest import ON_DEMAND, Keys, Lab

COMMITMENT: Keys = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}

RESERVED: Keys = {**ON_DEMAND, "purchase": "reserved", "nodes": 1, "commitment": COMMITMENT}


def base_text(lab: Lab, busy: float = 1.0, spares: int = 0, **plan: Any) -> str:
    """The text of a reserved node that is busy for a share of its hours."""
    lab.workload(requests_per_month=busy * 730 * 3600)
    base = {**RESERVED, **plan.pop("pool", {})}
    lab.stack({"base": base}, {"standby": {"pool": "base", "nodes": spares}}, **plan)
    result = lab.evaluate()
    return pool_text(stack_summary(result), "base")


def test_a_pool_that_is_not_bought_shows_what_it_costs_on_demand(lab: Lab) -> None:
    """A node and its spare at $12 once bought, at $20 until then."""
    text = base_text(lab, spares=1)
    assert text.startswith("$17,520/month   1 x box.8x, savings plan 1yr")
    assert text.endswith("(not bought yet: $29,200/month on demand)")
    bought = {"commitment": {**COMMITMENT, "id": "sp-0123"}}
    assert "not bought" not in base_text(lab, spares=1, pool=bought)


def test_on_demand_an_idle_node_of_a_fixed_pool_is_paid_too(lab: Lab) -> None:
    """A pool of a fixed size runs its nodes whether they are busy or not."""
    assert "not bought yet: $14,600/month on demand" in base_text(lab, busy=0.5)


def test_a_node_without_an_on_demand_price(lab: Lab) -> None:
    """No one knows what is paid until the commitment is bought, and the line says so."""
    terms: Keys = {"purchase": "reserved", "usd_per_hour": 12, **COMMITMENT}
    book = lab.book("far", prices=[{"instance": "box.8x", "region": "r9", **terms}])
    text = base_text(lab, pool={"region": "r9"}, prices=[book])
    assert text.endswith("(not bought yet: no price on demand)")


def test_a_capacity_block_that_is_not_bought_is_not_paid_on_demand(lab: Lab) -> None:
    """`up` leaves such a pool out, so nothing runs on demand in its place."""
    terms: Keys = {"purchase": "reserved", "usd_per_hour": 12, "kind": "capacity-block"}
    book = lab.book("blocks", prices=[{"instance": "box.8x", "region": "us-east-1", **terms}])
    block = {"commitment": {"kind": "capacity-block", "hours": 730}}
    text = base_text(lab, pool=block, prices=[book])
    assert text.endswith("(not bought yet)")


def stack_lines(lab: Lab, **plan: Any) -> list[str]:
    """The lines of a stack with one on-demand node at $20 an hour."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, **plan)
    result = lab.evaluate()
    return stack_text(stack_summary(result)).splitlines()


def test_a_stack_is_shown_with_its_best_alternative_and_what_would_change_the_answer(
    lab: Lab,
) -> None:
    """Half a node costs $14,600, and $13,140 at an API of $36 for a full node-hour."""
    total, ceiling, rival, flips = stack_lines(lab, alternatives=["api/dear"])
    assert total.startswith("$14,600/month: compute 14,600, ")
    assert ceiling == "at most $14,600/month with every pool at its max"
    assert rival.startswith("best alternative api/dear $13,140/month. Don't self-host")
    assert rival.endswith("(probability to win 0%)")
    assert flips.startswith("what would change the answer: API price x 1.11; ")


def test_a_stack_without_alternatives_has_a_headline_in_place_of_a_comparison(lab: Lab) -> None:
    """With nothing to compare there is no verdict and no probability, and the line says why."""
    _, _, headline = stack_lines(lab, alternatives=[])
    assert headline == "Unknown: $14,600/month; the plan declares no alternatives."


def test_a_stack_with_something_unpriced_shows_no_total_as_if_it_were_whole(lab: Lab) -> None:
    """Two nodes of demand on one node: what is refused has no price and is listed."""
    lab.workload(requests_per_month=2 * 730 * 3600)
    total, _, rival, unpriced = stack_lines(lab, alternatives=["api/dear"])
    assert total.startswith("$14,600/month plus unpriced items: ")
    assert rival == "best alternative api/dear $52,560/month. Unknown"
    assert unpriced.startswith("no price for chat: unserved requests: 50.0%")


def test_a_pool_at_a_confidential_rate_shows_its_total_alone(lab: Lab) -> None:
    """A preview is read by everyone who sees the pipeline."""
    price: Keys = {"instance": "box.8x", "region": "r1", "usd_per_hour": 13.37}
    book = lab.book("contract", prices=[price], confidential=True)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book])
    result = lab.evaluate()
    assert pool_text(stack_summary(result), "main") == "$9,760/month   1 x box.8x"


@pytest.mark.parametrize(
    ("level", "follows"),
    [("mandatory", "`pulumi up` will refuse"), ("advisory", "advisory only, `pulumi up` proceeds")],
)
def test_a_closed_gate_says_what_follows_and_which_condition_fails(
    lab: Lab, level: str, follows: str
) -> None:
    """A reader of the preview learns whether `up` stops, why, and where the memo is."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, gate={"level": level})
    result = lab.evaluate()
    stack = stack_summary(result)
    why = "the business case does not hold: Don't, probability to win 0%"
    text = closed_text(stack)
    assert text.startswith(f"the gate is closed, {follows}, because {why}")
    assert text.endswith("Memo: tco memo one")
    refused = refusal(stack)
    assert f"The gate is closed because {why}" in refused
    assert refused.endswith(f"add tco:plan.gate.override to {result.stack.file}.")
