"""How fast models serve: what was measured, what was predicted, and for whom."""

from __future__ import annotations

import datetime as dt

import pytest

from tco.catalog.benchmark import Benchmark
from tco.catalog.catalog import Catalog
from tco.throughput.curve import Curve, OperatingPoint, operating_point
from tco.throughput.measured import benchmark_curve
from tco.throughput.objectives import LatencyObjectives

DAY = dt.date(2026, 11, 23)

ARTICLE_CURVE = [
    (1, 33, 30), (2, 56, 34), (3, 66, 43), (4, 98, 38), (5, 103, 46), (10, 182, 49),
    (15, 245, 50), (20, 280, 62), (30, 366, 67), (40, 441, 68), (50, 471, 82), (60, 508, 86),
    (80, 564, 99), (90, 569, 109), (100, 613, 117), (120, 662, None), (150, 638, None),
    (200, 620, None),
]  # fmt: skip


def curve(shipped: Catalog) -> Benchmark:
    """The curve behind the reference article."""
    (found,) = shipped.benchmarks("deepseek-v3", "H100-SXM", "awq-int4", "vllm", DAY)
    return found.row


def test_the_article_curve(shipped: Catalog) -> None:
    """Every point of the curve behind the reference article is as published."""
    shown = [
        (
            point.concurrency.likely if point.concurrency else 0,
            point.output_tok_s.likely if point.output_tok_s else 0,
            point.itl_ms.p50.likely if point.itl_ms and point.itl_ms.p50 else None,
        )
        for point in curve(shipped).points
    ]
    assert shown == ARTICLE_CURVE
    assert (curve(shipped).input, curve(shipped).output, curve(shipped).gpus) == (1024, 256, 8)


@pytest.mark.parametrize(("limit", "concurrency", "speed"), [(50, 15, 245), (100, 80, 564)])
def test_its_operating_points(
    shipped: Catalog, limit: float, concurrency: float, speed: float
) -> None:
    """A median ITL of 50 ms allows 15 requests at 245 tok/s, one of 100 ms 80 at 564."""
    measured = benchmark_curve(curve(shipped), is_own=False)
    assert isinstance(measured, Curve)
    made = operating_point(measured, LatencyObjectives(itl_ms={"p50": limit}))
    assert isinstance(made, OperatingPoint)
    assert (made.concurrency, made.output_tok_s) == pytest.approx((concurrency, speed), rel=0.02)


def test_concurrency_increases(shipped: Catalog) -> None:
    """A curve's points are in the order of their concurrency, none twice."""
    for row, _ in shipped.rows(Benchmark):
        loads = [point.concurrency.likely for point in row.points if point.concurrency]
        assert loads == sorted(set(loads)), row.key


def test_an_offline_maximum_promises_no_latency(shipped: Catalog) -> None:
    """Where all requests queue at once, a latency is not what a user would see."""
    for row, _ in shipped.rows(Benchmark):
        for point in row.points:
            if point.concurrency is None and point.request_rate is None:
                assert point.itl_ms is None, row.key
                assert point.ttft_ms is None, row.key
                assert len(row.points) == 1, row.key


def test_predictions_are_labeled(shipped: Catalog) -> None:
    """A simulator's figures say so, are estimates, and live in a file of their own."""
    for row, book in shipped.rows(Benchmark):
        predicted = book.name == "benchmarks_predicted.yaml"
        assert (row.kind == "predicted") == predicted, row.key
        assert ("aiconfigurator" in (row.source or "")) == predicted, row.key
        if predicted:
            assert row.estimate, row.key


def test_no_prediction_beside_a_measurement(shipped: Catalog) -> None:
    """What was measured at the same lengths is not predicted as well."""
    rows = [row for row, _ in shipped.rows(Benchmark)]
    measured = {row.key for row in rows if row.kind == "measured"}
    assert not measured & {row.key for row in rows if row.kind == "predicted"}


def test_model_names_are_short(shipped: Catalog) -> None:
    """A benchmark names its model by the one name that has weights, in lower case."""
    for row, _ in shipped.rows(Benchmark):
        assert shipped.model(row.model) == row.model
        assert row.model == row.model.lower()


def test_latency_and_speed_agree(shipped: Catalog) -> None:
    """n requests with a median gap of t ms cannot make more than n / t tokens a second."""
    for row, _ in shipped.rows(Benchmark):
        for point in row.points:
            if point.concurrency and point.output_tok_s and point.itl_ms and point.itl_ms.p50:
                most = 1000 * point.concurrency.likely / point.itl_ms.p50.likely
                assert point.output_tok_s.likely <= 1.15 * most, (row.key, point)


def test_a_request_rate_gives_a_concurrency(shipped: Catalog) -> None:
    """GLM-5.2 at one request a second: 0.753 served x 84.22 s = 63 at once, by Little's law."""
    (found,) = shipped.benchmarks("glm-5.2", "H200-SXM", "fp8", "vllm", DAY)
    measured = benchmark_curve(found.row, is_own=False)
    assert isinstance(measured, Curve)
    assert float(measured.concurrency[0]) == pytest.approx(1506.1 / 2000 * 84.22)


@pytest.mark.parametrize(
    ("model", "gpu", "gpus", "precision", "engine", "kind"),
    [
        ("deepseek-v3", "H100-SXM", 8, "awq-int4", "vllm", "measured"),
        ("mistral-7b", "RTX-4090", 1, "bf16", "vllm", "measured"),
        ("qwen3-8b", "RTX-5090", 1, "nvfp4", "vllm", "measured"),
        ("glm-5.2", "H200-SXM", 8, "fp8", "vllm", "measured"),
        ("llama-4-maverick", "H100-SXM", 8, "fp8", "vllm", "predicted"),
        ("llama-4-maverick", "H100-SXM", 8, "fp8", "trtllm", "measured"),
        ("deepseek-v4-flash", "H200-SXM", 8, "mxfp4", "vllm", "measured"),
        ("llama-3.1-8b", "H100-SXM", 1, "bf16", "vllm", "predicted"),
    ],
)
def test_what_the_example_stacks_need(
    shipped: Catalog, model: str, gpu: str, gpus: int, precision: str, engine: str, kind: str
) -> None:
    """Each example stack finds its model on its GPUs, and knows whether anybody measured it."""
    found = shipped.benchmarks(model, gpu, precision, engine, DAY)
    assert kind in {match.row.kind for match in found if match.row.gpus == gpus}
