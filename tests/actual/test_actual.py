"""A plan compared with its bill, and evaluated again with the month's actual values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.actual.actual import Actual
from tco.actual.measured import ALL, Measured
from tco.actual.variance_line import VarianceLine
from tco.billing.record import BilledLine, CostCategory
from tco.costing.lines import NODE_KINDS
from tco.documents.actual import actual_document
from tco.documents.actual_notes import actual_notes
from tco.errors import TcoError
from tco.report.actual import actual_text
from tests.actual.billed import OCTOBER, billed, compare, node_hours
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned

HOURS = 744.0
RATE = 20.0
MTOK = 0.5 * HOURS * 3.6
"""What the half node of the workload serves in October's hours."""


def lines_of(found: Actual) -> dict[str, VarianceLine]:
    """The lines by their pool, else by their part."""
    return {line.pool or line.part: line for line in found.variance.lines}


def served(mtok: float, **keys: object) -> Measured:
    """Millions of tokens served, and what else was measured."""
    return Measured(served_mtok={ALL: mtok}, **keys)  # pyright: ignore[reportArgumentType]


def test_a_month_that_went_as_planned_has_no_variance(lab: Lab) -> None:
    """October's 744 hours, its tokens and its rate: nothing differs, nor does the verdict."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    found = compare(lab, [node_hours(HOURS, RATE)], served(MTOK, output_tok_s={ALL: 100.0}))
    effects = found.variance.effects
    assert found.variance.actual_usd == pytest.approx(found.variance.planned_usd)
    assert [*effects] == ["volume", "throughput", "utilization", "price"]
    assert [*effects.values()] == pytest.approx([0.0] * 4, abs=1e-9)
    assert found.variance.actual_usd_per_mtok == pytest.approx(RATE / 0.5 / 3.6)
    assert found.now.usd_per_month == pytest.approx(found.plan.usd_per_month)
    assert found.now.verdict.saving_npv_usd == pytest.approx(found.plan.verdict.saving_npv_usd)
    assert found.stands


def test_fewer_tokens_on_a_fixed_node_are_idle_hours(lab: Lab) -> None:
    """Half the tokens would cost half; the node was held all the same: the effects cancel out."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    found = compare(lab, [node_hours(HOURS, RATE)], served(MTOK / 2, output_tok_s={ALL: 100.0}))
    half = HOURS * RATE / 2
    assert found.variance.effects == pytest.approx(
        {"volume": -half, "throughput": 0.0, "utilization": half, "price": 0.0}, abs=1e-9
    )
    [ran] = found.variance.operations
    assert (ran.planned_utilization, ran.utilization) == pytest.approx((0.5, 0.25))
    assert found.variance.actual_usd_per_mtok == pytest.approx(2 * RATE / 0.5 / 3.6)


def test_throughput_and_utilization_follow_from_each_other(lab: Lab) -> None:
    """With the tokens and the node-hours, one of them gives the other: same month, same effects."""
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}})
    bill = [node_hours(600, 21.0)]
    by_speed = compare(lab, bill, served(MTOK, output_tok_s={ALL: 80.0}))
    [ran] = by_speed.variance.operations
    by_share = compare(lab, bill, served(MTOK, utilization={ALL: ran.utilization}))
    assert by_share.variance.operations[0].output_tok_s == pytest.approx(80.0)
    assert by_share.variance.effects == pytest.approx(by_speed.variance.effects)


@given(
    st.floats(0, 5_000),
    st.floats(0, 100),
    st.one_of(st.none(), st.floats(1, 1e5)),
    st.one_of(st.none(), st.floats(1, 1e4)),
    st.floats(0, 1e5),
)
def test_the_effects_add_up_to_the_variance(
    lab: Lab, hours: float, rate: float, mtok: float | None, speed: float | None, other: float
) -> None:
    """Line by line and in total, whatever the bill holds and whatever was measured."""
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": FOLLOWING}},
        {"egress": {"to": "internet"}},
        ops={"fte": 0.5},
        platform={"usd_per_month": 100},
    )
    measured = Measured(
        served_mtok={} if mtok is None else {ALL: mtok},
        output_tok_s={} if mtok is None or speed is None else {ALL: speed},
        labor_hours=hours,
    )
    bill = [
        node_hours(hours, rate),
        node_hours(hours, rate, instance="cpu.4x"),
        billed(2, other, category=CostCategory.EGRESS, quantity=hours, unit="GB"),
        billed(3, other),
    ]
    found = compare(lab, bill, measured).variance
    size = max(found.planned_usd, found.actual_usd, *map(abs, found.effects.values()))
    assert sum(found.effects.values()) == pytest.approx(
        found.actual_usd - found.planned_usd, abs=1e-12 * size
    )
    for line in found.lines:
        largest = max([line.planned.usd, line.actual.usd, *map(abs, line.effects.values())])
        assert sum(line.effects.values()) == pytest.approx(line.variance_usd, abs=1e-12 * largest)


@pytest.mark.parametrize(
    ("pools", "service"),
    [
        ({"main": {**ON_DEMAND, "nodes": 2}}, {"standby": {"availability": 0.999}}),
        ({"main": {**ON_DEMAND, "nodes": 1}}, {"standby": {"api": "api/dear"}}),
        ({"main": {**ON_DEMAND, "nodes": 1}, "own": owned(100_000)}, {}),
        ({"main": {"offer": "acme/8x", "nodes": 1}}, {"egress": {"to": "internet"}}),
    ],
)
def test_every_line_of_the_plan_is_in_the_comparison(lab: Lab, pools: Keys, service: Keys) -> None:
    """The planned total is the plan's month for October: nothing it pays for is left out."""
    people = {"fte": {"1": 0.5}, "setup_usd": 12_000}
    lab.stack(pools, service, ops=people, platform={"usd_per_month": 73})
    found = compare(lab, [billed(1, 5.0)])
    planned = sum(line.usd_per_month * OCTOBER.factor(line.line.unit) for line in found.plan.lines)
    assert found.variance.planned_usd == pytest.approx(planned)


def test_what_no_bill_holds_counts_as_planned(lab: Lab) -> None:
    """People and owned nodes are on no cloud's bill; hours of work can be stated."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}, "own": owned(100_000)}, ops={"fte": 0.5})
    found = lines_of(compare(lab, [node_hours(HOURS, RATE)]))
    assert (found["labor"].basis, found["labor"].variance_usd) == ("as-planned", 0.0)
    assert found["labor"].planned.usd == 10_000
    assert (found["own"].basis, found["own"].variance_usd) == ("as-planned", 0.0)
    assert found["main"].basis == "billed"
    worked = compare(lab, [node_hours(HOURS, RATE)], Measured(labor_hours=2080 / 12))
    labor = lines_of(worked)["labor"]
    assert (labor.basis, labor.actual.usd) == ("stated", pytest.approx(20_000))
    assert worked.now.stack.labor.fte is not None
    assert worked.now.stack.labor.fte.value.likely == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("hours", "rate", "mtok", "speed", "stands"),
    [
        (HOURS, RATE, 0.9, 100.0, True),
        (HOURS, 2 * RATE, 0.9, 100.0, False),
        (HOURS, RATE, 0.3, 100.0, False),
        (2 * HOURS, RATE, 0.9, 50.0, False),
    ],
)
def test_the_verdict_is_that_of_the_month(
    lab: Lab, hours: float, rate: float, mtok: float, speed: float, stands: bool
) -> None:
    """A plan that wins stops to win at twice the rent, a third of the tokens, or half the speed."""
    lab.workload(requests_per_month=0.9 * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}}, alternatives=["api/dear"])
    found = compare(
        lab,
        [node_hours(hours, rate)],
        served(mtok * HOURS * 3.6, output_tok_s={ALL: speed}),
    )
    assert found.plan.verdict.decision == "LEAN"
    assert found.stands is stands
    assert found.now.verdict.decision == ("LEAN" if stands else "DO_NOT")
    rents = [line for line in found.now.lines if line.line.pool == "main"]
    assert rents[0].usd_per_unit == pytest.approx(rate)
    assert found.now.stack.mtok_per_month == pytest.approx(mtok * 730 * 3.6)


def test_services_are_counted_one_by_one(lab: Lab) -> None:
    """Two services on workloads of their own: each has its tokens, in effects and demand."""
    lab.workload("demand")
    lab.workload("second")
    pools = {name: {name: {**ON_DEMAND, "nodes": FOLLOWING}} for name in ("a", "b")}
    lab.plan(
        {"chat": lab.service(pools["a"]), "code": {**lab.service(pools["b"]), "workload": "second"}}
    )
    bill = [
        node_hours(HOURS, RATE, tags={"tco:stack": "one", "tco:pool": pool}) for pool in ("a", "b")
    ]
    found = compare(lab, bill, Measured(served_mtok={"chat": MTOK, "code": MTOK / 2}))
    assert found.variance.mtok_served == 1.5 * MTOK
    by_pool = lines_of(found)
    assert by_pool["a"].effects["volume"] == pytest.approx(0.0, abs=1e-9)
    assert by_pool["b"].effects["volume"] == pytest.approx(-by_pool["b"].planned.usd / 2)
    demands = [service.demand.requests_per_month for service in found.now.stack.services]
    assert demands == pytest.approx([0.5 * 730 * 3600, 0.25 * 730 * 3600])


@pytest.mark.parametrize(
    ("measured", "message"),
    [
        (Measured(served_mtok={"chart": 1.0}), '--served: no service "chart". Did you mean chat?'),
        (
            Measured(served_mtok={ALL: 1.0, "chat": 1.0}),
            "--served is given both for all services and",
        ),
        (Measured(utilization={ALL: 0.5}), "--throughput and --utilization need --served"),
        (
            Measured(served_mtok={ALL: 1.0}, utilization={ALL: 0.5}, output_tok_s={"chat": 9.0}),
            "--throughput and --utilization exclude each other",
        ),
    ],
)
def test_measured_figures_that_do_not_fit_are_refused(
    lab: Lab, measured: Measured, message: str
) -> None:
    """One message that names the option and what to state instead."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    with pytest.raises(TcoError) as refused:
        compare(lab, [node_hours(HOURS, RATE)], measured)
    assert message in f"{refused.value}"


def test_a_bill_of_no_node_hours_is_a_saving(lab: Lab) -> None:
    """A pool that never ran costs nothing, and its rent stays the plan's in today's evaluation."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    bill: list[BilledLine] = [billed(1, 5.0)]
    found = compare(lab, bill)
    assert lines_of(found)["main"].variance_usd == pytest.approx(-HOURS * RATE)
    assert found.now.usd_per_month == pytest.approx(found.plan.usd_per_month)
    assert OCTOBER.is_whole


@pytest.mark.parametrize("bill", [[node_hours(10, -3.0)], [node_hours(-10, 3.0)]])
def test_corrections_beyond_the_usage_are_no_rent(lab: Lab, bill: list[BilledLine]) -> None:
    """A month of corrections has a variance, and no price per hour that a plan could pay."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    found = compare(lab, bill, served(MTOK, output_tok_s={ALL: 100.0}))
    assert lines_of(found)["main"].actual.usd == -30
    assert found.now.usd_per_month == pytest.approx(found.plan.usd_per_month)


def test_what_has_no_price_is_named(lab: Lab) -> None:
    """Requests that no node serves and no API takes: a note says that the plan leaves them out."""
    lab.workload(requests_per_month=1.5 * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    found = compare(lab, [node_hours(HOURS, RATE)])
    assert found.plan.unpriced
    assert any(note.startswith("Not in the planned cost: ") for note in actual_notes(found))
    assert found.stands


ALL_UPFRONT = {"kind": "savings-plan", "term": "1yr", "payment": "all-upfront"}


@pytest.mark.parametrize(
    "pool",
    [
        {**ON_DEMAND, "nodes": 1},
        {**ON_DEMAND, "nodes": 1, "purchase": "reserved", "commitment": ALL_UPFRONT},
        {**ON_DEMAND, "nodes": FOLLOWING, "purchase": "spot"},
        {"offer": "acme/8x", "nodes": 1},
    ],
)
def test_a_billed_rate_is_what_the_plan_pays_today(lab: Lab, pool: Keys) -> None:
    """However a node is bought, its hour costs what the bill says, upfront and fallback in it."""
    lab.stack({"main": pool})
    offer = pool.get("offer")
    bought = {"instance": offer, "provider": "acme", "region": None} if offer else {}
    bill = [node_hours(500, 9.5, purchase=pool.get("purchase", "on-demand"), **bought)]
    found = compare(lab, bill)
    lines = [line for line in found.now.lines if line.line.kind in NODE_KINDS]
    rate = sum(line.usd_per_month for line in lines) / sum(line.quantity for line in lines)
    assert rate == pytest.approx(9.5)


def test_a_confidential_rate_is_not_in_the_document(lab: Lab) -> None:
    """Totals of a confidential book's nodes are shown; its rate and the hours are not."""
    deal = {"instance": "box.8x", "region": "r1", "usd_per_hour": 13.37}
    book = lab.book("deal", prices=[deal], confidential=True)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book])
    document = actual_document(compare(lab, [node_hours(HOURS, 14.44)], served(MTOK)))
    [main] = [line for line in document.lines if line.pool == "main"]
    assert main.confidential
    assert main.planned_usd == pytest.approx(HOURS * 13.37)
    assert (main.planned_quantity, main.planned_usd_per_unit) == (None, None)
    assert (main.actual_quantity, main.actual_usd_per_unit) == (None, None)
    text = f"{document.as_json()}{actual_text(document)}"
    assert "13.37" not in text
    assert "14.44" not in text


def test_growth_that_the_plan_expects_is_noted(lab: Lab) -> None:
    """Half a year after the pricing day a plan that grows 21% a year expects 10% more tokens."""
    lab.workload(growth_per_year=0.21)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, pricing_day="2026-04-20")
    found = compare(lab, [node_hours(HOURS, RATE)], served(1.1 * MTOK))
    [note] = [note for note in actual_notes(found) if "growth" in note]
    assert note.startswith("chat: the plan is from 2026-04. Its own growth, +10% by 2026-10")


def test_tokens_that_an_api_serves_are_asked_for(lab: Lab) -> None:
    """The plan of a service that routes a class away has more tokens than its nodes serve."""
    tokens = {"input": 900, "output": 100}
    classes = [{"name": name, "share": 0.5, **tokens} for name in ("easy", "hard")]
    lab.workload(classes=classes)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"route": {"hard": {"api": "api/dear"}}})
    found = compare(lab, [node_hours(HOURS, RATE)], served(MTOK))
    [note] = [note for note in actual_notes(found) if "routed" in note]
    assert note.startswith("chat: the planned tokens include those routed to api/dear.")
