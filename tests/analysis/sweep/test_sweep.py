"""Sweeps: what they take, that each point is the plan's own evaluation, and break-even lines."""

from __future__ import annotations

from typing import Any

import pytest

from tco.analysis.evaluate import evaluate
from tco.analysis.sweep.sweep import NoSweep, Point, Span, Sweep, span_of, sweep_of
from tco.errors import BadInput
from tco.plan.stack_file import read_stack
from tests.conftest import DAY, FOLLOWING, ON_DEMAND, Keys, Lab, owned

FIXED: Keys = {"main": {**ON_DEMAND, "nodes": 1}}


def asked(lab: Lab, *texts: str, scenarios: int = 0) -> Sweep:
    """A sweep of the lab's stack."""
    source = read_stack(lab.folder, "one")
    return sweep_of(source, lab.resolve(DAY), DAY, [span_of(text) for text in texts], scenarios)


def swept(lab: Lab, *texts: str) -> list[Point]:
    """All its points."""
    return list(asked(lab, *texts).points())


def breaks(lab: Lab, *texts: str) -> list[list[float]]:
    """Its break-even values, a list for each value of the first of two inputs."""
    sweep = asked(lab, *texts)
    points = list(sweep.points())
    length = len(sweep.axes[-1].values)
    rows = [points[start : start + length] for start in range(0, len(points), length)]
    return [sweep.break_even(row) for row in rows]


def problem(lab: Lab, text: str) -> str:
    """The one problem of a sweep that is refused."""
    with pytest.raises(BadInput) as caught:
        asked(lab, text)
    [problem] = caught.value.problems
    return str(problem)


# What is written on the command line


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("fte=0..2", Span("fte", 0, 2, 9)),
        ("a.b.c=1e3..2e5:40", Span("a.b.c", 1000, 200_000, 40)),
        ("volume=.5..0.75:2", Span("volume", 0.5, 0.75, 2)),
        ("x=-1..1", Span("x", -1, 1, 9)),
        ("x=2..2", Span("x", 2, 2, 9)),
    ],
)
def test_spans(text: str, span: Span) -> None:
    """PARAM=LO..HI[:N] with any decimal numbers; nine points unless N says otherwise."""
    assert span_of(text) == span


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("fte", "Write PARAM=LO..HI"),
        ("fte=1", "Write PARAM=LO..HI"),
        ("fte=1..2..3", "is not a number"),
        ("=1..2", "Write PARAM=LO..HI"),
        ("fte=a..2", "'a' is not a number"),
        ("fte=1..inf", "'inf' is not a number"),
        ("fte=1..nan", "'nan' is not a number"),
        ("fte=3..2", "3 is above 2"),
        ("fte=1..2:1", "1 points; a sweep has 2 to 200"),
        ("fte=1..2:201", "201 points; a sweep has 2 to 200"),
        ("fte=1..2:x", "x points"),
        ("fte=1..2:²", "² points"),
    ],
)
def test_spans_that_are_none(text: str, reported: str) -> None:
    """What is not a span is reported with the two values, never guessed at."""
    with pytest.raises(NoSweep, match=reported.replace("(", r"\(")):
        span_of(text)


def test_spacing(lab: Lab) -> None:
    """Even steps; even in logarithms where the ends are a factor of 100 apart; whole for counts."""
    lab.stack({"main": {**ON_DEMAND, "nodes": {"min": 0, "max": 9}}})
    values = {
        text: [round(value, 6) for value in asked(lab, text).axes[0].values]
        for text in (
            "fte=0..2:3",
            "usd_per_gpu_hour=0.1..10:3",
            "services.chat.pools.main.nodes.max=1..3:9",
            "services.chat.pools.main.nodes.max=1..1000:4",
            "fte=2..2",
        )
    }
    assert list(values.values()) == [[0, 1, 2], [0.1, 1, 10], [1, 2, 3], [1, 10, 100, 1000], [2]]


def test_one_or_two_inputs(lab: Lab) -> None:
    """Three inputs, or one twice, are no sweep."""
    lab.stack(FIXED)
    with pytest.raises(NoSweep, match="3 inputs"):
        asked(lab, "fte=0..1", "volume=1..2", "api_price_factor=1..2")
    with pytest.raises(NoSweep, match="fte is swept twice"):
        asked(lab, "fte=0..1", "fte=1..2")


# Every point is the evaluation of a plan


def test_numbers_of_the_plan(lab: Lab) -> None:
    """A point is what the plan with the number in it gives, to the last digit."""
    lab.stack(FIXED, ops={"fte": 0.5})
    points = swept(lab, "services.chat.pools.main.nodes=1..3:3")
    for point, nodes in zip(points, (1, 2, 3), strict=True):
        lab.stack({"main": {**ON_DEMAND, "nodes": nodes}}, ops={"fte": 0.5})
        result = evaluate(lab.load(), DAY, 0)
        assert point == Point(
            values=(float(nodes),),
            usd_per_month=result.usd_per_month,
            rival="api/plain",
            rival_usd_per_month=1_314,
            saving_npv_usd=result.verdict.saving_npv_usd,
            decision=result.verdict.decision,
            probability=None,
        )


@pytest.mark.parametrize(
    ("text", "value", "keys"),
    [
        ("finance.discount_rate=0.05..0.2:2", 0.2, {"finance": {"discount_rate": 0.2}}),
        (
            "ops.usd_per_fte_year=60_000..90_000:2",
            90_000,
            {"ops": {"fte": 0.5, "usd_per_fte_year": 90_000}},
        ),
        (
            "outlook.api_price_decay_per_year=0..0.5:2",
            0.5,
            {"outlook": {"api_price_decay_per_year": 0.5}},
        ),
        ("finance.horizon=12..24:2", 24, {"finance": {"horizon": 24}}),
    ],
)
def test_keys_that_the_file_leaves_out(lab: Lab, text: str, value: float, keys: Keys) -> None:
    """A number that the plan does not state can be swept as well: it replaces the default."""
    given: dict[str, Any] = {"ops": {"fte": 0.5}, **keys}
    lab.stack(FIXED, ops={"fte": 0.5})
    last = swept(lab, text)[-1]
    lab.stack(FIXED, **given)
    result = evaluate(lab.load(), DAY, 0)
    assert last.values == (value,)
    assert last.saving_npv_usd == pytest.approx(result.verdict.saving_npv_usd, rel=1e-12)


def test_numbers_inside_lists_and_tables(lab: Lab) -> None:
    """Items go by their place or their name, rows of a table by their number."""
    jump = {"api": "api/plain", "month": 1, "factor": 1}
    lab.stack(FIXED, outlook={"jumps": [jump]}, ops={"fte": {1: 0.5, 4: 1}})
    low, high = swept(lab, "outlook.jumps[0].factor=1..2:2")
    assert low.saving_npv_usd is not None
    assert high.saving_npv_usd is not None
    assert high.saving_npv_usd > low.saving_npv_usd
    assert [point.usd_per_month for point in swept(lab, "ops.fte.1=0..1:2")] == [14_600, 34_600]
    by_place, by_name = (
        swept(lab, f"workloads.demand.classes.{key}.output=100..300:2") for key in ("0", "all")
    )
    assert by_place == by_name
    assert by_place[0].rival_usd_per_month != by_place[1].rival_usd_per_month


def test_numbers_of_a_workload(lab: Lab) -> None:
    """A workload's number is swept for every service and every stack that serves it."""
    lab.plan({"chat": lab.service({"main": {**ON_DEMAND, "nodes": FOLLOWING}})}, "two")
    lab.stack(FIXED, alternatives=["stack:two"])
    full = 730 * 3600
    points = swept(lab, f"workloads.demand.requests_per_month={full}..{3 * full}:2")
    assert [point.rival_usd_per_month for point in points] == pytest.approx([14_600, 43_800])


def test_declared_value_changes_nothing(lab: Lab) -> None:
    """Sweeping through the declared value gives the declared plan's answer, whatever the key."""
    lab.workload(requests_per_month=1.5 * 730 * 3600, growth_per_year=0.2)
    lab.stack(
        {"own": owned(100_000, residual=0.2), "main": {**ON_DEMAND, "nodes": FOLLOWING}},
        {"standby": {"availability": 0.99}},
        ops={"fte": 0.5},
    )
    result = evaluate(lab.load(), DAY, 0)
    for text in (
        "services.chat.pools.own.owned.usd=1e5..2e5:2",
        "services.chat.pools.own.owned.residual=0.2..0.3:2",
        "services.chat.standby.availability=0.99..0.999:2",
        "services.chat.sizing.target_load=1..1",
        "workloads.demand.growth_per_year=0.2..0.3:2",
        f"volume={result.stack.mtok_per_month!r}..1e5:2",
        "api_price_factor=1..2:2",
        "usd_per_gpu_hour=2.5..3:2",
        "fte=0.5..1:2",
    ):
        first = swept(lab, text)[0]
        assert first.usd_per_month == pytest.approx(result.usd_per_month, rel=1e-12), text
        assert first.saving_npv_usd == pytest.approx(result.verdict.saving_npv_usd, rel=1e-9), text


# Parameters


def test_volume(lab: Lab) -> None:
    """Twice the tokens are twice the API's bill; fleets that follow are re-sized."""
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}})
    points = swept(lab, "volume=1314..2628:2")  # half a node is 1,314M tokens per month
    assert [point.rival_usd_per_month for point in points] == pytest.approx([1_314, 2_628])
    assert [point.usd_per_month for point in points] == pytest.approx([14_600, 14_600])


def test_utilization_of_a_fixed_fleet(lab: Lab) -> None:
    """The demand follows from how busy the fleet is: 3 nodes and a spare, a quarter each busy."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 3}}, {"standby": {"pool": "main", "nodes": 1}})
    points = swept(lab, "utilization=0.25..0.75:2")
    assert [point.rival_usd_per_month for point in points] == pytest.approx([2_628, 7_884])


def test_utilization_that_no_demand_reaches(lab: Lab) -> None:
    """With one spare in four nodes no one gets past 75%, and the message says so."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 3}}, {"standby": {"pool": "main", "nodes": 1}})
    assert "80.0% cannot be reached" in problem(lab, "utilization=0.5..0.8:2")


def test_utilization_of_a_fleet_that_follows(lab: Lab) -> None:
    """A fleet that is re-sized has no utilization to sweep: its demand is the input."""
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}})
    reported = problem(lab, "utilization=0.1..0.5")
    assert "the nodes of main are not fixed. Sweep volume instead." in reported


def test_usd_per_gpu_hour(lab: Lab) -> None:
    """All rented pools' prices move together, so that their mean is the value."""
    spot = {**ON_DEMAND, "purchase": "spot", "nodes": 1}
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}, "spot": spot})
    points = swept(lab, "usd_per_gpu_hour=0..2:3")
    assert [point.usd_per_month for point in points] == pytest.approx(
        [0, 2 * 8 * 730, 2 * 8 * 730 * 2]
    )


def test_api_price_factor_counts_on_both_sides(lab: Lab) -> None:
    """APIs cost more wherever they are paid: at the rival and in the stack's own overflow."""
    lab.workload(requests_per_month=2 * 730 * 3600)
    lab.stack(FIXED, {"overflow": "api/plain"})
    points = swept(lab, "api_price_factor=0..2:2")
    assert [point.rival_usd_per_month for point in points] == pytest.approx([0, 2 * 5_256])
    assert [point.usd_per_month for point in points] == pytest.approx([14_600, 14_600 + 2 * 2_628])


def test_people(lab: Lab) -> None:
    """The input replaces the declared number, the table and the hours per node."""
    lab.stack(FIXED, ops={"fte": {1: 3}, "hours_per_node_month": 10})
    points = swept(lab, "fte=0..1:2")
    assert [point.usd_per_month for point in points] == pytest.approx([14_600, 14_600 + 20_000])


# What is refused


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("servces.chat=1..2", 'no input "servces". Did you mean services?'),
        ("fta=1..2", 'no input "fta". Did you mean fte?'),
        ("services.chta.pools=1..2", 'no key "chta". Did you mean chat?'),
        ("services.chat.pools.main.node=1..2", 'no key "node". Did you mean nodes?'),
        ("services.chat.pools=1..2", "is not a number. Sweep a number inside it: main."),
        ("services.chat.serving.model=1..2", "services.chat.serving.model: is not a number."),
        ("services.chat.pools.main.region=1..2", "is not a number"),
        ("services.chat.egress.free_tier=0..1", "is not a number"),
        ("pricing_day=1..2", "is not a number"),
        ("workloads=1..2", 'no workload "". Known: demand.'),
        ("workloads.demnd.csv=1..2", 'no workload "demnd". Did you mean demand?'),
        ("workloads.demand.timezone=1..2", "is not a number"),
        ("services.chat.pools.main.nodes=1..2.5", "2.5 is not a whole number"),
        ("services.chat.pools.main.nodes=-1..2", "nodes: -1 is below 0"),
        ("gate.probability=0..0.5", "tco:plan.gate.probability: 0.0 should be greater than 0."),
        ("finance.discount_rate=0..1.5:2", "tco:plan.finance.discount_rate: 1.5 is above 1"),
        ("volume=0..5", "0 Mtok per month is not above 0"),
        ("utilization=0..0.5", "0 is not above 0 and at most 1"),
        ("usd_per_gpu_hour=-1..2", "-1 is below 0"),
        ("api_price_factor=-1..2", "-1 is below 0"),
        ("fte=-1..2", "fte: -1 is below 0"),
    ],
)
def test_bad_input(lab: Lab, text: str, reported: str) -> None:
    """An unknown key, a key without a number, a value the schema refuses: where, what, instead."""
    lab.stack(FIXED)
    with pytest.raises(BadInput) as caught:
        asked(lab, text)
    assert reported in str(caught.value)


def test_owned_nodes_have_no_rent(lab: Lab) -> None:
    """A stack that rents nothing has no price of a rented GPU-hour to sweep."""
    lab.stack({"own": owned(100_000)})
    assert "the stack rents no node" in problem(lab, "usd_per_gpu_hour=1..2")


def test_fleet_without_end_is_a_problem_of_its_point(lab: Lab) -> None:
    """A demand that needs more than 100,000 nodes is reported with the value that asks for it."""
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}})
    sweep = asked(lab, "volume=1e3..1e10:2")
    points = sweep.points()
    next(points)
    with pytest.raises(BadInput, match=r"10,000,000,000,000 requests .* more than 100,000 nodes"):
        next(points)


# Break-even


def test_break_even_of_one_input(lab: Lab) -> None:
    """Half a node at $20 an hour against $36 a full one: even at $18 an hour, $2.25 a GPU-hour."""
    lab.stack(FIXED, alternatives=["api/dear"])
    [[even]] = breaks(lab, "usd_per_gpu_hour=1..4:4")
    assert even == pytest.approx(18 / 8, rel=1e-6)


def test_break_even_line(lab: Lab) -> None:
    """At utilization U a node is worth 36 U dollars an hour: $/GPU-hour = 4.5 U, value by value."""
    lab.stack(FIXED, alternatives=["api/dear"])
    lines = breaks(lab, "utilization=0.2..1:5", "usd_per_gpu_hour=0.5..4:8")
    expected = [[4.5 * factor] for factor in (0.2, 0.4, 0.6, 0.8)]
    assert lines[:4] == [pytest.approx(value, rel=1e-6) for value in expected]
    assert lines[4] == []  # $4.50 lies beyond the sweep


@pytest.mark.parametrize("growth", [0.0, 0.5])
def test_break_even_agrees_with_the_threshold(lab: Lab, growth: float) -> None:
    """The sweep's root is the memo's flipping value, also where growth outruns the fleet.

    A sweep finds it to a millionth of the distance of two points, which is 4.5.
    """
    lab.workload(requests_per_month=0.8 * 730 * 3600, growth_per_year=growth)
    lab.stack(
        FIXED,
        alternatives=["api/dear"],
        ops={"fte": 0.02},
        outlook={"api_price_decay_per_year": 0.2},
    )
    [rival] = lab.evaluate().alternatives
    for parameter in ("usd_per_gpu_hour", "api_price_factor", "fte"):
        value = getattr(rival.thresholds, parameter).value
        found = breaks(lab, f"{parameter}=0..9:3")
        assert found == [[pytest.approx(value, abs=4.5e-6)]], parameter


def test_several_break_evens_on_one_line(lab: Lab) -> None:
    """Each node more turns the answer back: the step itself is where it is lost.

    A node of 2,628M tokens costs $14,600, the API $10 per 1M: won from 1,460M to 2,628M, and again
    from 2,920M on, since 29,200/10 = 2,920.
    """
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}}, alternatives=["api/dear"])
    [evens] = breaks(lab, "volume=1000..3000:11")
    assert evens == pytest.approx([1_460, 2_628, 2_920], rel=1e-5)


def test_break_even_of_a_whole_number(lab: Lab) -> None:
    """Between counts there is nothing: the first count on the other side is named."""
    lab.workload(requests_per_month=0.9 * 730 * 3600)
    lab.stack(FIXED, alternatives=["api/dear"])  # the API costs $23,652
    assert breaks(lab, "services.chat.pools.main.nodes=1..41:3") == [[2.0]]


def test_no_break_even_where_nothing_is_known(lab: Lab) -> None:
    """Without a price there is no saving, and no break-even is made up."""
    lab.workload(requests_per_month=2 * 730 * 3600)
    lab.stack(FIXED)
    points = swept(lab, "fte=0..1:2")
    assert [(point.usd_per_month, point.saving_npv_usd) for point in points] == [(None, None)] * 2
    assert breaks(lab, "fte=0..1:2") == [[]]


def test_scenarios_give_each_point_its_probability(lab: Lab) -> None:
    """With --scenarios a point has the chance to win; it falls as the node gets more expensive."""
    api = {"api": "api/plain", "input_usd_per_mtok": [5, 20], "output_usd_per_mtok": 10}
    lab.stack(FIXED, prices=[lab.book("api", prices=[api])])
    points = list(asked(lab, "usd_per_gpu_hour=1..4:4", scenarios=500).points())
    chances = [point.probability for point in points if point.probability is not None]
    assert len(chances) == 4
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > chances[-1]
