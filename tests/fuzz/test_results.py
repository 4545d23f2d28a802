"""Results of benchmark tools, odd in any way: a curve, or what is wrong with them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.mutations import Vocabulary, as_json, damaged, mutated
from tests.fuzz.oracle import Runner
from tests.fuzz.shares import share

RESULTS = Path(__file__).parents[1] / "calibration" / "results"
SETUP = ("--model", "llama-3.3-70b", "--gpu", "L40S", "--gpus", "2", "--precision", "fp8")
OPTIONS = (*SETUP, "--engine", "vllm", "--as-of", "2026-11-02", "--dry-run")


@cache
def results() -> tuple[Any, ...]:
    """One result of each tool."""
    names = ("vllm/c8.json", "guidellm.json", "aiperf/c8_profile_export_aiperf.json")
    more = ("inferencex/agg_llama70b_c8.json", "inferencex_rows.json")
    texts = [(RESULTS / name).read_text(encoding="utf-8") for name in (*names, *more)]
    lines = (RESULTS / "sglang.jsonl").read_text(encoding="utf-8").splitlines()
    closed = json.loads(lines[1].replace("Infinity", '"inf"'))
    return (*map(json.loads, texts), closed)


VOCABULARY = Vocabulary.of(results())
documents = st.sampled_from(results()).flatmap(lambda result: mutated(result, VOCABULARY, 3))


@share(0.3)
@given(documents.map(as_json).flatmap(damaged), st.sampled_from(["table", "json"]))
def test_results(runner: Runner, content: bytes, form: str) -> None:
    """A result of any content is a curve, or its problems are listed."""
    path = runner.write("result.json", content)
    runner("calibrate", path.name, *OPTIONS, "--format", form)


@share(0.3)
@given(st.just((RESULTS / "plain.csv").read_text(encoding="utf-8")).flatmap(damaged))
def test_tables(runner: Runner, content: bytes) -> None:
    """A table of any content is a curve, or its problems are listed."""
    path = runner.write("sweep.csv", content)
    runner("calibrate", path.name, *OPTIONS, "--format", "json")


def test_good_results_are_good(runner: Runner) -> None:
    """What the mutations start from is a curve as it is."""
    for tree in results():
        path = runner.write("result.json", as_json(tree).encode())
        assert runner("calibrate", path.name, *OPTIONS).code == 0
