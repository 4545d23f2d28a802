"""CSV for spreadsheets, and FOCUS 1.2 rows held to the rules of the specification."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tco.analysis.evaluation import Evaluation
from tco.report.csv_text import csv_text, lines_csv
from tco.report.focus import focus_csv, focus_rows
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned

# The columns of FOCUS 1.2 by feature level and nullability, read off its column definitions.
NOT_NULL = (
    *("BilledCost", "BillingAccountId", "BillingAccountType", "BillingCurrency"),
    *("BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeFrequency"),
    *("ChargePeriodEnd", "ChargePeriodStart", "ContractedCost", "EffectiveCost"),
    *("InvoiceIssuer", "ListCost", "Provider", "Publisher", "ServiceCategory", "ServiceName"),
    "ServiceSubcategory",
)
NULLABLE = (
    *("BillingAccountName", "ChargeClass", "ChargeDescription", "PricingQuantity", "PricingUnit"),
)
NOT_NULL_IN_USAGE_AND_PURCHASE = (
    *("ContractedUnitPrice", "ListUnitPrice", "PricingCategory", "PricingQuantity"),
    *("PricingUnit", "SkuId", "SkuMeter", "SkuPriceId"),
)
NUMBERS = (
    *("BilledCost", "CommitmentDiscountQuantity", "ConsumedQuantity", "ContractedCost"),
    *("ContractedUnitPrice", "EffectiveCost", "ListCost", "ListUnitPrice", "PricingQuantity"),
)
ALLOWED = {
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
    "PricingCategory": {"Standard", "Dynamic", "Committed", "Other"},
    "CommitmentDiscountCategory": {"Spend", "Usage", ""},
    "CommitmentDiscountStatus": {"Used", "Unused", ""},
    "CapacityReservationStatus": {"Used", "Unused", ""},
    "ServiceCategory": {"AI and Machine Learning", "Compute", "Networking", "Other"},
    "BillingCurrency": {"USD"},
}
NUMBER = re.compile(r"-?\d+(\.\d+)?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
FOCUS_ID = re.compile(r"([A-Z][a-z]+)+")


def reserved(payment: str, **keys: object) -> Keys:
    """A one-year savings plan."""
    terms = {"kind": "savings-plan", "term": "1yr", "payment": payment, **keys}
    return {"instance": "box.8x", "purchase": "reserved", "nodes": 1, "commitment": terms}


BLOCK = {
    **{"instance": "box.8x", "purchase": "reserved", "nodes": 1},
    "commitment": {"kind": "capacity-block", "hours": 720},
}
POOLS: dict[str, Keys] = {
    "on demand": {**ON_DEMAND, "nodes": 1},
    "following": {**ON_DEMAND, "nodes": FOLLOWING},
    "spot": {**ON_DEMAND, "purchase": "spot", "nodes": 1},
    "recurring commitment": reserved("no-upfront"),
    "upfront commitment": reserved("all-upfront"),
    "bought commitment": reserved("no-upfront", id="sp-0123"),
    "capacity block": BLOCK,
    "offer": {"offer": "acme/8x", "nodes": 1},
    "owned": owned(240_000),
}


def evaluated(lab: Lab, pool: Keys, **plan: Any) -> Evaluation:
    """A stack of one pool that is needed by day only, with spares, people, set-up and egress."""
    lab.nodes_by_hour([0.2] * 12 + [0.0] * 12)
    service = {"egress": {"to": "internet"}, "standby": {"pool": "main", "nodes": 1}}
    keys = {"ops": {"fte": 0.5, "setup_usd": 12_000}, "platform": {"usd_per_month": 10}, **plan}
    lab.stack({"main": pool}, service, **keys)
    return lab.evaluate()


def parsed(results: Sequence[Evaluation]) -> list[dict[str, str]]:
    """The rows as a reader of the file has them."""
    return list(csv.DictReader(io.StringIO(focus_csv(results))))


@pytest.fixture(params=POOLS)
def result(request: pytest.FixtureRequest, lab: Lab) -> Evaluation:
    """Every way to have a node."""
    return evaluated(lab, POOLS[request.param])


def test_mandatory_columns_and_nulls(result: Evaluation) -> None:
    """Every mandatory column is there, and null only where the specification allows it."""
    for row in parsed([result]):
        assert all(row[name] for name in NOT_NULL)
        assert all(name in row for name in NULLABLE)
        assert all(row[name] for name in NOT_NULL_IN_USAGE_AND_PURCHASE)
        assert (row["PricingQuantity"] == "") == (row["PricingUnit"] == "")
        assert (row["RegionId"] == "") == (row["RegionName"] == "")


def test_allowed_values_and_formats(result: Evaluation) -> None:
    """Words are the specification's, numbers plain decimals, moments in UTC."""
    for row in parsed([result]):
        assert all(row[name] in allowed for name, allowed in ALLOWED.items())
        assert all(NUMBER.fullmatch(row[name]) for name in NUMBERS if row[name])
        for name in ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart"):
            assert MOMENT.fullmatch(row[name])
        assert row["ChargeFrequency"] != "Usage-Based" or row["ChargeCategory"] == "Usage"


def test_columns_are_named_and_ordered(result: Evaluation) -> None:
    """FOCUS columns first and in Pascal case, then our own behind `x_`; each row is an estimate."""
    names = list(parsed([result])[0])
    own = [name for name in names if name.startswith("x_")]
    assert names[-len(own) :] == own
    assert all(FOCUS_ID.fullmatch(name.removeprefix("x_")) for name in names)
    assert {row["x_Estimate"] for row in parsed([result])} == {"true"}


def test_prices_times_quantities(result: Evaluation) -> None:
    """Unit price x pricing quantity is the cost, list and contracted, in every row."""
    for row in parsed([result]):
        for kind in ("List", "Contracted"):
            price, cost = float(row[f"{kind}UnitPrice"]), float(row[f"{kind}Cost"])
            assert price >= 0
            assert price * float(row["PricingQuantity"]) == pytest.approx(cost)


def test_consumed_quantity(result: Evaluation) -> None:
    """What is consumed stands on usage that is used, and nowhere else."""
    for row in parsed([result]):
        unused = "Unused" in (row["CommitmentDiscountStatus"], row["CapacityReservationStatus"])
        consumed = row["ChargeCategory"] == "Usage" and not unused
        assert bool(row["ConsumedQuantity"]) == bool(row["ConsumedUnit"]) == consumed


def test_commitment_columns(result: Evaluation) -> None:
    """The columns of a commitment stand together, and the status on usage only."""
    for row in parsed([result]):
        related = bool(row["CommitmentDiscountId"])
        for name in ("Category", "Type", "Name", "Quantity", "Unit"):
            assert bool(row[f"CommitmentDiscount{name}"]) == related
        used = related and row["ChargeCategory"] == "Usage"
        assert bool(row["CommitmentDiscountStatus"]) == used
        assert (row["PricingCategory"] == "Committed") == used


def test_effective_cost_is_the_plans_month(result: Evaluation) -> None:
    """The rows add up: effective cost to the month that every other face shows."""
    rows = focus_rows(result)
    total = sum(float(str(row["EffectiveCost"])) for row in rows)
    assert total == pytest.approx(result.priced_usd_per_month)
    bought = [row for row in rows if row["ChargeCategory"] == "Purchase"]
    assert all(row["EffectiveCost"] == 0 for row in bought)


def test_a_commitment_pays_for_its_usage(lab: Lab) -> None:
    """Over a commitment, what is billed as purchase is what is effective as usage, used or not."""
    by_payment: dict[str, Callable[[float], float]] = {
        "no-upfront": lambda billed: billed,
        "all-upfront": lambda billed: billed / 12,
    }
    for payment, monthly in by_payment.items():
        rows = [
            row
            for row in focus_rows(evaluated(lab, reserved(payment)))
            if row["CommitmentDiscountId"]
        ]
        usage = [float(str(r["EffectiveCost"])) for r in rows if r["ChargeCategory"] == "Usage"]
        billed = [float(str(r["BilledCost"])) for r in rows if r["ChargeCategory"] == "Purchase"]
        assert sum(usage) == pytest.approx(monthly(sum(billed)))
        assert {row["CommitmentDiscountStatus"] for row in rows} >= {"Used", "Unused"}


def test_list_and_contracted_price(lab: Lab) -> None:
    """The published price is the list price, the user's own book the contracted one."""
    lab.book("own", prices=[{"instance": "box.8x", "region": "r1", "usd_per_hour": 15}])
    found = evaluated(lab, POOLS["on demand"], prices=["own.yaml"])
    [row] = [one for one in parsed([found]) if one["x_LineCategory"] == "compute"]
    assert (row["ListUnitPrice"], row["ContractedUnitPrice"]) == ("20", "15")


def test_csv_lines_are_the_json_lines(lab: Lab) -> None:
    """The lines of a stack, nothing rounded; they add up to its month."""
    found = evaluated(lab, POOLS["on demand"])
    rows = list(csv.DictReader(io.StringIO(lines_csv([found]))))
    total = sum(float(row["usd_per_month"]) for row in rows)
    assert total == pytest.approx(found.priced_usd_per_month)
    assert {row["stack"] for row in rows} == {"one"}


def test_unpriced_is_a_row_without_a_price(lab: Lab) -> None:
    """What has no price is no zero: its row has no amount."""
    lab.nodes_by_hour([9] * 24)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    rows = list(csv.DictReader(io.StringIO(lines_csv([lab.evaluate()]))))
    [row] = [one for one in rows if one["category"] == "unpriced"]
    assert row["usd_per_month"] == ""
    assert "unserved" in row["name"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_text_is_a_formula(text: str) -> None:
    """A spreadsheet shows a hostile name as text and runs nothing."""
    assert csv_text([{"name": text}]).splitlines()[1].strip('"').startswith("'")


def test_numbers_have_no_exponent() -> None:
    """Small and large numbers are plain decimals, and nothing is an empty field."""
    text = csv_text([{"a": 1e-7, "b": 2.5e9, "c": None, "d": -0.0, "e": -3}])
    assert text == "a,b,c,d,e\n0.0000001,2500000000,,0,-3\n"
