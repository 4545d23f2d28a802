"""Today is a day in UTC, whatever the time zone of the process."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Generator
from pathlib import Path

import pytest

import tco
import tco.clock
from tests.conftest import ON_DEMAND, Lab

LAST_MOMENT = dt.datetime(2026, 12, 31, 23, 59, tzinfo=dt.UTC)
SOURCES = sorted((Path(tco.__file__).parent).rglob("*.py"))


class _LastMoment(dt.datetime):
    """A clock that is in the last minute of the year in UTC."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> _LastMoment:
        local = LAST_MOMENT.astimezone(tz)
        return cls(*local.timetuple()[:6], tzinfo=tz)


@pytest.fixture(params=["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """The time zone of the process, at the last moment of a day in UTC."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    monkeypatch.setattr(tco.clock.dt, "datetime", _LastMoment)
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_an_override_ends_with_its_day_in_utc(lab: Lab, zone: str) -> None:
    """An override opens the gate to the end of its day in UTC, and no time zone extends it."""
    del zone
    assert tco.clock.utc_today() == dt.date(2026, 12, 31)
    override = {"reason": "pilot", "approved_by": "the CTO", "max_usd_per_month": 15_000}
    for expires, is_open in (("2026-12-31", True), ("2026-12-30", False)):
        gate = {"override": {**override, "expires": expires}}
        lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, gate=gate)
        assert tco.evaluate(lab.load(), scenarios=0).gate.open is is_open


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_local_date(source: Path) -> None:
    """Nothing asks the process for its local date: one function says what today is."""
    text = source.read_text(encoding="utf-8")
    assert "date.today" not in text
    assert "datetime.now()" not in text
