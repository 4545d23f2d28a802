"""Files as they come: compressed, broken, long, of other tools, in other currencies."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from tco.bad_lines import BadLines
from tco.billing import read
from tests.billing.conftest import EXPORTS, Row, Written, csv_of, refusal
from tests.billing.test_cur import USAGE, legacy
from tests.billing.test_focus import ROW


@pytest.mark.parametrize("row", [ROW, USAGE, legacy(USAGE)], ids=["focus", "cur 2", "cur"])
def test_gzip_and_byte_order_mark(written: Written, row: Row) -> None:
    """A compressed export and one that a spreadsheet saved read as the plain one does."""
    text = csv_of([row])
    plain = list(read(written(text)))
    assert len(plain) == 1
    assert list(read(written(gzip.compress(text.encode()), "bill.csv.gz"))) == plain
    assert list(read(written(b"\xef\xbb\xbf" + text.encode()))) == plain


OTHERS = {
    "MeterId,ConsumedService,CostInBillingCurrency\n1,2,3\n": "Azure cost export",
    "service.description,sku.description,cost\n1,2,3\n": "Google Cloud billing export",
    "Service description,SKU description,Cost ($)\n1,2,3\n": "Google Cloud cost table",
    "lineItem/referenceNo,product/service,cost/myCost\n1,2,3\n": "OCI cost report",
    "RecordType,RateId,UsageType\n1,2,3\n": "older detailed billing report",
    "timestamp,prompt_tokens\n1,2\n": "tco workload import",
    "a,b\n1,2\n": "its columns are a, b",
}


@pytest.mark.parametrize("text", OTHERS)
def test_other_files(written: Written, text: str) -> None:
    """A file of another tool is named, with what is expected."""
    said = refusal(written(text))
    assert "this looks like" in said
    assert OTHERS[text] in said
    assert "Expected: a FOCUS export (1.0 to 1.2), or a Cost and Usage Report of AWS" in said


def test_the_other_format(written: Written) -> None:
    """A user who names one format and hands over the other learns which it is."""
    assert "this looks like a FOCUS export; expected" in refusal(written([ROW]), name="cur")
    assert "Name its format: cur." in refusal(written([USAGE]), name="focus")


def test_missing_columns_are_named_at_once(written: Written) -> None:
    """All missing columns are in one message, by the names of the file's own format."""
    focus = {k: v for k, v in ROW.items() if k not in ("EffectiveCost", "PricingUnit")}
    assert "without the columns EffectiveCost, PricingUnit." in refusal(written([focus]))
    old = {k: v for k, v in legacy(USAGE).items() if "Unblended" not in k and "Curr" not in k}
    said = refusal(written([old]))
    assert "without the columns lineItem/CurrencyCode, lineItem/UnblendedCost." in said


@pytest.mark.parametrize(
    "row",
    [{**ROW, "BillingCurrency": "EUR"}, {**USAGE, "line_item_currency_code": "EUR"}],
    ids=["focus", "cur"],
)
def test_another_currency(written: Written, row: Row) -> None:
    """A bill in euros is refused with what to do, whatever the share of broken lines may be."""
    said = refusal(written([row]), max_bad_share=1.0)
    assert "line 2: the costs are in EUR, but a bill must be in USD. Export in USD, or" in said


def test_other_forms(written: Written) -> None:
    """A Parquet file and a ZIP are recognized, and the way to CSV shown."""
    said = refusal(written(b"PAR1\x15\x04\x15", "bill.snappy.parquet"))
    assert "is a Parquet file; only CSV and CSV.gz are read. Export as CSV" in said
    said = refusal(written(b"PK\x03\x04\x14", "bill.csv.zip"))
    assert "is a ZIP file; only CSV and CSV.gz are read. Unpack it first." in said


BROKEN = {
    "EffectiveCost": ("x", "EffectiveCost: 'x' is not a number of at most 1e+12."),
    "BilledCost": ("", "BilledCost is empty."),
    "ListCost": ("nan", "ListCost: 'nan' is not a number of at most 1e+12."),
    "ChargePeriodStart": ("yesterday", "ChargePeriodStart: 'yesterday' is not a time."),
    "ChargePeriodEnd": (
        "1969-01-01",
        "ChargePeriodEnd: '1969-01-01' is not a time between 2000 and 2100.",
    ),
    "BillingCurrency": ("", "has no currency."),
    "ChargeCategory": ("Gift", "ChargeCategory: 'Gift' is not known."),
    "Tags": ("{", "Tags is not a JSON object."),
    "SkuPriceDetails": ("[]", "SkuPriceDetails is not a JSON object."),
}


@pytest.mark.parametrize("column", BROKEN)
def test_broken_lines(written: Written, column: str) -> None:
    """A broken line is counted with its number, and refused from the share on that is allowed."""
    value, message = BROKEN[column]
    rows = [*[ROW] * 98, {**ROW, column: value}, ROW]
    bad = BadLines()
    assert len(list(read(written(rows), bad=bad))) == 99
    assert bad.count == 1
    list(read(written([ROW], "small.csv"), bad=bad))
    assert bad.count == 1
    said = refusal(written(rows[:97] + rows[98:99]), max_bad_share=0.005)
    assert "1 of 98 lines are broken (1.02%), more than 0.5%." in said
    said = refusal(written(rows), max_bad_share=0.005)
    assert f"line 100: {message}" in said
    assert "1 of 100 lines are broken (1%), more than 0.5%. Repair the file, or raise" in said


def test_no_rows(written: Written) -> None:
    """A header alone, an empty file, and a path without a file."""
    assert "holds no rows" in refusal(written(csv_of([ROW]).splitlines()[0] + "\n"))
    assert "the file is empty" in refusal(written(""))
    assert "there is no such file" in refusal(Path("no-such-bill.csv"))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Of a file of 5 MB less than 1 MB is held at any moment."""
    text = (EXPORTS / "focus_1_0.csv").read_text(encoding="utf-8")
    header, _, rows = text.partition("\n")
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{header}\n")
        for _ in range(5_000_000 // len(rows)):
            file.write(rows)
    tracemalloc.start()
    count = sum(1 for _ in read(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count > 5_000
    assert peak < 1 << 20
