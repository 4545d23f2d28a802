"""`tco calibrate`: results of benchmark tools become a row of a price book, which plans use."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tco.documents.schemas import SCHEMAS
from tests.cli.conftest import BAD_INPUT, OK, Answer, Tco
from tests.conftest import Keys

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "tests" / "calibration" / "results"
VLLM = sorted((RESULTS / "vllm").glob("*.json"), key=lambda path: int(path.stem[1:]))
SETUP = ("--model", "llama-3.3-70b", "--gpu", "L40S", "--gpus", "2", "--precision", "fp8")
ENGINE = ("--engine", "vllm")
Calibrate = Callable[..., Answer]


@pytest.fixture
def calibrate(tco_command: Tco, tmp_path: Path) -> Calibrate:
    """The command for two L40S; its book is in a folder of the test's own."""

    def run(*arguments: object) -> Answer:
        book = ("--book", tmp_path / "measured.yaml")
        return tco_command("calibrate", *arguments, *SETUP, *ENGINE, *book)

    return run


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """A vLLM result with some of its keys changed, None removing one."""

    def write(name: str = "changed.json", **keys: Any) -> Path:
        values = {**json.loads(VLLM[1].read_text()), **keys}
        path = tmp_path / name
        path.write_text(json.dumps({k: v for k, v in values.items() if v is not ...}))
        return path

    return write


def row(book: Path) -> Keys:
    """The last benchmark of a book."""
    return yaml.safe_load(book.read_text())["benchmarks"][-1]


def test_files_of_one_load_each_become_one_curve(calibrate: Calibrate, tmp_path: Path) -> None:
    """A row has a point per file by concurrency, with the time per output token as ITL."""
    answer = calibrate(*reversed(VLLM), "--engine-version", "0.19")
    assert answer.code == OK, answer.err
    found = row(tmp_path / "measured.yaml")
    assert [point["concurrency"] for point in found["points"]] == [1, 8, 32, 64]
    assert found["points"][1]["itl_ms"] == {"mean": 61.1, "p50": 60.489, "p99": 64.766}
    assert (found["input"], found["output"]) == (1024, 256)
    assert (found["engine_version"], found["as_of"]) == ("0.19", "2026-11-02")
    assert found["source"] == "vLLM bench serve: c1.json, c8.json, c32.json, c64.json"
    assert "bandwidth" in answer.out
    assert "500" in answer.out


DAY = ("--as-of", "2026-11-02")
TOOLS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "CSV": ("CSV", "plain.csv", ()),
    "SGLang": ("SGLang bench_serving", "sglang.jsonl", DAY),
    "GuideLLM": ("GuideLLM", "guidellm.json", ()),
    "AIPerf": ("AIPerf or GenAI-Perf", "aiperf/*.json", ()),
    "GenAI-Perf": ("AIPerf or GenAI-Perf", "genai_perf/*.json", DAY),
    "InferenceX": ("InferenceX", "inferencex/*.json", DAY),
    "InferenceX rows": ("InferenceX", "inferencex_rows.json", ()),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_says_the_same_of_one_curve(
    tool: str, calibrate: Calibrate, tmp_path: Path
) -> None:
    """One curve in the form of each tool becomes the row that vLLM's files become."""
    title, pattern, options = TOOLS[tool]
    book = tmp_path / "measured.yaml"
    assert calibrate(*VLLM).code == OK
    expected = row(book)
    book.unlink()
    answer = calibrate(*sorted(RESULTS.glob(pattern)), *options)
    assert answer.code == OK, answer.err
    found = row(book)
    assert found["source"].startswith(f"{title}: ")
    same = ("model", "gpus", "input", "output", "as_of")
    assert [found[key] for key in same] == [expected[key] for key in same]
    for mine, its in zip(found["points"], expected["points"], strict=True):
        assert mine["concurrency"] == its["concurrency"]
        assert mine["output_tok_s"] == pytest.approx(its["output_tok_s"])
        assert mine["itl_ms"]["mean"] == pytest.approx(its["itl_ms"]["mean"])
        assert mine["itl_ms"]["p99"] == pytest.approx(its["itl_ms"]["p99"], rel=1e-3)
        assert mine["ttft_ms"]["mean"] == pytest.approx(its["ttft_ms"]["mean"])


def test_speculative_decoding_is_named(calibrate: Calibrate, changed: Callable[..., Path]) -> None:
    """A run with drafts is not a curve of plain decoding: its kind is asked for."""
    path = changed(spec_decode_num_drafts=1260)
    answer = calibrate(path)
    assert answer.code == BAD_INPUT
    assert (
        "used speculative decoding without stating the method. Pass --speculative mtp or eagle"
    ) in (" ".join(answer.err.split()))
    assert calibrate(path, "--speculative", "mtp").code == OK


CHANGES: list[tuple[str, str, Any, str]] = [
    ("sglang.jsonl", "output_throughput", None, "output_throughput: is missing"),
    ("sglang.jsonl", "request_rate", "trace", "request_rate: is a str, not a number"),
    ("aiperf/c8_*", "was_cancelled", True, "the run did not end"),
    (
        "aiperf/c8_*",
        "inter_token_latency",
        {"unit": "ms", "avg": 60, "p50": 120.5, "p90": 62},
        "itl_ms: p50 is 120.5 ms, above p90, 62 ms.",
    ),
    ("aiperf/c8_*", "input_config", {}, "input_config.loadgen.concurrency: is missing"),
    ("aiperf/c8_*", "inter_token_latency", {"unit": "us", "avg": 1}, 'in "us", not in ms'),
    ("guidellm.json", "benchmarks", [], "is empty: no measurement"),
    ("guidellm.json", "benchmarks", [{}], "metrics.request_totals.successful: is missing"),
    ("inferencex/*c8.json", "tp", 4, "was measured on 4 GPUs, not on 2"),
    ("inferencex/*c8.json", "isl", None, "Pass --input TOKENS"),
    ("inferencex/*c8.json", "output_tput_per_gpu", None, "is missing"),
    ("inferencex/*c8.json", "spec_decoding", "medusa", "Accepted: mtp, eagle"),
]


@pytest.mark.parametrize(("pattern", "key", "value", "said"), CHANGES)
def test_a_changed_result_of_a_tool_is_one_error(
    pattern: str, key: str, value: Any, said: str, calibrate: Calibrate, tmp_path: Path
) -> None:
    """What is missing or of another unit is named with its path; no book is written."""
    [path] = RESULTS.glob(pattern)
    changed = tmp_path / path.name
    text = path.read_text()
    values = json.loads(text.splitlines()[0] if path.suffix == ".jsonl" else text)
    changed.write_text(json.dumps({**values, key: value}))
    answer = calibrate(changed, *DAY)
    assert answer.code == BAD_INPUT
    assert said in " ".join(answer.err.split())
    assert not (tmp_path / "measured.yaml").exists()


def test_a_disaggregated_run_counts_its_decode_gpus(calibrate: Calibrate, tmp_path: Path) -> None:
    """InferenceX divides the output by the decode GPUs alone; the replica has both."""
    [path] = RESULTS.glob("inferencex/*c8.json")
    gpus = {"num_prefill_gpu": 1, "num_decode_gpu": 1}
    split = {"is_multinode": True, "disagg": True, "output_tput_per_gpu": 125.0, **gpus}
    changed = tmp_path / path.name
    changed.write_text(json.dumps({**json.loads(path.read_text()), **split}))
    assert calibrate(changed, *DAY).code == OK
    found = row(tmp_path / "measured.yaml")
    assert found["points"][0]["output_tok_s"] == 125
    assert found["mode"] == "disaggregated"


def test_rows_of_several_systems_are_no_curve(calibrate: Calibrate, tmp_path: Path) -> None:
    """A download of public rows may hold many; each is named."""
    rows = json.loads((RESULTS / "inferencex_rows.json").read_text())
    changed = tmp_path / "rows.json"
    changed.write_text(json.dumps([rows[0], {**rows[1], "precision": "fp4"}]))
    answer = calibrate(changed)
    assert answer.code == BAD_INPUT
    assert "measures l40s vllm fp4 none" in " ".join(answer.err.split())


def test_a_request_rate_is_a_point_by_its_latency(calibrate: Calibrate, tmp_path: Path) -> None:
    """SGLang always has the end-to-end latency: requests in flight follow from the served rate."""
    values = json.loads((RESULTS / "sglang.jsonl").read_text().splitlines()[1])
    changed = tmp_path / "rate.jsonl"
    changed.write_text(json.dumps({**values, "request_rate": 0.5, "max_concurrency": None}))
    content = calibrate(changed, *DAY, "--format", "json").json
    [point] = content["points"]
    assert point["concurrency"] == pytest.approx(8, rel=0.02)
    assert row(tmp_path / "measured.yaml")["points"][0]["request_rate"] == 0.48828


def test_the_next_plan_uses_the_curve(
    tco_command: Tco, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no one had measured was estimated; now it is measured, and not drawn."""
    stacks = tmp_path / "stacks"
    shutil.copytree(ROOT / "stacks" / "workloads", stacks / "workloads")
    shutil.copy(ROOT / "stacks" / "Pulumi.llama-h100.yaml", stacks)
    stack = stacks / "Pulumi.llama-l40s.yaml"
    text = (ROOT / "stacks" / stack.name).read_text()
    stack.write_text(text)
    monkeypatch.chdir(tmp_path)

    def planned() -> tuple[str, float]:
        options = ("--format", "json", "--scenarios", "400", "--today", "2026-11-23")
        [found] = tco_command("plan", "llama-l40s", *options).json["stacks"]
        drawn = {figure["name"]: figure for figure in found["uncertainty"]["against"][0]["inputs"]}
        speed = drawn.get("throughput of llama-3.3-70b on L40S", {"low": 1, "high": 1})
        provenance = found["services"][0]["fleet"]["provenance"]
        return provenance, speed["high"] / speed["low"]

    before = planned()
    assert tco_command("calibrate", *VLLM, *SETUP, *ENGINE).code == OK
    stack.write_text(text.replace("    services:", "    prices: [measured.yaml]\n    services:"))
    after = planned()
    assert before[0] == "estimated"
    assert after[0] == "measured"
    assert before[1] > 2
    assert after[1] == 1


def test_a_book_keeps_what_it_holds(calibrate: Calibrate, tmp_path: Path) -> None:
    """Rows and comments stay; a newer measurement holds from its day, an old one is refused."""
    book = tmp_path / "measured.yaml"
    book.write_text(
        "# Ours.\nsource: order form  # 4711\nbenchmarks:\n"
        "  - {model: mine, gpu: H200, gpus: 8, precision: fp8, engine: vllm, input: 9, output: 9,\n"
        "     points: [{output_tok_s: 5}]}  # slow\n\n# The end.\nprices: []\n"
    )
    first = book.read_text().splitlines()
    assert calibrate(*VLLM).code == OK
    once = book.read_text()
    assert [line for line in once.splitlines() if line in first] == first
    again = calibrate(*VLLM)
    assert again.code == BAD_INPUT
    assert "has a measurement of 2026-11-02 of this configuration and shape" in " ".join(
        again.err.split()
    )
    assert book.read_text() == once
    assert calibrate(*VLLM, "--as-of", "2026-11-20").code == OK
    assert row(book)["valid_from"] == "2026-11-20"
    assert book.read_text().startswith(once.partition("\n\n# The end")[0])


def test_a_dry_run_writes_nothing(calibrate: Calibrate, tmp_path: Path) -> None:
    """The document has the curve and its checks; the book is not made."""
    content = calibrate(*VLLM, "--dry-run", "--format", "json").json
    assert content["schema"] == "tco.calibrate/1"
    validator: Any = Draft202012Validator(SCHEMAS["calibrate-document"].as_json())
    validator.validate(content)
    assert not content["written"]
    assert all(0.9 < point["little_ratio"] < 1.1 for point in content["points"])
    assert all(0 < point["bandwidth_share"] < 0.85 for point in content["points"])
    assert not (tmp_path / "measured.yaml").exists()


IMPOSSIBLE = {"output_throughput": 9e5}
MISTAKES: dict[str, tuple[Keys, str]] = {
    "another tool": ({"model_id": ...}, "is not a result of a supported benchmark tool"),
    "a missing field": ({"output_throughput": ...}, "output_throughput: is missing"),
    "a text": ({"mean_ttft_ms": "fast"}, "mean_ttft_ms: is a str, not a number"),
    "a negative figure": ({"output_throughput": -1}, "-1 is not a measurement"),
    "all at once": ({"max_concurrency": None}, "Run the tool with --max-concurrency"),
    "a rate without latency": ({"request_rate": 4.0}, "no end-to-end latency"),
    "failed requests": ({"failed": 40}, "40 of 120 requests failed"),
    "another model": ({"model_id": "openai/gpt-oss-120b"}, "not llama-3.3-70b"),
    "a bad day": ({"date": "soon"}, "'soon' is not a date"),
    "above physics": (IMPOSSIBLE, "above the memory bandwidth bound"),
    "against Little's law": ({"mean_tpot_ms": 20.0}, "Little's law"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_error(
    mistake: str, calibrate: Calibrate, changed: Callable[..., Path], tmp_path: Path
) -> None:
    """Each is refused with the file's name and what to do, and no book is written."""
    keys, said = MISTAKES[mistake]
    answer = calibrate(changed(**keys))
    assert answer.code == BAD_INPUT
    assert "changed.json" in answer.err
    assert said in " ".join(answer.err.split())
    assert not (tmp_path / "measured.yaml").exists()


MIXED: dict[str, tuple[Keys, str]] = {
    "models": ({"model_id": "my/own"}, 'measures "my/own"'),
    "shapes": ({"total_input_tokens": 8 * 81920}, "A curve has one shape"),
}


@pytest.mark.parametrize("mixed", MIXED)
def test_a_curve_is_of_one_model_and_shape(
    mixed: str, calibrate: Calibrate, changed: Callable[..., Path]
) -> None:
    """Both files are named."""
    keys, said = MIXED[mixed]
    answer = calibrate(VLLM[0], changed(**keys))
    assert answer.code == BAD_INPUT
    text = " ".join(answer.err.split())
    assert said in text
    assert "c1.json" in text
    assert "changed.json" in text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.json", "{", "not valid JSON"),
        ("list.json", "[1]", "[0]: is not an object"),
        ("empty.json", " ", "the file is empty"),
        ("lines.jsonl", '{"a": 1}\n{', "line 2: not valid JSON"),
        ("a.csv", "concurrency,output_tok_s\n", "holds no measurement"),
        ("a.csv", "concurrency,output_tok_s\n1,fast\n", "'fast' is not a number"),
        ("a.csv", "concurrency,tok_s\n1,5\n", 'the column "tok_s" is not known'),
        ("a.csv", "concurrency,output_tok_s\n1,5,9\n", "more cells than the head"),
        ("a.csv", "concurrency,output_tok_s\n1,5\n", "Pass --input TOKENS"),
        ("a.csv", "concurrency,output_tok_s,input,output\n1,5,9,9\n", "Pass --as-of"),
        ("gone.json", None, "there is no such file"),
    ],
)
def test_a_file_that_is_none_is_one_error(
    name: str, content: str | None, said: str, calibrate: Calibrate, tmp_path: Path
) -> None:
    """Each is refused with what is wrong with the file."""
    if content is not None:
        (tmp_path / name).write_text(content)
    answer = calibrate(tmp_path / name)
    assert answer.code == BAD_INPUT
    assert said in " ".join(answer.err.split())


def test_an_implausible_curve_is_confirmed(
    calibrate: Calibrate, changed: Callable[..., Path], tmp_path: Path
) -> None:
    """A reason is written to the row, as a book's unusual figures are; physics takes no reason."""
    reason = ("--confirm", "chunks of tokens")
    assert calibrate(changed(mean_tpot_ms=20.0), *reason).code == OK
    assert row(tmp_path / "measured.yaml")["confirm"] == "chunks of tokens"
    assert calibrate(changed(**IMPOSSIBLE), *reason).code == BAD_INPUT


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--gpu", "L4OS"), "Did you mean L40S?"),
        (("--model", "llama-3.3-70c"), "Did you mean llama-3.3-70b?"),
        (("--precision", "f8"), "Did you mean fp8?"),
        (("--input", "4096"), "Omit --input"),
    ],
)
def test_a_misspelled_setup_is_one_error(
    options: tuple[str, ...], said: str, tco_command: Tco, tmp_path: Path
) -> None:
    """A name that no plan would find is refused before it is written."""
    book = ("--book", tmp_path / "b.yaml")
    answer = tco_command("calibrate", *VLLM, *SETUP, *ENGINE, *book, *options)
    assert answer.code == BAD_INPUT
    assert said in " ".join(answer.err.split())
    assert not (tmp_path / "b.yaml").exists()
