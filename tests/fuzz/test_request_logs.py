"""Request logs of every kind, changed and damaged: a workload, or what is wrong."""

from __future__ import annotations

import gzip
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tco.files import as_list, as_mapping
from tco.plan.workload import Workload
from tco.yaml_files import yaml_mapping
from tests.fuzz.mutations import Vocabulary, as_json, damaged, mutated
from tests.fuzz.oracle import OK, Runner
from tests.fuzz.shares import share

START = 1_793_000_000
SPEND = [
    {
        "startTime": f"2026-10-26T07:{minute:02}:20Z",
        "endTime": f"2026-10-26T07:{minute:02}:29Z",
        "prompt_tokens": 1000 + minute,
        "completion_tokens": 100,
        "status": "success",
        "cache_hit": "False",
        "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 400}}},
    }
    for minute in (0, 20, 40)
]
BUCKETS = [
    {
        "start_time": START + hour * 3600,
        "end_time": START + (hour + 1) * 3600,
        "results": [{"input_tokens": 900, "output_tokens": 90, "num_model_requests": 3}],
    }
    for hour in range(3)
]
ROWS = [
    {"timestamp": START + hour * 3600, "prompt_tokens": 9, "completion_tokens": 9, "cached": 1}
    for hour in range(170)
]
LOGS: list[Any] = [SPEND, BUCKETS, ROWS]
VOCABULARY = Vocabulary.of(LOGS)


def as_lines(tree: Any) -> str:
    """One JSON value per line."""
    return "".join(as_json(row) + "\n" for row in as_list(tree) or [tree])


def as_csv(tree: Any) -> str:
    """The values of the rows under the keys of the first one."""
    rows = [as_mapping(row) or {} for row in as_list(tree) or [tree]]
    names = list(rows[0])
    table = [names, *([row.get(name, "") for name in names] for row in rows)]
    return "\n".join(",".join(f"{cell}" for cell in row) for row in table)


@st.composite
def logs(draw: st.DrawFn) -> bytes:
    """A log of some format, changed in a few places, as some kind of file."""
    tree: Any = draw(mutated(draw(st.sampled_from(LOGS)), VOCABULARY))
    content = draw(damaged(draw(st.sampled_from([as_lines, as_csv, as_json]))(tree)))
    return gzip.compress(content) if draw(st.booleans()) else content


@share(0.3)
@given(logs())
def test_request_logs(runner: Runner, content: bytes) -> None:
    """What is imported is a workload, whatever the log holds; what is not says why."""
    runner.write("log", content)
    answer = runner("workload", "import", "log", "--max-bad-share", "0.5")
    if answer.code == OK:
        Workload.model_validate(yaml_mapping(answer.out, "out"))
