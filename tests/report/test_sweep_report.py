"""A sweep as a table, as CSV, as JSON."""

from __future__ import annotations

import csv
import io

import click
import pytest

from tco.analysis.sweep.sweep import Point, Sweep, span_of, sweep_of
from tco.documents.sweep import input_part, point_part, sweep_document
from tco.plan.stack_file import read_stack
from tco.report.sweep_report import csv_header, csv_line, sweep_text
from tests.conftest import DAY, FOLLOWING, ON_DEMAND, Lab

LONG = "a-pool-with-a-name-that-is-longer-than-any-table-has-room-for-in-its-columns"


def swept(lab: Lab, *texts: str) -> tuple[Sweep, list[Point], list[list[float]]]:
    """A sweep with its points and its break-even values."""
    source = read_stack(lab.folder, "one")
    sweep = sweep_of(source, lab.resolve(DAY), DAY, [span_of(text) for text in texts])
    points = list(sweep.points())
    return sweep, points, [sweep.break_even(row) for row in sweep.rows(points)]


@pytest.fixture
def stack(lab: Lab) -> Lab:
    """A node at $20 an hour, half busy, against an API at $36 a full hour."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    return lab


def test_table_of_one_input(stack: Lab) -> None:
    """A row a value: what both sides cost, what is saved, the verdict; then the break-even."""
    text = click.unstyle(sweep_text(sweep_document(*swept(stack, "usd_per_gpu_hour=2..3:2"))))
    assert text.splitlines() == [
        "one   prices of 2026-11-23",
        "  usd_per_gpu_hour, USD/GPU-hour",
        "",
        "                 $/month  alternative    NPV saving         verdict",
        "      $2.00      $11,680      $13,140       $16,600         Leaning yes",
        "      $3.00      $17,520      $13,140      -$49,900         Don't",
        "",
        "  alternative: api/dear",
        "  break-even: $2.25",
    ]


def test_table_of_two_inputs(stack: Lab) -> None:
    """Decisions over both inputs, and the line between them: 4.5 dollars x utilization."""
    lines = click.unstyle(
        sweep_text(
            sweep_document(*swept(stack, "utilization=0.2..0.8:2", "usd_per_gpu_hour=1..4:4"))
        )
    ).splitlines()
    assert lines[1:3] == ["  down: utilization, share", "  across: usd_per_gpu_hour, USD/GPU-hour"]
    assert [line.split() for line in lines[4:7]] == [
        ["$1.00", "$2.00", "$3.00", "$4.00", "break-even"],
        ["20%", "·", "·", "·", "·", "none"],
        ["80%", "lean", "lean", "lean", "·", "$3.60"],
    ]


def test_no_line_is_wider_than_80_columns(lab: Lab) -> None:
    """Long names wrap, columns that have no room are left out and the table says so."""
    pools = {LONG: {**ON_DEMAND, "nodes": FOLLOWING}, "main": {**ON_DEMAND, "nodes": 1}}
    lab.stack(pools, alternatives=["api/dear"])
    long = f"services.chat.pools.{LONG}.nodes.max=1..9:2"
    for texts in ((long,), ("volume=100..30000:40", long), (long, "volume=100..30000:40")):
        lines = click.unstyle(sweep_text(sweep_document(*swept(lab, *texts)))).splitlines()
        assert [line for line in lines if len(line) > 80] == []
    assert any("of 40 columns; --format csv has all." in line for line in lines)


def test_csv_is_a_table_of_all_points(stack: Lab) -> None:
    """Every point is a line with full precision; what is unknown is an empty cell."""
    sweep, points, _ = swept(stack, "utilization=0.2..0.8:2", "usd_per_gpu_hour=1..4:4")
    text = csv_header(list(map(input_part, sweep.axes))) + "".join(
        csv_line(point_part(point)) for point in points
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 8
    assert [float(row["saving_npv_usd"]) for row in rows] == [
        point.saving_npv_usd for point in points
    ]
    assert {(row["rival"], row["probability"]) for row in rows} == {("api/dear", "")}


def test_json_has_every_key_of_the_contract(stack: Lab) -> None:
    """tco.sweep/1: the inputs with their values, the points, and the break-even line."""
    found = sweep_document(*swept(stack, "fte=0..1:2", "volume=100..1e5:3")).as_json()
    keys = ["schema", "stack", "pricing_day", "scenarios", "seed", "inputs", "points", "break_even"]
    assert list(found) == keys
    named = (found["schema"], found["stack"], found["pricing_day"])
    assert named == ("tco.sweep/1", "one", "2026-11-23")
    volume = found["inputs"][1]
    assert (volume["name"], volume["unit"], volume["spacing"]) == ("volume", "Mtok/month", "log")
    assert [point["at"] for point in found["break_even"]] == [[0.0], [1.0]]
    assert set(found["points"][0]) == {
        "values",
        "usd_per_month",
        "rival",
        "rival_usd_per_month",
        "saving_npv_usd",
        "decision",
        "probability",
    }
