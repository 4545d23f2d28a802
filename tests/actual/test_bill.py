"""Which lines of a bill are a stack's, and what each of them pays for."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.actual.bill import COUNTED, Billed, StackBill, stack_bill
from tco.actual.period import period_of
from tco.billing.record import BilledLine, CostCategory, LineKind
from tco.errors import TcoError
from tests.actual.billed import MINE, OCTOBER, TODAY, billed, node_hours
from tests.conftest import FOLLOWING, ON_DEMAND, Lab

PLAN = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
POOLS = {
    "base": {**ON_DEMAND, "nodes": 1, "purchase": "reserved", "commitment": PLAN},
    "burst": {**ON_DEMAND, "nodes": FOLLOWING},
}
BASE, BURST = ("chat", "base"), ("chat", "burst")
BillOf = Callable[..., StackBill]


@pytest.fixture
def bill(lab: Lab) -> BillOf:
    """What lines hold of the stack `one`, with a reserved pool and one on demand."""
    lab.stack(POOLS)

    def of(*lines: BilledLine, untagged: bool = False) -> StackBill:
        return stack_bill(lines, lab.load(), OCTOBER, untagged=untagged)

    return of


def test_nodes_belong_to_the_pool_of_their_tag(bill: BillOf) -> None:
    """Tags of the Pulumi program decide, however the export writes them, not what was bought."""
    for key in ("tco:pool", "user:tco:pool", "tco_pool"):
        found = bill(node_hours(10, 20.0, tags={**MINE, key: "base"}))
        assert found.pools == {BASE: Billed(200.0, 10.0)}, key


@pytest.mark.parametrize(
    ("purchase", "region", "pool"),
    [("on-demand", "r1", BURST), ("reserved", "r1", BASE), ("spot", "r1", BASE)],
)
def test_nodes_without_a_pool_tag_belong_to_the_pool_that_buys_so(
    bill: BillOf, purchase: str, region: str, pool: tuple[str, str]
) -> None:
    """By instance type, then by how the node is bought."""
    found = bill(node_hours(10, 20.0, purchase=purchase, region=region))
    assert list(found.pools) == [pool]


def test_lines_are_sorted_by_what_they_pay_for(bill: BillOf) -> None:
    """Transfer, disks and the rest, and an instance that no pool has."""
    found = bill(
        node_hours(10, 20.0),
        node_hours(5, 1.0, instance="cpu.4x"),
        billed(2, 9.0, category=CostCategory.EGRESS, quantity=100.0, unit="GB"),
        billed(2, 30.0, category=CostCategory.STORAGE),
        billed(3, 12.0),
    )
    assert found.pools == {BURST: Billed(200.0, 10.0)}
    assert found.unplanned == {"cpu.4x": Billed(5.0, 5.0)}
    assert found.egress == {"AWS": Billed(9.0, 100.0)}
    assert found.platform == {"AWS": Billed(42.0, None)}


def test_credits_refunds_tax_and_support_are_apart(bill: BillOf) -> None:
    """They do not change what the usage cost; both the stack's and the account's are kept."""
    kinds = (LineKind.CREDIT, LineKind.REFUND, LineKind.TAX, LineKind.SUPPORT)
    mine = [billed(4, -10.0, kind=kind) for kind in kinds]
    account = [billed(4, 7.0, kind=kind, tags={}) for kind in kinds]
    found = bill(node_hours(10, 20.0), *mine, *account)
    assert found.apart == dict.fromkeys(kinds, -10.0)
    assert found.untagged_apart == dict.fromkeys(kinds, 7.0)
    assert found.pools[BURST].usd == 200.0


def test_a_commitment_counts_at_its_effective_cost(bill: BillOf) -> None:
    """A fee and its hours are effective in the hours that it covers, not when it is billed."""
    found = bill(
        node_hours(744, 0.0, kind=LineKind.COMMITMENT_FEE, billed_usd=8_760.0),
        node_hours(10, 12.0, purchase="reserved", billed_usd=0.0),
        node_hours(2, 12.0, purchase="reserved", kind=LineKind.UNUSED_COMMITMENT),
    )
    assert found.pools == {BASE: Billed(144.0, 12.0)}


def test_what_a_savings_plan_left_unused_is_no_platform(bill: BillOf) -> None:
    """It covers no node of the month, so no pool has it; the plan has no such cost."""
    unused = billed(4, 74.4, kind=LineKind.UNUSED_COMMITMENT, tags={})
    found = bill(node_hours(10, 20.0), unused, untagged=True)
    assert found.platform == {}
    assert [billed.usd for billed in found.unplanned.values()] == [74.4]
    assert found.pools == {BURST: Billed(200.0, 10.0)}


def test_untagged_nodes_of_the_plan_are_a_hint(bill: BillOf) -> None:
    """What may be the stack's and has no tag is shown and not counted, unless that is asked for."""
    lines = [
        node_hours(10, 20.0),
        node_hours(3, 20.0, tags={}),
        node_hours(3, 20.0, tags={"tco:stack": "two"}),
        node_hours(3, 1.0, tags={}, instance="cpu.4x"),
    ]
    found = bill(*lines)
    assert found.untagged == {"box.8x": Billed(60.0, 3.0)}
    assert found.pools == {BURST: Billed(200.0, 10.0)}
    counted = bill(*lines, untagged=True)
    assert counted.untagged == {}
    assert counted.pools == {BURST: Billed(260.0, 13.0)}
    assert counted.unplanned == {"cpu.4x": Billed(3.0, 3.0)}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((), "the bill has no line for 2026-10: it has no lines."),
        (
            (dataclasses.replace(node_hours(1, 1.0), day=dt.date(2026, 9, 30)),),
            "no line for 2026-10: its lines are from 2026-09-30 to 2026-09-30.",
        ),
        ((node_hours(10, 20.0, tags={}),), "$200 of the plan's instance types have no such tag."),
        ((node_hours(10, 20.0, tags={}),), "or pass --untagged"),
        ((node_hours(10, 20.0, tags={"tco:stack": "onee"}),), "Did you mean onee?"),
        ((node_hours(10, 20.0, tags={"tco:stack": "x9"}),), "It has lines for the stacks x9."),
    ],
)
def test_a_bill_without_the_stack_is_refused(
    bill: BillOf, lines: tuple[BilledLine, ...], message: str
) -> None:
    """The wrong month, the wrong account or missing tags are not a month that cost nothing."""
    with pytest.raises(TcoError) as refused:
        bill(*lines)
    assert message in f"{refused.value}"


def test_a_part_of_a_month_needs_lines_of_days(lab: Lab) -> None:
    """A line of the whole month cannot be compared with ten days of the plan."""
    lab.stack(POOLS)
    part = period_of(OCTOBER.first, TODAY, dt.date(2026, 10, 10))
    monthly = node_hours(744, 20.0, last_day=OCTOBER.last)
    with pytest.raises(TcoError, match="lines that cover whole months"):
        stack_bill([monthly], lab.load(), part)
    daily = [billed(day, 1.0) for day in range(1, 32)]
    assert stack_bill(daily, lab.load(), part).platform["AWS"].usd == 10.0


LINES = st.builds(
    node_hours,
    st.floats(-10, 1000),
    st.floats(0, 100),
    kind=st.sampled_from(LineKind),
    category=st.sampled_from(CostCategory),
    instance=st.sampled_from(["box.8x", "cpu.4x", None]),
    purchase=st.sampled_from(["on-demand", "spot", "reserved", None]),
    region=st.sampled_from(["r1", "r2", None]),
    unit=st.sampled_from(["h", "GB", None]),
    provider=st.sampled_from(["AWS", "Amazon Web Services, Inc.", "acme"]),
    tags=st.sampled_from([MINE, {**MINE, "tco:pool": "base"}, {**MINE, "tco:pool": "gone"}, {}]),
)


@given(st.lists(LINES, min_size=1, max_size=20))
def test_no_cost_of_the_stack_is_lost_or_counted_twice(lab: Lab, lines: list[BilledLine]) -> None:
    """Whatever a line is, its effective cost is in one place; what is apart is there as billed."""
    lab.stack(POOLS)
    found = stack_bill(lines, lab.load(), OCTOBER, untagged=True)
    places = (found.pools, found.egress, found.platform, found.unplanned)
    counted = sum(billed.usd for place in places for billed in place.values())
    apart = sum(found.apart.values())
    assert counted == pytest.approx(
        sum(line.effective_usd for line in lines if line.kind in COUNTED), abs=1e-6
    )
    assert apart == pytest.approx(
        sum(line.billed_usd for line in lines if line.kind not in COUNTED), abs=1e-6
    )
    assert found.lines == len(lines)
