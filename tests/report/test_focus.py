"""FOCUS rows held to the specification's own tables of columns, types, nulls and values."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tco.analysis.evaluation import Evaluation
from tco.documents.charges import charges_document
from tco.report.focus import focus_csv, focus_rows
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned

SPECIFICATION = Path(__file__).parent / "focus_1_2"
NOT_IN_A_PLAN = {
    "AvailabilityZone",  # a plan names one only for what it provisions
    "InvoiceId",  # nothing is invoiced yet
    *("ResourceId", "ResourceName", "ResourceType"),  # nothing is provisioned yet
    *("SubAccountId", "SubAccountName", "SubAccountType"),  # a plan has one account
    # Everything is priced in the billing currency.
    *("PricingCurrency", "PricingCurrencyContractedUnitPrice"),
    *("PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice"),
}
"""The specification's columns that are conditional or recommended, and do not apply to a plan."""
UNIT = r"(\d+ )?(GB|[A-Z]{3}|[A-Z][a-z]+s|[A-Z][a-z]+-(Hours|Months))"
FORMATS = {
    "numeric": re.compile(r"-?\d+(\.\d+)?"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "currency": re.compile(r"[A-Z]{3}"),
    "unit": re.compile(UNIT),
    "unit-recommended": re.compile(UNIT),
}
COLUMN_ID = re.compile(r"([A-Z][a-z]+)+")


def table(name: str) -> list[dict[str, str]]:
    """One table of the specification."""
    lines = (SPECIFICATION / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


COLUMNS = {row["column_id"]: row for row in table("columns")}


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


def kept(resale_usd: float) -> Keys:
    """A node that is paid for and could be sold."""
    pool = owned(1, sunk=True, resale_usd=resale_usd)
    del pool["owned"]["usd"]
    return pool


def euros(usd: float) -> Keys:
    """A currency of a book."""
    return {"code": "EUR", "usd": usd, "source": "ECB", "as_of": "2026-11-20"}


POOLS["owned and paid for"] = kept(96_000)
BOOKS: dict[str, Keys] = {
    "committed spend": {"discounts": [{"api": "api/*", "committed_usd_per_month": 10_000}]},
    "tiers by spend": {
        "discounts": [
            {
                "api": "api/*",
                "tiers": [
                    {"above_usd_per_month": 100, "percent_off": 10},
                    {"above_usd_per_month": 200, "percent_off": 50},
                ],
            }
        ]
    },
    "committed spend on nodes": {
        "discounts": [{"instance": "box.*", "committed_usd_per_month": 90_000}]
    },
    "discounts": {
        "discounts": [
            {"api": "api/*", "percent_off": 15},
            {"instance": "box.*", "percent_off": 12},
        ]
    },
    "another currency": {
        "currency": euros(1.08),
        "prices": [{"instance": "box.8x", "region": "r1", "eur_per_hour": 17}],
    },
    "a fee per request": {
        "prices": [
            {
                "api": "api/plain",
                "input_usd_per_mtok": 1,
                "output_usd_per_mtok": 4,
                "usd_per_request": 0.012,
                "batch_discount": 0.5,
            }
        ]
    },
}
"""What a contract changes about the prices of the nodes and of the API behind them."""

SERVICES: dict[str, Keys] = {
    "overflow": {"overflow": "api/plain"},
    "outages": {"standby": {"api": "api/plain"}},
}


def evaluated(
    lab: Lab,
    pool: Keys,
    service: Keys | None = None,
    hours: Sequence[float] = (),
    **plan: Any,
) -> Evaluation:
    """A stack of one pool that is needed by day only, with spares, people, set-up and egress."""
    lab.nodes_by_hour(hours or [0.2] * 12 + [0.0] * 12)
    spares = {"standby": {"pool": "main", "nodes": 1}}
    keys = {"ops": {"fte": 0.5, "setup_usd": 12_000}, "platform": {"usd_per_month": 10}, **plan}
    lab.stack({"main": pool}, {"egress": {"to": "internet"}, **(service or spares)}, **keys)
    return lab.evaluate()


def parsed(results: Sequence[Evaluation]) -> list[dict[str, str]]:
    """The rows as a reader of the file has them."""
    return list(csv.DictReader(io.StringIO(focus_csv(list(map(charges_document, results))))))


@pytest.fixture(params=[*POOLS, *SERVICES, *BOOKS])
def result(request: pytest.FixtureRequest, lab: Lab) -> Evaluation:
    """Every way to have a node, to fall back on an API, and to have a contract."""
    if book := BOOKS.get(request.param):
        prices, service = [lab.book("contract", **book)], SERVICES["overflow"]
        return evaluated(lab, POOLS["on demand"], service, hours=[1.5] * 24, prices=prices)
    service = SERVICES.get(request.param)
    return evaluated(lab, POOLS.get(request.param, POOLS["on demand"]), service)


def test_column_ids(result: Evaluation) -> None:
    """Columns have the specification's IDs, first and in its order; own ones are behind `x_`."""
    names = list(parsed([result])[0])
    own = [name for name in names if name.startswith("x_")]
    assert names == [*(name for name in COLUMNS if name not in NOT_IN_A_PLAN), *own]
    assert all(COLUMN_ID.fullmatch(name.removeprefix("x_")) for name in own)


def test_every_mandatory_column_is_there() -> None:
    """Only columns that the specification does not demand are left out."""
    mandatory = {name for name, row in COLUMNS.items() if row["feature_level"] == "mandatory"}
    assert not NOT_IN_A_PLAN & mandatory
    assert {"ProviderName", "PublisherName", "InvoiceIssuerName"} <= mandatory


def test_nulls(result: Evaluation) -> None:
    """A column is null only where the specification allows it, and where it asks for null."""
    rules = [
        *((name, "value", "") for name, row in COLUMNS.items() if row["allows_nulls"] == "false"),
        *((row["column_id"], row["must_be"], row["when"]) for row in table("nullability")),
    ]
    for row in parsed([result]):
        assert [
            rule
            for rule in rules
            if rule[0] in row
            and applies(rule[2], row)
            and bool(row[rule[0]]) != (rule[1] == "value")
        ] == []


def applies(when: str, row: dict[str, str]) -> bool:
    """Whether every condition of a rule holds for a row."""
    return all(holds(rule, row) for rule in when.split("; ")) if when else True


def holds(condition: str, row: dict[str, str]) -> bool:
    """``A``: A has a value; ``!A``: A is null; ``A=x|y`` and ``A!=x|y``: its value."""
    if "!=" in condition:
        name, values = condition.split("!=")
        return row.get(name, "") not in values.split("|")
    if "=" in condition:
        name, values = condition.split("=")
        return row.get(name, "") in values.split("|")
    return bool(row.get(condition.removeprefix("!"))) != condition.startswith("!")


def test_formats_and_types(result: Evaluation) -> None:
    """Numbers are plain decimals, moments in UTC, units in the plural, JSON is one flat object."""
    for row in parsed([result]):
        for name, column in COLUMNS.items():
            value, expected = row.get(name, ""), FORMATS.get(column["value_format"])
            assert not value or expected is None or expected.fullmatch(value), (name, value)
            assert (column["data_type"] == "Decimal") == (column["value_format"] == "numeric")
            if value and column["data_type"] == "JSON":
                pairs = json.loads(value)
                assert all(isinstance(pair, str | int | float | None) for pair in pairs.values())


def test_allowed_values(result: Evaluation) -> None:
    """Words are the specification's, and a subcategory belongs to its category."""
    values: dict[str, dict[str, str]] = {}
    for row in table("allowed_values"):
        values.setdefault(row["column_id"], {})[row["value"]] = row["parent"]
    assert {n for n, row in COLUMNS.items() if row["value_format"] == "allowed-values"} == {*values}
    for row in parsed([result]):
        assert all(row[name] in allowed for name, allowed in values.items() if row[name])
        parent = values["ServiceSubcategory"][row["ServiceSubcategory"]]
        assert row["ServiceCategory"] == parent
        assert (row["ChargeCategory"], row["ChargeFrequency"]) != ("Purchase", "Usage-Based")


def test_identifiers_have_one_parent(result: Evaluation) -> None:
    """A service has one category; a SKU price one SKU and one set of details."""
    for child, parent in (
        ("ServiceName", "ServiceCategory"),
        ("SkuPriceId", "SkuId"),
        ("SkuPriceId", "SkuPriceDetails"),
        ("SkuPriceId", "PricingUnit"),
    ):
        pairs = {(row[child], row[parent]) for row in parsed([result])}
        assert len(pairs) == len({name for name, _ in pairs}), (child, parent)


def test_sku_price_details(lab: Lab) -> None:
    """A node-hour says of which instance and how many GPUs; nothing else has such details."""
    rows = parsed([evaluated(lab, POOLS["on demand"])])
    details = {row["x_LineCategory"]: row["SkuPriceDetails"] for row in rows}
    assert json.loads(details["compute"]) == {"InstanceType": "box.8x", "GpuCount": 8}
    assert details["compute"] == details["standby"]
    assert not any(details[name] for name in ("labor", "platform", "egress"))


def test_an_api_is_named_by_its_id(lab: Lab) -> None:
    """Provider, service and SKU of an API are its own, whatever words its name contains."""
    name = "acme/writes at night"
    price = {"api": name, "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    lab.book("own", prices=[price])
    service = {"standby": {"api": name}}
    rows = parsed([evaluated(lab, POOLS["on demand"], service, prices=["own.yaml"])])
    bills = [row for row in rows if row["PricingUnit"] == "Requests"]
    assert {row["x_LineCategory"] for row in bills} == {"standby"}
    for row in bills:
        assert (row["ProviderName"], row["ServiceName"]) == ("acme", name)
        assert row["SkuId"] == f"api/{name}"


def test_every_row_is_an_estimate(result: Evaluation) -> None:
    """A reader can distinguish a plan's rows from an invoice's."""
    assert {row["x_Estimate"] for row in parsed([result])} == {"true"}


def test_a_confidential_rate_cannot_be_divided_out(lab: Lab) -> None:
    """Rows of a confidential book have costs, and neither unit prices nor quantities."""
    prices = [{"instance": "box.8x", "region": "r1", "usd_per_hour": 15}]
    lab.book("own", prices=prices, confidential=True)
    rows = parsed([evaluated(lab, POOLS["on demand"], prices=["own.yaml"])])
    for row in rows:
        secret = row["x_LineCategory"] in ("compute", "standby")
        for name in ("ListUnitPrice", "ContractedUnitPrice", "PricingQuantity", "PricingUnit"):
            assert bool(row[name]) != secret, name
        assert bool(row["ConsumedQuantity"] or row["ChargeCategory"] == "Purchase") != secret
        assert row["EffectiveCost"]
        if secret and row["ChargeCategory"] == "Usage":
            assert row["ListCost"] == row["ContractedCost"] == row["EffectiveCost"]


def test_prices_times_quantities(result: Evaluation) -> None:
    """Unit price x pricing quantity is the cost, list and contracted, in every row."""
    for row in parsed([result]):
        for kind in ("List", "Contracted"):
            price, cost = float(row[f"{kind}UnitPrice"]), float(row[f"{kind}Cost"])
            assert price >= 0
            assert price * float(row["PricingQuantity"]) == pytest.approx(cost)


def test_what_idles_consumes_nothing(lab: Lab) -> None:
    """The unused part of a capacity block consumes 0: only a commitment discount's is null."""
    rows = parsed([evaluated(lab, BLOCK)])
    consumed = {row["CapacityReservationStatus"]: row["ConsumedQuantity"] for row in rows}
    assert consumed["Unused"] == "0"
    assert float(consumed["Used"]) > 0


def test_committed_is_what_a_commitment_covers(result: Evaluation) -> None:
    """Usage under a commitment is priced as committed, its purchase is not."""
    for row in parsed([result]):
        covered = bool(row["CommitmentDiscountId"]) and row["ChargeCategory"] == "Usage"
        assert (row["PricingCategory"] == "Committed") == covered


def test_effective_cost_is_the_plans_month(result: Evaluation) -> None:
    """The rows add up: effective cost to the month that every other face shows."""
    rows = focus_rows(charges_document(result))
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
            for row in focus_rows(charges_document(evaluated(lab, reserved(payment))))
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
    [row] = [line for line in parsed([found]) if line["x_LineCategory"] == "compute"]
    assert (row["ListUnitPrice"], row["ContractedUnitPrice"]) == ("20", "15")


def test_list_price_of_a_discounted_api(lab: Lab) -> None:
    """A percentage off an API is in the contracted price of a request, not in its list price."""
    book = lab.book("contract", **BOOKS["discounts"])
    more: Keys = {"hours": [1.5] * 24, "prices": [book]}
    found = parsed([evaluated(lab, POOLS["on demand"], SERVICES["overflow"], **more)])
    [row] = [line for line in found if line["PricingUnit"] == "Requests"]
    assert float(row["ListUnitPrice"]) == pytest.approx(0.001)
    assert float(row["ContractedUnitPrice"]) == pytest.approx(0.00085)
    assert float(row["ContractedCost"]) == pytest.approx(float(row["EffectiveCost"]))
