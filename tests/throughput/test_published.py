"""Published results whose throughput is stated, out of benchmarks with the stated figures.

Their own conventions differ and are named: tokens in and out (GLM-5), output of decode nodes alone
(LMSYS), output flat out (dreaming.press), output at a concurrency (Cline).
"""

from __future__ import annotations

import pytest

from tco.catalog.benchmark import Benchmark
from tco.throughput.measured import benchmark_curve
from tco.throughput.need import Supplied
from tco.throughput.selection import NodeThroughput, select
from tco.throughput.shape import Shape
from tco.units import SECONDS_PER_HOUR, TOKENS_PER_MTOK


def node(
    shape: tuple[int, int], gpus: int, tok_s: float, *, concurrency: float | None = None
) -> NodeThroughput:
    """A node of ``gpus`` that serves output tok/s, as a benchmark states it."""
    point = {"output_tok_s": tok_s, "concurrency": concurrency}
    row = Benchmark.model_validate(
        {
            **{"model": "m", "gpu": "own", "gpus": gpus, "precision": "fp8", "engine": "e"},
            **{"input": shape[0], "output": shape[1], "source": "as published"},
            "points": [{key: value for key, value in point.items() if value is not None}],
        }
    )
    supplied = Supplied(benchmarks=[benchmark_curve(row, is_own=True)])
    lengths = Shape(float(shape[0]), float(shape[1]))
    return select("m", "own", gpus, lengths, supplied=supplied)


def usd_per_mtok(made: NodeThroughput, usd_per_hour: float, tokens_per_request: float) -> float:
    """What a million tokens cost when the node is full."""
    usd = float(made.node_seconds(made.shape)) * usd_per_hour / SECONDS_PER_HOUR
    return usd / tokens_per_request * TOKENS_PER_MTOK


@pytest.mark.parametrize(
    ("usd_per_gpu_hour", "total_tok_s_per_gpu", "expected"),
    [(2.808, 4834, 0.161), (2.34, 3657, 0.178), (1.74, 639, 0.756)],
)
def test_glm_5_by_total_tokens(
    usd_per_gpu_hour: float, total_tok_s_per_gpu: float, expected: float
) -> None:
    """GLM-5 at 8k/1k on 8 GPUs, aggregated: the source divides by tokens in and out."""
    made = node((8192, 1024), 8, 8 * total_tok_s_per_gpu / 9)
    assert usd_per_mtok(made, 8 * usd_per_gpu_hour, 9 * 1024) == pytest.approx(expected, abs=0.001)


def test_lmsys_decode_nodes_alone() -> None:
    """96 x H100, disaggregated: $0.20 per 1M output counts the decode nodes, 22.3k tok/s each."""
    made = node((2000, 100), 8, 22_300)
    assert usd_per_mtok(made, 16, 100) == pytest.approx(0.20, abs=0.005)


def test_one_gpu_flat_out_and_at_a_tenth() -> None:
    """$2.50 an hour at 700 output tok/s: $0.99 per 1M output, ten times that at 10% use."""
    made = node((500, 500), 1, 700)
    full = usd_per_mtok(made, 2.5, 500)
    assert full == pytest.approx(0.99, abs=0.005)
    assert full / 0.1 == pytest.approx(9.92, abs=0.01)


def test_clines_replicas() -> None:
    """Kimi K2.6 on 4 x H200 at 20 at once: 332.5 output tok/s, 0.874e9 output tokens per month."""
    made = node((79_000, 1000), 4, 332.5, concurrency=20)
    assert made.point.concurrency == 20
    monthly = made.output_tok_s * SECONDS_PER_HOUR * 730
    assert monthly == pytest.approx(873.8e6, rel=1e-3)
    assert usd_per_mtok(made, 24, 80_000) == pytest.approx(24 / (332.5 * 80 * 3600) * 1e6)
