"""FOCUS: real rows of several providers, our own export, each value that changes the meaning."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from typing import Any

import pytest

from tco.billing import CostCategory, LineKind, read
from tco.documents.charges import charges_document
from tco.report.focus import focus_csv
from tests.billing.conftest import EXPORTS, Row, Written, total
from tests.conftest import Lab
from tests.report.test_focus import POOLS, evaluated

ROW = {
    "BilledCost": "10",
    "BillingCurrency": "USD",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargeDescription": "",
    "ChargePeriodStart": "2026-05-01T00:00:00Z",
    "ChargePeriodEnd": "2026-05-01T01:00:00Z",
    "EffectiveCost": "10",
    "ListCost": "12",
    "PricingCategory": "Standard",
    "PricingQuantity": "1",
    "PricingUnit": "Hours",
    "ProviderName": "AWS",
    "ServiceCategory": "Compute",
    "ServiceName": "Amazon Elastic Compute Cloud",
    "CommitmentDiscountId": "",
}
DETAILS = '{"InstanceType":"m6i.large","OperatingSystem":"Linux"}'
PURCHASE = {
    **ROW,
    "ChargeCategory": "Purchase",
    "BilledCost": "560.920320",
    "EffectiveCost": "0",
    "PricingUnit": "Units",
    "SkuPriceDetails": '{"x_PurchaseTerm":"1yr","x_PaymentOption":"AllUpfront"}',
    "CommitmentDiscountId": "arn:aws:ec2:ap-southeast-1::reservation/61d99b05eef5f439",
    "CommitmentDiscountType": "Reserved Instance",
}
COVERED = {
    **PURCHASE,
    "ChargeCategory": "Usage",
    "BilledCost": "0",
    "EffectiveCost": "0.064032",
    "PricingCategory": "Committed",
    "PricingUnit": "Hours",
    "SkuPriceDetails": DETAILS,
    "CommitmentDiscountStatus": "Used",
}


def test_the_finops_sample() -> None:
    """Real rows of AWS, Microsoft and Oracle: instance, region, kind and category of each."""
    lines = list(read(EXPORTS / "focus_1_0.csv"))
    seen = [(line.provider, line.kind.value, line.category.value, line.instance) for line in lines]
    assert seen == [
        ("AWS", "usage", "compute", "c5.2xlarge"),
        ("AWS", "usage", "compute", "t2.medium"),
        ("AWS", "usage", "compute", "m5.2xlarge"),
        ("AWS", "usage", "compute", "g3.4xlarge"),
        ("AWS", "usage", "egress", None),
        ("AWS", "usage", "storage", None),
        ("AWS", "credit", "compute", None),
        ("Oracle", "usage", "compute", None),
        ("Oracle", "other", "compute", None),
        ("Microsoft", "usage", "compute", None),
    ]
    covered = lines[1]
    assert (covered.purchase, covered.commitment) == ("reserved", "savings-plan")
    assert covered.region == "us-west-2"
    assert covered.tags["environment"] == "dev"
    assert lines[7].region == "us-sanjose-1"  # Oracle states a name alone


def test_effective_costs_by_kind_are_the_files_own() -> None:
    """Nothing is lost and nothing counts twice: costs by charge category are the column's sums."""
    with (EXPORTS / "focus_1_0.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    stated: dict[str, float] = defaultdict(float)
    found: dict[str, float] = defaultdict(float)
    for row, line in zip(rows, read(EXPORTS / "focus_1_0.csv"), strict=True):
        stated[row["ChargeCategory"]] += float(row["EffectiveCost"])
        found[row["ChargeCategory"]] += line.effective_usd
    assert found == stated


@pytest.mark.parametrize("pool", POOLS)
def test_our_own_export(lab: Lab, written: Written, pool: str) -> None:
    """What `tco plan --format focus` writes is read again: the plan's month, and its node hours."""
    result = evaluated(lab, POOLS[pool])
    lines = list(read(written(focus_csv([charges_document(result)]))))
    effective, billed = total(lines)
    assert effective == pytest.approx(result.priced_usd_per_month)
    assert billed == pytest.approx(sum(c.billed_usd for c in charges_document(result).charges))
    hours = sum(line.node_hours for line in lines if line.kind in USED)
    nodes = [line for line in result.lines if line.line.unit == "node-hour"]
    assert hours == pytest.approx(sum(line.quantity for line in nodes))
    assert {line.tags["tco:stack"] for line in lines} == {result.stack.name}
    assert all(line.planned for line in lines)
    serving = [line for line in lines if line.node_hours and line.tags.get("tco:pool") == "main"]
    assert EXPECTED[pool] in {line.purchase for line in serving}


USED = (LineKind.USAGE, LineKind.UNUSED_COMMITMENT)
EXPECTED: dict[str, str | None] = {
    "on demand": "on-demand",
    "following": "on-demand",
    "spot": "spot",
    "recurring commitment": "reserved",
    "upfront commitment": "reserved",
    "bought commitment": "reserved",
    "capacity block": "capacity-block",
    "offer": "on-demand",
    "owned": None,
    "owned and paid for": None,
}


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({}, LineKind.USAGE),
        ({"ChargeCategory": "Tax"}, LineKind.TAX),
        ({"ChargeCategory": "Credit"}, LineKind.CREDIT),
        ({"ChargeCategory": "Adjustment"}, LineKind.OTHER),
        ({"ChargeCategory": "Purchase"}, LineKind.OTHER),
        ({"ChargeClass": "Correction"}, LineKind.REFUND),
        ({"ChargeCategory": "Tax", "ChargeClass": "Correction"}, LineKind.TAX),
        ({"ServiceName": "AWS Support (Business)"}, LineKind.SUPPORT),
        ({"ChargeCategory": "Purchase", "ServiceName": "Premium Support"}, LineKind.SUPPORT),
        ({"CommitmentDiscountStatus": "Unused"}, LineKind.UNUSED_COMMITMENT),
        ({"CommitmentDiscountStatus": "Used"}, LineKind.USAGE),
        ({"ChargeCategory": "Purchase", "CommitmentDiscountId": "a"}, LineKind.COMMITMENT_FEE),
    ],
)
def test_kinds(written: Written, changed: Row, kind: LineKind) -> None:
    """Charge category, class and commitment status decide what a line is."""
    [line] = read(written([{**ROW, **changed}]))
    assert line.kind is kind


def test_a_purchase_is_effective_in_its_usage(written: Written) -> None:
    """A year bought upfront is billed once: 8,760 hours at $0.064032 are its $560.92."""
    fee, usage = read(written([PURCHASE, COVERED]))
    assert (fee.kind, fee.effective_usd, fee.billed_usd) == (
        *(LineKind.COMMITMENT_FEE, 0, 560.92032),
    )
    assert usage.effective_usd * 8760 == pytest.approx(fee.billed_usd)
    assert (usage.commitment, usage.instance) == ("reserved-instance", "m6i.large")


@pytest.mark.parametrize(
    ("stated", "term"), [("", None), ("12", "1yr"), ("36", "3yr"), ("3Years", "3yr"), ("7", None)]
)
def test_terms_of_azure(written: Written, stated: str, term: str | None) -> None:
    """Azure has the term of a commitment in a column of its own, in months or in words."""
    [line] = read(written([{**COVERED, "x_SkuTerm": stated}]))
    assert line.term == term


@pytest.mark.parametrize(
    ("changed", "hours"),
    [
        ({}, 1),
        ({"PricingUnit": "100 Hours", "PricingQuantity": "0.5"}, 50),
        ({"PricingUnit": "Hrs"}, 1),
        ({"PricingUnit": "Node-Hours"}, 1),
        ({"PricingUnit": "", "ConsumedUnit": "Hours", "ConsumedQuantity": "7"}, 7),
        ({"PricingUnit": "vCPU-Hours"}, 0),
        ({"PricingUnit": "Units"}, 0),
    ],
)
def test_hours(written: Written, changed: Row, hours: float) -> None:
    """Hours of an instance are hours, in blocks or not; hours of a core are none."""
    [line] = read(written([{**ROW, "SkuPriceDetails": DETAILS, **changed}]))
    assert line.node_hours == hours


AZURE = {"ProviderName": "Microsoft", "ServiceName": "Virtual Machines"}
INSTANCES: dict[str, tuple[dict[str, Any], str | None, str | None]] = {
    "details": ({"SkuPriceDetails": DETAILS}, "m6i.large", "Linux"),
    "Google Cloud": (
        {
            "ProviderName": "Google Cloud",
            "ServiceName": "Compute Engine",
            "SkuPriceDetails": '{"InstanceType":"e2-standard-4","CoreCount":4}',
        },
        *("e2-standard-4", None),
    ),
    "Azure": (
        {
            **AZURE,
            "x_SkuDetails": json.dumps(
                {
                    "ImageType": "Canonical",
                    "ServiceType": "Standard_DS1_v2",
                    "UsageType": "ComputeHR",
                }
            ),
        },
        *("Standard_DS1_v2", None),
    ),
    "Windows on Azure": (
        {
            **AZURE,
            "x_SkuDetails": json.dumps(
                {"ImageType": "WindowsServerBYOL", "ServiceType": "Standard_A1"}
            ),
        },
        *("Standard_A1", "Windows"),
    ),
    "disk": ({"ChargeDescription": "$0.11 per GB-month of p4d.24xlarge storage"}, None, None),
    "software on Azure": (
        {
            **AZURE,
            "x_SkuDetails": json.dumps(
                {"ServiceType": "Standard_DS1_v2", "UsageType": "ComputeHR_SW"}
            ),
        },
        *(None, None),
    ),
    "usage type": ({"x_UsageType": "USE2-SpotUsage:p5.48xlarge"}, "p5.48xlarge", None),
    "no node": ({"x_UsageType": "EBSOptimized:p3.2xlarge", "SkuPriceDetails": DETAILS}, None, None),
    "description": (
        {"ChargeDescription": "$0.34 per On Demand Windows c5.2xlarge Instance Hour"},
        *("c5.2xlarge", "Windows"),
    ),
    "spot": (
        {"ChargeDescription": "p4d.24xlarge Linux/UNIX Spot Instance-hour in US East (Ohio)"},
        *("p4d.24xlarge", "Linux"),
    ),
}


@pytest.mark.parametrize("case", INSTANCES)
def test_instances(written: Written, case: str) -> None:
    """The instance is found wherever a provider writes it, and nowhere else."""
    changed, instance, system = INSTANCES[case]
    [line] = read(written([{**ROW, **changed}]))
    assert (line.instance, line.operating_system) == (instance, system)


@pytest.mark.parametrize(
    ("changed", "category"),
    [
        ({"ServiceCategory": "Storage", "PricingUnit": "GB-Months"}, "storage"),
        ({"ServiceCategory": "Networking", "PricingUnit": "GB"}, "egress"),
        ({"ServiceCategory": "Networking"}, "other"),
        ({"PricingUnit": "GB", "ChargeDescription": "$0.09 per GB - data transfer out"}, "egress"),
        ({"ServiceCategory": "AI and Machine Learning"}, "other"),
        ({"ServiceCategory": "AI and Machine Learning", "SkuPriceDetails": DETAILS}, "compute"),
    ],
)
def test_categories(written: Written, changed: Row, category: str) -> None:
    """Transfer is distinguished from compute, whose service AWS books it under."""
    [line] = read(written([{**ROW, **changed}]))
    assert line.category is CostCategory(category)
