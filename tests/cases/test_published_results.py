"""Published results with stated inputs, reproduced by stack files.

Their conventions differ: each test says which tokens a price counts and which nodes serve.
"""

from __future__ import annotations

import pytest

from tco.analysis.evaluation import Evaluation
from tests.conftest import Keys, Lab

HOURS_PER_MONTH = 730
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600


def evaluated(
    lab: Lab,
    node: tuple[int, float],
    lengths: tuple[int, int],
    output_tok_s: float,
    *,
    nodes: int = 1,
    share: float = 1.0,
    serving: Keys | None = None,
    **row: object,
) -> Evaluation:
    """Rented nodes of (GPUs, USD per GPU-hour) at a share of what their benchmark serves."""
    gpus, usd_per_gpu_hour = node
    benchmark = {
        **{"model": "published", "gpu": "H100", "gpus": gpus, "precision": "fp8", "engine": "e"},
        **{"input": lengths[0], "output": lengths[1]},
        **{"points": [{"concurrency": 20, "output_tok_s": output_tok_s}], **row},
    }
    offer = {"offer": "their/node", "gpu": "H100", "gpus": gpus}
    book = lab.book(
        "published",
        prices=[{**offer, "usd_per_gpu_hour": usd_per_gpu_hour}],
        benchmarks=[benchmark],
    )
    replicas = nodes * gpus / int(str(benchmark["gpus"]))
    full = output_tok_s * replicas / lengths[1] * SECONDS_PER_MONTH
    tokens = {"name": "all", "share": 1, "input": lengths[0], "output": lengths[1]}
    lab.workload(requests_per_month=full * share, classes=[tokens])
    lab.stack(
        {"main": {"offer": "their/node", "nodes": nodes}},
        {"serving": {"model": "published", **(serving or {})}},
        prices=[book],
    )
    return lab.evaluate()


def compute(result: Evaluation) -> float:
    """What the nodes cost in a month."""
    return sum(line.usd_per_month for line in result.lines if line.line.category == "compute")


def test_deepseeks_disclosure(lab: Lab) -> None:
    """1,814 H800 at $2 cost $87,072 a day; the tokens served bring $562,027: a margin of 545%."""
    rows = {"input_usd_per_mtok": 0.55, "cached_input_usd_per_mtok": 0.14}
    api = {"api": "deepseek/reasoner", **rows, "output_usd_per_mtok": 2.19}
    offer = {"offer": "deepseek/2x", "gpu": "H800", "gpus": 2, "usd_per_gpu_hour": 2.0}
    benchmark = {
        **{"model": "v3-r1", "gpu": "H800", "gpus": 2, "precision": "fp8", "engine": "own"},
        **{"input": 608, "output": 168},
        "points": [{"concurrency": 100, "output_tok_s": 2200}],
    }
    hardware = [{"gpu": "H800", "memory_gb": 80}]
    book = lab.book("ds", hardware=hardware, prices=[offer, api], benchmarks=[benchmark])
    tokens = {"name": "all", "share": 1, "input": 608, "output": 168, "cached": 342 / 608}
    lab.workload(requests_per_month=1e9 * HOURS_PER_MONTH / 24, classes=[tokens])
    lab.stack(
        {"main": {"offer": "deepseek/2x", "nodes": 907}},
        {"serving": {"model": "v3-r1"}},
        prices=[book],
        alternatives=["deepseek/reasoner"],
    )
    result = lab.evaluate()
    days = HOURS_PER_MONTH / 24
    cost, revenue = compute(result) / days, (result.alternatives[0].usd_per_month or 0) / days
    assert cost == pytest.approx(87_072)
    assert revenue == pytest.approx(562_027, rel=1e-3)
    assert revenue / cost - 1 == pytest.approx(5.45, abs=0.01)


@pytest.mark.parametrize(
    ("usd_per_gpu_hour", "total_tok_s_per_gpu", "expected"),
    [(2.808, 4834, 0.161), (2.34, 3657, 0.178), (1.74, 639, 0.756)],
)
def test_glm_5(
    lab: Lab, usd_per_gpu_hour: float, total_tok_s_per_gpu: float, expected: float
) -> None:
    """GLM-5 at 8k/1k, aggregated serving: USD per 1M tokens in and out, nodes full."""
    output_tok_s = 8 * total_tok_s_per_gpu / 9
    result = evaluated(lab, (8, usd_per_gpu_hour), (8192, 1024), output_tok_s)
    assert compute(result) / result.stack.mtok_per_month == pytest.approx(expected, abs=0.001)


def test_lmsys_counts_decode_nodes_alone(lab: Lab) -> None:
    """22.3k output tok/s per decode node of 8 H100 at $2: $0.20 per 1M output tokens."""
    result = evaluated(lab, (8, 2.0), (2000, 100), 22_300)
    assert compute(result) / result.output_mtok_per_month == pytest.approx(0.20, abs=0.005)


def test_disaggregated_nodes_are_planned_together(lab: Lab) -> None:
    """LMSYS's 9 decode and 3 prefill nodes are one replica of 96 GPUs: $0.27 per 1M output."""
    serving: Keys = {"mode": "disaggregated", "gpus_per_replica": 96}
    result = evaluated(
        lab,
        (8, 2.0),
        (2000, 100),
        9 * 22_300,
        nodes=12,
        serving=serving,
        gpus=96,
        mode="disaggregated",
    )
    [node] = result.stack.services[0].groups[0].nodes
    assert (node.nodes_per_replica, node.configuration.mode) == (12, "disaggregated")
    assert compute(result) / result.output_mtok_per_month == pytest.approx(0.266, abs=0.001)
    lab.stack(
        {"main": {"offer": "their/node", "nodes": 9}},
        {"serving": {"model": "published", **serving}},
        prices=["published.yaml"],
    )
    assert "a replica takes 12 nodes, and 9 is not a multiple of that. Write 12." in lab.refused()


def test_one_gpu_flat_out_and_at_a_tenth(lab: Lab) -> None:
    """$2.50 an hour at 700 output tok/s: $0.99 per 1M output, ten times that at 10% use."""
    full = evaluated(lab, (1, 2.5), (500, 500), 700)
    tenth = evaluated(lab, (1, 2.5), (500, 500), 700, share=0.1)
    usd = compute(full) / full.output_mtok_per_month
    assert usd == pytest.approx(0.99, abs=0.005)
    assert compute(tenth) / tenth.output_mtok_per_month == pytest.approx(10 * usd)


def test_clines_hybrid(lab: Lab) -> None:
    """583B tokens per month, four 4xH200 always full and the rest at the API: $166K against
    $185K."""
    rate = {"input_usd_per_mtok": 0.317, "output_usd_per_mtok": 0.317}
    offer = {"offer": "cline/4x", "gpu": "H200", "gpus": 4, "usd_per_gpu_hour": 6.0}
    benchmark = {
        **{"model": "k2.6", "gpu": "H200", "gpus": 4, "precision": "fp8", "engine": "vllm"},
        **{"input": 79_000, "output": 1000},
        "points": [{"concurrency": 20, "output_tok_s": 332.5}],
    }
    book = lab.book(
        "cline",
        hardware=[{"gpu": "H200", "memory_gb": 141}],
        prices=[offer, {"api": "hosted/k2.6", **rate}],
        benchmarks=[benchmark],
    )
    tokens = {"name": "all", "share": 1, "input": 79_000, "output": 1000}
    lab.workload(
        requests_per_month=583e9 / 80_000,
        shape={"kind": "diurnal", "peak_to_mean": 1.473},
        classes=[tokens],
    )
    lab.stack(
        {"main": {"offer": "cline/4x", "nodes": 4}},
        {"serving": {"model": "k2.6"}, "overflow": "hosted/k2.6"},
        prices=[book],
        alternatives=["hosted/k2.6"],
    )
    result = lab.evaluate()
    assert result.usd_per_month == pytest.approx(166_000, rel=0.005)
    assert result.alternatives[0].usd_per_month == pytest.approx(185_000, rel=0.005)
