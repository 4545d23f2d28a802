"""Import and plan agree on the bill, for a log and for an export of usage."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tco.workload_import.measure import LogReading, measure_logs
from tco.workload_import.workload_text import workload_text
from tco.yaml_files import yaml_mapping
from tests.conftest import ON_DEMAND, Lab

START = dt.datetime(2026, 11, 2, tzinfo=dt.UTC).timestamp()
WEEKS = 2
PRICES = {
    "input_usd_per_mtok": 3.0,
    "cached_input_usd_per_mtok": 0.3,
    "cache_write_usd_per_mtok": 3.75,
    "output_usd_per_mtok": 15.0,
}


def planned_usd(lab: Lab, log: Path) -> float:
    """The month's bill at an API, of a plan on the workload that is imported from a log."""
    found = measure_logs([log], LogReading())
    lab.workload(**yaml_mapping(workload_text(found), "measured.yaml"))
    book = lab.book("rates", prices=[{"api": "api/rates", **PRICES}])
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}}, prices=[book], alternatives=["api/rates"])
    usd = lab.evaluate().alternatives[0].usd_per_month
    assert usd is not None
    return usd


def usd(miss: float, hit: float, written: float, output: float) -> float:
    """The bill of token counts."""
    rates = (3.0, 0.3, 3.75, 15.0)
    return float(np.dot((miss, hit, written, output), rates)) / 1e6


def a_month(of_the_log: float) -> float:
    return of_the_log * 730 / (WEEKS * 168)


def test_a_log_of_requests(lab: Lab, tmp_path: Path) -> None:
    """The plan's month costs what the log's tokens cost in two weeks, times 730 over 336."""
    random = np.random.default_rng(7)
    moments = np.linspace(0, WEEKS * 7 * 86400 - 1, 3000)
    prompt = np.round(random.lognormal(7, 1.5, 3000)) + 10
    output = np.round(random.lognormal(5, 1, 3000))
    hit = np.floor(prompt * random.uniform(0, 0.8, 3000))
    table = zip(START + moments, prompt, output, hit, strict=True)
    rows = [f"{at:.3f},{p:.0f},{o:.0f},{h:.0f}" for at, p, o, h in table]
    log = tmp_path / "log.csv"
    header = "timestamp,prompt_tokens,completion_tokens,cached_tokens"
    log.write_text("\n".join([header, *rows]))
    expected = usd((prompt - hit).sum(), hit.sum(), 0, output.sum())
    assert planned_usd(lab, log) == pytest.approx(a_month(expected), rel=1e-5)


def test_usage_of_anthropic(lab: Lab, tmp_path: Path) -> None:
    """Tokens that were written to a cache are billed at their own price."""
    random = np.random.default_rng(8)
    counts = random.integers(1000, 90_000, (WEEKS * 168, 4))

    def bucket(hour: int) -> dict[str, Any]:
        miss, hit, written, output = map(int, counts[hour])
        result = {
            "uncached_input_tokens": miss,
            "cache_read_input_tokens": hit,
            "cache_creation": {"ephemeral_5m_input_tokens": written},
            "output_tokens": output,
            "requests": 50,
        }
        ends = (START + (hour + each) * 3600 for each in (0, 1))
        start, end = (dt.datetime.fromtimestamp(at, dt.UTC).isoformat() for at in ends)
        return {"starting_at": start, "ending_at": end, "results": [result]}

    log = tmp_path / "usage.json"
    log.write_text(json.dumps({"data": [bucket(hour) for hour in range(WEEKS * 168)]}))
    expected = usd(*map(float, counts.sum(axis=0)))
    assert planned_usd(lab, log) == pytest.approx(a_month(expected), rel=1e-5)
