"""Where the throughput of a model goes over the horizon: as the plan states, else as measured."""

from __future__ import annotations

from tco.catalog.curves import first_measured
from tco.catalog.fields import day_of
from tco.catalog.sourced import SourcedValue
from tco.costing.throughput_path import ThroughputPath
from tco.resolve.lookup import Lookup
from tco.throughput.outlook import HALF_YEAR, first_half_year_gain
from tco.units import HOURS_PER_MONTH

__all__ = ["resolve_progress"]

PER_YEAR = "throughput_factor_per_year"


def resolve_progress(todo: Lookup, model: str) -> ThroughputPath:
    """Return the path of a model's throughput.

    What the plan or a price book states holds from the pricing day on. Otherwise a model gains most
    in the half year after its first measurement; one without measurements counts as settled.
    """
    stated = todo.plan.outlook.throughput_factor_per_year
    yearly = todo.stated_or(f"outlook.{PER_YEAR}", stated, "x per year", PER_YEAR)
    first = first_measured(model)
    if yearly.origin != "catalog" or not first:
        return ThroughputPath(yearly)
    age_months = (todo.day - day_of(first)).days * 24 / HOURS_PER_MONTH
    young_months = min(HALF_YEAR, HALF_YEAR - age_months)
    if young_months <= 0:
        return ThroughputPath(yearly)
    gain = SourcedValue(
        name=f"throughput of {model} in its first half year",
        value=first_half_year_gain(),
        unit="x",
        source="configurations that start in October or November 2025, by token time",
        estimate=True,
    )
    return ThroughputPath(yearly, gain, young_months)
