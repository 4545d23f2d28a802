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
USAGE = [
    {
        "starting_at": f"2026-10-26T0{hour}:00:00Z",
        "ending_at": f"2026-10-26T0{hour + 1}:00:00Z",
        "results": [
            {
                "uncached_input_tokens": 900,
                "cache_read_input_tokens": 90,
                "cache_creation": {"ephemeral_5m_input_tokens": 9, "ephemeral_1h_input_tokens": 99},
                "output_tokens": 90,
                "requests": 3,
            }
        ],
    }
    for hour in range(3)
]
GATEWAY = [
    {
        "created_at": f"2026-10-26T07:{minute:02}:20Z",
        "tokens_in": 1000,
        "tokens_out": 100,
        "cached": False,
        "success": True,
    }
    for minute in (0, 20, 40)
]
OBSERVATIONS = [
    {
        "type": "GENERATION",
        "start_time": f"2026-10-26 07:{minute:02}:20.000000",
        "usage_details": {"input": 900, "input_cached_tokens": 90, "output": 100},
    }
    for minute in (0, 20, 40)
]
LOGS: list[Any] = [SPEND, BUCKETS, ROWS, USAGE, GATEWAY, OBSERVATIONS]
COUNTERS = ("request_success_total", "prompt_tokens_total", "generation_tokens_total")
RANGE: Any = {
    "status": "success",
    "data": {
        "resultType": "matrix",
        "result": [
            {
                "metric": {"__name__": f"vllm:{name}", "model_name": "m"},
                "values": [[START + 900 * step, f"{7 * step}"] for step in range(5)],
            }
            for name in COUNTERS
        ],
    },
}
SCRAPES = "".join(
    f"# scraped_at {START + 900 * step}\n"
    + "".join(f'vllm:{name}{{engine="0",model_name="m"}} {7.0 * step}\n' for name in COUNTERS)
    + f'vllm:request_prompt_tokens_bucket{{le="100.0",model_name="m"}} {7.0 * step}\n'
    for step in range(5)
)
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
    assert_workload(runner, content)


def assert_workload(runner: Runner, content: bytes) -> None:
    """Import a file, and read the workload where there is one."""
    runner.write("log", content)
    answer = runner("workload", "import", "log", "--max-bad-share", "0.5")
    if answer.code == OK:
        Workload.model_validate(yaml_mapping(answer.out, "out"))


@share(0.3)
@given(st.one_of(mutated(RANGE, VOCABULARY, 3).map(as_json).flatmap(damaged), damaged(SCRAPES)))
def test_metrics(runner: Runner, content: bytes) -> None:
    """Scrapes and answers of Prometheus, changed and damaged, are a workload or say why not."""
    assert_workload(runner, content)


def test_good_metrics_are_good(runner: Runner) -> None:
    """What the changes start from is a workload as it is."""
    for content in (as_json(RANGE), SCRAPES):
        runner.write("log", content.encode())
        assert runner("workload", "import", "log").code == OK
