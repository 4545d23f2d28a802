"""`tco prices import`: effective rates of a bill become dated rows of a confidential book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest

from tco.catalog.book import Book, read_book
from tco.catalog.catalog import Catalog
from tco.catalog.node_price import NodePrice, Payment, Term
from tco.cli.prices_import import PAYMENTS, TERMS
from tco.ranges import Range, point
from tests.billing.conftest import Row, csv_of
from tests.billing.test_focus import COVERED, PURCHASE, ROW
from tests.cli.conftest import BAD_INPUT, OK, USAGE, Answer, Tco
from tests.conftest import Lab

BIG, SMALL = "p5.48xlarge", "g6.12xlarge"
CATALOG: dict[str, Any] = {
    "source": "made up for the tests",
    "as_of": "2026-09-20",
    "hardware": [{"gpu": "H100-SXM", "memory_gb": 80}],
    "instances": [
        {"instance": BIG, "gpu": "H100-SXM", "gpus": 8},
        {"instance": SMALL, "gpu": "H100-SXM", "gpus": 4},
    ],
    "prices": [{"instance": BIG, "region": "us-east-1", "usd_per_hour": 55}],
}
HOUR = {
    "line_item_currency_code": "USD",
    "line_item_product_code": "AmazonEC2",
    "product_region_code": "us-east-1",
    "product_operating_system": "Linux",
    "pricing_unit": "Hrs",
}


def line(
    kind: str, usage_type: str, hours: float, usd: float, day: int = 1, **keys: object
) -> dict[str, object]:
    """A line item of October 2026."""
    return {
        **HOUR,
        "line_item_line_item_type": kind,
        "line_item_usage_type": usage_type,
        "line_item_usage_amount": hours,
        "line_item_unblended_cost": usd,
        "line_item_usage_start_date": f"2026-10-{day:02}T00:00:00Z",
        "line_item_usage_end_date": f"2026-10-{day:02}T23:59:59Z",
        **keys,
    }


ON_DEMAND = [
    line("Usage", f"BoxUsage:{BIG}", 10, 500, resource_tags='{"user_team": "search"}'),
    line("Usage", f"BoxUsage:{BIG}", 30, 1_500, day=9, resource_tags='{"user_team": "chat"}'),
    line("PrivateRateDiscount", f"BoxUsage:{BIG}", 40, -400),
]
SPOT = [
    line("Usage", f"SpotUsage:{SMALL}", hours, hours * usd)
    for hours, usd in ((12, 1.5), (8, 2.0), (4, 4.0))
]
PLAN = [
    line(
        "SavingsPlanCoveredUsage",
        f"BoxUsage:{SMALL}",
        *(100, 460),
        savings_plan_savings_plan_effective_cost=290,
        savings_plan_purchase_term="1yr",
        savings_plan_payment_option="No Upfront",
    ),
    line("SavingsPlanNegation", f"BoxUsage:{SMALL}", 100, -460),
    line(
        "SavingsPlanRecurringFee",
        "ComputeSP:1yrNoUpfront",
        *(100, 300),
        line_item_product_code="ComputeSavingsPlans",
        savings_plan_total_commitment_to_date=300,
        savings_plan_used_commitment=290,
    ),
]
BESIDE = [
    line("Usage", "EBS:VolumeUsage.gp3", 100, 8, pricing_unit="GB-Mo"),
    line("Usage", f"BoxUsage:{BIG}", 1, 60, product_operating_system="Windows"),
    line("Credit", f"BoxUsage:{BIG}", 0, -500),
    line("Tax", "", 1, 100),
    line("Fee", "Dollar", 1, 150, line_item_product_code="AWSSupportBusiness"),
]
MONTH = [*ON_DEMAND, *SPOT, *PLAN, *BESIDE]
Import = Callable[..., Answer]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Where the user's book is or will be."""
    return tmp_path / "contract.yaml"


@pytest.fixture
def imported(
    tmp_path: Path, book: Path, monkeypatch: pytest.MonkeyPatch, tco_command: Tco
) -> Import:
    """`tco prices import` of rows, on the small catalog, with the user's book."""
    catalog = Catalog(books=(Book.model_validate(CATALOG),))
    monkeypatch.setattr("tco.catalog.embedded.load_catalog", lambda: catalog)

    def run(rows: Sequence[Row], *options: object, export: str = "cur") -> Answer:
        path = tmp_path / "october.csv"
        path.write_text(csv_of(rows))
        return tco_command("prices", "import", export, path, "--book", book, *options)

    return run


def rows_of(book: Path) -> list[NodePrice]:
    """The rows of the book."""
    return [row for row in read_book(book, "book").prices if isinstance(row, NodePrice)]


def test_a_discounted_rate(imported: Import, book: Path) -> None:
    """$2,000 for 40 hours less a private discount of $400 are $40 an hour, from $55: -27%."""
    answer = imported(ON_DEMAND)
    assert (answer.code, answer.err) == (OK, "")
    shown = answer.out.splitlines()[1].split()
    assert shown == [BIG, "us-east-1", "on-demand", "40", "55", "40", "-27%", "changed"]
    assert "1 row proposed, 0 unchanged. Written to" in " ".join(answer.out.split())
    [row] = rows_of(book)
    assert (row.instance, row.region, row.usd_per_hour) == (BIG, "us-east-1", point(40))
    assert (str(row.valid_from), str(row.as_of)) == ("2026-10-01", "2026-10-09")
    assert row.source == "CUR export october.csv, 2026-10-01 to 2026-10-09"
    assert row.note == "effective rate of 40 h: mean 40, median 40"
    assert read_book(book, "book").confidential


def test_a_spot_rate(imported: Import, book: Path) -> None:
    """(12 x 1.5 + 8 x 2 + 4 x 4) / 24 h is $2.08, within P10 1.5 and P90 4 of the hours."""
    imported(SPOT)
    [row] = rows_of(book)
    assert (row.purchase, row.usd_per_hour) == ("spot", Range(1.5, 2.08333, 4.0))
    assert row.note.endswith("mean 2.0833, median 1.5")


def test_a_savings_plan(imported: Import, book: Path) -> None:
    """$290 of the commitment covered 100 hours: $2.90; what it left unused is no rate."""
    answer = imported(PLAN, "--format", "json")
    [row] = rows_of(book)
    assert row.usd_per_hour == point(2.9)
    assert (row.purchase, row.kind, row.term, row.payment) == (
        *("reserved", "savings-plan", "1yr", "no-upfront"),
    )
    beside = {cost["what"]: cost for cost in answer.json["beside"]}
    assert beside["unused commitments"]["effective_usd"] == 10
    assert beside["commitment fees"]["billed_usd"] == 300


def test_rates_and_the_rest_are_the_bill(imported: Import) -> None:
    """Credits, tax, support, disks and paid systems are beside the rates; all are the bill."""
    found = imported(MONTH, "--format", "json", "--instance", "p5*").json
    parts = [*found["rates"], *found["left_out"], *found["beside"]]
    effective = 2_000 - 400 + 50 + 290 + 10 + 8 + 60 - 500 + 100 + 150
    assert sum(part["effective_usd"] for part in parts) == pytest.approx(effective)
    assert found["bill"]["effective_usd"] == pytest.approx(effective)
    billed = sum(float(str(row["line_item_unblended_cost"])) for row in MONTH)
    assert sum(part["billed_usd"] for part in parts) == pytest.approx(billed)
    assert [cost["what"] for cost in found["beside"]] == [
        "storage",
        "nodes with a paid operating system",
        "commitment fees",
        "unused commitments",
        "credits",
        "tax",
        "support",
    ]
    assert [rate["price"]["instance"] for rate in found["rates"]] == [BIG]
    assert {rate["reason"] for rate in found["left_out"]} == {"not-asked-for"}


def test_a_second_import_proposes_nothing(imported: Import, book: Path) -> None:
    """The same bill adds no row, whatever the book's other lines are."""
    imported(MONTH)
    before = book.read_text()
    answer = imported(MONTH)
    assert book.read_text() == before
    assert "0 rows proposed, 3 unchanged. Nothing to write." in " ".join(answer.out.split())


def test_history_stays(imported: Import, book: Path) -> None:
    """A later month adds a row behind; another rate for a day that the book has is not taken."""
    imported(ON_DEMAND)
    before = book.read_text()
    november = [
        {key: str(value).replace("2026-10", "2026-11") for key, value in row.items()}
        for row in ON_DEMAND[:2]
    ]
    answer = imported(november)
    assert answer.out.splitlines()[1].split()[-4:] == ["40", "50", "+25%", "changed"]
    assert book.read_text().startswith(before)
    answer = imported([line("Usage", f"BoxUsage:{BIG}", 10, 5_000)])
    assert answer.out.splitlines()[1].endswith("JUMP")
    assert "another price from 2026-10-01 on, which stays: 1." in " ".join(answer.out.split())
    assert [row.usd_per_hour for row in rows_of(book)] == [point(40), point(50)]


def test_a_jump_is_flagged(imported: Import) -> None:
    """A change of more than 30% is marked, and said again below."""
    answer = imported([line("Usage", f"BoxUsage:{BIG}", 10, 300)], "--dry-run")
    assert answer.out.splitlines()[1].split()[-2:] == ["-45%", "JUMP"]
    assert "Changed by more than 30% (JUMP): 1." in answer.out


def test_a_dry_run_writes_nothing(imported: Import, book: Path) -> None:
    """The table is the same, and the book stays as it is."""
    answer = imported(MONTH, "--dry-run")
    assert "Nothing was written: --dry-run." in " ".join(answer.out.split())
    assert not book.exists()


def test_tags(imported: Import, book: Path) -> None:
    """Only lines with every tag count; where none has them, that is what is reported."""
    imported(ON_DEMAND, "--tag", "team=search")
    [row] = rows_of(book)
    assert (row.usd_per_hour, row.note.split(":")[0]) == (point(50), "effective rate of 10 h")
    answer = imported(ON_DEMAND, "--tag", "team=search", "--tag", "env=prod")
    assert answer.code == BAD_INPUT
    assert "holds no instance-hours in lines with these tags" in " ".join(answer.err.split())
    assert imported(ON_DEMAND, "--tag", "team").code == USAGE


FOCUS = [
    {**row, "RegionId": "us-east-1", "SkuPriceDetails": f'{{"InstanceType": "{SMALL}"}}'}
    for row in (PURCHASE, COVERED)
]


def test_the_options_name_every_term() -> None:
    """The command line lists terms and payments without loading the catalog's rows."""
    assert (get_args(Term), get_args(Payment)) == (TERMS, PAYMENTS)


def test_a_commitment_without_term(imported: Import, book: Path) -> None:
    """FOCUS states no term: the rate is shown, and proposed once the user states it."""
    answer = imported(FOCUS, export="focus")
    assert not book.exists()
    assert "add --term and --payment" in " ".join(answer.out.split())
    imported(FOCUS, "--term", "1yr", "--payment", "all-upfront", export="focus")
    [row] = rows_of(book)
    assert (row.kind, row.term, row.payment) == ("reserved-instance", "1yr", "all-upfront")
    assert row.usd_per_hour == point(0.064032)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"SkuPriceDetails": '{"InstanceType": "m5.large"}'}, "unknown-instance"),
        ({"RegionId": ""}, "no-region"),
        ({"PricingCategory": "Other"}, "no-purchase"),
        ({"EffectiveCost": "0"}, "no-cost"),
    ],
)
def test_what_is_no_row(imported: Import, book: Path, changed: Row, reason: str) -> None:
    """A rate that a plan could not name, or that is 0, is reported with the reason."""
    row = {**ROW, "RegionId": "us-east-1", "SkuPriceDetails": f'{{"InstanceType": "{BIG}"}}'}
    found = imported([{**row, **changed}], "--format", "json", export="focus").json
    assert [rate["reason"] for rate in found["left_out"]] == [reason]
    assert not book.exists()


def test_a_bill_at_the_contracts_discount(imported: Import, book: Path) -> None:
    """A discount that the book states is what the bill is compared with: $55 less 20% is $44."""
    discount = "{instance: p5.*, purchase: on-demand, percent_off: 20}"
    book.write_text(
        f"confidential: true\nsource: contract\nas_of: 2026-01-01\ndiscounts: [{discount}]\n"
    )
    before = book.read_text()
    answer = imported([line("Usage", f"BoxUsage:{BIG}", 10, 440)])
    shown = answer.out.splitlines()[1].split()
    assert shown == [BIG, "us-east-1", "on-demand", "10", "44", "44", "unchanged"]
    assert book.read_text() == before


def test_a_book_that_is_not_confidential(imported: Import, book: Path) -> None:
    """Rows are added, and the user is warned that the rates would show."""
    book.write_text("source: mine\nas_of: 2026-01-01\nprices: []\n")
    answer = imported(ON_DEMAND)
    assert answer.code == OK
    assert "contract.yaml is not confidential. Set confidential: true" in " ".join(
        answer.err.split()
    )


def test_a_plan_pays_what_the_bill_says(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tco_command: Tco
) -> None:
    """A node that runs the month at the imported rate costs its hours on the bill."""
    node = {"instance": "node.big", "gpu": "H100", "gpus": 8, "provider": "rented"}
    book = lab.folder / "prices" / lab.book("contract", confidential=True, instances=[node])
    details = '{"InstanceType": "node.big"}'
    hours = {**ROW, "RegionId": "zone 7", "SkuPriceDetails": details, "PricingQuantity": "40"}
    bill = lab.write("october.csv", csv_of([{**hours, "EffectiveCost": "500"}, hours]))
    monkeypatch.setattr("tco.catalog.embedded.load_catalog", lambda: lab.catalog)
    answer = tco_command("prices", "import", "focus", bill, "--book", book)
    assert (answer.code, answer.err) == (OK, "")
    pool = {"instance": "node.big", "region": "zone 7", "nodes": 1}
    lab.stack({"main": pool}, prices=["contract.yaml"])
    assert lab.evaluate().priced_usd_per_month == pytest.approx(730 * 510 / 80)


def test_a_plan_is_no_bill(imported: Import, book: Path) -> None:
    """What `tco plan --format focus` writes would make contract rates of list prices."""
    answer = imported([{**ROW, "x_PlanDigest": "a1"}], export="focus")
    assert (answer.code, book.exists()) == (BAD_INPUT, False)
    assert "is a plan of tco" in " ".join(answer.err.split())


def test_bad_bills_leave_the_book(imported: Import, book: Path, tco_command: Tco) -> None:
    """Another format, broken lines, a file named twice: exit code 1, and no book."""
    assert "Name its format: cur." in imported(ON_DEMAND, export="focus").err
    broken = [*ON_DEMAND, {**ON_DEMAND[0], "line_item_unblended_cost": "x"}]
    answer = imported(broken)
    assert (answer.code, book.exists()) == (BAD_INPUT, False)
    assert "1 of 4 lines are broken (25%), more than 1%" in " ".join(answer.err.split())
    path = book.parent / "october.csv"
    answer = tco_command("prices", "import", "cur", path, path, "--book", book)
    assert "is named twice: it would count twice." in answer.err
    assert "Broken lines that were left out: 1." in imported(broken, "--max-bad-share", "0.5").out


@pytest.mark.parametrize("width", [80, 120])
def test_tables_fit(imported: Import, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """No line is longer than the terminal."""
    monkeypatch.setattr("tco.cli.prices_import.columns", lambda: width)
    out = imported(MONTH, "--dry-run").out
    assert max(map(len, out.splitlines())) <= width
