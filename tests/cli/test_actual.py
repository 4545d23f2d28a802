"""`tco actual`: what a person sees, what a program reads, and the exit code."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tco.documents.actual import ActualDocument
from tests.cli.conftest import BAD_INPUT, CLOSED, OK, USAGE, Answer, Shell, Tco
from tests.conftest import FOLLOWING, ON_DEMAND

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "stacks" / "billing" / "focus-2026-10.csv"
HOURS = 744
MTOK = 0.9 * HOURS * 3.6
WIDTHS = (80, 120)


def row(usd: float, hours: float | None = None, **columns: str) -> dict[str, str]:
    """A row of a FOCUS export for October, of node-hours where it has hours."""
    node = hours is not None
    return {
        "BilledCost": f"{usd}",
        "BillingCurrency": "USD",
        "ChargeCategory": "Usage",
        "ChargeClass": "",
        "ChargeDescription": "",
        "ChargePeriodStart": "2026-10-01T00:00:00Z",
        "ChargePeriodEnd": "2026-11-01T00:00:00Z",
        "EffectiveCost": f"{usd}",
        "ListCost": f"{usd}",
        "PricingCategory": "Standard",
        "PricingQuantity": f"{hours}" if node else "",
        "PricingUnit": "Hours" if node else "",
        "ProviderName": "AWS",
        "RegionId": "r1",
        "ServiceCategory": "Compute" if node else "Storage",
        "ServiceName": "Amazon EC2",
        "SkuPriceDetails": json.dumps({"InstanceType": "box.8x"}) if node else "",
        "Tags": json.dumps({"tco:stack": "won"}),
        **columns,
    }


class Month:
    """A stack that wins at its plan, its bills, and `tco actual` on them."""

    def __init__(self, shell: Shell, folder: Path) -> None:
        self.shell, self.export = shell, folder / "bill.csv"
        lab = shell.lab
        lab.workload(requests_per_month=0.9 * 730 * 3600)
        service = lab.service({"main": {**ON_DEMAND, "nodes": FOLLOWING}})
        lab.plan({"chat": service}, "won", alternatives=["api/dear"], ops={"fte": 0.1})

    def bill(self, *rows: dict[str, str]) -> None:
        """Write the export."""
        with self.export.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(row(0.0)))
            writer.writeheader()
            writer.writerows(rows)

    def __call__(self, *options: str, month: str = "2026-10") -> Answer:
        billing = ("--billing", str(self.export), "--scenarios", "0")
        return self.shell("actual", "won", "--month", month, *billing, *options)


@pytest.fixture
def month(shell: Shell, tmp_path: Path) -> Month:
    """The month of a stack that wins: billed as planned."""
    found = Month(shell, tmp_path)
    found.bill(row(20 * HOURS, HOURS), row(30))
    return found


def test_a_month_as_planned_stands(month: Month) -> None:
    """The table names each line, the paragraph the costs per token and the verdict."""
    answer = month("--served", f"{MTOK}M", "--utilization", "90%")
    assert (answer.code, answer.err) == (OK, "")
    text = " ".join(answer.out.split())
    assert "won 2026-10, 744 hours prices of 2026-11-23" in text
    assert "Verdict today: Leaning yes (planned: Leaning yes)" in text
    assert "main box.8x 14,880 14,880 0" in text
    assert "labor * 2,000 2,000 0" in text
    assert "for 2.41B tokens vs. 2.41B" in text
    assert "$7.01 per 1M tokens vs. $7.00" in text
    assert "Not on the bill and counted as planned: labor ($2,000)." in text
    assert "the verdict would hold today: Leaning yes:" in text


def test_a_verdict_that_would_not_stand_exits_with_three(month: Month) -> None:
    """A job that runs every month fails where the case for self-hosting has gone."""
    month.bill(row(50 * HOURS, HOURS))
    answer = month("--served", f"{MTOK}M")
    assert answer.code == CLOSED
    assert "the verdict would not hold today: Don't self-host:" in " ".join(answer.out.split())


def test_json_is_the_document(month: Month) -> None:
    """What a program reads: every figure unrounded, effects that add up, the same paragraph."""
    answer = month("--served", f"{MTOK}M", "--throughput", "110", "--format", "json")
    found = ActualDocument.model_validate(answer.json)
    assert answer.json["schema"] == "tco.actual/1"
    assert (found.month, found.hours, found.is_whole_month) == ("2026-10", HOURS, True)
    for part in (found, *found.lines):
        assert sum(effect.usd for effect in part.effects) == pytest.approx(
            part.variance_usd, abs=1e-9
        )
    assert found.actual_usd_per_mtok == pytest.approx(found.actual_usd / MTOK)
    assert found.services[0].output_tok_s == pytest.approx(110)
    paragraph = month("--served", f"{MTOK}M", "--throughput", "110", "--format", "markdown")
    assert paragraph.out.count("\n") == 1
    assert paragraph.out.startswith("October 2026: $16,910 vs. $16,880 planned")


def test_served_tokens_are_counted_in_files(month: Month, tmp_path: Path) -> None:
    """A log per half of the month: its requests of October add up, and a gap is noted."""
    files: list[str] = []
    for half, days in enumerate((range(1, 16), range(16, 30))):
        path = tmp_path / f"{half}.csv"
        rows = "".join(f"2026-10-{day:02}T00:00:00Z,900000000,100000\n" for day in days)
        path.write_text(f"timestamp,prompt_tokens,completion_tokens\n{rows}")
        files += ["--served", f"chat={path}"]
    found = month(*files, "--format", "json").json
    assert found["served_mtok"] == pytest.approx(29 * 900.1)
    assert any("covers 90% of the 744 hours" in note for note in found["notes"])
    twice = month(*files, "--served", "chat=5B")
    assert (twice.code, twice.out) == (USAGE, "")
    assert "as a count and as a file for the same service" in " ".join(twice.err.split())


def test_an_export_in_parts_is_one_bill(month: Month, tmp_path: Path) -> None:
    """AWS splits large exports; a broken line of a part is left out and named."""
    second = tmp_path / "part-2.csv"
    month.bill(*(row(0.25, 0.0125) for _ in range(200)))
    second.write_text(month.export.read_text() + "broken\n")
    month.bill(row(20 * HOURS - 50, HOURS - 2.5))
    found = month("--billing", str(second), "--format", "json").json
    [main] = [line for line in found["lines"] if line["pool"] == "main"]
    assert (main["actual_usd"], main["actual_quantity"]) == pytest.approx((20 * HOURS, HOURS))
    assert any("1 broken line of the bill left out" in note for note in found["notes"])
    refused = month("--billing", str(second), "--max-bad-share", "0")
    assert (refused.code, refused.out) == (BAD_INPUT, "")


def test_an_update_is_shown_and_written_only_when_asked(month: Month) -> None:
    """--update prints the values with their reasons and the diff; --write changes the files."""
    folder = month.shell.lab.folder
    files = (folder / "Pulumi.won.yaml", folder / "workloads" / "demand.yaml")
    before = [path.read_bytes() for path in files]
    options = ("--served", f"{MTOK * 0.8}M", "--throughput", "90", "--labor-hours", "40")
    shown = month(*options, "--update")
    assert [path.read_bytes() for path in files] == before
    text = " ".join(shown.out.split())
    assert "- services.chat.serving.throughput_factor: not stated -> [0.81, 0.9, 1]: a node" in text
    assert "- ops.fte: 0.1 -> [0.1, 0.231, 0.534]: 40 hours of work are 0.23 FTE" in text
    assert "Nothing was written: add --write." in text
    assert "+++ " in text
    written = month(*options, "--write", "--format", "json")
    assert [file["written"] for file in written.json["proposed_files"]] == [True, True]
    assert [path.read_bytes() for path in files] != before
    assert "Proposed: nothing." in " ".join(month(*options, "--update").out.split())


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_table_fits_the_terminal(
    month: Month, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 80 and at 120 columns, with figures of any size, its columns add up."""
    big = 9e6
    month.bill(
        row(20 * HOURS * big, HOURS * big),
        row(3.4, 17, SkuPriceDetails=json.dumps({"InstanceType": "u-12tb1.112xlarge"})),
        row(30),
        row(-40, ChargeCategory="Credit"),
    )
    monkeypatch.setattr("tco.report.layout.columns", lambda: columns)
    answer = month("--served", f"{MTOK}M", "--throughput", "110", "--labor-hours", "40")
    lines = answer.out.splitlines()
    assert max(map(len, lines)) <= columns
    monkeypatch.undo()


def test_columns_of_the_table_add_up(month: Month) -> None:
    """Whole dollars: each row's effects are its change, each column's rows are its total."""
    month.bill(row(20.33 * 700.4, 700.4), row(30.49), row(11.51, 3.3, Tags=""))
    answer = month("--served", f"{MTOK * 0.93}M", "--throughput", "97", "--labor-hours", "40")
    lines = answer.out.splitlines()
    start = next(
        index for index, line in enumerate(lines) if line.split()[:2] == ["planned", "actual"]
    )
    rows: list[list[int]] = []
    for line in lines[start + 1 :]:
        cells = [part.replace(",", "") for part in line.split()]
        figures = [int(part) for part in cells if part.lstrip("+-").isdecimal()]
        if len(figures) < 4:
            break
        rows.append(figures)
    *parts, total = rows
    assert len(parts) == 3
    assert [sum(column) for column in zip(*parts, strict=True)] == total
    assert all(actual == planned + change for planned, actual, change, *_ in rows)
    assert all(sum(effects) == change for _, _, change, *effects in rows)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--month", "2026-11"), "is not over on 2026-11-23"),
        (("--month", "2026-09"), "has no line for 2026-09: its lines are from 2026-10-01"),
        (("--through", "2026-10-10"), "lines that cover whole months"),
        (("--served", "chats=5B"), 'no service "chats". Did you mean chat?'),
        (("--utilization", "0.5"), "need --served"),
        (("--served", "1T", "--served", "chat=1T"), "Keep one of them."),
        (("--billing", "none.csv"), "none.csv"),
    ],
)
def test_bad_input_is_one_message(month: Month, options: tuple[str, ...], message: str) -> None:
    """The subject, what is wrong with it, and what to do; exit code 1 and no table."""
    answer = month(*options)
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert message in " ".join(answer.err.split())


def test_a_part_of_a_bill_named_twice_is_refused(month: Month) -> None:
    """Its costs would count twice."""
    answer = month("--billing", str(month.export))
    assert answer.code == BAD_INPUT
    assert "is named twice: it would count twice." in " ".join(answer.err.split())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--month", "october"), "'october' is not a month. Write it as 2026-10."),
        (
            ("--served", "many"),
            "'many' is not a token count. Write it as 5.1B or 5100000000. There is no file",
        ),
        (("--served", "0"), "'0' is not a token count above 0."),
        (("--utilization", "1.2"), "'1.2' is not a share above 0 and at most 1."),
        (("--throughput", "fast"), "'fast' is not a number of tokens per second."),
        (("--served", "1B", "--served", "2B"), "--served is given twice for the same service."),
        (("--labor-hours", "-1"), "-1.0 is not in the range 0<=x<=100000."),
    ],
)
def test_bad_usage_names_the_option(month: Month, options: tuple[str, ...], message: str) -> None:
    """A value that no option takes is bad usage, with the form that is accepted."""
    answer = month(*options)
    assert (answer.code, answer.out) == (USAGE, "")
    assert message in " ".join(answer.err.split())


def test_the_example_bill_is_the_one_of_its_stack(tco_command: Tco) -> None:
    """The bill that the documentation shows: a stack of the checkout, with lines of every kind."""
    options = ("--month", "2026-10", "--billing", str(EXAMPLE), "--served", "40B")
    where = ("--stacks", str(ROOT / "stacks"), "--today", "2026-11-25", "--scenarios", "0")
    found: Any = tco_command("actual", "aws-premium", *options, *where, "--format", "json").json
    assert {part["kind"] for part in found["apart"]} == {"credit", "tax", "support"}
    assert [part["instance"] for part in found["untagged"]] == ["p5en.48xlarge"]
    assert {line["part"] for line in found["lines"]} >= {"compute", "egress", "not-planned"}
