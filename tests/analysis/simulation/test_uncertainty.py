"""How sure: scenarios through the formulas of the single plan."""

from __future__ import annotations

import math
import tracemalloc
from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from tco.analysis.cashflow.priced_projection import PricedProjection
from tco.analysis.cashflow.projection import Projection, project, tabulated
from tco.analysis.simulation.accumulator import evppi_usd
from tco.analysis.simulation.uncertainty import Uncertainty, drivers_of, simulate
from tco.arrays import FloatArray, monthly_rate
from tco.costing.finance import discount
from tco.documents.measure_first import measure_first
from tco.errors import BadInput
from tco.scenario import BASE_CASE, Scenario
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, around, owned

NORMAL = NormalDist()
MANY = 200_000

SELF_USD, SELF_SIGMA = 20_000.0, 0.2
API_USD, API_SIGMA = 25_000.0, 0.3
OUTPUT_MTOK = 131.4  # half a node of `unit`: 1,314,000 requests of 100 output tokens


def two_bills(lab: Lab, **keys: Any) -> None:
    """A node of $20,000 a month against an API's bill of $25,000, both lognormal."""
    node = {"instance": "box.8x", "region": "r1"}
    hourly = [usd / 730 for usd in around(SELF_USD, SELF_SIGMA)]
    per_mtok = [usd / OUTPUT_MTOK for usd in around(API_USD, API_SIGMA)]
    api = {"api": "api/plain", "input_usd_per_mtok": 0, "output_usd_per_mtok": per_mtok}
    book = lab.book("bills", prices=[{**node, "usd_per_hour": hourly}, api])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book], **keys)


def simulated(lab: Lab, scenarios: int = MANY, seed: int = 1) -> Uncertainty:
    """The scenarios of the lab's stack."""
    stack = lab.load()
    return simulate(project(stack), scenarios, seed, stack.plan.correlations)


def weights_sum(rate: float = 0.1, months: int = 12) -> float:
    """What a dollar paid at the end of each month is worth at the start."""
    return float(discount(monthly_rate(rate), np.arange(float(months))).sum())


def expected_gain(own: float, own_sigma: float, api: float, api_sigma: float) -> float:
    """E[max(0, A - S)] of independent lognormals with these means (Margrabe 1978)."""
    sigma = math.hypot(own_sigma, api_sigma)
    d1 = math.log(api / own) / sigma + sigma / 2
    return api * NORMAL.cdf(d1) - own * NORMAL.cdf(d1 - sigma)


# The worked example


@pytest.mark.parametrize(
    ("rho", "expected"),
    [
        # ln 1.25 = .22314; / sqrt(.2^2 + .3^2 - 2 rho .2 .3)
        (0.0, 0.73201),  # .22314 / .36056 = .61889
        (0.5, 0.80050),  # .22314 / .26458 = .84340
        (-0.5, 0.69565),  # .22314 / .43589 = .51192
    ],
)
def test_probability_of_two_lognormal_bills(lab: Lab, rho: float, expected: float) -> None:
    """ln self ~ N(ln 20k, .2), ln API ~ N(ln 25k, .3): P = Phi(.61889) = .73201, independent."""
    spread = math.sqrt(0.2**2 + 0.3**2 - 2 * rho * 0.2 * 0.3)
    assert expected == pytest.approx(NORMAL.cdf(math.log(1.25) / spread), abs=1e-5)
    figures = ["box.8x: on-demand", "api/plain: output"]
    two_bills(lab, correlations=[{"figures": figures, "rho": rho}] if rho else [])
    [against] = simulated(lab).against
    error = math.sqrt(expected * (1 - expected) / MANY)
    assert against.probability == pytest.approx(expected, abs=4 * error)


def test_spreads_of_two_lognormal_bills(lab: Lab) -> None:
    """P10, P50 and P90 of month, horizon and bill are those of the lognormals."""
    two_bills(lab)
    drawn = simulated(lab)
    month, bill, whole = drawn.usd_per_month, drawn.against[0].bill, weights_sum()
    assert [month.p10, month.p50, month.p90] == pytest.approx(around(20_000, 0.2), rel=0.01)
    expected = [whole * usd for usd in around(25_000, 0.3)]
    assert [bill.p10, bill.p50, bill.p90] == pytest.approx(expected, rel=0.01)
    assert drawn.npv_usd.p50 == pytest.approx(whole * 20_000, rel=0.01)


def test_value_of_information_of_two_lognormal_bills(lab: Lab) -> None:
    """EVPI and EVPPI are Margrabe's exchange option less the gain without asking.

    Knowing one bill leaves the mean of the other: its sigma counts, the other's does not.
    """
    two_bills(lab)
    [against] = simulated(lab).against
    own, api = 20_000 * math.exp(0.02), 25_000 * math.exp(0.045)
    blind = max(0.0, api - own)
    assert against.expected_saving_usd == pytest.approx(weights_sum() * (api - own), rel=0.02)
    everything = weights_sum() * (expected_gain(own, 0.2, api, 0.3) - blind)
    assert against.evpi_usd == pytest.approx(everything, rel=0.03)
    alone = {
        "box.8x: on-demand": expected_gain(own, 0.2, api, 1e-9),
        "api/plain: output": expected_gain(own, 1e-9, api, 0.3),
    }
    for figure in against.inputs:
        assert figure.evppi_usd == pytest.approx(
            weights_sum() * (alone[figure.name] - blind), rel=0.1
        )
        assert 0 < figure.evppi_usd < against.evpi_usd


def test_inputs_do_not_depend_on_what_is_asked_with_them(lab: Lab) -> None:
    """The inputs of one alternative alone are those it has among all alternatives."""
    rich(lab)
    drawn = simulated(lab, 1000)
    for alone, comparison in zip(drawn.inputs, drawn.against, strict=True):
        for one, other in zip(alone, comparison.inputs, strict=True):
            assert replace(one, evppi_usd=other.evppi_usd) == other
            assert one.evppi_usd == pytest.approx(other.evppi_usd, rel=1e-9)


def test_tornado_ends(lab: Lab) -> None:
    """Each bar ends at the saving with one figure alone at its P10 and P90, widest bar first."""
    two_bills(lab)
    [against] = simulated(lab, 1000).against
    cheap, _, dear = around(20_000, 0.2)
    low, _, high = around(25_000, 0.3)
    assert [figure.name for figure in against.inputs] == ["api/plain: output", "box.8x: on-demand"]
    found = [(figure.saving_at_low_usd, figure.saving_at_high_usd) for figure in against.inputs]
    assert found[0] == pytest.approx(
        ((low - 20_000) * weights_sum(), (high - 20_000) * weights_sum())
    )
    assert found[1] == pytest.approx(
        ((25_000 - cheap) * weights_sum(), (25_000 - dear) * weights_sum())
    )


# One set of formulas


def rich(lab: Lab, **keys: Any) -> None:
    """A stack with every kind of line and a range in each: owned, reserved, spot, overflow."""
    node = {"instance": "box.8x", "region": "r1"}
    term = {"purchase": "reserved", "kind": "savings-plan", "term": "1yr"}
    prices: list[Keys] = [
        {**node, "usd_per_hour": [18, 20, 23]},
        {**node, "purchase": "spot", "usd_per_hour": [6, 8, 12]},
        {
            **node,
            **term,
            "payment": "partial-upfront",
            "usd_per_hour": [5, 6, 7],
            "upfront_usd": [40_000, 60_000],
        },
        {"api": "api/plain", "input_usd_per_mtok": [3, 7], "output_usd_per_mtok": [5, 9, 20]},
    ]
    terms = {"kind": "savings-plan", "term": "1yr", "payment": "partial-upfront"}
    power = {"idle_w": [2000, 2500], "load_w": [6000, 8000], "usd_per_kwh": [0.1, 0.2]}
    bought = owned(
        200_000,
        life_years=2,
        residual=[0.1, 0.2, 0.3],
        maintenance_per_year=[0.02, 0.06],
        power=power,
        colocation={"usd_per_month": [500, 900], "electricity": "metered"},
    )
    bought["owned"] |= {"usd": [180_000, 200_000, 260_000]}
    lab.workload(
        requests_per_month=3.2 * 730 * 3600,
        burst={"quantile": 0.99},
        growth_per_year=keys.pop("growth", 0.3),
        shape={"kind": "diurnal", "peak_to_mean": 1.5},
    )
    lab.stack(
        {
            "own": bought,
            "base": {**ON_DEMAND, "purchase": "reserved", "nodes": 1, "commitment": terms},
            "burst": {
                **ON_DEMAND,
                "purchase": "spot",
                "nodes": {"min": 0, "max": 3, "follow": "load"},
            },
        },
        {
            "overflow": "api/plain",
            "egress": {"bytes_per_output_token": [200, 300]},
            "standby": {"availability": 0.999},
        },
        prices=[lab.book("rich", prices=prices, figures=keys.pop("figures", []))],
        alternatives=["api/plain", "api/dear"],
        ops={"fte": {1: [0.1, 0.2], 4: [0.3, 0.5]}, "setup_usd": [5_000, 20_000]},
        platform={"usd_per_month": [100, 200], "licence_usd_per_gpu_year": [50, 100]},
        finance={"discount_rate": [0.06, 0.14]},
        outlook={
            "api_price_decay_per_year": [0.1, 0.3],
            "jumps": [{"api": "api/plain", "month": 6, "factor": [0.5, 0.9]}],
        },
        **keys,
    )


def one_of(scenario: Scenario, index: int) -> Scenario:
    """One of the scenarios that a scenario of arrays holds, as plain numbers."""
    return Scenario(
        draws={key: float(np.asarray(value)[index, 0]) for key, value in scenario.draws.items()}
    )


def outcome(ahead: Projection, scenario: Scenario) -> list[FloatArray]:
    """Own cost, then bill and saving of each alternative, in present value."""
    priced = PricedProjection(ahead, scenario)
    own = np.asarray(priced.npv_usd)
    found = [own]
    for alternative in ahead.stack.alternatives:
        rival = priced.alternative(alternative)
        assert rival is not None
        bill = np.asarray(rival.npv_usd)
        found += [bill, np.asarray(bill - own - rival.refused_npv_usd)]
    return found


@pytest.mark.parametrize("growth", [0.3, [0.1, 0.3, 0.8]])
@pytest.mark.parametrize("spread", [[1, 1, 1], [0.6, 1.0, 1.3]])
def test_arrays_equal_the_loop_over_scalars(
    lab: Lab, spread: list[float], growth: float | list[float]
) -> None:
    """All scenarios at once give, to rounding, what each gives alone: one set of formulas."""
    rich(lab, growth=growth, figures=[{"figure": "benchmark_spread", "value": spread, "unit": "x"}])
    ahead = project(lab.load())
    drivers = drivers_of(ahead, ahead.stack.alternatives)
    assert len(drivers.names) > 20
    under = tabulated(ahead, 8.0)
    [z] = drivers.scores(25, 3, 25, ())
    many = drivers.scenario(z)
    together = outcome(under(many), many)
    for place in range(25):
        alone = one_of(many, place)
        expected = [float(value) for value in outcome(under(alone), alone)]
        assert [float(figure[place]) for figure in together] == pytest.approx(expected, rel=1e-12)


def test_summary_equals_the_loop_over_scalars(lab: Lab) -> None:
    """Probability, quantiles and means are those of the scenarios evaluated one by one."""
    rich(lab)
    ahead = project(lab.load())
    drivers = drivers_of(ahead, ahead.stack.alternatives)
    [z] = drivers.scores(101, 5, 101, ())
    many = drivers.scenario(z)
    rows = np.array([outcome(ahead, one_of(many, place)) for place in range(101)], float)
    drawn = simulate(ahead, 101, 5)
    assert [drawn.npv_usd.p10, drawn.npv_usd.p50, drawn.npv_usd.p90] == pytest.approx(
        [float(np.sort(rows[:, 0])[place]) for place in (10, 50, 90)]
    )
    for index, against in enumerate(drawn.against):
        saving = rows[:, 2 + 2 * index]
        assert against.probability == pytest.approx(float((saving > 0).mean()))
        assert against.expected_saving_usd == pytest.approx(float(saving.mean()))
        gain = float(np.maximum(saving, 0).mean()) - max(0.0, float(saving.mean()))
        assert against.evpi_usd == pytest.approx(gain)


def ends_of(lab: Lab) -> list[float]:
    """The saving at the P10 and at the P90 of the only uncertain figure."""
    [against] = simulated(lab, 10).against
    [found] = against.inputs
    return [found.saving_at_low_usd, found.saving_at_high_usd]


def saving_of(lab: Lab) -> float:
    """The saving of a stack without ranges."""
    return float(outcome(project(lab.load()), BASE_CASE)[2])


def test_boot_hours_are_drawn(lab: Lab) -> None:
    """At each end the bill is that of a plan which states the boot hours there, capped as ever.

    Four nodes start a day; at 15 hours each they would cost more than if they never stopped.
    """
    lab.nodes_by_hour([1] * 12 + [5] * 12)

    def stack(boot_hours: object) -> None:
        lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING, "boot_hours": boot_hours}})

    stack([0.1, 0.5, 15.0])
    drawn = ends_of(lab)
    for hours, saving in zip((0.1, 15.0), drawn, strict=True):
        stack(hours)
        assert saving == pytest.approx(saving_of(lab))
    assert drawn[0] - drawn[1] == pytest.approx(
        4 * (12 - 0.1) * 20 * 730 / 24 * weights_sum(), rel=1e-6
    )


@pytest.mark.parametrize("nodes", [2, FOLLOWING, {"min": 0, "max": 9, "follow": "static"}])
@pytest.mark.parametrize("ends", [(-0.4, 1.5), (0.2, 0.3)])
def test_growth_is_drawn(lab: Lab, nodes: object, ends: tuple[float, float]) -> None:
    """At each end the saving is that of a plan which states the growth there.

    Fleet, overflow, egress and the bills of APIs all follow the demand that is drawn.
    """

    def stack(growth: object) -> None:
        lab.workload(requests_per_month=1.4 * 730 * 3600, growth_per_year=growth)
        lab.stack({"main": {**ON_DEMAND, "nodes": nodes}}, {"overflow": "api/dear"})

    stack([ends[0], 0.25, ends[1]])
    drawn = ends_of(lab)
    for growth, saving in zip(ends, drawn, strict=True):
        stack(growth)
        assert saving == pytest.approx(saving_of(lab), rel=1e-3)


def test_growth_without_a_likely_value_is_at_the_geometric_mean_of_the_factors(lab: Lab) -> None:
    """From -50% to +100% the middle is no growth: halving and doubling are equally far."""
    lab.workload(requests_per_month=1_000_000, growth_per_year=[-0.5, 1.0])
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}})
    [service] = lab.load().services
    assert service.demand.growth_per_year.likely == pytest.approx(0.0)


@pytest.mark.parametrize("figure", ["mtbf_hours", "mttr_hours"])
def test_outages_at_an_api_are_drawn(lab: Lab, figure: str) -> None:
    """Their bill grows with the time that nodes are down: within 7% of a plan with those hours.

    Twice the time down is 2.7 times the bill here: one node down is missed less than two.
    """
    stated: Keys = {"mtbf_hours": 2000, "mttr_hours": 10}
    lab.workload(requests_per_month=5.6 * 730 * 3600, burst={"quantile": 0.99})

    def stack(**hours: object) -> float:
        standby = {"api": "api/dear", **stated, **hours}
        pools: Keys = {"main": {**ON_DEMAND, "nodes": "auto"}}
        lab.stack(pools, {"standby": standby, "overflow": "api/plain"})
        return saving_of(lab)

    never, ends = stack(mtbf_hours=1e9), (stated[figure] / 2, stated[figure] * 2)
    expected = [stack(**{figure: hours}) for hours in ends]
    stack(**{figure: [ends[0], stated[figure], ends[1]]})
    for drawn, exact in zip(ends_of(lab), expected, strict=True):
        assert drawn - never == pytest.approx(exact - never, rel=0.07)


@pytest.mark.parametrize(("nodes", "load"), [(3, 1.9), (FOLLOWING, 40.3)])
def test_spot_that_cannot_be_had_is_drawn_in_cost_and_in_capacity(
    lab: Lab, nodes: object, load: float
) -> None:
    """Without a fallback fewer spot nodes cost less and serve less, as in a plan that says so.

    A fixed pool overflows then, and one that follows the load asks for more nodes, to first order.
    """
    lab.workload(requests_per_month=load * 730 * 3600)

    def stack(availability: object) -> None:
        spot = {"availability": availability, "fallback": "none", "interruptions_per_node_hour": 0}
        pool: Keys = {**ON_DEMAND, "purchase": "spot", "nodes": nodes, "spot": spot}
        lab.stack({"main": pool}, {"overflow": "api/dear"})

    ends = (0.4, 0.9)
    stack([ends[0], 0.75, ends[1]])
    drawn = ends_of(lab)
    for availability, saving in zip(ends, drawn, strict=True):
        stack(availability)
        assert saving == pytest.approx(saving_of(lab), rel=0.03)


@pytest.mark.parametrize("figure", ["cached", "prefill_share", "cached_prefill_speedup"])
def test_cache_hits_are_drawn_in_the_time_of_a_node(lab: Lab, figure: str) -> None:
    """What hits save a node is drawn with what they save at an API, as in a plan that says so."""
    likely: Keys = {"cached": 0.5, "prefill_share": 0.6, "cached_prefill_speedup": 8.0}
    serving = {"gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "vllm"}
    points = [{"concurrency": 15, "output_tok_s": 100}]
    shape = {"model": "unit", "input": 900, "output": 100, "points": points}

    def stack(value: object) -> None:
        stated = {**likely, figure: value}
        tokens = {"name": "all", "share": 1, "input": 900, "output": 100}
        lab.workload(
            requests_per_month=30 * 730 * 3600,
            classes=[{**tokens, "cached": stated.pop("cached")}],
        )
        hit = {"api": "api/plain", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
        book = lab.book(
            "cache",
            benchmarks=[{**serving, **shape, **stated}],
            prices=[{**hit, "cached_input_usd_per_mtok": 0.1}],
        )
        lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}}, prices=[book])

    ends = (likely[figure] / 1.5, likely[figure] * 1.5)
    stack([ends[0], likely[figure], ends[1]])
    drawn = ends_of(lab)
    assert drawn[0] != pytest.approx(drawn[1], rel=1e-3)
    for value, saving in zip(ends, drawn, strict=True):
        stack(value)
        assert saving == pytest.approx(saving_of(lab), rel=1e-6)


def test_same_seed_same_answer_at_any_chunk(lab: Lab) -> None:
    """Chunks bound memory; they decide nothing. Another seed draws other scenarios."""
    rich(lab, figures=[{"figure": "benchmark_spread", "value": [0.6, 1.0, 1.3], "unit": "x"}])
    ahead = project(lab.load())
    answers = [simulate(ahead, 500, 9, chunk=chunk) for chunk in (1, 24 * 77, 10**9)]
    for answer in answers[1:]:
        assert _numbers(answer) == pytest.approx(_numbers(answers[0]), rel=1e-9)
    assert _numbers(simulate(ahead, 500, 9)) == pytest.approx(_numbers(answers[0]), rel=1e-9)
    assert _numbers(simulate(ahead, 500, 10)) != pytest.approx(_numbers(answers[0]), rel=1e-3)


def _numbers(drawn: Uncertainty) -> list[float]:
    """Every number of an answer."""
    numbers = [drawn.usd_per_month.p10, drawn.npv_usd.p50, drawn.npv_usd.p90]
    for comparison in drawn.against:
        numbers += [
            comparison.probability,
            comparison.bill.p50,
            comparison.saving.p10,
            comparison.saving.p90,
        ]
        numbers += [comparison.expected_saving_usd, comparison.evpi_usd]
        numbers += [figure.evppi_usd + figure.swing_usd for figure in comparison.inputs]
    return numbers


def test_memory_does_not_grow_with_the_scenarios(lab: Lab) -> None:
    """Ten times the scenarios need no more memory, once a full sample for quantiles is kept."""
    two_bills(lab, finance={"horizon": 1})
    ahead = project(lab.load())
    few, many = _peak_bytes(ahead, 65_536), _peak_bytes(ahead, 655_360)
    assert many < 1.1 * few < 40e6


def _peak_bytes(ahead: Projection, scenarios: int) -> int:
    tracemalloc.start()
    try:
        simulate(ahead, scenarios, 1)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# Certainty


@pytest.mark.parametrize(("usd_per_hour", "probability"), [(1.0, 1.0), (20.0, 0.0)])
def test_stack_without_ranges_is_certain(lab: Lab, usd_per_hour: float, probability: float) -> None:
    """Where every figure is known, self-hosting wins for certain or not at all."""
    price = {"instance": "box.8x", "region": "r1", "usd_per_hour": usd_per_hour}
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[lab.book("b", prices=[price])])
    [against] = simulated(lab, 10_000).against
    assert against.probability == probability
    assert (against.evpi_usd, against.inputs) == (0.0, ())
    assert against.saving.p10 == against.saving.p50 == against.saving.p90


# Direction


def tilted(lab: Lab, **changes: float) -> float:
    """The chance to win of a stack with a range in all that decides, some of them changed."""
    at = {"node": 20.0, "speed": 1.0, "api": 20.0, "fte": 0.3, "decay": 0.2, "growth": 0.0}
    at |= {"capex": 1.0} | changes
    figures = [
        {
            "figure": "benchmark_spread",
            "value": [at["speed"] * factor for factor in (0.7, 1, 1.3)],
            "unit": "x",
        }
    ]
    prices: list[Keys] = [
        {"instance": "box.8x", "region": "r1", "usd_per_hour": around(at["node"], 0.2)},
        {
            "api": "api/plain",
            "input_usd_per_mtok": around(at["api"], 0.3),
            "output_usd_per_mtok": 0,
        },
    ]
    lab.workload(requests_per_month=0.9 * 730 * 3600, growth_per_year=at["growth"])
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": {"min": 0, "max": 50, "follow": "static"}}},
        prices=[lab.book("tilted", prices=prices, figures=figures)],
        ops={"fte": around(at["fte"], 0.3), "setup_usd": around(50_000 * at["capex"], 0.2)},
        outlook={"api_price_decay_per_year": [at["decay"] / 2, at["decay"], at["decay"] * 1.5]},
    )
    [against] = simulated(lab, 4_000).against
    return against.probability


@pytest.mark.parametrize(
    ("change", "better"),
    [
        ({"node": 22.0}, False),
        ({"node": 18.0}, True),
        ({"speed": 0.8}, False),
        ({"speed": 1.25}, True),
        ({"api": 22.0}, True),
        ({"api": 18.0}, False),
        ({"fte": 0.5}, False),
        ({"decay": 0.4}, False),
        ({"capex": 2.0}, False),
    ],
)
def test_probability_moves_the_right_way(lab: Lab, change: dict[str, float], better: bool) -> None:
    """Nodes that cost more or are slower, cheaper APIs, people, set-up make a win less likely."""
    before = tilted(lab)
    assert 0.1 < before < 0.9
    assert (tilted(lab, **change) > before + 0.005) is better
    assert (tilted(lab, **change) < before - 0.005) is not better


def test_correlation_narrows_or_widens_the_saving(lab: Lab) -> None:
    """Costs that rise together leave a narrow saving; costs that rise apart a wide one."""
    widths: list[float] = []
    for rho in (0.8, 0.0, -0.8):
        pair = {"figures": ["box.8x: on-demand", "api/plain: output"], "rho": rho}
        two_bills(lab, correlations=[pair] if rho else [])
        saving = simulated(lab, 20_000).against[0].saving
        widths.append(saving.p90 - saving.p10)
    assert widths[0] < 0.8 * widths[1] < 0.8 * widths[2]


def test_contradictory_correlations_are_refused_with_their_path(lab: Lab) -> None:
    """Correlations that cannot be are bad input: where they stand, and by how much they fail."""
    names = ["box.8x: on-demand", "api/plain: output", "ops.setup_usd"]
    pairs = [(0, 1), (1, 2), (0, 2)]
    given = [{"figures": [names[a], names[b]], "rho": -0.9} for a, b in pairs]
    two_bills(lab, correlations=given, ops={"fte": 0, "setup_usd": [10, 20]})
    with pytest.raises(BadInput) as caught:
        lab.evaluate()
    [problem] = caught.value.problems
    assert problem.path == "tco:plan.correlations"
    assert "smallest eigenvalue of their matrix is -0.800" in problem.message


def test_correlation_of_an_unknown_figure_names_its_neighbors(lab: Lab) -> None:
    """A misspelled figure is refused where it stands, with the name that was meant."""
    pair = {"figures": ["box.8x: on-demand", "api/plan: output"], "rho": 0.5}
    two_bills(lab, correlations=[pair])
    with pytest.raises(BadInput) as caught:
        lab.evaluate()
    [problem] = caught.value.problems
    assert problem.path == "tco:plan.correlations[0]"
    assert problem.hint == "Did you mean api/plain: output?"


# The value of information on arrays


def test_evppi_of_a_straight_line() -> None:
    """S = a + b theta + noise: knowing theta is worth a Phi(a/b) + b phi(a/b) - max(0, a)."""
    generator = np.random.default_rng(2)
    theta, noise = generator.standard_normal((2, 400_000))
    for a, b in ((-1.0, 2.0), (0.5, 1.0), (0.0, 1.0)):
        expected = a * NORMAL.cdf(a / b) + b * NORMAL.pdf(a / b) - max(0.0, a)
        [[found]] = evppi_usd(np.atleast_2d(a + b * theta + 3.0 * noise), np.atleast_2d(theta))
        assert found == pytest.approx(expected, rel=0.03)


def test_evppi_is_zero_where_nothing_flips() -> None:
    """A figure that cannot turn the decision is worth nothing, however far it moves the saving."""
    theta = np.random.default_rng(2).standard_normal(10_000)
    savings = np.stack([100.0 + theta, -100.0 + theta])
    assert evppi_usd(savings, np.atleast_2d(theta)) == [[0.0, 0.0]]


@pytest.mark.parametrize("errors", [0.0, 1.0, 4.0, 8.0])
def test_evppi_of_an_input_without_effect_is_zero(errors: float) -> None:
    """A fit to noise gains at random; one in a thousand counts, wherever the mean saving is."""
    generator = np.random.default_rng(6)
    saving = 1e5 * generator.standard_normal(2_000)
    saving += errors * 1e5 / np.sqrt(saving.size) - saving.mean()
    found = np.array(evppi_usd(np.atleast_2d(saving), generator.standard_normal((1_000, 2_000))))
    assert np.count_nonzero(found) <= 5


def test_evppi_never_exceeds_evpi() -> None:
    """One figure is never worth more than all of them, whatever curve the fit makes."""
    generator = np.random.default_rng(4)
    for count in (7, 50, 5_000):
        theta = generator.standard_normal(count)
        saving = np.exp(2 * theta) - 4 + generator.standard_normal(count)
        evpi = float(np.maximum(saving, 0).mean()) - max(0.0, float(saving.mean()))
        [[found]] = evppi_usd(np.atleast_2d(saving), np.atleast_2d(theta))
        assert 0 <= found <= evpi + 1e-12


def test_the_future_is_not_worth_measuring(lab: Lab) -> None:
    """Where API prices go decides most here, and only the rest can be found out."""
    decay = {"api_price_decay_per_year": [0.01, 0.1, 0.6]}
    two_bills(lab, outlook=decay, finance={"horizon": 60})
    result = lab.evaluate()
    assert result.rival is not None
    assert result.rival.uncertainty is not None
    most = max(result.rival.uncertainty.inputs, key=lambda figure: figure.evppi_usd)
    assert most.name == "outlook.api_price_decay_per_year"
    assert result.worth_measuring is not None
    assert result.worth_measuring.name in {"box.8x: on-demand", "api/plain: output"}


def test_an_input_that_moves_nothing_is_not_worth_measuring(lab: Lab) -> None:
    """Hours of people who cost nothing are uncertain, and no reason to measure them."""
    prices = [
        {"instance": "box.8x", "region": "r1", "usd_per_hour": 20},
        {"api": "api/plain", "input_usd_per_mtok": 0, "output_usd_per_mtok": 1},
    ]
    people = {"fte": [0.1, 0.2, 0.3], "usd_per_fte_year": 0}
    book = lab.book("bills", prices=prices)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book], ops=people)
    assert measure_first(lab.evaluate()) == "nothing, no input moves the saving"
