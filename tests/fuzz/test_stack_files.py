"""Stack files, workloads, price books and CSVs of every kind: a plan, or what is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.mutations import as_json, as_yaml, damaged, mutated
from tests.fuzz.odd_values import HOSTILE
from tests.fuzz.oracle import Runner, encoded
from tests.fuzz.samples import WEEK, Sample, copy_stacks, plan_vocabulary, samples
from tests.fuzz.shares import share

FEW = ("--scenarios", "0", "--today", "2026-11-28", "--stacks", "stacks")
DRAWN = ("--scenarios", "30", "--today", "2026-11-28", "--stacks", "stacks")
QUICK = (
    *(("plan", "*", "--format", "json"), ("plan", "*"), ("plan", "*", "--format", "csv")),
    *(("plan", "*", "--format", "focus"), ("gate", "*"), ("gate", "*", "--format", "json")),
    *(("memo", "*"), ("memo", "*", "--out", "memos")),
    *(("alerts", "*"), ("alerts", "*", "--format", "prometheus")),
)
SLOW = (
    ("optimize", "*", "--format", "json"),
    ("optimize", "*"),
    ("optimize", "*", "--write"),
    ("compare", "*", "article-100"),
    ("sweep", "*", "fte=0..2:3"),
    ("sweep", "*", "volume=10..1000:3", "--format", "json"),
)

Files = Callable[[Sample], tuple[str, ...]]


@pytest.fixture
def stacks(runner: Runner) -> Runner:
    """A folder with the example stacks."""
    copy_stacks(runner.folder / "stacks")
    return runner


@st.composite
def changed(draw: st.DrawFn, files: Files) -> tuple[Sample, str, bytes]:
    """An example stack, one of its files, and what is in that file now."""
    sample = draw(st.sampled_from([sample for sample in samples() if files(sample)]))
    name = draw(st.sampled_from(files(sample)))
    tree = draw(mutated(sample.trees[name], plan_vocabulary()))
    text = draw(st.sampled_from([as_json, as_yaml]))(tree)
    return sample, name, draw(damaged(text))


def run(
    runner: Runner, change: tuple[Sample, str, bytes], command: tuple[str, ...], options: Any
) -> None:
    """Run a command on a stack one of whose files is changed, and put the file back."""
    sample, name, content = change
    path = runner.folder / "stacks" / name
    before = path.read_bytes()
    stack = (runner.folder / "stacks" / sample.stack).read_bytes()
    path.write_bytes(content)
    try:
        runner(*(sample.name if word == "*" else word for word in command), *options)
    finally:
        (runner.folder / "stacks" / sample.stack).write_bytes(stack)
        path.write_bytes(before)


def the_stack(sample: Sample) -> tuple[str, ...]:
    return (sample.stack,)


def the_workloads(sample: Sample) -> tuple[str, ...]:
    return sample.workloads


def the_books(sample: Sample) -> tuple[str, ...]:
    return sample.books


def not_the_first(sample: Sample) -> tuple[str, ...]:
    """Any file of a stack that can be compared with the first."""
    return () if sample.name == "article-100" else tuple(sample.trees)


commands = st.sampled_from(QUICK)
options = st.sampled_from([FEW, FEW, FEW, DRAWN])


@share(0.3)
@given(changed(the_stack), commands, options)
def test_stack_files(stacks: Runner, change: Any, command: Any, options: Any) -> None:
    """A stack file of any content is planned, or its problems are listed."""
    run(stacks, change, command, options)


@share(0.3)
@given(changed(the_workloads), commands, options)
def test_workloads(stacks: Runner, change: Any, command: Any, options: Any) -> None:
    """So is a workload."""
    run(stacks, change, command, options)


@share(0.3)
@given(changed(the_books), commands, options)
def test_price_books(stacks: Runner, change: Any, command: Any, options: Any) -> None:
    """So is a price book."""
    run(stacks, change, command, options)


@share(0.15)
@given(changed(not_the_first), st.sampled_from(SLOW))
def test_longer_commands(stacks: Runner, change: Any, command: Any) -> None:
    """What searches and sweeps ends as well, whichever file is odd."""
    run(stacks, change, command, FEW)


@share(0.2)
@given(changed(the_books), st.sampled_from(["table", "json"]))
def test_checked_books(stacks: Runner, change: Any, form: str) -> None:
    """`tco prices check` takes a book or lists its faults."""
    _, name, content = change
    path = stacks.write(name, content)
    stacks("prices", "check", "--book", str(path), "--format", form, "--today", "2026-11-28")


CELLS = (
    *("", " ", "0", "-1", "1e3", "5e-324", "1e308"),
    *("1e400", "nan", "inf", "1,5", "1_000", "x", '"'),
    *("１２", "=1+1", "2026-01-05T00:00", "2026-03-29T02:00+01:00", "9999-12-31T23:00-12:00"),
    *("2026-01-05T00:00+99:99", "2026-01-05T00:30+00:00", "0001-01-01T00:00+14:00", "9" * 5000),
    *("y" * 200_000, *HOSTILE),
)


@st.composite
def weeks(draw: st.DrawFn) -> bytes:
    """A week of requests as CSV, some of its cells, rows and columns changed."""
    rows = [["hour", "requests"], *([hour, "100"] for hour in WEEK)]
    for _ in range(draw(st.integers(0, 3))):
        at, column = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, 1))
        kind = draw(st.sampled_from(["cell", "cells", "drop", "repeat", "add", "column", "name"]))
        cell = draw(st.sampled_from(CELLS))
        if kind == "cell":
            rows[at][column:] = [cell]
        elif kind == "cells":
            rows = [rows[0], *([row[0], cell] for row in rows[1:])]
        elif kind == "drop":
            rows[at : at + draw(st.sampled_from([1, 5]))] = []
            rows = rows or [[""]]
        elif kind == "repeat":
            rows.insert(at, list(rows[draw(st.integers(0, len(rows) - 1))]))
        elif kind == "add":
            rows[at].append(cell)
        elif kind == "column":
            rows = [[*row, *row[-1:]] for row in rows]
        else:
            rows[0] = [draw(st.sampled_from(["hour", "requests", "Hour", "", *HOSTILE])), *rows[0]]
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=draw(st.sampled_from([",", ",", ",", ";", "\t"])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    writer.writerows(rows)
    data = draw(damaged(text.getvalue()))
    return draw(st.sampled_from([data, data, data, encoded("\ufeff") + data]))


@share(0.3)
@given(weeks(), st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata"]), commands)
def test_weeks(stacks: Runner, content: bytes, timezone: str, command: Any) -> None:
    """A CSV of any content is a week of requests, or its lines are listed."""
    classes = [{"name": "chat", "share": 1, "input": 1024, "output": 256}]
    workload = {"timezone": timezone, "csv": "week.csv", "classes": classes}
    stacks.write("stacks/workloads/week.csv", content)
    stacks.write("stacks/workloads/chat.yaml", as_json(workload))
    stacks(*("aws-on-demand" if word == "*" else word for word in command), *FEW)


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_good_files_are_good(stacks: Runner, sample: Sample) -> None:
    """What the mutations start from is planned as it is, written as YAML and as JSON."""
    for write in (as_json, as_yaml):
        for name, tree in sample.trees.items():
            stacks.write(f"stacks/{name}", write(tree))
        answer = stacks("plan", sample.name, *FEW, "--format", "json")
        assert answer.code == 0, answer.out
