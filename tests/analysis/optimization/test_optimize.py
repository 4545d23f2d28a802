"""The cheapest mix: the merit order, the integer program, and what is written into the stack
file."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tco.analysis.optimization.mix import month_usd
from tco.analysis.optimization.optimize import Optimum, optimize
from tco.analysis.optimization.ranks import API
from tco.analysis.optimization.stack_file_writer import pinned
from tco.analysis.optimization.supplies import apis_of
from tco.documents.optimize import optimize_document
from tco.errors import BadInput
from tco.report.optimum import optimum_text
from tests.conftest import DAY, FOLLOWING, ON_DEMAND, Keys, Lab

COMMITMENT: Keys = {"kind": "savings-plan", "term": "1yr", "payment": "all-upfront"}
RESERVED: Keys = {"instance": "box.8x", "purchase": "reserved", "commitment": COMMITMENT}
SPOT: Keys = {"instance": "box.8x", "purchase": "spot"}
SIZES = range(1, 6)
"""The most nodes that a generated day needs, each with as many examples: large fleets are slow."""


def solve(lab: Lab, *, months: int = 12, scenarios: int = 0) -> Optimum:
    """The optimum of the stack `one`."""
    return optimize(*lab.candidates("one", DAY), months, scenarios)


def days(most: int) -> st.SearchStrategy[list[int]]:
    """Nodes needed in each hour of a day."""
    return st.lists(st.integers(0, most), min_size=24, max_size=24).filter(any)


def usd(lab: Lab, pools: Keys, service: Keys, **plan: object) -> float:
    """What the ledger says of a plan with these pools; infinite where it refuses demand."""
    lab.stack(pools, service, **plan)
    cost = month_usd(lab.load())
    return float("inf") if cost is None else cost


def day_prices(lab: Lab, on_demand: float, reserved: float) -> str:
    """A book in which spot is never worth it."""
    box: Keys = {"instance": "box.8x", "region": "r1"}
    terms: Keys = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
    return lab.book(
        "day",
        prices=[
            {**box, "usd_per_hour": on_demand},
            {**box, "purchase": "spot", "usd_per_hour": 99},
            {**box, "purchase": "reserved", "usd_per_hour": reserved, **terms},
            {**box, "purchase": "reserved", "usd_per_hour": 99, **COMMITMENT},
        ],
    )


def test_reserved_base(lab: Lab) -> None:
    """Needs of 2, 4, 8, 10 nodes for 8, 8, 4, 4 h a day: 2 reserved at 1.70, the rest at 2.50.

    Rank j is worth reserving iff it is needed in more than 1.70/2.50 = 68% of the hours: two are,
    all day; two more in 16 of 24 h, 67%. A day costs 2 x 24 x 1.70 + 72 x 2.50 = $261.60.
    """
    lab.nodes_by_hour([2] * 8 + [4] * 8 + [8] * 4 + [10] * 4)
    pools = {"main": {**ON_DEMAND, "nodes": {**FOLLOWING, "max": 10}, "boot_hours": 0}}
    book = day_prices(lab, 2.5, 1.7)
    lab.stack(pools, {"require": ["nowhere"]}, prices=[book])
    found = solve(lab)
    [service] = found.services
    assert service.method == "merit order"
    assert [rank.cheapest for rank in service.ranks[:4]] == ["savings-plan-1yr"] * 2 + ["main"] * 2
    assert service.cheapest is not None
    assert service.cheapest.mix.held == {"savings-plan-1yr": 2, "main": 8}
    assert found.optimum_usd == pytest.approx(261.6 * 730 / 24)


def test_a_pool_may_be_called_api(lab: Lab) -> None:
    """A pool's name decides nothing: one called api is still nodes, beside the hosted API."""
    optima: list[float | None] = []
    for name in ("main", "api"):
        lab.nodes_by_hour([2] * 12 + [4] * 12)
        lab.stack({name: {**ON_DEMAND, "nodes": 4}}, alternatives=["api/dear"])
        found = solve(lab)
        [service] = found.services
        assert service.ranks[0].usd_per_hour.keys() >= {name, API}
        optima.append(found.optimum_usd)
    assert optima[0] == pytest.approx(optima[1])


def test_an_api_cheaper_than_every_node_leaves_no_node(lab: Lab) -> None:
    """A rank goes to the API iff its load at API prices costs less than the cheapest node.

    Half a node for 730 h is 1,314,000 requests of 1,000 tokens, at $0.01 per million $13.14.
    """
    price = {"input_usd_per_mtok": 0.01, "output_usd_per_mtok": 0.01}
    lab.book("cheap", prices=[{"api": "api/penny", **price}])
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/penny"], prices=["cheap.yaml"]
    )
    found = solve(lab)
    [service] = found.services
    assert [rank.cheapest for rank in service.ranks] == [API]
    assert service.cheapest is not None
    assert service.cheapest.mix.held == {}
    assert found.optimum_usd == pytest.approx(13.14)
    assert service.with_nodes is not None
    assert service.with_nodes.usd_per_month > 13.14


@settings(max_examples=15)
@given(day=days(4), overflow=st.booleans())
def test_no_mix_of_one_node_type_is_cheaper_by_brute_force(
    lab: Lab, day: list[int], overflow: bool
) -> None:
    """Every count of reserved nodes and of spot or on-demand ones costs at least the optimum."""
    lab.nodes_by_hour(day)
    service: Keys = {"overflow": "api/plain"} if overflow else {"require": ["nowhere"]}
    most = max(day)
    lab.stack({"main": {**ON_DEMAND, "nodes": {**FOLLOWING, "max": most}}}, service)
    found = solve(lab)
    assert found.optimum_usd is not None
    for held, following, bought in itertools.product(
        range(most + 1), range(most + 1), (SPOT, ON_DEMAND)
    ):
        pools: Keys = {"held": {**RESERVED, "nodes": held}} if held else {}
        if following:
            pools["more"] = {**bought, "nodes": {**FOLLOWING, "max": following}}
        if pools:
            assert usd(lab, pools, service) >= found.optimum_usd - 1e-6


@settings(max_examples=10)
@given(day=days(3))
def test_no_mix_of_two_node_types_is_cheaper_by_brute_force(lab: Lab, day: list[int]) -> None:
    """The integer program's counts, settled by the ledger, beat every count of two types of
    node."""
    lab.nodes_by_hour(day)
    service: Keys = {"require": ["nowhere"]}
    book = lab.book("slow", prices=[{"instance": "slow.8x", "region": "r1", "usd_per_hour": 9}])
    nodes: Keys = {**FOLLOWING, "max": 6}
    slow: Keys = {"instance": "slow.8x"}
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": nodes}, "slow": {**slow, "nodes": nodes}},
        service,
        prices=[book],
    )
    found = solve(lab)
    [solved] = found.services
    assert solved.method == "mixed-integer programme"
    assert found.optimum_usd is not None
    most = max(day)
    for held, quick, half in itertools.product(range(most + 1), range(most + 1), range(3)):
        pools: Keys = {"held": {**RESERVED, "nodes": held}} if held else {}
        if quick:
            pools["more"] = {**SPOT, "nodes": {**FOLLOWING, "max": quick}}
        if half:
            pools["slow"] = {**slow, "nodes": {**FOLLOWING, "max": half}}
        if pools:
            cost = usd(lab, pools, service, prices=[book])
            assert cost >= found.optimum_usd - 1e-6


@pytest.mark.parametrize("most", SIZES)
@settings(max_examples=10)
@given(data=st.data(), held=st.integers(0, 5))
def test_the_optimum_is_never_more_expensive_than_the_declared_mix(
    lab: Lab, most: int, data: st.DataObject, held: int
) -> None:
    """Whatever a plan declares, the optimum costs no more."""
    lab.nodes_by_hour(data.draw(days(most)))
    pools: Keys = {
        "base": {**RESERVED, "nodes": held},
        "burst": {**ON_DEMAND, "nodes": {**FOLLOWING, "max": 5}},
    }
    lab.stack(pools, {"overflow": "api/plain", "standby": {"availability": 0.99}})
    found = solve(lab)
    assert found.declared_usd is not None
    assert found.optimum_usd is not None
    assert found.optimum_usd <= found.declared_usd + 1e-9


RIVALS = ["api/dear", "api/peak", "api/input", "api/short", "api/plain"]


def rival_prices(lab: Lab, price: float) -> str:
    """APIs beside the catalog's: dear in the afternoon, dear in input, and with a short context."""
    flat: Keys = {"input_usd_per_mtok": price, "output_usd_per_mtok": price}
    peak: Keys = {"utc_hours": [12, 20], **{key: 4 * usd for key, usd in flat.items()}}
    return lab.book(
        "rivals",
        prices=[
            {"api": "api/peak", **flat, "peak": peak},
            {"api": "api/input", "input_usd_per_mtok": 2 * price, "output_usd_per_mtok": price / 9},
            {"api": "api/short", **flat, "output_usd_per_mtok": 0, "context_tokens": 900},
        ],
    )


@settings(max_examples=15)
@given(
    day=days(4),
    price=st.floats(0.5, 12),
    rivals=st.sets(st.sampled_from(RIVALS), min_size=1).map(sorted),
    declared=st.sampled_from(["api/dear", "api/plain"]),
)
def test_no_api_is_cheaper_by_brute_force(
    lab: Lab, day: list[int], price: float, rivals: list[str], declared: str
) -> None:
    """Every count of nodes with any declared API behind it costs at least the optimum.

    The API of the overflow is one of them, and none is taken that is too short for a request.
    """
    lab.nodes_by_hour(day)
    book = rival_prices(lab, price)
    pools: Keys = {"main": {**ON_DEMAND, "nodes": {**FOLLOWING, "max": 4}}}
    stated: Keys = {"alternatives": rivals, "prices": [book]}
    lab.stack(pools, {"overflow": declared}, **stated)
    found = solve(lab)
    assert found.optimum_usd is not None
    [service] = found.services
    assert service.cheapest is not None
    assert service.cheapest.mix.overflow is None or service.cheapest.mix.overflow.api != "api/short"
    spot: Keys = {"more": {**SPOT, "nodes": {**FOLLOWING, "max": max(day)}}}
    for api, held, more in itertools.product(
        {declared, *rivals} - {"api/short"}, range(max(day) + 1), ({}, spot)
    ):
        pools = {**({"held": {**RESERVED, "nodes": held}} if held else {}), **more}
        if pools:
            assert usd(lab, pools, {"overflow": api}, **stated) >= found.optimum_usd - 1e-6


def test_an_api_that_lacks_a_property_is_never_taken(lab: Lab) -> None:
    """What `require` asks for rules the cheapest API out, for overflow and for everything."""
    lab.workload(requests_per_month=0.1 * 730 * 3600)
    rivals = ["api/plain", "api/dear"]
    for require, taken in (([], "api/plain"), (["eu-residency"], "api/dear")):
        service: Keys = {"overflow": "api/dear", "require": require}
        lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, service, alternatives=rivals)
        [found] = solve(lab).services
        assert found.cheapest is not None
        assert found.cheapest.mix.overflow is not None
        assert found.cheapest.mix.overflow.api == taken


@pytest.mark.parametrize("most", SIZES)
@settings(max_examples=3)
@given(data=st.data())
def test_another_api_never_makes_the_optimum_more_expensive(
    lab: Lab, most: int, data: st.DataObject
) -> None:
    """With one more API declared the optimum stays or falls."""
    lab.nodes_by_hour(data.draw(days(most)))
    book = rival_prices(lab, 2.0)
    pools: Keys = {"main": {**ON_DEMAND, "nodes": "auto"}}
    costs: list[float] = []
    for count in range(1, len(RIVALS) + 1):
        lab.stack(pools, {"overflow": RIVALS[0]}, alternatives=RIVALS[:count], prices=[book])
        costs.append(solve(lab).optimum_usd or 0.0)
    assert costs == sorted(costs, reverse=True)


def test_another_option_never_makes_the_optimum_more_expensive(lab: Lab) -> None:
    """With longer commitments to choose from the optimum stays or falls."""
    lab.nodes_by_hour([2] * 12 + [5] * 12)
    lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}}, {"require": ["nowhere"]})
    costs = [solve(lab, months=months).optimum_usd for months in (0, 12, 60)]
    assert all(cost is not None for cost in costs)
    assert sorted(costs, key=lambda cost: -(cost or 0.0)) == costs


def test_the_cheapest_in_nine_of_ten_scenarios_hedges(lab: Lab) -> None:
    """With a throughput that may fall, more nodes than the likely optimum's can be cheaper at P90.

    The risk-averse mix costs at P90 no more than the cheapest one does.
    """
    book = lab.book(
        "doubt",
        figures=[{"figure": "benchmark_spread", "value": [0.5, 1.0, 1.2], "unit": "x"}],
        prices=[{"api": "api/dear", "input_usd_per_mtok": 9, "output_usd_per_mtok": 9}],
    )
    lab.workload(requests_per_month=2.9 * 730 * 3600, burst={"quantile": 0.99})
    pools: Keys = {"main": {**ON_DEMAND, "nodes": "auto"}}
    lab.stack(pools, {"overflow": "api/dear"}, prices=[book], alternatives=["api/dear"])
    [service] = solve(lab, scenarios=500).services
    assert service.cheapest is not None
    assert service.risk_averse is not None
    assert service.risk_averse.stack_p90_usd_per_month <= service.cheapest.stack_p90_usd_per_month
    assert service.cheapest.stack_p90_usd_per_month > service.cheapest.usd_per_month


def test_a_pinned_file_keeps_its_comments_and_costs_the_optimum(lab: Lab) -> None:
    """Pools, comments and order stay as they were written; the numbers are the optimum's."""
    lab.nodes_by_hour([2] * 12 + [5] * 12)
    text = f"""# the team's stack
config:
  aws:region: r1
  tco:plan:
    pricing_day: "{DAY}"   # a Monday
    services:
      chat:
        workload: demand
        serving: {{model: unit}}
        pools:
          main: {{instance: box.8x, nodes: auto}}  # to be pinned
        sizing: {{target_load: 1.0}}
        require: [nowhere]
        egress: {{to: private}}
    alternatives: [api/plain]
    ops: {{fte: 0}}
    platform: {{}}
"""
    path = lab.write("Pulumi.one.yaml", text)
    found = solve(lab)
    after = pinned(found, path)
    path.write_text(after, encoding="utf-8")
    assert month_usd(lab.load()) == pytest.approx(found.optimum_usd)
    kept = [line for line in text.splitlines() if "main" not in line]
    assert [line for line in after.splitlines() if line in kept] == kept
    assert "nodes: auto" not in after


def test_a_pinned_file_keeps_its_spares_in_a_pool_that_is_left(lab: Lab) -> None:
    """Fixed spares move to a pool of the mix: a standby in a dropped pool is no plan."""
    lab.nodes_by_hour([2] * 24)
    pools = {"main": {**ON_DEMAND, "nodes": 4}}
    lab.stack(pools, {"require": ["nowhere"], "standby": {"pool": "main", "nodes": 1}})
    path = lab.folder / "Pulumi.one.yaml"
    found = solve(lab)
    path.write_text(pinned(found, path), encoding="utf-8")
    assert month_usd(lab.load()) == pytest.approx(found.optimum_usd)


def replanned(lab: Lab, found: Optimum) -> float | None:
    """What the ledger says of the stack file after its mix was pinned."""
    path = lab.folder / "Pulumi.one.yaml"
    path.write_text(pinned(found, path), encoding="utf-8")
    return month_usd(lab.load())


@settings(max_examples=8)
@given(
    day=st.lists(st.sampled_from([0.3, 0.6, 1.0, 1.7, 2.4]), min_size=24, max_size=24),
    price=st.floats(5, 14),
    quantile=st.booleans(),
    boot=st.sampled_from([0, 1.0]),
)
def test_what_is_pinned_of_two_types_of_node_costs_the_optimum(
    lab: Lab, day: list[float], price: float, *, quantile: bool, boot: float
) -> None:
    """A mix is counted in its own nodes: no plan of half-size nodes alone is cheaper."""
    burst = {"quantile": 0.95} if quantile else {"factor": 1.3}
    lab.nodes_by_hour(day, burst=burst)
    slow: Keys = {"instance": "slow.8x", "boot_hours": boot}
    service: Keys = {"require": ["nowhere"]}
    book = lab.book("slow", prices=[{"instance": "slow.8x", "region": "r1", "usd_per_hour": price}])
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 4}, "slow": {**slow, "nodes": 0}}
    lab.stack(pools, service, prices=[book])
    found = solve(lab)
    assert found.optimum_usd is not None
    assert found.pinned is not None
    assert found.pinned.usd_per_month == pytest.approx(found.optimum_usd)
    assert replanned(lab, found) == pytest.approx(found.optimum_usd)
    for most, least in itertools.product(range(1, 9), range(3)):
        nodes: Keys = {"min": min(least, most), "max": most, "follow": "load"}
        cost = usd(lab, {"slow": {**slow, "nodes": nodes}}, service, prices=[book])
        assert cost >= found.optimum_usd - 1e-6


def test_nodes_that_never_stop_are_tried(lab: Lab) -> None:
    """Needs of 1 and 2 in turn: a second node that boots 3 h each time is cheaper left on.

    Two nodes all day and one hour with two more, 4 starts-hours each: 48 + 2 x (1 + 3) = 56 h.
    """
    lab.nodes_by_hour([1, 2] * 11 + [1, 4])
    prices = [{**ON_DEMAND, "region": "r1", "usd_per_hour": 5}]
    prices += [{**prices[0], "usd_per_hour": 50, "purchase": "spot"}]
    book = lab.book("b", prices=prices)
    pools: Keys = {"main": {**ON_DEMAND, "boot_hours": 3, "nodes": {**FOLLOWING, "max": 4}}}
    lab.stack(pools, {"require": ["nowhere"]}, prices=[book])
    found = solve(lab, months=0)
    assert found.optimum_usd == pytest.approx(56 * 5 * 730 / 24)
    assert "2 to 4 x main" in optimum_text(optimize_document(found))
    assert optimize_document(found).as_json()["services"][0]["cheapest"]["always_on"] == {"main": 2}
    assert replanned(lab, found) == pytest.approx(found.optimum_usd)


@pytest.mark.parametrize("fte", [0.5, 1.0])
def test_what_is_pinned_of_several_services_is_one_plan(lab: Lab, fte: float) -> None:
    """The file costs what is reported, and where an API alone is cheaper the text says so."""
    two_services(lab, fte=fte)
    found = solve(lab)
    assert found.pinned is not None
    assert found.optimum_usd is not None
    text = " ".join(optimum_text(optimize_document(found)).split())
    assert ("the cheapest mix has no nodes for chat and batch" in text) is (fte == 1.0)
    assert optimize_document(found).pinned.usd_per_month == found.pinned.usd_per_month
    assert found.pinned.usd_per_month == pytest.approx(2 * 14_600 + fte * 20_000)
    assert replanned(lab, found) == pytest.approx(found.pinned.usd_per_month)


def test_no_commitment_outlasts_a_stated_horizon(lab: Lab) -> None:
    """A plan that looks six months ahead takes no year: pinned, it would be refused."""
    lab.nodes_by_hour([2] * 24)
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 2}}
    lab.stack(pools, {"require": ["nowhere"]}, finance={"horizon": 6})
    found = solve(lab, months=60)
    [service] = found.services
    assert all("savings-plan" not in pool.name for pool in service.pools)
    assert replanned(lab, found) == pytest.approx(found.optimum_usd)


@settings(max_examples=4)
@given(day=st.lists(st.floats(0.2, 30), min_size=23, max_size=23).map(lambda day: [*day, 20.0]))
def test_another_kind_of_node_never_makes_the_optimum_more_expensive(
    lab: Lab, day: list[float]
) -> None:
    """Fleets too large to price in full keep what was found without the other node."""
    lab.nodes_by_hour(day)
    book = lab.book("slow", prices=[{"instance": "slow.8x", "region": "r1", "usd_per_hour": 5}])
    main: Keys = {"main": {**ON_DEMAND, "nodes": "auto"}}
    costs: list[float] = []
    for pools in (main, {**main, "slow": {"instance": "slow.8x", "nodes": 0}}):
        lab.stack(pools, {"require": ["nowhere"]}, prices=[book])
        found = solve(lab)
        assert not optimize_document(found).exact
        costs.append(found.optimum_usd or 0.0)
    assert costs[1] <= costs[0] + 1e-6


def test_a_plan_with_something_unpriced_has_no_optimum(lab: Lab) -> None:
    """Without an operating point there is nothing to optimize, and the reason is reported."""
    tokens = {"name": "all", "share": 1, "input": 1024, "output": 256}
    lab.workload(classes=[tokens], objectives={"itl_ms": {"p50": 1}})
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"serving": {"model": "curve"}})
    with pytest.raises(BadInput, match="ITL p50 <= 1 ms"):
        solve(lab)


def two_services(
    lab: Lab, *, batch: float = 0.9, require: Sequence[str] = (), fte: float = 0
) -> None:
    """The services `chat` and `batch` on an on-demand node each, $14,600, or at an API.

    A full node-month costs $26,280 there, 0.9 of it $23,652.
    """
    lab.nodes_by_hour([0.9] * 24)
    lab.nodes_by_hour([batch] * 24, name="other")
    book = day_prices(lab, 20, 99)
    pool: Keys = {**ON_DEMAND, "nodes": 1}
    services = {
        "chat": lab.service({"main": pool}, require=require),
        "batch": lab.service({"more": pool}, workload="other", require=require),
    }
    lab.plan(services, alternatives=["api/dear"], prices=[book], ops={"fte": fte})


@pytest.mark.parametrize(
    ("fte", "usd", "adds"),
    [(0.5, 2 * 14_600 + 10_000, 14_600), (1.0, 2 * 23_652, 23_652)],
)
def test_services_that_share_people_are_settled_together(
    lab: Lab, fte: float, usd: float, adds: float
) -> None:
    """Two nodes save 2 x $9,052: more than half a person costs, less than one.

    Neither service alone would change anything: half a person ($10,000) is more than what its own
    node saves, and a whole one ($20,000) stays for the other's.
    """
    two_services(lab, fte=fte)
    found = solve(lab)
    assert found.optimum_usd == pytest.approx(usd)
    for service in found.services:
        assert service.cheapest is not None
        assert service.cheapest.usd_per_month == pytest.approx(adds)
        assert service.cheapest.stack_usd_per_month == pytest.approx(usd)


def test_a_services_figures_are_its_own(lab: Lab) -> None:
    """With no one to share, what the services add is the stack; a node's own people are in it."""
    two_services(lab, fte=1.0)
    found = optimize_document(solve(lab)).as_json()
    services = {service["name"]: service for service in found["services"]}
    added = [service["cheapest"]["usd_per_month"] for service in services.values()]
    assert sum(added) == pytest.approx(found["optimum"]["usd_per_month"])
    assert services["chat"]["with_nodes"]["usd_per_month"] == pytest.approx(14_600 + 20_000)
    assert services["chat"]["with_nodes"]["stack_usd_per_month"] == pytest.approx(
        14_600 + 20_000 + 23_652
    )
    assert services["chat"]["standby_usd_per_month"]["none"] == pytest.approx(14_600 + 20_000)


def test_the_text_says_whose_figures_are_whose(lab: Lab) -> None:
    """Of several services each has its own figures, and the stack's P90 is called so."""
    two_services(lab, fte=1.0)
    text = optimum_text(optimize_document(solve(lab)))
    assert "with nodes: $34,600/month, the stack's P90 $58,252:" in " ".join(text.split())
    assert "what it adds to the stack" in " ".join(text.split())


def test_the_text_takes_the_terminals_width(lab: Lab) -> None:
    """Nothing is wider than the terminal, and a wider one shows the same in fewer lines."""
    two_services(lab, fte=1.0)
    found = solve(lab)
    narrow, wide = (
        optimum_text(optimize_document(found), width).splitlines() for width in (80, 120)
    )
    assert max(len(line) for line in narrow) <= 80 < max(len(line) for line in wide) <= 120
    assert len(wide) < len(narrow)


def test_a_service_that_refuses_demand_keeps_no_other_from_being_settled(lab: Lab) -> None:
    """As declared `batch` has a node for 1.9 nodes' work: the optimum has two, and one for chat."""
    two_services(lab, batch=1.9, require=["nowhere"])
    found = solve(lab)
    assert found.declared_usd is None
    assert found.optimum_usd == pytest.approx(3 * 14_600)
    assert all(service.cheapest is not None for service in found.services)


def test_what_follows_the_load_is_reported_as_a_maximum(lab: Lab) -> None:
    """Two replicas all day and up to three more, of two nodes each: 4 nodes, and up to 6."""
    lab.nodes_by_hour([2] * 20 + [5] * 4)
    pools: Keys = {"main": {**ON_DEMAND, "nodes": {**FOLLOWING, "max": 10}, "boot_hours": 0}}
    service: Keys = {"serving": {"model": "twin", "gpus_per_replica": 16}, "require": ["nowhere"]}
    lab.stack(pools, service, prices=[day_prices(lab, 2.5, 1.7)])
    found = solve(lab)
    text = " ".join(optimum_text(optimize_document(found)).split())
    assert "4 x savings-plan-1yr, up to 6 x main, no overflow" in text
    [bought] = optimize_document(found).as_json()["services"]
    assert bought["cheapest"]["nodes"] == {"savings-plan-1yr": 4, "main": 6}


def test_groups_that_disagree_on_the_cheapest_api_have_each_tried(lab: Lab) -> None:
    """The API that is cheap for long prompts overflows one group best, the other the other.

    What is no cheaper for either is left out, and the cheapest for the common group stands first.
    """
    prices = [
        {"api": "api/input", "input_usd_per_mtok": 0.1, "output_usd_per_mtok": 20},
        {"api": "api/output", "input_usd_per_mtok": 4, "output_usd_per_mtok": 0.1},
        {"api": "api/worse", "input_usd_per_mtok": 4, "output_usd_per_mtok": 21},
    ]
    ask = {"name": "ask", "share": 0.5, "input": 950, "output": 50}
    lab.workload(classes=[ask, {"name": "write", "share": 0.5, "input": 100, "output": 900}])
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 2}, "more": {**ON_DEMAND, "nodes": 2}}
    rivals = [str(price["api"]) for price in prices]
    service: Keys = {"route": {"write": {"pool": "more"}}, "overflow": "api/worse"}
    lab.stack(pools, service, prices=[lab.book("apis", prices=prices)], alternatives=rivals)
    assert [rate.api for rate, _ in apis_of(lab.load(), 0)] == ["api/input", "api/output"]


def test_a_written_mix_costs_what_was_found_where_work_waits(lab: Lab) -> None:
    """What can wait fills the hours of the mix that is priced, not those of the declared pools."""
    request = {"name": "all", "share": 1, "input": 900, "output": 100}
    waits = {**request, "can_wait": {"share": 0.5, "hours": 12}}
    lab.nodes_by_hour([5] * 8 + [2] * 10 + [0.5] * 6, classes=[waits])
    pools = {
        "base": {**RESERVED, "nodes": 1},
        "main": {**ON_DEMAND, "nodes": {"min": 0, "max": 4, "follow": "load"}, "boot_hours": 0},
    }
    lab.stack(pools, {"overflow": "api/dear"}, prices=[day_prices(lab, 20, 1.7)])
    found = solve(lab)
    assert replanned(lab, found) == pytest.approx(found.optimum_usd)
