"""What a Pulumi preview says of a pool."""

from __future__ import annotations

from typing import Any

from tco.report.preview import pool_text
from tco.report.view import stack_view
from tests.conftest import ON_DEMAND, Keys, Lab

COMMITMENT: Keys = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}

RESERVED: Keys = {**ON_DEMAND, "purchase": "reserved", "nodes": 1, "commitment": COMMITMENT}


def base_text(lab: Lab, busy: float = 1.0, spares: int = 0, **plan: Any) -> str:
    """The text of a reserved node that is busy for a share of its hours."""
    lab.workload(requests_per_month=busy * 730 * 3600)
    base = {**RESERVED, **plan.pop("pool", {})}
    lab.stack({"base": base}, {"standby": {"pool": "base", "nodes": spares}}, **plan)
    result = lab.evaluate()
    return pool_text(result, stack_view(result), "base")


def test_a_pool_that_is_not_bought_tells_what_it_costs_on_demand(lab: Lab) -> None:
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
    """Nobody knows what is paid until the commitment is bought, and the line says so."""
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
