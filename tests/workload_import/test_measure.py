"""What is measured in a log: hours of the week, classes, growth; import and plan agree."""

from __future__ import annotations

import datetime as dt
import itertools
import tracemalloc
import zoneinfo
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tco.plan.demand import Demand, read_workload
from tco.plan.folder_files import FolderFiles
from tco.ranges import Range, point
from tco.workload_import.burst import Arrivals
from tco.workload_import.classes import classes_of
from tco.workload_import.measure import LogReading, Measurement, measure_logs
from tco.workload_import.request import Request
from tco.workload_import.tally import Tally
from tco.workload_import.weeks import growth_of, student_t_90, week_of_slots
from tco.workload_import.workload_text import notes, workload_text

TRACES = Path(__file__).parents[1] / "costing" / "traces" / "azure_llm_2023.npz"
HEADER = "timestamp,prompt_tokens,completion_tokens,cached_tokens"
Row = tuple[float, float, float, float | str]


def log(folder: Path, rows: Sequence[Row]) -> Path:
    path = folder / "log.csv"
    path.write_text("\n".join([HEADER, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def planned(folder: Path, found: Measurement) -> Demand:
    """The demand of the workload that an import writes, as a plan reads it."""
    path = folder / "workloads" / "measured.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(workload_text(found), encoding="utf-8")
    return read_workload(path, "measured.yaml", FolderFiles(folder))[1]


def rows_of(start: dt.datetime, days: float, count: int, seed: int = 1) -> list[Row]:
    """Requests at random times, busier in the afternoon, of lengths over three decades."""
    random = np.random.default_rng(seed)
    seconds = np.sort(random.uniform(0, days * 86400, 3 * count))
    kept = random.uniform(size=3 * count) < 0.35 + 0.3 * np.sin(seconds / 86400 * 2 * np.pi)
    prompt = np.round(random.lognormal(6.5, 1.4, 3 * count)) + 1
    completion = np.round(random.lognormal(5, 1, 3 * count))
    cached = np.floor(prompt * random.uniform(0, 0.6, 3 * count))
    first = start.timestamp()
    table = np.stack([first + seconds, prompt, completion, cached], axis=1)[kept]
    return [(float(t), float(p), float(c), float(h)) for t, p, c, h in table]


def tokens(rows: Sequence[Row]) -> list[float]:
    """Requests, prompt, completion and cached tokens of a log."""
    values = np.array([row[1:] for row in rows], float)
    return [float(len(rows)), *map(float, values.sum(axis=0))]


def tokens_of(demand: Demand, requests: float) -> list[float]:
    """The same of a given number of planned requests."""
    parts = [
        (
            request_class.share,
            request_class.share * request_class.input,
            request_class.share * request_class.output,
        )
        for request_class in demand.classes
    ]
    cached = sum(
        request_class.share * request_class.input * request_class.cached.likely
        for request_class in demand.classes
    )
    return [requests * float(sum(part)) for part in zip(*parts, strict=True)] + [requests * cached]


# Import and plan agree


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"])
@pytest.mark.parametrize(("days", "seed"), [(14, 1), (10, 2), (23.4, 3)])
def test_tokens_in_the_log_are_tokens_planned(
    tmp_path: Path, zone: str, days: float, seed: int
) -> None:
    """Over the hours of the log, a plan has its requests, prompt, completion and cached tokens."""
    rows = rows_of(dt.datetime(2026, 10, 20, tzinfo=dt.UTC), days, 2000, seed)
    demand = planned(tmp_path, measure_logs([log(tmp_path, rows)], LogReading(timezone=zone)))
    info = zoneinfo.ZoneInfo(zone)
    slots = range(int(rows[0][0] // 900), int(rows[-1][0] // 900) + 1)
    hours = [dt.datetime.fromtimestamp(slot * 900, info) for slot in slots]
    each = [demand.requests_per_hour[hour.weekday() * 24 + hour.hour] / 4 for hour in hours]
    assert tokens_of(demand, float(sum(each))) == pytest.approx(tokens(rows), rel=1e-5)


def test_an_hour_of_production_is_planned_at_its_rate(tmp_path: Path) -> None:
    """Azure's conversations of 2023: 19,366 requests in 58 minutes, 1,155 in and 211 out."""
    with np.load(TRACES) as traces:
        passed_ms, prompt, completion = traces["conversation"].astype(float)
    start = dt.datetime(2023, 11, 16, 18, 17, 3, tzinfo=dt.UTC)
    moments = [start + dt.timedelta(milliseconds=float(ms)) for ms in np.cumsum(passed_ms)]
    path = tmp_path / "conv.csv"
    table = zip(moments, prompt, completion, strict=True)
    lines = [f"{at:%Y-%m-%d %H:%M:%S.%f}0,{p:.0f},{c:.0f}" for at, p, c in table]
    path.write_text("\n".join(["TIMESTAMP,ContextTokens,GeneratedTokens", *lines]))
    found = measure_logs([path], LogReading())
    demand = planned(tmp_path, found)
    hours = (moments[-1] - moments[0]).total_seconds() / 3600
    assert demand.requests_per_hour.sum() / 168 * hours == pytest.approx(19_366)
    means = tokens_of(demand, 1.0)[1:3]
    assert means == pytest.approx([1155, 211], abs=0.5)
    assert "covers less than a week" in " ".join(notes(found))


# Hours of the week


def steady(start: str, hours: float, zone: str, per_slot: float = 3.0) -> dict[int, float]:
    """The same count in every quarter of an hour from a local time on."""
    first = dt.datetime.fromisoformat(start).replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()
    return {int(first // 900) + slot: per_slot for slot in range(int(hours * 4))}


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("start", ["2026-03-02", "2026-03-30", "2026-10-26", "2026-09-28"])
def test_a_steady_load_is_flat_in_weeks_with_a_clock_change(zone: str, start: str) -> None:
    """The hour that happens twice, and the one that does not, are no peak and no hole."""
    for hours in (14 * 24, 7 * 24 + 1):
        for sampled in (False, True):
            week = week_of_slots(steady(start, hours, zone), zone, sampled=sampled)
            assert week is not None
            assert week == pytest.approx(np.full(168, 12.0))


def test_an_hour_skipped_in_the_only_week_is_between_its_neighbors() -> None:
    """A week of 167 hours is a week: New York, 2026-03-08, has no 02:00."""
    zone = "America/New_York"
    week = week_of_slots(steady("2026-03-02", 167, zone), zone)
    assert week is not None
    assert week == pytest.approx(np.full(168, 12.0))


def test_requests_are_placed_by_local_hour() -> None:
    """Monday 18:00 UTC is Monday 23:30 in Kolkata: half of that hour is in 23, half in Tuesday."""
    slots = dict.fromkeys(steady("2026-11-02", 168, "Asia/Kolkata"), 0.0)
    first = int(dt.datetime(2026, 11, 2, 18, tzinfo=dt.UTC).timestamp() // 900)
    slots |= {first + slot: 5.0 for slot in range(4)}
    week = week_of_slots(slots, "Asia/Kolkata")
    assert week is not None
    assert {hour: week[hour] for hour in np.flatnonzero(week)} == {23: 10, 24: 10}


def test_less_than_a_week_has_no_hours() -> None:
    """Six days say nothing of the seventh."""
    assert week_of_slots(steady("2026-11-02", 144, "UTC"), "UTC") is None


# Classes


def tally_of(requests: Sequence[tuple[float, float]]) -> Tally:
    tally = Tally()
    for prompt, completion in requests:
        tally.add(Request(0.0, prompt, completion, None))
    return tally


@pytest.mark.parametrize(
    ("requests", "names"),
    [
        ([(1000, 100)] * 50, ["all"]),
        ([(1000, 100), (1300, 90)] * 50, ["all"]),
        ([(100, 20)] * 900 + [(8000, 1000)] * 10, ["short", "long"]),
        (
            [(10, 10)] * 4000 + [(100, 100)] * 400 + [(1000, 1000)] * 40 + [(10_000, 10_000)] * 4,
            ["short", "medium", "long", "longest"],
        ),
    ],
)
def test_as_many_classes_as_there_are_lengths(
    requests: Sequence[tuple[float, float]], names: Sequence[str]
) -> None:
    """Lengths within a factor of two are one class; a log never has more than four."""
    classes = classes_of(tally_of(requests).lengths)
    assert [request_class.name for request_class in classes] == names
    assert sum(request_class.share for request_class in classes) == pytest.approx(1)
    lengths = [request_class.input + request_class.output for request_class in classes]
    assert all(2 * shorter <= longer for shorter, longer in itertools.pairwise(lengths))


# Growth


def growing(per_year: float, weeks: int, noise: float = 0.0) -> dict[int, float]:
    random = np.random.default_rng(5)
    return {
        week * 672 + slot: 10 * (1 + per_year) ** (week * 7 / 365.25) * factor
        for week, factor in enumerate(np.exp(noise * random.standard_normal(weeks)))
        for slot in range(672)
    }


def test_growth_is_that_of_the_weeks() -> None:
    """30% a year is found to the digit without noise, and inside its interval with it."""
    exact = growth_of(growing(0.3, 12))
    assert exact is not None
    assert (exact.low, exact.likely, exact.high) == pytest.approx((0.3, 0.3, 0.3), rel=1e-6)
    noisy = growth_of(growing(0.3, 52, noise=0.05))
    assert noisy is not None
    assert noisy.low < 0.3 < noisy.high


def test_the_interval_of_growth_is_that_of_the_regression() -> None:
    """scipy's linear regression, with Student's t, has the same ends."""
    slots = growing(0.3, 10, noise=0.1)
    found = growth_of(slots)
    assert found is not None
    counts = [sum(slots[week * 672 + slot] for slot in range(672)) for week in range(10)]
    line = stats.linregress(np.arange(10.0), np.log(counts))
    margin = stats.t.ppf(0.9, 8) * line.stderr
    ends = np.expm1((line.slope + np.array([-margin, 0, margin])) * 365.25 / 7)
    assert (found.low, found.likely, found.high) == pytest.approx(tuple(ends), rel=5e-3)


@pytest.mark.parametrize("freedom", [6, 8, 12, 50])
def test_students_t(freedom: int) -> None:
    """The expansion agrees with scipy where it is used."""
    assert student_t_90(freedom) == pytest.approx(stats.t.ppf(0.9, freedom), rel=1e-3)


@pytest.mark.parametrize("slots", [growing(0.3, 7), {0: 1.0, 10_000: 1.0}])
def test_too_few_weeks_have_no_growth(slots: dict[int, float]) -> None:
    """Seven weeks, or a week without a request, are reported as not measured."""
    assert growth_of(slots) is None


def weekly_log(folder: Path, counts: Sequence[int]) -> Measurement:
    """What a log of weeks says that has this many requests on every day of a week."""
    start = dt.datetime(2026, 8, 3, tzinfo=dt.UTC).timestamp()
    rows: list[Row] = [
        (start + (week * 7 + day) * 86400, 100, 10, "")
        for week, count in enumerate(counts)
        for day in range(7)
        for _ in range(count)
    ]
    return measure_logs([log(folder, rows)], LogReading())


@pytest.mark.parametrize("counts", [range(20, 32), (30, 29, 31, 30, 28, 31, 30, 29, 30, 31)])
def test_growth_is_written_with_its_interval(tmp_path: Path, counts: Sequence[int]) -> None:
    """The plan draws growth from the 80% interval of the log, also where that is around 0."""
    found = weekly_log(tmp_path, counts)
    growth, planned_growth = found.growth, planned(tmp_path, found).growth_per_year
    assert growth is not None
    expected = pytest.approx((growth.low, growth.likely, growth.high), abs=1e-3)
    assert (planned_growth.low, planned_growth.likely, planned_growth.high) == expected
    assert not planned_growth.is_point


def test_growth_that_says_nothing_is_not_stated(tmp_path: Path) -> None:
    """An interval over a factor of ten leaves the workload without growth."""
    found = weekly_log(tmp_path, (20, 40, 30) * 3)
    assert "The log is too short for its growth" in " ".join(notes(found))
    assert planned(tmp_path, found).growth_per_year == point(0.0)


def test_steady_growth_is_one_number(tmp_path: Path) -> None:
    """Without noise there is no range."""
    assert "growth_per_year: 0  #" in workload_text(weekly_log(tmp_path, [20] * 10))


# Burst


def arrivals_of(moments: Sequence[float]) -> Range | None:
    arrivals = Arrivals()
    for moment in moments:
        arrivals.add(float(moment))
    return arrivals.burst_rate(float(moments[0]), float(moments[-1]))


@pytest.mark.parametrize("per_hour", [200, 2_000, 20_000])
def test_poisson_arrivals_have_a_burst_rate_of_1(per_hour: int) -> None:
    """The rate is the plan's: requests that come one by one at random queue like their number."""
    random = np.random.default_rng(3)
    busy = 1 + 0.5 * np.sin(np.arange(48) / 24 * 2 * np.pi)
    starts = 1_793_001_600 + 3600 * np.repeat(np.arange(48), random.poisson(per_hour * busy))
    found = arrivals_of(np.sort(starts + random.uniform(0, 3600, len(starts))).tolist())
    assert found is not None
    assert 1.0 <= found.low <= found.likely <= found.high < 1.1


@pytest.mark.parametrize(("trace", "low", "high"), [("conversation", 1.1, 1.3), ("code", 2.0, 5.0)])
def test_production_has_the_documented_burst_rates(trace: str, low: float, high: float) -> None:
    """Azure's hours of chat and of code have a rate in the range that the plan takes for them."""
    with np.load(TRACES) as traces:
        moments = 1_700_155_023 + np.cumsum(traces[trace][0].astype(float)) / 1000
    found = arrivals_of(moments.tolist())
    assert found is not None
    assert low <= found.likely <= high


def test_the_rate_of_requests_that_come_in_groups_is_written(tmp_path: Path) -> None:
    """Ten requests at once are ten times as bursty as one, in the workload as in the log."""
    random = np.random.default_rng(4)
    start = dt.datetime(2026, 11, 2, tzinfo=dt.UTC).timestamp()
    moments = np.repeat(np.sort(random.uniform(0, 86400, 4_000)), 10) + start
    rows: list[Row] = [(float(moment), 100, 10, "") for moment in moments]
    rate = planned(tmp_path, measure_logs([log(tmp_path, rows)], LogReading())).burst.rate
    assert rate is not None
    assert rate.low < rate.likely < rate.high
    assert 1.2 < rate.likely < 4


def test_few_requests_say_nothing_of_bursts() -> None:
    """At 20 an hour two requests in a minute are chance, and no burst."""
    random = np.random.default_rng(6)
    moments = 1_793_001_600 + np.sort(random.uniform(0, 100 * 86400, 48_000))
    assert arrivals_of(moments.tolist()) is None


@pytest.mark.parametrize("step", [3600, 900, 60])
def test_times_without_seconds_say_nothing_of_bursts(step: int) -> None:
    """A log by the minute has all its requests at once; that is its clock, not its traffic."""
    moments = [1_793_001_600 + index * 10 // step * step for index in range(20_000)]
    assert arrivals_of(moments) is None


# Memory


def write_long_log(path: Path, megabytes: int) -> None:
    """JSON lines with a prompt of 2 KB each, as gateways write them, over three weeks."""

    def rows() -> Iterator[str]:
        count = megabytes * 500
        prompt = "x" * 2000
        for index in range(count):
            yield (
                f'{{"timestamp": {1_793_000_000 + index * 1_814_400 / count}, '
                f'"messages": "{prompt}", "prompt_tokens": {500 + index % 1000}, '
                '"completion_tokens": 100}\n'
            )

    with path.open("w") as file:
        file.writelines(rows())


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    """200 MB take as much memory as 4 MB, a fraction of either."""
    peaks: list[int] = []
    for megabytes in (4, 4, 200):
        path = tmp_path / f"{megabytes}.jsonl"
        write_long_log(path, megabytes)
        tracemalloc.start()
        measure_logs([path], LogReading())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        path.unlink()
    assert peaks[2] < 1.25 * peaks[1] < 3e6
