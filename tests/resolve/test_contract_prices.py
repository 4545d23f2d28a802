"""A contract end to end: every decision reads the price that is paid, not the list's."""

from __future__ import annotations

import pytest

from tco.analysis.optimization.optimize import optimize
from tco.documents.charges import charges_document
from tco.documents.plan import stack_part
from tests.conftest import DAY, Keys, Lab

MAIN: Keys = {"main": {"instance": "box.8x", "nodes": 1}}


def test_a_negotiated_rate_end_to_end(lab: Lab) -> None:
    """A row of a book: in the line, in its source, in FOCUS beside the list price."""
    row = {"instance": "box.8x", "region": "r1", "usd_per_hour": 15}
    lab.stack(MAIN, prices=[lab.book("contract", prices=[row])])
    result = lab.evaluate()
    assert result.usd_per_month == pytest.approx(15 * 730)
    assert stack_part(result).lines[0].source == "order form"
    [charge] = [charge for charge in charges_document(result).charges if charge.node is not None]
    assert (charge.list_usd, charge.contracted_usd) == pytest.approx((20 * 730, 15 * 730))


def test_a_discount_end_to_end(lab: Lab) -> None:
    """The same by a percentage: 25% off $20."""
    off = {"instance": "box.*", "percent_off": 25}
    lab.stack(MAIN, prices=[lab.book("contract", discounts=[off])])
    result = lab.evaluate()
    assert result.usd_per_month == pytest.approx(15 * 730)
    source = "made up for the tests; 25% off list by contract.yaml"
    assert stack_part(result).lines[0].source == source
    [charge] = [charge for charge in charges_document(result).charges if charge.node is not None]
    assert (charge.list_usd, charge.contracted_usd) == pytest.approx((20 * 730, 15 * 730))


def test_the_optimizer_sees_discounts(lab: Lab) -> None:
    """A node on demand at 60% off beats the savings plan that is not discounted."""
    lab.workload(requests_per_month=730 * 3600)
    off = {"instance": "box.*", "purchase": "on-demand", "percent_off": 60}
    spot = {"purchase": "spot", "instance": "box.8x", "region": "r1", "usd_per_hour": 100}
    api = {"api": "own/api", "input_usd_per_mtok": 100, "output_usd_per_mtok": 100}
    for discounts, usd in (([], 11 * 730), ([off], 8 * 730)):
        book = lab.book("contract", discounts=discounts, prices=[spot, api])
        lab.stack(MAIN, prices=[book], alternatives={"only": ["own/api"]})
        found = optimize(*lab.candidates("one", DAY), scenarios=0)
        assert found.optimum_usd == pytest.approx(usd)


def test_the_gate_prices_on_demand_at_the_discount(lab: Lab) -> None:
    """What `up` really pays before a commitment is bought is discounted as well."""
    plan = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
    main = {"instance": "box.8x", "nodes": 1, "purchase": "reserved", "commitment": plan}
    off = {"instance": "box.*", "percent_off": 25}
    keys: Keys = {"provision": {"kind": "asg", "subnets": ["subnet-0abc"]}}
    lab.stack({"main": main}, prices=[lab.book("contract", discounts=[off])], **keys)
    result = lab.evaluate()
    assert result.ceiling.usd_per_month == pytest.approx(15 * 730)
