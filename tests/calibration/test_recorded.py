"""Result files that benchmark tools wrote: what is taken of them, in old and new versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tco.calibration.result_files import read_results
from tco.calibration.run import Run
from tco.errors import BadInput
from tests.conftest import Keys

RECORDED = Path(__file__).parent / "recorded"
EXPECTED: dict[str, Keys] = {
    "vllm_conc1.json": {
        "output_tok_s": 18.5245,
        "concurrency": 1,
        "input": 1024,
        "output": 673.9,
        "itl_ms": {"mean": 53.6945, "p50": 52.8836, "p99": 59.262},
        "model": "zai-org/GLM-4.7",
        "day": "2026-03-14",
    },
    "vllm_0.25_speculative.json": {
        "output_tok_s": 122.2723,
        "concurrency": 2,
        "itl_ms": {"mean": 14.4666, "p50": 14.4168, "p99": 16.3679},
        "day": "2026-08-23",
        "is_drafted": True,
    },
    "sglang_0.5.5.jsonl": {
        "output_tok_s": 977.4298,
        "concurrency": 8,
        "input": 283.1,
        "output": 28.02,
        "ttft_ms": {"mean": 33.8444, "p50": 30.7238, "p99": 55.7148},
        "itl_ms": {"mean": 6.5628, "p50": 6.8423, "p99": 9.9639},
        "model": "Qwen/Qwen2.5-3B-Instruct",
        "engine_version": "0.5.5.post3",
        "is_drafted": False,
    },
    "sglang_2024.jsonl": {
        "output_tok_s": 537.4148,
        "concurrency": None,
        "request_rate": 1.00547,
        "input": 508.7067,
        "output": 534.49,
        "ttft_ms": {"p50": 82.8708},
        "itl_ms": {"p50": 13.6379},
        "e2e_ms": {"mean": 7811.2642, "p50": 7793.1847},
    },
    "guidellm_0.5.json": {
        "output_tok_s": 165.5951,
        "concurrency": 4,
        "input": 99,
        "output": 1024,
        "ttft_ms": {"mean": 171.7655, "p50": 171.5217, "p90": 172.6329, "p95": 172.6329}
        | {"p99": 172.6329},
        "model": "Qwen/Qwen3-4B-Thinking-2507",
        "day": "2026-03-02",
    },
    "aiperf_0.10_c2.json": {
        "output_tok_s": 324.3142,
        "concurrency": 2,
        "request_rate": None,
        "input": 2854.96875,
        "model": "qwen3.6-nvfp4",
        "day": "2026-07-03",
    },
    "aiperf_0.10_c16.json": {"output_tok_s": 1172.146, "concurrency": 16, "output": 543.6146},
    "inferencex_rows.json": {
        "output_tok_s": 18.56,
        "concurrency": 1,
        "gpus": 8,
        "itl_ms": {"mean": 53.69, "p50": 52.88, "p99": 59.26},
        "day": "2026-03-14",
    },
}


def first_run(name: str) -> Run:
    return read_results([RECORDED / name]).runs[0]


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_tool_wrote_is_taken(name: str) -> None:
    """Load, throughput, lengths, latencies, model and day are those of the file."""
    run = first_run(name)
    for key, expected in EXPECTED[name].items():
        found = getattr(run, key)
        if key == "day":
            found = found.isoformat()
        exact = expected is None or isinstance(expected, str | bool)
        assert found == (expected if exact else pytest.approx(expected, rel=1e-4)), key


def test_a_tool_and_the_data_made_of_its_file_agree() -> None:
    """InferenceX publishes vLLM's runs of GLM-4.7: the same curve is read from both."""
    files = [first_run("vllm_conc1.json"), first_run("vllm_conc16.json")]
    rows = read_results([RECORDED / "inferencex_rows.json"]).runs
    for file, row in zip(files, rows, strict=True):
        assert row.concurrency == file.concurrency
        assert row.output_tok_s == pytest.approx(file.output_tok_s, rel=3e-3)
        assert row.ttft_ms == pytest.approx(dict(file.ttft_ms), rel=1e-4)
        assert row.itl_ms == pytest.approx(dict(file.itl_ms), rel=1e-4)


def test_little_holds_in_every_closed_loop() -> None:
    """Throughput x time of a request is the concurrency times the answer, or somewhat less.

    InferenceX's rows state the lengths that were asked for, a third above those served.
    """
    for name in EXPECTED.keys() - {"inferencex_rows.json"}:
        for run in read_results([RECORDED / name]).runs:
            if run.concurrency is None or run.output is None or "mean" not in run.ttft_ms:
                continue
            seconds = (run.ttft_ms["mean"] + run.itl_ms["mean"] * (run.output - 1)) / 1000
            assert 0.6 < run.output_tok_s * seconds / run.output / run.concurrency < 1.1, name


def test_a_phase_at_a_request_rate_is_no_closed_loop(tmp_path: Path) -> None:
    """AIPerf's phases say how requests were sent: by a rate, how many ran at once is derived."""
    values = json.loads((RECORDED / "aiperf_0.10_c2.json").read_text())
    values["input_config"]["phases"][1] = {"name": "profiling", "type": "poisson", "rate": 0.75}
    path = tmp_path / "rate.json"
    path.write_text(json.dumps(values))
    [run] = read_results([path]).runs
    assert run.concurrency is None
    assert run.request_rate == pytest.approx(0.74605, rel=1e-4)
    assert run.e2e_ms["mean"] == pytest.approx(2617.758, rel=1e-4)
    values["input_config"]["phases"] = []
    path.write_text(json.dumps(values))
    with pytest.raises(BadInput, match=r"input_config\.loadgen\.concurrency: is missing"):
        read_results([path])
