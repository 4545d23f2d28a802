"""Sessions of a workload against what a pool's memory keeps of them, in a whole plan."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import ON_DEMAND, Keys, Lab

CLASS: Keys = {"name": "all", "share": 1, "input": 4000, "output": 500, "cached": 0.8}


def usd(lab: Lab, nodes: int = 1, **workload: Any) -> tuple[float, float, list[str]]:
    """Node-seconds of a request of Qwen3 32B, the API bill beside it, and what is noted."""
    keys: Keys = {"classes": [CLASS], **workload}
    lab.workload(requests_per_month=2_000_000, **keys)
    pools = {"main": {**ON_DEMAND, "nodes": nodes}}
    lab.stack(pools, {"serving": {"model": "qwen3-32b", "precision": "fp8"}})
    result = lab.evaluate()
    group = result.stack.services[0].groups[0]
    noted = [warning.message for warning in result.stack.warnings if warning.kind == "cache-hits"]
    return group.speeds[0].work, result.alternatives[0].usd_per_month or 0.0, noted


def test_sessions_that_fit_keep_their_hits(lab: Lab) -> None:
    """A few sessions change nothing but the note."""
    stated, bill, unchecked = usd(lab)
    few, same_bill, noted = usd(lab, sessions={"active": 50, "context_tokens": 20_000})
    assert (few, same_bill) == (stated, bill)
    assert "with more, cache hits are lost" in unchecked[0]
    assert "so cache hits are as stated." in noted[0]


def test_sessions_that_do_not_fit_lose_their_hits_on_nodes_alone(lab: Lab) -> None:
    """Beyond the memory nodes do the prefill again; the API bills the hits as the plan states."""
    stated, bill, _ = usd(lab)
    many: Keys = {"active": 100_000, "context_tokens": 20_000}
    lost, same_bill, noted = usd(lab, sessions=many)
    assert lost > 1.2 * stated
    assert same_bill == bill
    assert "so cache hits are at most 16%; " in noted[0]
    assert "nodes would keep every session." in noted[0]
    few_hits, *_ = usd(lab, classes=[{**CLASS, "cached": 0.16}])
    assert lost == pytest.approx(few_hits)


def test_nodes_that_hold_every_session_bring_the_hits_back(lab: Lab) -> None:
    """The number of nodes that the note names is enough, and one node less is not."""
    many: Keys = {"active": 20_000, "context_tokens": 20_000}
    *_, noted = usd(lab, sessions=many)
    needed = int(noted[0].rsplit("; ", 1)[1].split()[0].replace(",", ""))
    stated, *_ = usd(lab, nodes=needed)
    enough, *_ = usd(lab, nodes=needed, sessions=many)
    short, *_ = usd(lab, nodes=needed - 1, sessions=many)
    assert enough == pytest.approx(stated)
    assert short > stated


def test_sessions_of_a_model_without_specs(lab: Lab) -> None:
    """No one knows how many sessions its memory keeps: the hits are as stated, and noted."""
    lab.workload(
        classes=[{**CLASS, "input": 900, "output": 100}],
        sessions={"active": 1e6, "context_tokens": 1000},
    )
    row = {"model": "mine", "gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "vllm"}
    lengths = {"input": 900, "output": 100, "prefill_share": 0.4, "cached_prefill_speedup": 10}
    points = [{"concurrency": 15, "output_tok_s": 100}]
    lab.book("own", benchmarks=[{**row, **lengths, "points": points}])
    pools = {"main": {**ON_DEMAND, "nodes": 1}}
    lab.stack(pools, {"serving": {"model": "mine"}}, prices=["own.yaml"])
    assert any("is not known, so cache hits are as stated" in text for text in lab.warned())
