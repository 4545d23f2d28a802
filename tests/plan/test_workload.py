"""The demand: shapes of the week, counts from a CSV, time zones, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tco.errors import BadInput
from tco.plan.demand import Demand, offsets_utc, read_workload
from tco.plan.folder_files import FolderFiles
from tco.plan.workload import office_levels
from tests.conftest import ON_DEMAND, Keys, Lab, cost_by_category

NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}


def demand(lab: Lab, **keys: Any) -> Demand:
    """The demand of a workload file."""
    lab.workload(**keys)
    return read_workload(
        lab.folder / "workloads" / "demand.yaml", "demand.yaml", FolderFiles(lab.folder)
    )[1]


def refused(lab: Lab, **keys: Any) -> str:
    with pytest.raises(BadInput) as caught:
        demand(lab, **keys)
    return str(caught.value)


# Shapes


@pytest.mark.parametrize(
    "shape",
    [
        {"kind": "flat"},
        {"kind": "diurnal", "peak_to_mean": 1.6},
        {"kind": "office", "peak_to_mean": 2.5},
        {"kind": "office", "peak_to_mean": 168 / 45},
    ],
)
def test_the_month_matches_whatever_the_shape(lab: Lab, shape: Keys) -> None:
    """A monthly volume is spread over the week so that 730/168 weeks have it exactly."""
    found = demand(lab, requests_per_month=1_000_000, shape=shape)
    assert found.requests_per_month == pytest.approx(1_000_000)
    assert found.requests_per_hour.sum() * 730 / 168 == pytest.approx(1_000_000)
    assert (found.requests_per_hour >= 0).all()


@pytest.mark.parametrize(
    ("keys", "per_month"),
    [
        ({"requests_per_day": 130_000}, 130_000 * 730 / 24),
        ({"requests_per_second": 0.5}, 0.5 * 3600 * 730),
        ({"users": {"active": 500, "requests_per_user_day": 40}}, 20_000 * 730 / 24),
    ],
)
@pytest.mark.parametrize("shape", [{"kind": "flat"}, {"kind": "office", "peak_to_mean": 2.5}])
def test_a_volume_as_people_know_it(lab: Lab, keys: Keys, per_month: float, shape: Keys) -> None:
    """A volume per day, per second or by users is the mean of the week, whatever the shape."""
    assert demand(lab, **keys, shape=shape).requests_per_month == pytest.approx(per_month)


def test_diurnal_is_a_cosine_around_its_peak_hour(lab: Lab) -> None:
    """1 + (1.6 - 1) cos: highest at the peak hour, lowest twelve hours later, every day."""
    shape = {"kind": "diurnal", "peak_to_mean": 1.6, "peak_hour": 20}
    week = demand(lab, requests_per_month=730, shape=shape).requests_per_hour
    assert week[20] == pytest.approx(1.6)
    assert week[8] == pytest.approx(0.4)
    assert week[14] == pytest.approx(1.0)
    assert week[:24] == pytest.approx(week[-24:])


def test_office_hours_have_two_levels(lab: Lab) -> None:
    """One level Monday to Friday 09:00 to 18:00, one outside, the mean is 1.

    2.5 inside for 45 hours: (168 - 45 x 2.5) / 123 = 0.4512 outside.
    """
    shape = {"kind": "office", "peak_to_mean": 2.5}
    week = demand(lab, requests_per_month=730, shape=shape).requests_per_hour
    assert office_levels(2.5) == pytest.approx((2.5, 0.45122), abs=1e-5)
    assert [week[hour] for hour in (8, 9, 17, 18)] == pytest.approx(
        [0.45122, 2.5, 2.5, 0.45122], abs=1e-5
    )
    assert week[5 * 24 + 12] == pytest.approx(0.45122, abs=1e-5)  # Saturday noon
    assert (week > 1).sum() == 45


def test_values_of_a_week_are_taken_as_they_are(lab: Lab) -> None:
    """168 counts start on Monday 00:00 and make the month 730/168 times their sum."""
    found = demand(lab, per_hour=[float(hour) for hour in range(168)])
    assert found.requests_per_hour.tolist() == list(range(168))
    assert found.requests_per_month == pytest.approx(sum(range(168)) * 730 / 168)


# CSV


def hours(first: str, count: int) -> list[str]:
    """A number of full hours, in UTC."""
    start = dt.datetime.fromisoformat(first)
    return [(start + dt.timedelta(hours=hour)).isoformat() for hour in range(count)]


def table(rows: Sequence[tuple[str, object]], header: str = "hour,requests") -> str:
    return "\n".join([header, *(f"{hour},{requests}" for hour, requests in rows)]) + "\n"


MONDAY = "2026-11-02T00:00:00+00:00"


def from_csv(lab: Lab, text: object, **keys: Any) -> Demand:
    lab.write("workloads/chat.csv", text)
    return demand(lab, csv="chat.csv", **keys)


def refused_csv(lab: Lab, text: object, **keys: Any) -> str:
    with pytest.raises(BadInput) as caught:
        from_csv(lab, text, **keys)
    return str(caught.value)


def test_csv_is_averaged_by_hour_of_the_week(lab: Lab) -> None:
    """Two weeks of counts are averaged hour by hour, Monday 00:00 first."""
    rows = [
        (hour, index if index < 168 else 3 * (index - 168))
        for index, hour in enumerate(hours(MONDAY, 336))
    ]
    found = from_csv(lab, table(rows))
    assert found.requests_per_hour == pytest.approx(2 * np.arange(168.0))


def test_csv_rows_may_come_in_any_order_and_offset(lab: Lab) -> None:
    """An hour is a moment: its offset says which, and the order of the rows nothing."""
    rows = [(hour, index) for index, hour in enumerate(hours(MONDAY, 168))]
    moved = [
        (
            dt.datetime.fromisoformat(hour)
            .astimezone(dt.timezone(dt.timedelta(hours=5)))
            .isoformat(),
            count,
        )
        for hour, count in reversed(rows)
    ]
    assert from_csv(lab, table(moved)).requests_per_hour.tolist() == list(range(168))


def test_csv_counts_are_placed_by_local_hour(lab: Lab) -> None:
    """In Kolkata (+05:30) the week starts at Sunday 18:30 UTC: 18:00 UTC is Sunday 23:30."""
    rows = [(hour, 7 if hour.startswith("2026-11-02T18") else 1) for hour in hours(MONDAY, 168)]
    week = from_csv(lab, table(rows), timezone="Asia/Kolkata").requests_per_hour
    assert int(week.argmax()) == 23  # Monday 18:00 UTC is Monday 23:30


def test_csv_over_the_end_of_summer_time(lab: Lab) -> None:
    """The hour that happens twice is averaged over three counts in two weeks, not lost."""
    # New York, Sunday 2026-11-01: 01:00 happens at 05:00 and at 06:00 UTC.
    rows = [
        (hour, 6 if hour[:13] in ("2026-11-01T05", "2026-11-01T06") else 3)
        for hour in hours("2026-10-26T04:00:00+00:00", 337)
    ]
    week = from_csv(lab, table(rows), timezone="America/New_York").requests_per_hour
    assert week[6 * 24 + 1] == pytest.approx((6 + 6 + 3) / 3)
    assert (week == 3).sum() == 167


def test_csv_over_the_start_of_summer_time(lab: Lab) -> None:
    """The hour that never happens is taken from the other week, or lies between its neighbors."""
    first = "2026-03-02T05:00:00+00:00"  # the second Sunday, 2026-03-08, has no 02:00
    two_weeks = from_csv(
        lab, table([(hour, 4) for hour in hours(first, 336)]), timezone="America/New_York"
    )
    assert two_weeks.requests_per_hour.tolist() == [4] * 168
    rows = [(hour, index) for index, hour in enumerate(hours(first, 167))]
    one_week = from_csv(lab, table(rows), timezone="America/New_York").requests_per_hour
    assert one_week[6 * 24 + 1 : 6 * 24 + 4].tolist() == [145, 145.5, 146]
    assert one_week.sum() == sum(range(167)) + 145.5


@pytest.mark.parametrize(
    ("zone", "first", "length"),
    [
        ("America/New_York", "2026-03-02T05:00:00+00:00", 167),
        ("America/New_York", "2026-10-26T04:00:00+00:00", 169),
        ("Europe/Berlin", "2026-03-22T23:00:00+00:00", 167),
        ("Europe/Berlin", "2026-10-18T22:00:00+00:00", 169),
        ("Australia/Sydney", "2026-03-29T13:00:00+00:00", 169),
        ("Australia/Sydney", "2026-09-27T14:00:00+00:00", 167),
        ("UTC", "2026-03-02T00:00:00+00:00", 168),
    ],
)
def test_csv_of_a_calendar_week(lab: Lab, zone: str, first: str, length: int) -> None:
    """Monday 00:00 to Sunday 23:00 of the zone is a week, whatever the clocks do in it."""
    rows = [(hour, 4) for hour in hours(first, length)]
    assert from_csv(lab, table(rows), timezone=zone).requests_per_hour.tolist() == [4] * 168
    text = refused_csv(lab, table(rows[:-1]), timezone=zone)
    assert f"holds {length - 1} hours and lacks 1 of the 168 of a week in {zone}" in text
    assert "the first Sunday 23:00" in text
    assert ("The clocks change on 2026-" in text) == (length != 168)
    assert (f"that week has {length} hours" in text) == (length != 168)


def test_csv_written_by_a_spreadsheet(lab: Lab) -> None:
    """A byte-order mark before the header, Windows line ends and more columns do no harm."""
    rows = "".join(f"{hour},{index},x\r\n" for index, hour in enumerate(hours(MONDAY, 168)))
    found = from_csv(lab, f"\ufeffhour,requests,note\r\n{rows}".encode())
    assert found.requests_per_hour.tolist() == list(range(168))


Rows = list[tuple[str, object]]
BROKEN: list[tuple[Callable[[Rows], Rows], str]] = [
    (
        lambda rows: rows[:50] + rows[53:],
        "3 hours missing between line 51, 2026-11-04T01:00:00+00:00 and line 52, "
        "2026-11-04T05:00:00+00:00. Write an hour without requests as 0.",
    ),
    (lambda rows: rows[:50] + rows[51:], "1 hour missing between line 51, "),
    (
        lambda rows: rows[:167],
        "holds 167 hours and lacks 1 of the 168 of a week in UTC, the first Sunday 23:00.",
    ),
    (lambda rows: [*rows, rows[3]], "line 170: the hour 2026-11-02T03:00:00+00:00 again."),
    (
        lambda rows: [*rows[:-1], (rows[-1][0].replace("+00:00", ""), 1)],
        "has no offset. Write it as 2026-11-02T09:00+01:00.",
    ),
    (
        lambda rows: [*rows[:-1], (rows[-1][0].replace("23:00:00", "23:30:00"), 1)],
        "line 169: '2026-11-08T23:30:00+00:00' is not a full hour.",
    ),
    (lambda rows: [*rows[:-1], ("soon", 1)], "line 169: 'soon' is not an hour. Write it"),
    (
        lambda rows: [*rows[:-1], (rows[-1][0], "many")],
        "line 169: 'many' is not a count of requests.",
    ),
    (
        lambda rows: [*rows[:-1], (rows[-1][0], "-1")],
        "line 169: '-1' requests: counts are 0 or more.",
    ),
    (
        lambda rows: [*rows[:-1], (rows[-1][0], "nan")],
        "line 169: 'nan' requests: counts are 0 or more.",
    ),
    (
        lambda rows: [*rows[:-1], (rows[-1][0], "inf")],
        "line 169: 'inf' requests: counts are 0 or more.",
    ),
    (
        lambda rows: [*rows[:-1], (rows[-1][0], "1e308")],
        "line 169: '1e308' requests: the limit is 1e+12 in an hour.",
    ),
    (lambda rows: [(hour, 0) for hour, _ in rows], "holds 0 requests in every hour"),
    (lambda _: [], "needs the columns hour and requests, and rows."),
]


@pytest.mark.parametrize(("change", "reported"), BROKEN)
def test_csv_that_cannot_be(lab: Lab, change: Callable[[Rows], Rows], reported: str) -> None:
    """Gaps, doubles and what is no hour or no count are refused with their line."""
    rows = change([(hour, 1) for hour in hours(MONDAY, 168)])
    text = refused_csv(lab, table(rows))
    assert "chat.csv: 1 problem" in text
    assert reported in text


WEEK = table([(hour, 1) for hour in hours(MONDAY, 168)])
LINES = WEEK.splitlines()


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (WEEK.replace(LINES[2], '"' + LINES[2]), "line 3: a quote is opened and never closed."),
        (
            WEEK.replace(LINES[2], f'"{LINES[2]}') + '"\n' + "x,1\n" * 40_000,
            "line 3: a quote is opened here and closed on line 170.",
        ),
        (
            WEEK.replace(LINES[2], f'"{LINES[2]}') + "x,1\n" * 40_000,
            "line 3: a quote is opened and never closed. Close it on its line, or leave it out.",
        ),
        (WEEK.replace(LINES[2], f'{LINES[2]}"'), "line 3: "),
        (
            WEEK.replace(LINES[2], LINES[2].replace("2026", '"2026"', 1)),
            "line 3: a cell goes on after its closing quote. Write a quote inside a cell twice.",
        ),
        (WEEK.replace(LINES[2], f"{'x' * 200_000},1"), "line 3: a cell has more than 131,072 char"),
        (WEEK.replace(LINES[2], f"{'x' * 100_000},1"), f"line 3: '{'x' * 40}…' is not an hour."),
        (WEEK.replace(LINES[2], "\0"), "line 3: a NUL character. Save the file as CSV in UTF-8."),
        (WEEK.replace(LINES[2], f"{LINES[2]}.5,000"), "line 3: has 3 cells, the header has 2."),
        (WEEK.replace(LINES[0], "hour,requests,requests"), "two columns are named requests."),
        (WEEK.replace(LINES[0], "hour,hour,requests"), "line 1: two columns are named hour."),
        (WEEK.replace(",", ";"), "the header is hour;requests. Separate the columns by commas."),
        (WEEK.replace(",", "\t"), "Separate the columns by commas."),
        (WEEK.replace(LINES[0], "Hour, Requests"), "names in lower case and without spaces."),
        (WEEK.replace(LINES[0], "time,count"), "line 1: needs the columns hour and requests, the"),
        (WEEK.replace(LINES[2], "0001-01-01T00:00+14:00,1"), "line 3: '0001-01-01T00:00+14:00' is"),
        (WEEK.encode("utf-16"), "byte 0 is not UTF-8. Save the file as UTF-8."),
        (WEEK.replace(",1\n", ",5e-324\n"), "less than one request per month"),
    ],
)
def test_csv_that_is_broken(lab: Lab, text: object, reported: str) -> None:
    """A table that is not the one its author meant is refused with the line and what to do."""
    assert reported in refused_csv(lab, text)


def test_a_gap_is_reported_in_the_offset_of_the_file(lab: Lab) -> None:
    """The hours around a gap read as the file has them, with their lines."""
    rows = [
        (f"2026-11-{2 + hour // 24:02}T{hour % 24:02}:00+01:00", 1)
        for hour in range(168)
        if hour != 50
    ]
    reported = "between line 51, 2026-11-04T01:00+01:00 and line 52, 2026-11-04T03:00+01:00."
    assert reported in refused_csv(lab, table(rows))


def test_many_lines_with_one_cause_are_counted(lab: Lab) -> None:
    """A file without offsets is reported by its first lines and their number."""
    rows = [(hour.replace("+00:00", ""), 1) for hour in hours(MONDAY, 168)]
    text = refused_csv(lab, table(rows))
    assert text.count("has no offset") == 5
    assert "163 more lines have such a problem." in text


@pytest.mark.parametrize(
    ("keys", "reported"),
    [
        ({"requests_per_month": True}, "requests_per_month: true is not a number."),
        ({"requests_per_month": "100"}, "requests_per_month: '100' is a string. Write it without"),
        ({"requests_per_month": [1, 2]}, "requests_per_month: is one number: a range is not acc"),
        ({"per_hour": [True] * 168}, "per_hour[0]: true is not a number. (and 167 more like it)"),
        ({"growth_per_year": True}, "growth_per_year: true is not a number."),
        ({"shape": {"kind": "office", "start": 9.5}}, "shape.start: 9.5 is not a whole number."),
    ],
)
def test_what_is_no_number(lab: Lab, keys: Keys, reported: str) -> None:
    """A truth value, a text and a range are refused where one number stands."""
    volume: Keys = {} if "per_hour" in keys else {"requests_per_month": 100}
    assert reported in refused(lab, **{**volume, **keys})


def test_a_broken_class_does_not_make_the_list_empty(lab: Lab) -> None:
    """One bad entry is one problem: that the list holds nothing else is none."""
    classes = [{"name": "all", "share": 1, "input": "many", "output": 1}]
    assert "demand.yaml: 1 problem\n" in refused(lab, classes=classes)


def test_a_tab_is_reported_as_one(lab: Lab) -> None:
    """YAML's own words for a tab help no one."""
    lab.write("workloads/demand.yaml", "requests_per_month: 100\nclasses:\n\t- name: all\n")
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    assert "line 3, column 1: a tab. YAML is indented by spaces." in lab.refused()


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("hour;requests\n2026-11-02T00:00+00:00;1\n", "needs the columns hour and requests"),
        ("", "needs the columns hour and requests"),
        (b"hour,requests\n\xff", "is not UTF-8"),
        ("hour,requests\n2026-11-02T00:00+00:00\n", "line 2: has 1 cell, the header has 2."),
    ],
)
def test_csv_that_is_none(lab: Lab, text: object, reported: str) -> None:
    """A file that is no such table says what it needs."""
    assert reported in refused_csv(lab, text)


def test_csv_that_is_missing(lab: Lab) -> None:
    """A CSV that is not there is reported by its own name."""
    assert "chat.csv: 1 problem\n  there is no such file." in refused(lab, csv="chat.csv")


def test_csv_stays_in_its_folder(lab: Lab) -> None:
    """A workload reads no file outside of its folder."""
    lab.write("outside.csv", table([(hour, 1) for hour in hours(MONDAY, 168)]))
    assert "leads out of the folder of workloads" in refused(lab, csv="../outside.csv")


# Refusals


@pytest.mark.parametrize(
    ("keys", "reported"),
    [
        ({"requests_per_month": 0}, "requests_per_month: 0 should be greater than 0."),
        (
            {"requests_per_second": 1e12},
            "requests_per_second is more than 1e+15 requests per month.",
        ),
        (
            {"requests_per_day": 0.01},
            "requests_per_day is less than one request per month: there is nothing to plan.",
        ),
        ({"users": 500}, "users: 500 should be a mapping."),
        ({"users": {"active": 500}}, "users.requests_per_user_day: is missing."),
        (
            {"users": {"active": 1, "requests_per_user_day": 1}, "requests_per_day": 5},
            "csv, not requests_per_day and users.",
        ),
        ({"requests_per_month": -5}, "requests_per_month: -5 should be greater than 0."),
        ({"per_hour": [0] * 168}, "per_hour is 0 in every hour: there is nothing to serve."),
        ({"per_hour": [1] * 24}, "per_hour has 24 values, a week has 168 hours."),
        ({"per_hour": []}, "per_hour has 0 values, a week has 168 hours."),
        ({"per_hour": [-1] + [1] * 167}, "per_hour[0]: -1 should be greater than or equal to 0."),
        (
            {"per_hour": [1] * 168, "requests_per_month": 5},
            "states its requests in exactly one way: requests_per_month, requests_per_day, "
            "requests_per_second, users, per_hour or csv, not requests_per_month and per_hour.",
        ),
        (
            {"per_hour": [1] * 168, "shape": {"kind": "flat"}},
            "shape needs a mean volume;",
        ),
        ({"shape": {"kind": "flat", "peak_to_mean": 2}}, "a flat shape has a peak_to_mean of 1"),
        ({"shape": {"kind": "diurnal", "peak_to_mean": 2.1}}, "peak_to_mean 2.1 is above 2"),
        ({"shape": {"kind": "office", "peak_to_mean": 4}}, "peak_to_mean 4 is above 3.73"),
        ({"shape": {"kind": "office", "start": 18, "end": 9}}, "start 18 is not before end 9."),
        ({"shape": {"kind": "weekly"}}, "'weekly' should be 'flat', 'diurnal' or 'office'."),
        ({"timezone": "Europe/Berln"}, "is not a time zone. Did you mean Europe/Berlin?"),
        ({"timezone": "../etc/passwd"}, "is not a time zone."),
        (
            {"growth_per_year": -1},
            "growth_per_year: -1 is not allowed: the value must be above -1.",
        ),
        ({"growth_per_year": -2}, "growth_per_year: -2 is below -1."),
        ({"growth_per_year": 120}, "120 is above 100: 0.3 is a growth of 30% per year."),
        ({"growth_per_year": [0.3, 0.1]}, "[0.3, 0.1] is not in ascending order."),
        ({"growth_per_year": [-1, 0.1]}, "a low end of -1 has no P10-P90 distribution"),
        ({"burst": {"quantile": 0.9, "factor": 2}}, "burst: factor is a fixed value, and"),
        (
            {"burst": {"rate": 1.2, "factor": 2}},
            "and rate describes random arrivals. Use one or the",
        ),
        ({"burst": {"rate": 0.9}}, "burst.rate: requests queue like 1 to 1000 times their number:"),
        ({"burst": {"rate": [1.3, 1.1]}}, "[1.3, 1.1] is not in ascending order."),
        ({"kind": "code"}, "kind: 'code' should be 'chat', 'code-completion', 'agent' or 'batch'."),
        ({"burst": {"factor": 0.5}}, "factor: 0.5 should be greater than or equal to 1."),
        ({"burst": {"quantile": 1}}, "quantile: 1 should be less than 1."),
        ({"objectives": {"itl_ms": {"p50": 0}}}, "0 is not allowed: the value must be above 0."),
        ({"objectives": {"itl_ms": {"p51": 50}}}, 'unknown key "p51". Did you mean p'),
        ({"classes": []}, "classes: is empty: at least one is needed."),
    ],
)
def test_workload_that_cannot_be(lab: Lab, keys: Keys, reported: str) -> None:
    """A workload that is negative, empty or impossible is refused at its key."""
    text = refused(lab, **keys)
    assert text.startswith("demand.yaml: ")
    assert reported in text


def test_a_workload_without_a_volume(lab: Lab) -> None:
    """A workload states how many requests there are."""
    lab.write(
        "workloads/demand.yaml", {"classes": [{"name": "a", "share": 1, "input": 1, "output": 1}]}
    )
    with pytest.raises(BadInput, match="states its requests in exactly one way"):
        read_workload(
            lab.folder / "workloads" / "demand.yaml", "demand.yaml", FolderFiles(lab.folder)
        )


@pytest.mark.parametrize(
    ("classes", "reported"),
    [
        ([{"share": 0.6}, {"share": 0.6}], "the shares of the classes add up to 1.2, not to 1."),
        ([{"share": 0.5}, {"share": 0.5, "name": "c0"}], "two classes have the same name."),
        ([{"share": 1, "input": 0, "output": 0}], "classes[0]: a request has no tokens."),
        ([{"share": 1, "input": -5}], "classes[0].input: -5 should be greater than or equal to 0."),
        ([{"share": 1, "cached": 1.5}], "classes[0].cached: 1.5 is above 1: a share lies between"),
        ([{"share": 0}], "classes[0].share: 0 should be greater than 0."),
    ],
)
def test_classes_that_cannot_be(lab: Lab, classes: list[Keys], reported: str) -> None:
    """Shares add up, names differ, and a request has tokens."""
    made = [
        {"name": f"c{index}", "input": 9, "output": 1, **request}
        for index, request in enumerate(classes)
    ]
    assert reported in refused(lab, classes=made)


def test_one_class_alone_is_all(lab: Lab) -> None:
    """A single class needs neither a name nor a share: it is every request."""
    lab.workload(classes=[{"input": 9, "output": 1}])
    lab.stack(NODE)
    [request] = lab.evaluate().stack.services[0].demand.classes
    assert (request.name, request.share) == ("all", 1)


@pytest.mark.parametrize(
    ("request_class", "reported"),
    [
        ({"share": 0.5}, "classes[1] has no name."),
        ({"name": "b"}, "classes[1] has no share."),
        ({}, "classes[1] has no name and no share. Each of several classes states both."),
    ],
)
def test_a_class_beside_others_states_its_name_and_share(
    lab: Lab, request_class: Keys, reported: str
) -> None:
    """Defaults are of a class alone; among several they would hide a key that was forgotten."""
    lengths = {"input": 9, "output": 1}
    first = {"name": "a", "share": 0.5, **lengths}
    assert reported in refused(lab, classes=[first, {**request_class, **lengths}])


# Growth and time zones


def test_growth_is_of_the_horizon_not_of_the_pricing_month(lab: Lab) -> None:
    """The month is the pricing day's; the years ahead grow."""
    for growth in (0.0, 0.5):
        lab.workload(requests_per_month=1_000_000, growth_per_year=growth)
        lab.stack(NODE)
        assert lab.evaluate().alternatives[0].usd_per_month == pytest.approx(1_000)


def test_the_time_zone_moves_the_hours_of_the_week(lab: Lab) -> None:
    """15:00 in New York is 20:00 UTC in winter and 19:00 in summer."""
    found = demand(lab, timezone="America/New_York")
    assert offsets_utc(found.timezone, dt.date(2026, 11, 23))[15] == 20
    assert offsets_utc(found.timezone, dt.date(2026, 6, 17))[15] == 19
    sunday = offsets_utc(found.timezone, dt.date(2026, 11, 23))[-1]
    assert sunday == 4  # Sunday 23:00 is Monday 04:00, the week is a circle


def test_reasoning_counts_as_output(lab: Lab) -> None:
    """Reasoning tokens are output: the node makes them, and the volume holds them."""
    tokens = {"name": "all", "share": 1, "input": 900, "output": 60, "reasoning": 40}
    lab.workload(requests_per_month=0.5 * 730 * 3600, classes=[tokens])
    lab.stack(NODE)
    result = lab.evaluate()
    assert result.output_mtok_per_month == pytest.approx(0.5 * 730 * 3600 * 100 / 1e6)
    assert result.utilization == pytest.approx(0.5)
    assert cost_by_category(result)["api"] == 0
