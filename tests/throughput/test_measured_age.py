"""How old a throughput is: its own day, else the day of its source."""

from __future__ import annotations

import datetime as dt

from tco.catalog.curves import curve_models, curve_sources, measurements
from tco.catalog.fields import day_of
from tco.throughput.measured import curves_of


def test_a_measurement_without_a_day_is_as_old_as_its_source() -> None:
    """Undated rows of a dated package neither stay fresh for ever nor count as stale at once."""
    sources = curve_sources()
    undated = [
        (model, row)
        for model in curve_models()
        for row in measurements(model)
        if not row.measured_on and row.kind == "closed-loop"
    ]
    model, row = undated[0]
    curves = [curve for curve in curves_of(model, [row]) if not curve.as_of]
    assert [curve.published for curve in curves] == [sources[row.source].as_of]


def test_every_source_has_a_day() -> None:
    """Each says when it was published or last seen."""
    days = [day_of(source.as_of) for source in curve_sources().values()]
    assert all(dt.date(2025, 1, 1) <= day <= dt.date(2026, 11, 28) for day in days)
