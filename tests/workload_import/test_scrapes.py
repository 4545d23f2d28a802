"""Metrics of serving engines over time: resets, gaps, replicas, and what is absent."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tco.errors import BadInput
from tco.plan.demand import read_workload
from tco.plan.folder_files import FolderFiles
from tco.serving_metrics import SERVING_METRICS
from tco.workload_import.measure import LogReading, Measurement, measure_logs
from tco.workload_import.workload_text import notes, workload_text

START = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
Counts = dict[str, float]
"""Samples of one scrape by their series, such as ``a_total{b="c"}``."""


@dataclass(frozen=True)
class Scrape:
    """What a server showed at a number of minutes."""

    minutes: float
    counts: Counts

    @property
    def at(self) -> dt.datetime:
        return START + dt.timedelta(minutes=self.minutes)


def vllm(requests: float, model: str = "m", cached: float | None = None, **keys: float) -> Counts:
    """Counters of a vLLM server after requests of 1,000 prompt and 100 answer tokens each."""
    labels = f'engine="0",model_name="{model}"'
    counts = {
        f'vllm:request_success_total{{{labels},finished_reason="stop"}}': requests * 0.75,
        f'vllm:request_success_total{{{labels},finished_reason="length"}}': requests * 0.25,
        f"vllm:prompt_tokens_total{{{labels}}}": requests * 1000,
        f"vllm:generation_tokens_total{{{labels}}}": requests * 100,
        f"vllm:num_requests_running{{{labels}}}": 3,
    }
    if cached is not None:
        counts[f"vllm:prefix_cache_hits_total{{{labels}}}"] = requests * cached
    return counts | {f"{name}{{{labels}}}": value for name, value in keys.items()}


def text_of(scrape: Scrape) -> str:
    lines = ["# HELP vllm:prompt_tokens_total Number of prefill tokens processed."]
    return "\n".join([*lines, *(f"{name} {count}" for name, count in scrape.counts.items()), ""])


def as_files(folder: Path, scrapes: Sequence[Scrape], server: str = "node1") -> Path:
    """A file for each scrape, named by its time."""
    target = folder / "scrapes"
    target.mkdir(exist_ok=True)
    for scrape in scrapes:
        (target / f"{server}-{scrape.at:%Y-%m-%dT%H:%M:%SZ}.prom").write_text(text_of(scrape))
    return target


def as_one_file(folder: Path, scrapes: Sequence[Scrape]) -> Path:
    """All scrapes in one file, each after its time."""
    path = folder / "scrapes.txt"
    path.write_text("".join(f"# scraped_at {s.at.isoformat()}\n{text_of(s)}" for s in scrapes))
    return path


def with_timestamps(folder: Path, scrapes: Sequence[Scrape]) -> Path:
    """Samples with a time of their own, in milliseconds, as /federate writes them."""
    path = folder / "federate.prom.gz"
    lines = [
        f"{name} {count} {scrape.at.timestamp() * 1000:.0f}\n"
        for scrape in scrapes
        for name, count in scrape.counts.items()
    ]
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    return path


def as_table(folder: Path, scrapes: Sequence[Scrape]) -> Path:
    """A CSV with a column of times and one for each series, as dashboards export it."""
    path = folder / "table.csv"
    names = list(scrapes[0].counts)
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    rows = [",".join(map(str, [s.at.isoformat(), *s.counts.values()])) for s in scrapes]
    path.write_text("\n".join([",".join(["timestamp", *quoted]), *rows, ""]))
    return path


def as_range(folder: Path, scrapes: Sequence[Scrape]) -> Path:
    """The answer of query_range for all series."""
    path = folder / "range.json"
    path.write_text(json.dumps(range_answer(scrapes)))
    return path


def range_answer(scrapes: Sequence[Scrape]) -> dict[str, Any]:
    result: list[Any] = []
    for series in scrapes[0].counts:
        name, _, labels = series.partition("{")
        pairs = [label.partition("=") for label in labels.rstrip("}").split(",")]
        metric = {"__name__": name} | {key: value.strip('"') for key, _, value in pairs}
        values = [[s.at.timestamp(), f"{s.counts[series]}"] for s in scrapes if series in s.counts]
        result.append({"metric": metric, "values": values})
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


FORMS: list[Callable[[Path, Sequence[Scrape]], Path]] = [
    *(as_files, as_one_file, with_timestamps, as_table, as_range)
]


def measured(path: Path, *others: Path, **keys: Any) -> Measurement:
    return measure_logs([path, *others], LogReading(**keys))


def refused(path: Path, **keys: Any) -> str:
    with pytest.raises(BadInput) as caught:
        measured(path, **keys)
    return " ".join(str(caught.value).split())


def every(minutes: float, counts: Sequence[Counts]) -> list[Scrape]:
    return [Scrape(minutes * index, held) for index, held in enumerate(counts)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cached", [None, 400.0])
def test_every_form_of_scrapes_says_the_same(
    tmp_path: Path, form: Callable[[Path, Sequence[Scrape]], Path], cached: float | None
) -> None:
    """300 requests in an hour: tokens, rate and cache share, which is absent without a metric."""
    scrapes = every(5, [vllm(1000 + 25 * step, cached=cached) for step in range(13)])
    found = measured(form(tmp_path, scrapes))
    assert found.requests == pytest.approx(300)
    assert found.requests_per_second == pytest.approx(300 / 3600)
    [request_class] = found.classes
    assert (request_class.input, request_class.output) == pytest.approx((1000, 100))
    assert request_class.cached == pytest.approx(0.4 if cached else 0)
    assert found.says_cached is (cached is not None)
    assert found.formats == ("vllm",)
    assert ("cached:" in workload_text(found)) is (cached is not None)
    assert found.bad.count == 0


def test_a_restart_counts_from_zero(tmp_path: Path) -> None:
    """100 requests, a restart, 40 after it: 140, as Prometheus' increase() says."""
    found = measured(as_files(tmp_path, every(10, [vllm(n) for n in (500, 600, 40, 40)])))
    assert found.requests == pytest.approx(140)


def test_the_first_sample_of_a_new_replica_is_a_start(tmp_path: Path) -> None:
    """What a server counted before it was first scraped did not happen in the time of the log."""
    as_files(tmp_path, every(10, [vllm(0), vllm(60), vllm(120)]))
    late = [Scrape(10, vllm(9000)), Scrape(20, vllm(9030))]
    found = measured(as_files(tmp_path, late, server="node2"))
    assert found.requests == pytest.approx(150)


def test_replicas_add_up(tmp_path: Path) -> None:
    """Servers are distinguished by the name of the file, or by the labels of Prometheus."""
    as_files(tmp_path, every(10, [vllm(0), vllm(60)]))
    found = measured(as_files(tmp_path, every(10, [vllm(500), vllm(540)]), server="node2"))
    assert found.requests == pytest.approx(100)
    answer = range_answer(every(10, [vllm(0), vllm(60)]))
    for series in range_answer(every(10, [vllm(500), vllm(540)]))["data"]["result"]:
        series["metric"]["instance"] = "node2"
        answer["data"]["result"].append(series)
    path = tmp_path / "both.json"
    path.write_text(json.dumps(answer, indent=2))
    assert measured(path).requests == pytest.approx(100)


@pytest.mark.parametrize("form", FORMS)
def test_a_gap_is_not_time_without_demand(
    tmp_path: Path, form: Callable[[Path, Sequence[Scrape]], Path]
) -> None:
    """Two hours at a request per second with six hours between that no one scraped."""
    before = [Scrape(5 * step, vllm(300 * step)) for step in range(13)]
    after = [Scrape(420 + 5 * step, vllm(90_000 + 300 * step)) for step in range(13)]
    found = measured(form(tmp_path, [*before, *after]))
    assert found.requests == pytest.approx(7200)
    assert found.requests_per_second == pytest.approx(1.0)
    assert "No scrapes for 6.0 hours in a row: that time is left out." in " ".join(notes(found))


def test_a_week_with_a_gap_keeps_its_shape(tmp_path: Path) -> None:
    """An hour that was not scraped is between its neighbors, in a plan as the servers saw it."""
    total, scrapes = 0.0, list[Scrape]()
    for step in range(8 * 96 + 1):
        total += 30 if step % 96 > 40 else 10
        if not 200 <= step < 210:
            scrapes.append(Scrape(15 * step, vllm(total)))
    found = measured(as_range(tmp_path, scrapes))
    week = found.per_hour
    assert week is not None
    assert week[:24] == pytest.approx(week[144:168])
    assert [week.min(), week.max()] == pytest.approx([40, 120])


def test_classes_by_a_histogram_keep_all_tokens(tmp_path: Path) -> None:
    """A histogram of prompts gives the classes; their tokens are those of the counters."""

    def counts(requests: float) -> Counts:
        ends = {"100.0": 0.9, "200.0": 0.9, "5000.0": 0.9, "10000.0": 1.0, "+Inf": 1.0}
        buckets = {
            f'vllm:request_prompt_tokens_bucket{{engine="0",le="{end}",model_name="m"}}': (
                requests * share
            )
            for end, share in ends.items()
        }
        return {**vllm(requests, cached=300.0), **buckets}

    found = measured(as_files(tmp_path, every(10, [counts(0), counts(400), counts(1000)])))
    assert [request_class.name for request_class in found.classes] == ["short", "long"]
    assert [request_class.share for request_class in found.classes] == pytest.approx([0.9, 0.1])
    assert sum(
        request_class.share * request_class.input for request_class in found.classes
    ) == pytest.approx(1000)
    assert sum(
        request_class.share * request_class.output for request_class in found.classes
    ) == pytest.approx(100)
    hits = sum(
        request_class.share * request_class.input * request_class.cached
        for request_class in found.classes
    )
    assert hits == pytest.approx(300)
    assert found.classes[1].input > 50 * found.classes[0].input
    assert "Classes are by a histogram of prompts" in " ".join(notes(found))


@pytest.mark.parametrize("engine", SERVING_METRICS)
def test_the_metrics_of_every_engine_are_read(tmp_path: Path, engine: str) -> None:
    """Names are those of the table of engines; sources of cached tokens add up."""
    metrics = SERVING_METRICS[engine]

    def counts(requests: float) -> Counts:
        return {
            f"{metrics.requests}": requests,
            f"{metrics.prompt_tokens}": requests * 50,
            f"{metrics.generation_tokens}": requests * 5,
            f'{metrics.cached_prompt_tokens[0]}{{cache_source="device"}}': requests * 10,
            f'{metrics.cached_prompt_tokens[0]}{{cache_source="host"}}': requests * 5,
        }

    found = measured(as_one_file(tmp_path, every(10, [counts(10), counts(30)])))
    [request_class] = found.classes
    assert (found.formats, found.requests) == ((engine,), 20)
    assert (request_class.input, request_class.output, request_class.cached) == pytest.approx(
        (50, 5, 0.3)
    )


RECORDED = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
vllm:num_requests_running{engine="0",model_name="M"} 0.0
vllm:kv_cache_usage_perc{engine="0",model_name="M"} 0.0
vllm:prompt_tokens_total{engine="0",model_name="M"} 343.0
# HELP vllm:prompt_tokens_created Number of prefill tokens processed.
# TYPE vllm:prompt_tokens_created gauge
vllm:prompt_tokens_created{engine="0",model_name="M"} 1.7769301736864982e+09
vllm:generation_tokens_total{engine="0",model_name="M"} 826.0
vllm:request_success_total{engine="0",finished_reason="stop",model_name="M"} 3.0
vllm:request_success_total{engine="0",finished_reason="length",model_name="M"} 1.0
vllm:request_success_total{engine="0",finished_reason="abort",model_name="M"} 0.0
vllm:request_success_total{engine="0",finished_reason="error",model_name="M"} 2.0
vllm:time_to_first_token_seconds_count{engine="0",model_name="M"} 4.0
"""
"""A scrape of vLLM that a public parser's test was trimmed from, and its counters' times.

Read 2026-11-28; the model's name was replaced there.
"""


def test_a_recorded_scrape(tmp_path: Path) -> None:
    """After a restart all was counted since: 4 requests; those that ended in an error are none."""
    before = vllm(1_000_000, model="M")
    path = tmp_path / "scrapes.txt"
    path.write_text(
        f"# scraped_at 2026-11-02T10:00Z\n{text_of(Scrape(0, before))}"
        f"# scraped_at 2026-11-02T10:30Z\n{RECORDED}"
    )
    found = measured(path)
    assert found.requests == pytest.approx(4)
    [request_class] = found.classes
    assert (request_class.input, request_class.output) == pytest.approx((343 / 4, 826 / 4))


def test_import_and_plan_agree(tmp_path: Path) -> None:
    """A month of the plan has the requests and tokens of two weeks of scrapes, times 730/336."""
    requests = [15 * step + (step % 96) ** 1.5 for step in range(14 * 96 + 1)]
    steady = [sum(requests[: step + 1]) / 100 for step in range(len(requests))]
    found = measured(as_range(tmp_path, every(15, [vllm(n, cached=250.0) for n in steady])))
    path = tmp_path / "workloads" / "measured.yaml"
    path.parent.mkdir()
    path.write_text(workload_text(found))
    _, demand = read_workload(path, "measured.yaml", FolderFiles(tmp_path))
    monthly = (steady[-1] - steady[0]) * 730 / 336
    assert demand.requests_per_month == pytest.approx(monthly, rel=1e-6)
    [request_class] = demand.classes
    tokens = (request_class.input, request_class.output, request_class.cached.likely)
    assert tokens == pytest.approx((1000, 100, 0.25), rel=1e-6)


def test_one_of_several_models_is_named(tmp_path: Path) -> None:
    """Demand of two models is not added up; the one to plan for is named."""
    scrapes = every(10, [vllm(n) | vllm(3 * n, model="big") for n in (0, 40)])
    path = as_files(tmp_path, scrapes)
    reported = refused(path)
    assert "has metrics of 2 models: m, big. Name the one to plan for: --model NAME." in reported
    assert measured(path, model="big").requests == pytest.approx(120)
    assert "has no metrics of the model x. It has m, big." in refused(path, model="x")


def test_a_failed_scrape_is_a_broken_line(tmp_path: Path) -> None:
    """An empty file, an error page and a broken line are counted, up to the limit."""
    scrapes = every(5, [vllm(25 * step) for step in range(13)])
    path = as_files(tmp_path, scrapes)
    (path / "node1-2026-11-02T00:12:00Z.prom").write_text("<html>502 Bad Gateway</html>\n")
    (path / "node1-2026-11-02T00:13:00Z.prom").write_text(
        text_of(scrapes[0]) + "vllm:prompt_tokens_total{engine= 12\nvllm:prompt_tokens_total NaN\n"
    )
    reported = refused(path, max_bad_share=0.01)
    assert "is not a scrape of metrics" in reported
    assert "'vllm:prompt_tokens_total{engine= 12' is not a sample of a metric" in reported
    assert "3 of" in reported
    found = measured(path, max_bad_share=0.1)
    assert found.bad.count == 3


@pytest.mark.parametrize(
    ("name", "content", "reported"),
    [
        ("metrics.txt", "vllm:prompt_tokens_total 5\n", "the scrape has no time. Name each scrape"),
        ("2026-11-02T10:15Z.prom", "# TYPE up gauge\nup 1\n", "none of the counters that are read"),
        ("1793614500.prom", "vllm:prompt_tokens_total 5\n", "has no two scrapes of a server"),
        (
            "x.prom",
            '{"status":"success","data":{"resultType":"vector","result":[]}}',
            "a single instant",
        ),
        (
            "x.json",
            '{"status":"success","data":{"resultType":"matrix","result":'
            '[{"metric":{"le":"1"},"values":[[1793614500,"1"]]}]}}',
            "a series has no name, as sum() and rate() leave none",
        ),
        (
            "x.json",
            '{"status":"success","data":{"resultType":"matrix","result":[{"metric":',
            "the JSON ends too early, or is broken",
        ),
        (
            "x.prom",
            "# scraped_at 2026-11-02T10:00Z\nvllm:request_success_total 1\n"
            "# scraped_at 2026-11-02T10:30Z\nvllm:request_success_total 9\n",
            "has no prompt tokens. Export vllm:prompt_tokens_total as well.",
        ),
    ],
)
def test_what_says_nothing_of_demand(
    tmp_path: Path, name: str, content: str, reported: str
) -> None:
    """The file, what it lacks, and what to do."""
    (tmp_path / name).write_text(content)
    assert reported in refused(tmp_path / name)


def test_series_in_the_wrong_order(tmp_path: Path) -> None:
    """Answers of two weeks, the later one first, are refused with what to do."""
    for index, name in enumerate(["b.json", "a.json"]):
        part = every(30, [vllm(index * 100 + n) for n in (0, 50)])
        later = [Scrape(s.minutes + index * 10_000, s.counts) for s in part]
        (tmp_path / name).write_text(json.dumps(range_answer(later)))
    reported = refused(tmp_path)
    assert "goes back in time: name the files in the order of time" in reported
    assert measured(tmp_path / "b.json", tmp_path / "a.json").requests == pytest.approx(100)


# Memory


def write_scrapes(path: Path, megabytes: int) -> None:
    """A file of scrapes of 4 KB each."""

    def scrapes() -> Iterator[str]:
        other = "".join(f"python_gc_objects_{number} 1.0\n" for number in range(150))
        count = megabytes * 256
        for index in range(count):
            yield f"# scraped_at {1_793_000_000 + index * 600_000 // count}\n{other}"
            yield text_of(Scrape(0, vllm(index * 3.0)))

    with path.open("w") as file:
        file.writelines(scrapes())


def write_range(path: Path, megabytes: int) -> None:
    """An answer with series of 200 KB each, most of them of no use."""
    values = json.dumps([[1_793_000_000 + 60 * step, f"{step}"] for step in range(8_000)])
    names = list(range_answer([Scrape(0, vllm(1))])["data"]["result"])
    with path.open("w") as file:
        file.write('{"status":"success","data":{"resultType":"matrix","result":[')
        for number in range(megabytes * 5):
            metric = names[number % len(names)]["metric"] | {"instance": f"{number // len(names)}"}
            comma = "," if number else ""
            file.write(f'{comma}{{"metric":{json.dumps(metric)},"values":{values}}}')
        file.write("]}}")


@pytest.mark.parametrize("write", [write_scrapes, write_range])
def test_memory_does_not_grow_with_the_scrapes(
    tmp_path: Path, write: Callable[[Path, int], None]
) -> None:
    """2 MB take as much memory as 1 MB."""
    peaks: list[int] = []
    for megabytes in (1, 1, 2):
        path = tmp_path / f"{megabytes}.prom"
        write(path, megabytes)
        tracemalloc.start()
        measured(path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.25 * peaks[1]
