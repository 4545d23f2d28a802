"""By which names uncertain figures are known: each by what it belongs to, one name each."""

from __future__ import annotations

import pytest

from tco.analysis.cashflow.projection import project
from tco.analysis.simulation.uncertainty import drivers_of
from tests.conftest import ON_DEMAND, Keys, Lab, owned

ONE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
USD = [200_000, 250_000, 300_000]


def drivers(lab: Lab) -> dict[str, int]:
    """The uncertain figures of a stack and its alternatives, with the ranges of each."""
    stack = lab.load()
    found = drivers_of(project(stack), stack.alternatives)
    return {name: len(ranges) for name, ranges in found.ranges.items()}


def test_two_workloads_have_two_figures(lab: Lab) -> None:
    """Classes of one name in two workloads are cached, written and waiting each for itself."""
    request: Keys = {"name": "all", "share": 1, "input": 900, "output": 100}
    for name, low in (("one", 0.2), ("two", 0.3)):
        shares = {key: [low, low + 0.2] for key in ("cached", "cache_write", "can_wait")}
        lab.workload(name, classes=[{**request, **shares}])
    services = {
        name: {**lab.service({f"pool-{name}": ONE["main"]}), "workload": name}
        for name in ("one", "two")
    }
    row = {"api": "x/y", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    terms = {"cache_write_usd_per_mtok": 2, "cached_input_usd_per_mtok": 0.1, "batch_discount": 0.5}
    lab.plan(services, prices=[lab.book("x", prices=[{**row, **terms}])], alternatives=["x/y"])
    figures = ("cached share of all", "cache writes of all", "share of all that can wait")
    assert drivers(lab) == {f"{name}: {figure}": 1 for name in ("one", "two") for figure in figures}


def test_two_services_have_two_figures(lab: Lab) -> None:
    """What two services send to the internet are two figures, known by the services."""
    services: Keys = {}
    for name, low in (("one", 100), ("two", 500)):
        egress = {"to": "internet", "bytes_per_output_token": [low, 2 * low]}
        services[name] = lab.service({f"pool-{name}": ONE["main"]}, egress=egress)
    lab.plan(services)
    assert drivers(lab) == {
        f"{service}.egress.bytes_per_output_token": 1 for service in ("one", "two")
    }


def test_two_apis_jump_by_two_figures(lab: Lab) -> None:
    """A jump belongs to its API: two in the same month need not go the same way."""
    jumps = [
        {"api": "api/plain", "month": 3, "factor": [0.2, 0.5]},
        {"api": "api/dear", "month": 3, "factor": [0.3, 0.9]},
    ]
    lab.stack(ONE, alternatives=["api/plain", "api/dear"], outlook={"jumps": jumps})
    names = [f"{api}: price jump in month 3" for api in ("api/plain", "api/dear")]
    assert list(drivers(lab)) == names


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (USD, {"pools.base.owned.usd": 1}),
        ([300_000, 350_000, 400_000], {"pools.base.owned.usd": 1, "two: pools.base.owned.usd": 1}),
    ],
)
def test_another_stacks_figure_is_its_own(
    lab: Lab, theirs: list[int], expected: dict[str, int]
) -> None:
    """Pools of one name in two stacks are two purchases, unless both plans state the same."""
    base = {**owned(0), "owned": {**owned(0)["owned"], "usd": theirs}}
    lab.plan({"chat": lab.service({"base": base})}, "two")
    base = {**owned(0), "owned": {**owned(0)["owned"], "usd": USD}}
    lab.stack({"base": base}, alternatives=["stack:two"])
    assert drivers(lab) == expected


def test_two_stacks_share_what_they_read(lab: Lab) -> None:
    """One workload file and the catalog's figures are the same in both stacks."""
    tokens = {"name": "all", "share": 1, "input": 900, "output": 100, "cached": [0.2, 0.4]}
    lab.workload(classes=[tokens])
    row = {"api": "x/y", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    figure = {"figure": "usd_per_fte_year", "value": [200_000, 300_000], "unit": "USD/year"}
    hits = {**row, "cached_input_usd_per_mtok": 0.1}
    book = lab.book("x", prices=[hits], figures=[figure])
    plan: Keys = {"prices": [book], "ops": {"fte": 1, "api_fte": 0.5}}
    lab.plan({"chat": lab.service(ONE, route={}, overflow="x/y")}, "two", **plan)
    lab.stack(ONE, {"overflow": "x/y"}, alternatives=["stack:two"], **plan)
    assert drivers(lab) == {"demand: cached share of all": 1, "usd_per_fte_year": 1}
