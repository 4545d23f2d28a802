"""Stacks that differ in one service cost what the ledger says, and a search ends in time."""

from __future__ import annotations

import pytest

from tco.analysis.optimization import stack_prices
from tco.analysis.optimization.budget import Budget
from tco.analysis.optimization.mix import Mix, month_usd
from tco.analysis.optimization.optimize import Optimum, optimize
from tco.analysis.optimization.stack_prices import StackPrices
from tco.costing.fleet_operation import FleetOperation, operate
from tco.costing.stack import StackModel
from tco.documents.optimize import optimize_document
from tco.report.optimum import optimum_text
from tests.conftest import DAY, ON_DEMAND, Keys, Lab


def several(lab: Lab, count: int) -> None:
    """A stack of the same service several times, with egress bands and people in common."""
    lab.workload(requests_per_month=0.7 * 730 * 3600)
    keys: Keys = {"overflow": "api/plain", "egress": {"to": "internet"}}
    lab.plan(
        {
            f"s{number}": lab.service({f"main{number}": {**ON_DEMAND, "nodes": "auto"}}, **keys)
            for number in range(count)
        },
        ops={"fte": 1.0},
    )


def solved(lab: Lab, budget: Budget | None = None) -> Optimum:
    """The optimum of the stack `one` without scenarios."""
    return optimize(*lab.candidates("one", DAY), 12, 0, budget=budget)


@pytest.mark.parametrize("count", [1, 3])
def test_a_stack_priced_in_parts_costs_what_the_ledger_says(lab: Lab, count: int) -> None:
    """Bands of egress and people that services share are counted over all of them."""
    several(lab, count)
    stack, prices = lab.load(), StackPrices()
    for nodes in (2, 3, 2):
        pool = stack.services[-1].groups[0].pools[0].name
        mix = Mix({pool: nodes}, stack.services[-1].overflow, stack.services[-1].standby)
        mixed = prices.stack_with(stack, count - 1, mix)
        assert prices.month_usd(mixed) == pytest.approx(month_usd(mixed), rel=1e-12)
    assert prices.month_usd(stack) == pytest.approx(month_usd(stack), rel=1e-12)


def test_the_work_of_a_search_grows_with_the_services_not_faster(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each mix of each service is operated once, whatever stands beside it."""
    runs: list[int] = []

    def counted(stack: StackModel) -> FleetOperation:
        runs.append(len(stack.services))
        return operate(stack)

    monkeypatch.setattr(stack_prices, "operate", counted)
    work: dict[int, int] = {}
    for count in (1, 3):
        several(lab, count)
        runs.clear()
        solved(lab)
        work[count] = sum(runs)
    assert work[3] <= 3.5 * work[1]


def test_a_search_out_of_time_says_what_it_left_out(lab: Lab) -> None:
    """Without time an answer still comes, and it is not called exact."""
    several(lab, 2)
    found = solved(lab, Budget(0.0, clock=lambda: 0.0))
    document = optimize_document(found).as_json()
    assert not document["exact"]
    assert any(text.startswith("s1: ") for text in document["not_searched"])
    assert found.optimum_usd is not None
    assert found.declared_usd is not None
    assert found.optimum_usd <= found.declared_usd
    assert "--time-limit" in optimum_text(optimize_document(found))


def test_time_that_is_not_used_up_changes_nothing(lab: Lab) -> None:
    """With time enough the answer is that of a search without a limit."""
    several(lab, 2)
    assert optimize_document(solved(lab, Budget(1e6))) == optimize_document(solved(lab))


@pytest.mark.parametrize(("count", "exact", "text"), [(1, True, "Exact: "), (2, False, "its own")])
def test_an_answer_says_whether_it_is_exact(lab: Lab, count: int, exact: bool, text: str) -> None:
    """One service of few counts is priced in full, several only one beside the others."""
    several(lab, count)
    found = solved(lab)
    shown = optimize_document(found)
    assert shown.exact is exact
    assert [service.exact for service in shown.services] == [True] * count
    assert text in optimum_text(optimize_document(found))
