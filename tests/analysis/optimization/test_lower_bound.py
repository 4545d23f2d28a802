"""No mix of several services is below the bound, and the gap to it is reported."""

from __future__ import annotations

import itertools

import pytest

from tco.analysis.optimization.budget import Budget
from tco.analysis.optimization.mix import Mix
from tco.analysis.optimization.stack_prices import StackPrices
from tco.documents.optimize import optimize_document
from tco.report.optimum import optimum_text
from tests.analysis.optimization.test_stack_prices import several, solved
from tests.conftest import Lab

SAME = 1e-12


@pytest.mark.parametrize("services", [1, 2, 3])
def test_no_combination_of_mixes_is_below_the_bound(lab: Lab, services: int) -> None:
    """Every combination of 0 to 3 nodes per service costs at least the bound, by the ledger."""
    several(lab, services)
    bound, stack, prices = solved(lab).bound_usd, lab.load(), StackPrices()
    assert bound is not None
    for counts in itertools.product(range(4), repeat=services):
        mixed = stack
        for index, count in enumerate(counts):
            service = stack.services[index]
            pool = service.groups[0].pools[0].name
            mix = Mix({pool: count}, service.overflow, service.standby)
            mixed = prices.stack_with(mixed, index, mix)
        assert prices.cost_usd(mixed) >= bound * (1 - SAME)


def test_one_service_of_which_every_count_was_priced_has_no_gap(lab: Lab) -> None:
    """What is exact is its own bound."""
    several(lab, 1)
    assert optimize_document(solved(lab)).gap_usd_per_month == pytest.approx(0.0, abs=1e-9)


def test_the_gap_of_several_services_is_a_part_of_their_cost(lab: Lab) -> None:
    """The gap is what services may save by sharing; the text states it, or that there is none."""
    several(lab, 2)
    found = solved(lab)
    gap, usd = optimize_document(found).gap_usd_per_month, found.optimum_usd
    assert gap is not None
    assert usd is not None
    assert 0.0 <= gap < usd
    text = " ".join(optimum_text(optimize_document(found)).split())
    assert ("no mix of these sources costs less" in text) is (gap < 0.5)


def test_a_search_that_left_counts_out_has_no_bound(lab: Lab) -> None:
    """What was not priced may be cheaper by any amount: the gap is unknown, not zero."""
    several(lab, 2)
    found = solved(lab, Budget(0.0, clock=lambda: 0.0))
    assert optimize_document(found).gap_usd_per_month is None
