"""The gate: each condition closes it alone, and only the reviewed file opens it regardless."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation, of_running_stack
from tests.conftest import DAY, ON_DEMAND, Keys, Lab, owned

NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
COMMITMENT: Keys = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
RESERVED: Keys = {**ON_DEMAND, "purchase": "reserved", "nodes": 1}


def gated(
    lab: Lab, pools: Keys | None = None, service: Keys | None = None, **plan: Any
) -> Evaluation:
    """A stack that wins by far: a full node at $20 an hour against $36."""
    lab.workload(requests_per_month=plan.pop("load", 1.0) * 730 * 3600)
    keys = {"alternatives": ["api/dear"], **plan}
    lab.stack(pools or NODE, service or {}, **keys)
    return lab.evaluate()


def failing(result: Evaluation) -> list[str]:
    return [condition.id for condition in result.gate.conditions if not condition.holds]


def test_open(lab: Lab) -> None:
    """With everything in order the gate is open."""
    result = gated(lab)
    assert result.verdict.decision == "RECOMMEND"
    assert (result.gate.open, failing(result)) == (True, [])


def test_closed_by_the_math(lab: Lab) -> None:
    """A stack that is more expensive than its rival stays closed, and only for that."""
    result = gated(lab, alternatives=["api/plain"])
    assert (result.gate.open, failing(result)) == (False, ["business-case"])


def test_closed_without_a_probability(lab: Lab) -> None:
    """Likely values alone are a LEAN, which does not open the gate."""
    gated(lab)
    result = evaluate(lab.load(), DAY, scenarios=0)
    assert result.verdict.decision == "LEAN"
    assert (result.gate.open, failing(result)) == (False, ["business-case"])


def test_closed_by_a_line_without_a_price(lab: Lab) -> None:
    """Requests that no one serves have no price, and close it twice over."""
    result = gated(lab, load=1.5)
    assert set(failing(result)) == {"business-case", "everything-priced", "demand-served"}


def test_closed_by_stale_prices(lab: Lab) -> None:
    """A rate of the pools or of the rival that is older than the limit closes it."""
    assert gated(lab, gate={"max_price_age_days": 22}).gate.open
    result = gated(lab, gate={"max_price_age_days": 21})
    assert failing(result) == ["prices-fresh"]
    assert "box.8x: on-demand in r1 (22 days)" in result.gate.conditions[3].detail
    assert "api/dear: input (22 days)" in result.gate.conditions[3].detail


def test_closed_by_an_old_measurement(lab: Lab) -> None:
    """Throughput has an age like prices: today's engines are another matter."""
    assert gated(lab, gate={"max_throughput_age_days": 22}).gate.open
    result = gated(lab, gate={"max_throughput_age_days": 21})
    assert failing(result) == ["prices-fresh"]
    detail = result.gate.conditions[3].detail
    assert detail == "throughput of unit on H100-SXM (22 days); limit 21 days"


def test_closed_by_an_undated_price(lab: Lab) -> None:
    """A price without a day is stale."""
    price = {"api": "api/dear", "input_usd_per_mtok": 10, "output_usd_per_mtok": 10}
    lab.write("prices/undated.yaml", {"source": "a mail", "prices": [price]})
    result = gated(lab, prices=["undated.yaml"])
    assert failing(result) == ["prices-fresh"]
    assert "undated" in result.gate.conditions[3].detail


def test_prices_age_from_today_not_from_the_pricing_day(lab: Lab) -> None:
    """A plan of an old day does not stay fresh for ever."""
    gated(lab)
    later = evaluate(lab.load(), DAY + dt.timedelta(days=200))
    assert failing(later) == ["prices-fresh"]


def test_a_reservation_that_is_not_bought(lab: Lab) -> None:
    """What `up` would pay, on demand, has to win as well, until the commitment's id is written.

    Reserved at $12 wins against $18 an hour, on demand at $20 loses.
    """
    price = {"api": "api/dear", "input_usd_per_mtok": 5, "output_usd_per_mtok": 5}
    book = lab.book("rival", prices=[price])
    pools: Keys = {"base": {**RESERVED, "commitment": COMMITMENT}}
    result = gated(lab, pools, prices=[book])
    assert failing(result) == ["commitments-bought"]
    assert "base: `pulumi up` would pay on demand" in result.gate.conditions[5].detail
    pools = {"base": {**RESERVED, "commitment": {**COMMITMENT, "id": "sp-0123"}}}
    assert gated(lab, pools, prices=[book]).gate.open
    pools = {"base": {**RESERVED, "commitment": COMMITMENT}}
    assert gated(lab, pools).gate.open  # against $36 on demand wins as well


def test_automatic_node_counts_are_not_provisioned(lab: Lab) -> None:
    """A new benchmark must not resize a running fleet: `auto` closes the gate."""
    result = gated(lab, {"main": {**ON_DEMAND, "nodes": "auto"}})
    assert failing(result) == ["node-counts"]
    # what no one provisions may be automatic
    assert gated(lab, {"main": {"offer": "acme/8x", "nodes": "auto"}}).gate.open


def test_advisory_is_closed_as_well(lab: Lab) -> None:
    """An advisory gate reports the same; only its level is another."""
    result = gated(lab, alternatives=["api/plain"], gate={"level": "advisory"})
    assert (result.gate.open, result.gate.level) == (False, "advisory")


def test_probability_of_the_plan(lab: Lab) -> None:
    """The gate opens at the plan's probability: a doubtful winner needs less than the default."""
    ops = {"fte": [0.3, 0.55, 1.0]}  # $20,000 each: the saving of $11,680 is 0.584 of one
    doubtful = gated(lab, ops=ops)
    chance = doubtful.verdict.probability
    assert chance is not None
    assert 0.4 < chance < 0.8
    assert failing(doubtful) == ["business-case"]
    below = round(chance - 0.05, 2)
    eager = gated(lab, ops=ops, gate={"probability": below})
    saving = eager.alternatives[0].uncertainty
    assert saving is not None
    assert eager.gate.open == (saving.expected_saving_usd > 0)


# Override

OVERRIDE: Keys = {
    "reason": "pilot",
    "approved_by": "the CTO",
    "expires": DAY.isoformat(),
    "max_usd_per_month": 15_000,
}


def overridden(lab: Lab, load: float = 1.0, **keys: Any) -> Evaluation:
    override = {**OVERRIDE, **keys}
    return gated(lab, load=load, alternatives=["api/plain"], gate={"override": override})


def test_override_opens(lab: Lab) -> None:
    """An override in the reviewed file opens a closed gate, and is named with its reason."""
    result = overridden(lab)
    assert result.gate.open
    assert failing(result) == ["business-case"]
    assert result.gate.conditions[-1].id == "override"
    assert "by the CTO until 2026-11-23: pilot" in result.gate.conditions[-1].detail


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"expires": "2026-11-22"}, "it expired on 2026-11-22"),
        ({"max_usd_per_month": 14_599}, "$14,600/month exceeds its limit of $14,599"),
    ],
)
def test_override_ends(lab: Lab, keys: Keys, why: str) -> None:
    """It holds up to its last day and up to its amount, not beyond."""
    result = overridden(lab, **keys)
    assert not result.gate.open
    assert result.gate.conditions[-1].detail == why


def test_override_never_waives_what_has_no_price(lab: Lab) -> None:
    """What is unpriced stays closed whatever anybody signs."""
    result = overridden(lab, load=1.5, max_usd_per_month=1_000_000)
    assert not result.gate.open
    assert "override" in failing(result)


# Constraints


def constrained(lab: Lab, premium: float) -> Evaluation:
    return gated(
        lab,
        service={"require": ["on-premises"]},
        gate={"max_premium_usd_per_month": premium},
        alternatives=["api/plain"],
    )


def test_constrained_within_the_premium(lab: Lab) -> None:
    """A requirement that rules every API out is paid for up to the premium: 14,600 - 2,628."""
    result = constrained(lab, 11_972.01)
    assert result.verdict.decision == "CONSTRAINED"
    assert result.gate.open
    beyond = constrained(lab, 11_971.99)
    assert failing(beyond) == ["business-case"]


def test_nothing_provisioned_is_asked_for_no_rate(lab: Lab) -> None:
    """An owned node's price is the plan's own: only the rival's rates age."""
    result = gated(lab, {"own": owned(100_000)}, gate={"max_price_age_days": 21})
    assert failing(result) == ["prices-fresh"]
    assert "owned" not in result.gate.conditions[3].detail


# What a review found open


def test_closed_by_an_alternative_without_a_price(lab: Lab) -> None:
    """An API without a bill may be the cheapest: the gate stays closed and says which."""
    result = gated(lab, alternatives=["api/dear", "api/short"])
    assert set(failing(result)) == {"business-case", "everything-priced"}
    assert "alternative api/short" in result.gate.conditions[1].detail


def test_closed_by_the_stale_price_of_one_region(lab: Lab) -> None:
    """The same node in two regions has two prices, and each of them ages."""
    old = {"instance": "box.8x", "region": "r2", "usd_per_hour": 20, "as_of": "2020-01-01"}
    book = lab.book("far", prices=[old])
    pools: Keys = {
        "near": {**ON_DEMAND, "nodes": 1},
        "far": {**ON_DEMAND, "region": "r2", "nodes": 0},
    }
    result = gated(lab, pools, prices=[book])
    assert failing(result) == ["prices-fresh"]
    detail = result.gate.conditions[3].detail
    assert "box.8x: on-demand in r2" in detail
    assert "`tco prices refresh --book FILE --region r2 --instance box.8x`" in detail


def test_closed_by_a_price_seen_after_today(lab: Lab) -> None:
    """On a day before a price was seen no one can have known it."""
    gated(lab)
    early = evaluate(lab.load(), dt.date(2024, 1, 1))
    assert failing(early) == ["prices-fresh"]
    assert "dated after today" in early.gate.conditions[3].detail


def test_closed_by_growth_that_outruns_the_fleet(lab: Lab) -> None:
    """A constraint does not excuse a fleet that refuses demand from the second month on."""
    lab.workload(requests_per_month=730 * 3600, growth_per_year=1.0)
    lab.stack(
        NODE,
        {"require": ["moon-residency"]},
        alternatives=["api/dear"],
        gate={"max_premium_usd_per_month": 99_999},
    )
    result = lab.evaluate()
    assert result.verdict.decision == "CONSTRAINED"
    assert failing(result) == ["demand-served"]


def test_a_constraint_is_measured_by_a_fresh_price(lab: Lab) -> None:
    """The API that a requirement rules out is what the premium is paid over: its price ages."""
    old = {"api": "api/old", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    book = lab.book("old", as_of="2020-01-01", prices=[old])
    result = gated(
        lab,
        service={"require": ["moon-residency"]},
        alternatives=["api/old"],
        prices=[book],
        gate={"max_premium_usd_per_month": 99_999},
    )
    assert (result.verdict.decision, failing(result)) == ("CONSTRAINED", ["prices-fresh"])


@pytest.mark.parametrize(
    ("start", "closed"), [("2025-11-23", True), ("2025-11-24", False), ("2026-12-01", False)]
)
def test_a_commitment_that_is_over(lab: Lab, start: str, closed: bool) -> None:
    """A year from its start on the nodes are on demand again, whatever its id says."""
    bought: Keys = {**COMMITMENT, "id": "sp-0123", "start": start}
    result = gated(lab, {"base": {**RESERVED, "commitment": bought}})
    assert failing(result) == (["commitments-bought"] if closed else [])
    if closed:
        detail = result.gate.conditions[5].detail
        assert detail == (
            "base: its commitment ended on 2026-11-23. "
            "Renew, then set commitment.id and commitment.start"
        )


def test_a_reservation_without_an_on_demand_price(lab: Lab) -> None:
    """Where no one knows what `up` would pay, an unbought reservation keeps the gate closed."""
    terms: Keys = {"purchase": "reserved", "usd_per_hour": 12, **COMMITMENT}
    book = lab.book("far", prices=[{"instance": "box.8x", "region": "r9", **terms}])
    pools = {"base": {**RESERVED, "region": "r9", "commitment": COMMITMENT}}
    result = gated(lab, pools, prices=[book])
    assert failing(result) == ["commitments-bought"]
    assert "(no price known)" in result.gate.conditions[5].detail


def test_a_capacity_block_that_is_not_bought(lab: Lab) -> None:
    """Nothing of it runs until it is bought, on demand neither: the condition must not say so."""
    terms: Keys = {"purchase": "reserved", "usd_per_hour": 12, "kind": "capacity-block"}
    book = lab.book("blocks", prices=[{"instance": "box.8x", "region": "us-east-1", **terms}])
    block: Keys = {**RESERVED, "commitment": {"kind": "capacity-block", "hours": 730}}
    detail = gated(lab, {"block": block}, prices=[book]).gate.conditions[5].detail
    assert "block: `pulumi up` skips a capacity block" in detail
    assert "on demand" not in detail


def test_an_override_does_not_waive_node_counts(lab: Lab) -> None:
    """`nodes: auto` never provisions: a new benchmark must not resize a running fleet."""
    override: Keys = {
        "reason": "pilot",
        "approved_by": "cto",
        "expires": "2026-12-31",
        "max_usd_per_month": 99_999,
    }
    result = gated(lab, {"main": {**ON_DEMAND, "nodes": "auto"}}, gate={"override": override})
    assert not result.gate.open
    assert "cannot waive `nodes: auto`" in result.gate.conditions[-1].detail


def ceiling(lab: Lab, most: int, **gate: Any) -> Evaluation:
    """A full node at $14,600 a month, in a pool that may grow to some number of nodes."""
    pool = {"main": {**ON_DEMAND, "nodes": {"min": 1, "max": most, "follow": "load"}}}
    return gated(lab, pool, gate=gate)


def test_closed_by_a_ceiling_far_above_the_planned_peak(lab: Lab) -> None:
    """`max: 2` allows 2 x $14,600 where one node is planned: above 1.25 x $14,600 = $18,250."""
    assert failing(ceiling(lab, 1)) == []
    result = ceiling(lab, 2)
    assert failing(result) == ["ceiling"]
    assert result.gate.facts.ceiling_usd == pytest.approx(29_200)
    assert "limit $18,250 (1.25 x the planned peak)" in result.gate.conditions[-1].detail


def test_a_stated_limit_takes_the_place_of_the_planned_peak(lab: Lab) -> None:
    """What a reviewed file allows holds, to the dollar, in both directions."""
    assert failing(ceiling(lab, 2, max_usd_per_month=29_200)) == []
    assert failing(ceiling(lab, 2, max_usd_per_month=29_199)) == ["ceiling"]
    assert failing(ceiling(lab, 1, max_usd_per_month=14_599)) == ["ceiling"]


def test_a_running_stack_may_have_the_ceiling_it_had(lab: Lab) -> None:
    """A stack that runs with `max: 2` is judged by the rise over its last update."""
    assert failing(of_running_stack(ceiling(lab, 2), 29_200)) == []
    assert failing(of_running_stack(ceiling(lab, 3), 29_200)) == ["ceiling"]


def test_an_override_covers_no_ceiling_above_its_amount(lab: Lab) -> None:
    """Who approves $20,000 a month has not approved a pool that may cost $29,200."""
    override = {"reason": "r", "approved_by": "a", "expires": "2999-01-01"}
    assert ceiling(lab, 2, override={**override, "max_usd_per_month": 29_200}).gate.open
    result = ceiling(lab, 2, override={**override, "max_usd_per_month": 29_199})
    assert failing(result) == ["ceiling", "override"]


def test_the_ceiling_of_spot_nodes_is_their_fallback(lab: Lab) -> None:
    """Spot at $8 an hour may be on demand at $20: one node costs $14,600 a month at most."""
    pool = {"main": {**ON_DEMAND, "purchase": "spot", "nodes": 1, "boot_hours": 0.1}}
    terms = {"availability": 0.9, "interruptions_per_node_hour": 0.01, "fallback": "on-demand"}
    pool["main"]["spot"] = terms
    [of_pool] = gated(lab, pool).ceiling.pools
    assert of_pool.usd_per_month == pytest.approx(20 * 730)
    assert of_pool.bought_usd_per_month == pytest.approx(8 * 730)


def test_the_ceiling_of_a_commitment_that_is_not_bought_is_on_demand(lab: Lab) -> None:
    """Until commitment.id is set, `up` pays on demand; then the committed rate is the ceiling."""
    pool = {"main": {**RESERVED, "commitment": COMMITMENT}}
    [waiting] = gated(lab, pool).ceiling.pools
    bought = {"main": {**RESERVED, "commitment": {**COMMITMENT, "id": "sp-1"}}}
    [held] = gated(lab, bought).ceiling.pools
    assert waiting.usd_per_month == pytest.approx(20 * 730)
    assert held.usd_per_month == pytest.approx(held.bought_usd_per_month) == pytest.approx(12 * 730)
