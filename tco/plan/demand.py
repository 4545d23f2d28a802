"""The demand that a workload states: requests in each hour of the week."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from tco.arrays import FloatArray, read_only
from tco.errors import BadInput, Problem
from tco.files import problems_of, read_text
from tco.plan.folder_files import FolderFiles, below
from tco.plan.hourly_counts import week_from_csv
from tco.plan.workload import (
    TOO_FEW,
    Burst,
    Kind,
    Objectives,
    RequestClass,
    Sessions,
    Shape,
    Workload,
    office_levels,
)
from tco.ranges import Range
from tco.units import HOURS_PER_WEEK, WEEKS_PER_MONTH
from tco.yaml_files import yaml_mapping

__all__ = ["Demand", "demand_of", "offsets_utc", "read_workload", "week_of"]


@dataclass(frozen=True, kw_only=True)
class Demand:
    """A workload as numbers: requests in each of the 168 hours of a week, Monday 00:00 first.

    The array is read-only: what follows from it is computed once.
    """

    requests_per_hour: FloatArray
    classes: tuple[RequestClass, ...]
    timezone: str
    growth_per_year: Range
    objectives: Objectives
    burst: Burst
    kind: Kind | None = None
    name: str = ""
    """The workload file's, by which its uncertain figures are known."""
    sessions: Sessions | None = None

    def __post_init__(self) -> None:
        read_only(self.requests_per_hour)

    @cached_property
    def requests_per_month(self) -> float:
        """The week's requests x 730/168."""
        return float(self.requests_per_hour.sum()) * WEEKS_PER_MONTH

    @cached_property
    def growth_factor(self) -> tuple[str, Range]:
        """The name of the figure by which the demand grows, and the factor per year."""
        g = self.growth_per_year
        return f"{self.name}: growth factor", Range(1 + g.low, 1 + g.likely, 1 + g.high)


def offsets_utc(timezone: str, day: dt.date) -> FloatArray:
    """Return the hour of the week in UTC at which each local hour of the week of a day starts."""
    return _offsets_utc(timezone, day - dt.timedelta(days=day.weekday()))


@lru_cache
def _offsets_utc(timezone: str, monday: dt.date) -> FloatArray:
    zone, start = zoneinfo.ZoneInfo(timezone), dt.datetime.combine(monday, dt.time(), tzinfo=dt.UTC)
    hours: list[float] = []
    for hour in range(HOURS_PER_WEEK):
        local = (start + dt.timedelta(hours=hour)).replace(tzinfo=zone)
        hours.append((local.astimezone(dt.UTC) - start).total_seconds() / 3600)
    return read_only(np.array(hours) % HOURS_PER_WEEK)


def week_of(shape: Shape) -> FloatArray:
    """Return a shape as 168 factors around a mean of 1."""
    hour = np.arange(HOURS_PER_WEEK) % 24
    if shape.kind == "diurnal":
        wave = np.cos(2 * np.pi * (hour - shape.peak_hour) / 24)
        return 1.0 + (shape.peak_to_mean - 1.0) * wave
    if shape.kind == "office":
        inside, outside = office_levels(shape.peak_to_mean, shape.start, shape.end)
        weekday = np.arange(HOURS_PER_WEEK) // 24 < 5
        office = weekday & (hour >= shape.start) & (hour < shape.end)
        return np.where(office, inside, max(outside, 0.0))
    return np.ones(HOURS_PER_WEEK)


def read_workload(path: Path, shown: str, files: FolderFiles) -> tuple[Workload, Demand]:
    """Return a workload file and the demand it states. Raises BadInput with every problem."""
    workload = _workload(read_text(path, shown), shown)
    return workload, demand_of(workload, path.parent, shown, files)


@lru_cache(maxsize=32)
def _workload(text: str, shown: str) -> Workload:
    """Return the workload of a file's text, parsed once for all the stacks that name the file."""
    try:
        return Workload.model_validate(yaml_mapping(text, shown))
    except ValidationError as error:
        raise BadInput(problems_of(error, Workload, shown)) from None


def demand_of(workload: Workload, folder: Path, shown: str, files: FolderFiles) -> Demand:
    """Return the demand that a workload states; its CSV is in the folder. Raises BadInput."""
    if workload.csv is not None:
        source = below(folder, workload.csv)
        if source is None:
            outside = f"{workload.csv} leads out of the folder of workloads."
            raise BadInput([Problem(shown, "csv", outside)])
        wrong = files.problem(source)
        if wrong is not None:
            raise BadInput([wrong])
        table = f"{Path(shown).parent / workload.csv}"
        week = week_from_csv(source, table, workload.timezone)
        if week.sum() * WEEKS_PER_MONTH < 1:
            raise BadInput([Problem(table, "", f"holds {TOO_FEW}")])
    elif workload.per_hour is not None:
        week = np.array(workload.per_hour)
    else:
        shape = week_of(workload.shape)
        week = (workload.mean_volume or 0.0) / WEEKS_PER_MONTH * shape / shape.sum()
    return Demand(
        requests_per_hour=week,
        classes=workload.classes,
        timezone=workload.timezone,
        growth_per_year=workload.growth_per_year,
        objectives=workload.objectives,
        burst=workload.burst,
        sessions=workload.sessions,
        kind=workload.kind,
    )
