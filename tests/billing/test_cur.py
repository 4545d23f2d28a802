"""Cost and Usage Reports of AWS: each type of line item costs once, what AWS says it costs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.billing import BilledLine, CostCategory, LineKind, read
from tco.billing.cur_2 import CUR_2
from tco.billing.cur_legacy import NAMES
from tests.billing.conftest import EXPORTS, Row, Written, refusal, total

HOUR = {
    "line_item_usage_start_date": "2019-12-01T00:00:00Z",
    "line_item_usage_end_date": "2019-12-01T01:00:00Z",
    "line_item_currency_code": "USD",
}
EC2 = {
    **HOUR,
    "line_item_product_code": "AmazonEC2",
    "line_item_usage_type": "BoxUsage:t2.micro",
    "line_item_usage_amount": "1",
    "product_region_code": "us-east-1",
    "pricing_unit": "Hrs",
}
USAGE = {**EC2, "line_item_line_item_type": "Usage", "line_item_unblended_cost": "0.0116"}
PLAN = {"savings_plan_purchase_term": "1yr", "savings_plan_payment_option": "No Upfront"}
COVERED = {
    **EC2,
    **PLAN,
    "line_item_line_item_type": "SavingsPlanCoveredUsage",
    "line_item_unblended_cost": "0.0116",
    "pricing_public_on_demand_cost": "0.0116",
    "savings_plan_savings_plan_effective_cost": "0.0083",
}
NEGATION = {
    **EC2,
    "line_item_line_item_type": "SavingsPlanNegation",
    "line_item_unblended_cost": "-0.0116",
}
FEE = {
    **HOUR,
    **PLAN,
    "line_item_line_item_type": "SavingsPlanRecurringFee",
    "line_item_product_code": "ComputeSavingsPlans",
    "line_item_usage_type": "ComputeSP:1yrNoUpfront",
    "line_item_usage_amount": "1",
    "line_item_unblended_cost": "0.12",
    "savings_plan_total_commitment_to_date": "0.12",
    "savings_plan_used_commitment": "0.06",
}
RI_FEE = {
    **EC2,
    "line_item_line_item_type": "RIFee",
    "line_item_usage_type": "HeavyUsage:t2.micro",
    "line_item_usage_amount": "744",
    "line_item_unblended_cost": "5.00",
    "reservation_reservation_a_r_n": "arn:aws:ec2:us-east-1:1:reserved-instances/a",
    "reservation_unused_quantity": "100",
    "reservation_unused_amortized_upfront_fee_for_billing_period": "0.30",
    "reservation_unused_recurring_fee": "0.70",
}
RI_UPFRONT = {
    **EC2,
    "line_item_line_item_type": "Fee",
    "line_item_unblended_cost": "60",
    "reservation_reservation_a_r_n": "arn:aws:ec2:us-east-1:1:reserved-instances/a",
}


def of_type(kind: str, usd: float, **keys: object) -> Row:
    """A line item of a type that costs what the invoice says."""
    return {**EC2, "line_item_line_item_type": kind, "line_item_unblended_cost": usd, **keys}


MONTH: list[Row] = [
    *(USAGE, COVERED, NEGATION, FEE, RI_FEE, RI_UPFRONT),
    of_type("Tax", 7.44, line_item_usage_type="HeavyUsage:c4.large"),
    of_type("Credit", -38.31, line_item_usage_type="HeavyUsage:m4.large"),
    of_type("Refund", -645, line_item_product_code="OCBPremiumSupport"),
    of_type("Fee", 64_500, line_item_product_code="OCBPremiumSupport"),
    of_type("EdpDiscount", -0.001),
    of_type("SavingsPlanUpfrontFee", 1_000, line_item_product_code="ComputeSavingsPlans"),
]
"""A line item of each type; costs of savings plans as in the tests of ICE."""


def legacy(row: Row) -> dict[str, object]:
    """A row under the names of the legacy report."""
    return {NAMES[name]: value for name, value in row.items()}


def amortized(row: Mapping[str, object]) -> float:
    """The amortized cost of a row by `amortized_cost_by_charge_type.sql` of AWS."""

    def number(name: str) -> float:
        return float(str(row.get(name) or 0))

    kind = row["line_item_line_item_type"]
    if kind == "SavingsPlanCoveredUsage":
        return number("savings_plan_savings_plan_effective_cost")
    if kind == "SavingsPlanRecurringFee":
        total = number("savings_plan_total_commitment_to_date")
        return total - number("savings_plan_used_commitment")
    if kind == "DiscountedUsage":
        return number("reservation_effective_cost")
    if kind == "RIFee":
        return number("reservation_unused_recurring_fee") + number(
            "reservation_unused_amortized_upfront_fee_for_billing_period"
        )
    free = kind in ("SavingsPlanNegation", "SavingsPlanUpfrontFee")
    upfront = kind == "Fee" and row.get("reservation_reservation_a_r_n")
    return 0.0 if free or upfront else number("line_item_unblended_cost")


@pytest.fixture(params=["2.0", "legacy"])
def report(request: pytest.FixtureRequest, written: Written) -> list[BilledLine]:
    """The lines of a month, from both forms of the report."""
    rows = MONTH if request.param == "2.0" else [legacy(row) for row in MONTH]
    return list(read(written(rows)))


def test_costs_add_up_to_the_report(report: list[BilledLine]) -> None:
    """Effective costs are the amortized costs of AWS, billed costs the unblended ones."""
    effective, billed = total(report)
    assert effective == pytest.approx(sum(map(amortized, MONTH)))
    assert billed == pytest.approx(
        sum(float(str(row["line_item_unblended_cost"])) for row in MONTH)
    )


def test_kinds(report: list[BilledLine]) -> None:
    """Each type is of its kind; a fee that left something unused is two lines."""
    kind = LineKind
    assert [(line.kind, line.effective_usd) for line in report] == [
        (kind.USAGE, 0.0116),
        (kind.USAGE, 0.0083),  # not its on-demand price, which the negation takes back
        (kind.COMMITMENT_FEE, 0),
        (kind.UNUSED_COMMITMENT, 0.06),  # 0.12 committed less 0.06 used
        (kind.COMMITMENT_FEE, 0),
        (kind.UNUSED_COMMITMENT, 1.0),  # 0.30 of the upfront and 0.70 recurring
        (kind.COMMITMENT_FEE, 0),
        (kind.TAX, 7.44),
        (kind.CREDIT, -38.31),
        (kind.REFUND, -645),
        (kind.SUPPORT, 64_500),
        (kind.USAGE, -0.001),
        (kind.COMMITMENT_FEE, 0),
    ]


def test_hours_count_once(report: list[BilledLine]) -> None:
    """Node hours are those that ran: a negation and a discount have none, a fee has none."""
    hours = [line.node_hours for line in report if line.kind is LineKind.USAGE]
    assert hours == [1, 1, 0]
    unused = [line for line in report if line.kind is LineKind.UNUSED_COMMITMENT]
    assert [line.node_hours for line in unused] == [0, 100]


def test_purchase(report: list[BilledLine]) -> None:
    """What covers usage is read with its term and payment."""
    bought = {(line.purchase, line.commitment, line.term, line.payment) for line in report[:3]}
    plan = ("reserved", "savings-plan", "1yr", "no-upfront")
    assert bought == {("on-demand", None, None, None), plan}


def test_a_reserved_day() -> None:
    """A real row: $500 upfront for a year of c5.large is $1.37 a day, less the account's 10%."""
    line, support, tax = read(EXPORTS / "cur_legacy.csv")
    assert pytest.approx(1.36986312, abs=1e-6) == 500 / 365
    assert line.effective_usd == 1.23287664 == pytest.approx(1.36986312 * 0.9, abs=1e-6)
    assert (line.node_hours, line.list_usd) == (24, pytest.approx(24 * 0.097))
    assert (line.instance, line.region) == ("c5.large", "eu-central-1")
    assert (line.commitment, line.term, line.payment) == (
        *("reserved-instance", "1yr", "all-upfront"),
    )
    assert (support.kind, support.effective_usd) == (LineKind.SUPPORT, 29)
    assert (tax.kind, tax.day.isoformat(), tax.last_day.isoformat()) == (
        *(LineKind.TAX, "2023-03-01", "2023-03-31"),
    )


def test_discounts_count_once(written: Written) -> None:
    """With net columns a discount is in the line it discounts; without, in its own line."""
    gross = [{**USAGE, "line_item_unblended_cost": 100}, of_type("PrivateRateDiscount", -20)]
    net = [
        {**gross[0], "line_item_net_unblended_cost": 80},
        {**gross[1], "line_item_net_unblended_cost": 0},
    ]
    for rows in (gross, net):
        lines = list(read(written(rows)))
        assert total(lines) == (80, 80)
        assert {(line.instance, line.purchase) for line in lines} == {("t2.micro", "on-demand")}
        assert sum(line.node_hours for line in lines) == 1


def test_a_net_savings_plan(written: Written) -> None:
    """The unused part of a plan is as discounted as its fee, or its upfront where it has no fee."""
    fee = {**FEE, "line_item_net_unblended_cost": "0.108"}
    upfront = {
        **FEE,
        "line_item_unblended_cost": "0",
        "savings_plan_amortized_upfront_commitment_for_billing_period": "0.12",
        "savings_plan_net_amortized_upfront_commitment_for_billing_period": "0.108",
    }
    for row in (fee, upfront):
        effective, _ = total(list(read(written([row]))))
        assert effective == pytest.approx(0.06 * 0.9)


@pytest.mark.parametrize(
    ("usage_type", "category", "instance", "purchase"),
    [
        ("USE2-SpotUsage:p5.48xlarge", "compute", "p5.48xlarge", "spot"),
        ("USW2-UnusedBox:p5.48xlarge", "compute", "p5.48xlarge", "on-demand"),
        ("EBS:VolumeUsage.gp3", "storage", None, None),
        ("USE1-EBS:SnapshotUsage", "storage", None, None),
        ("DataTransfer-Out-Bytes", "egress", None, None),
        ("USE1-USW2-AWS-Out-Bytes", "egress", None, None),
        ("EBSOptimized:p3.2xlarge", "other", None, None),
        ("CPUCredits:t3", "other", None, None),
    ],
)
def test_usage_types(
    written: Written, usage_type: str, category: str, instance: str | None, purchase: str | None
) -> None:
    """Only hours of instances are node hours; disks and transfer at an instance are not."""
    [line] = read(written([{**USAGE, "line_item_usage_type": usage_type}]))
    assert line.category is CostCategory(category)
    assert (line.instance, line.purchase) == (instance, purchase)
    assert (line.node_hours > 0) == (instance is not None)


@pytest.mark.parametrize(
    ("operation", "system"),
    [
        ("RunInstances", None),
        ("RunInstances:0002", "RunInstances:0002"),
        ("RunInstances:0010", "RunInstances:0010"),
        ("RunInstances:0002:SV001", "RunInstances:0002:SV001"),
        ("RunInstances:SV001", None),
        ("RunInstances:00g0", None),
        ("RunInstances:0800", None),
    ],
)
def test_paid_systems_by_operation(written: Written, operation: str, system: str | None) -> None:
    """A report without product columns still distinguishes Windows and Red Hat from plain Linux."""
    [line] = read(written([{**USAGE, "line_item_operation": operation}]))
    assert line.operating_system == system


def test_a_discount_on_reservations(written: Written) -> None:
    """A volume discount on the fees of reservations lowers no on-demand rate."""
    row = of_type("RiVolumeDiscount", -5, line_item_usage_type="HeavyUsage:t2.micro")
    [line] = read(written([row]))
    assert (line.purchase, line.effective_usd, line.node_hours) == (None, -5, 0)


COSTS = (
    "line_item_unblended_cost",
    "savings_plan_savings_plan_effective_cost",
    "savings_plan_total_commitment_to_date",
    "savings_plan_used_commitment",
    "reservation_unused_amortized_upfront_fee_for_billing_period",
    "reservation_unused_recurring_fee",
)


@st.composite
def line_items(draw: st.DrawFn) -> dict[str, object]:
    """A line item of some type, with other costs."""
    row = dict(draw(st.sampled_from(MONTH)))
    for name in COSTS:
        if name in row:
            row[name] = draw(st.integers(-1000, 1000)) / 16
    return row


@given(st.lists(line_items()))
def test_any_costs_are_amortized_as_aws_does(rows: list[dict[str, object]]) -> None:
    """Whatever the items cost, the lines cost the amortized cost of AWS together."""
    lines = [line for row in rows for line in CUR_2.lines(row)]
    assert total(lines)[0] == pytest.approx(sum(map(amortized, rows)))


def test_tags(written: Written) -> None:
    """Tags have the names that their user gave them, in both forms of the report."""
    plain = {**USAGE, "resource_tags": '{"user_team": "search", "aws_createdBy": "x"}'}
    old = {**legacy(USAGE), "resourceTags/user:team": "search", "resourceTags/user:env": ""}
    for row in (plain, old):
        [line] = read(written([row]))
        assert line.tags["team"] == "search"
        assert "env" not in line.tags


def test_missing_columns_of_commitments(written: Written) -> None:
    """A report that covers usage by a plan and does not say at what cost is refused, by name."""
    row = {name: value for name, value in COVERED.items() if "effective" not in name}
    said = refusal(written([legacy(row)]))
    assert "line 2" in said
    assert "SavingsPlanCoveredUsage" in said
    assert "savingsPlan/SavingsPlanEffectiveCost" in said
