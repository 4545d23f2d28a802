"""Tokens served in a month, counted in logs and metrics."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from tco.actual.period import Period
from tco.actual.served_files import served_in
from tco.errors import BadInput
from tests.actual.billed import OCTOBER

HOUR = dt.timedelta(hours=1)
SEPTEMBER_30 = dt.datetime(2026, 9, 30, tzinfo=dt.UTC)
HOURS_OF_LOG = 33 * 24
"""From September 30 to November 1, so a day on either side of the month."""


def log(folder: Path, hours: int = HOURS_OF_LOG, start: dt.datetime = SEPTEMBER_30) -> Path:
    """A request of 900 and 100 tokens on the hour."""
    path = folder / "requests.jsonl"
    rows = [
        {
            "timestamp": (start + hour * HOUR).isoformat(),
            "prompt_tokens": 900,
            "completion_tokens": 100,
        }
        for hour in range(hours)
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def metrics(folder: Path, step: dt.timedelta = HOUR) -> Path:
    """Counters of a vLLM server that serves 100 requests of 1,100 tokens an hour."""
    path = folder / "scrapes.txt"
    lines: list[str] = []
    at = SEPTEMBER_30 - step / 2
    while at < SEPTEMBER_30 + HOURS_OF_LOG * HOUR:
        count = (at - SEPTEMBER_30 + step) / HOUR * 100
        lines += [
            f"# scraped_at {at.isoformat()}",
            f'vllm:request_success_total{{model_name="m"}} {count}',
            f'vllm:prompt_tokens_total{{model_name="m"}} {count * 1000}',
            f'vllm:generation_tokens_total{{model_name="m"}} {count * 100}',
        ]
        at += step
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def test_only_what_was_served_in_the_month_counts(tmp_path: Path) -> None:
    """A log goes on before and after the month: 744 requests of 1,000 tokens are October's."""
    found = served_in([log(tmp_path)], OCTOBER)
    assert found.mtok == pytest.approx(744 * 1000 / 1e6)
    assert found.notes == ()


def test_an_interval_across_the_end_of_the_month_counts_in_part(tmp_path: Path) -> None:
    """Counters say what was served between two scrapes: half of the two intervals at the ends."""
    found = served_in([metrics(tmp_path)], OCTOBER)
    assert found.mtok == pytest.approx(744 * 100 * 1100 / 1e6)
    assert found.notes == ()


def test_a_part_of_the_month_is_counted_by_its_days(tmp_path: Path) -> None:
    """The first ten days, as the bill is compared."""
    part = Period(OCTOBER.first, dt.date(2026, 10, 10))
    assert served_in([log(tmp_path)], part).mtok == pytest.approx(0.24)
    assert served_in([metrics(tmp_path)], part).mtok == pytest.approx(240 * 100 * 1100 / 1e6)


def test_a_log_of_half_the_month_is_noted(tmp_path: Path) -> None:
    """What is missing in the log is not taken for a month of few tokens without a word."""
    found = served_in([log(tmp_path, hours=16 * 24)], OCTOBER)
    [note] = found.notes
    assert note.startswith("requests.jsonl covers 48% of the 744 hours")
    assert "2026-10-01 00:00 to 2026-10-15 23:00 UTC" in note


def test_a_log_of_another_month_is_refused(tmp_path: Path) -> None:
    """The days that were looked for are in the message."""
    path = log(tmp_path, start=dt.datetime(2026, 7, 1, tzinfo=dt.UTC), hours=48)
    with pytest.raises(BadInput, match="no request with tokens from 2026-10-01 up to 2026-11-01"):
        served_in([path], OCTOBER)


def test_columns_of_an_own_log_are_named(tmp_path: Path) -> None:
    """As `tco workload import` takes them."""
    path = tmp_path / "own.csv"
    rows = "".join(f"2026-10-{day:02}T00:00:00Z,70,30\n" for day in range(1, 32))
    path.write_text(f"when,in,out\n{rows}")
    columns = {"timestamp": "when", "prompt": "in", "completion": "out"}
    assert served_in([path], OCTOBER, columns=columns).mtok == pytest.approx(31 * 100 / 1e6)
