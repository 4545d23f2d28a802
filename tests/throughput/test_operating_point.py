"""Where a node runs on a measured curve, and how much work one request is."""

from __future__ import annotations

from typing import Any

import pytest

from tco.costing.group import Group
from tco.throughput.provenance import Provenance
from tco.throughput.shape import Shape
from tests.conftest import ON_DEMAND, Keys, Lab, caps_of


def measure(lab: Lab, points: list[Keys], **keys: Any) -> str:
    """A price book with one more benchmark of the model `unit`, in an engine of its own."""
    row = {"model": "unit", "gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "mine"}
    lengths = {"input": 900, "output": 100}
    return lab.book("measured", benchmarks=[{**row, **lengths, "points": points, **keys}])


def serve(
    lab: Lab,
    points: list[Keys],
    objectives: Keys | None = None,
    workload: Keys | None = None,
    **benchmark: Any,
) -> Group:
    """The group of a stack on a benchmark, under objectives."""
    book = measure(lab, points, **benchmark)
    lab.workload(objectives=objectives or {}, **(workload or {}))
    serving = {"model": "unit", "engine": "mine"}
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"serving": serving}, prices=[book])
    return lab.load().services[0].groups[0]


def at(concurrency: float, speed: float, **latency: Any) -> Keys:
    return {"concurrency": concurrency, "output_tok_s": speed, **latency}


def curve(lab: Lab, objectives: Keys) -> Group:
    """A group on the article's curve."""
    tokens = {"name": "all", "share": 1, "input": 1024, "output": 256}
    lab.workload(classes=[tokens], objectives=objectives)
    lab.stack({"main": {**ON_DEMAND, "nodes": "auto"}}, {"serving": {"model": "curve"}})
    return lab.load().services[0].groups[0]


def test_interval_operating_point_on_the_articles_curve(lab: Lab) -> None:
    """ITL <= 50 ms admits 15 requests at 245 tok/s, not the 620 of a hundred."""
    group = curve(lab, {"itl_ms": {"p50": 50}})
    assert group.concurrency == 15
    assert group.node_output_tok_s == pytest.approx(245)
    assert group.slo == "met"


def test_without_an_objective_the_highest_throughput_counts(lab: Lab) -> None:
    """Throughput may fall beyond its peak: n* is 120 at 662 tok/s, not the last point."""
    group = curve(lab, {})
    assert (group.concurrency, group.slo) == (120, "none")
    assert group.node_output_tok_s == pytest.approx(662)


def test_an_objective_beyond_the_measured_latencies_is_judged_only_where_measured(
    lab: Lab,
) -> None:
    """Points past the last measured latency are left out, however generous the objective."""
    group = curve(lab, {"itl_ms": {"p50": 500}})
    assert group.concurrency == 100


def test_token_time_never_falls_with_the_load(lab: Lab) -> None:
    """Latencies are noisy: a slow point at 4 counts at 8 too, whatever was measured there."""
    points = [at(1, 30, itl_ms=30), at(4, 60, itl_ms=55), at(8, 100, itl_ms=48)]
    group = serve(lab, points, {"itl_ms": {"p50": 50}})
    assert group.concurrency is not None
    assert 1 < group.concurrency < 4


def test_every_objective_is_met_at_the_operating_point(lab: Lab) -> None:
    """Of two objectives the stricter one decides: TTFT reaches 1 s a little above 10 requests."""
    points = [
        at(1, 30, itl_ms=30, ttft_ms=100),
        at(10, 90, itl_ms=40, ttft_ms=900),
        at(40, 200, itl_ms=60, ttft_ms=3_000),
        at(100, 400, itl_ms=45, ttft_ms=9_000),
    ]
    group = serve(lab, points, {"itl_ms": {"p50": 50}, "ttft_ms": {"p50": 1_000}})
    assert group.concurrency == pytest.approx(11.26, abs=0.01)


def test_a_latency_is_interpolated_between_measured_points(lab: Lab) -> None:
    """From 40 ms at 5 to 60 ms at 15, in logarithms: 50 ms at 5 x 3^(ln 1.25/ln 1.5) = 9.15."""
    points = [at(5, 50, itl_ms=40), at(10, 80), at(15, 100, itl_ms=60)]
    assert serve(lab, points, {"itl_ms": {"p50": 50}}).concurrency == pytest.approx(9.153, abs=1e-3)
    assert serve(lab, points, {"itl_ms": {"p50": 40}}).concurrency == 5


def test_another_percentile_is_inferred(lab: Lab) -> None:
    """A promised p99 of token time is judged at 1.25 times the p50, and said to be inferred."""
    points = [at(5, 50, itl_ms={"p50": 40}), at(10, 80, itl_ms={"p50": 45})]
    group = serve(lab, points, {"itl_ms": {"p99": 50}})
    assert (group.concurrency, group.slo, group.slo_inferred) == (5, "met", True)
    assert any("inferred from another percentile" in text for text in lab.warned())
    assert not serve(lab, points, {"itl_ms": {"p50": 50}}).slo_inferred


def test_nothing_measured_leaves_the_objective_unverified(lab: Lab) -> None:
    """A benchmark without any latency cannot verify a promise on it."""
    group = serve(lab, [at(5, 50)], {"ttft_ms": {"p50": 100}})
    assert group.slo == "unverified"


def test_no_point_meets_the_objective(lab: Lab) -> None:
    """Where no measured point keeps the promise the nodes are unknown, not the fastest point's."""
    serve(lab, [at(5, 50, itl_ms=40), at(10, 80, itl_ms=45)], {"itl_ms": {"p50": 10}})
    result = lab.evaluate()
    assert result.usd_per_month is None
    assert "ITL p50 <= 10 ms" in result.unpriced[0].reason


def test_request_rate_points_by_littles_law(lab: Lab) -> None:
    """n* of a benchmark by request rate is the rate x the mean time of a request: 2/s x 4 s."""
    points: list[Keys] = [{"request_rate": 2, "e2e_ms": {"mean": 4_000}}]
    group = serve(lab, points)
    assert group.concurrency == pytest.approx(8)
    assert group.node_output_tok_s == pytest.approx(200)
    assert not any("the median" in text for text in lab.warned())


def test_the_served_rate_counts_not_the_sent_one(lab: Lab) -> None:
    """10/s were sent and 150 tok/s / 100 = 1.5/s served: n* = 1.5 x 4 s = 6, with a warning."""
    points = [{"request_rate": 10, "output_tok_s": 150, "e2e_ms": {"mean": 4_000}}]
    group = serve(lab, points)
    assert group.concurrency == pytest.approx(6)
    assert group.node_output_tok_s == pytest.approx(150)
    assert any("1.5 served" in text for text in lab.warned())


def test_the_median_replaces_a_missing_mean_with_a_warning(lab: Lab) -> None:
    """A median latency where no mean was measured is used, with a caution."""
    group = serve(lab, [{"request_rate": 2, "e2e_ms": 3_000}])
    assert group.concurrency == pytest.approx(6)
    assert any("the median is used" in text for text in lab.warned())


@pytest.mark.parametrize(("tokens", "extrapolated"), [((990, 110), False), ((991, 100), True)])
def test_lengths_within_ten_percent_count_as_measured(
    lab: Lab, tokens: tuple[int, int], extrapolated: bool
) -> None:
    """Up to 10 % away the measured request counts as it is; beyond, it is extrapolated."""
    request = {"name": "all", "share": 1, "input": tokens[0], "output": tokens[1]}
    group = serve(lab, [at(15, 100)], workload={"classes": [request]})
    assert group.extrapolated is extrapolated


def test_without_a_size_all_tokens_count_alike(lab: Lab) -> None:
    """A request of 2,500 tokens instead of 1,000 takes 2.5 times the node, and caps the verdict."""
    request = {"name": "all", "share": 1, "input": 1_800, "output": 700}
    group = serve(
        lab, [at(15, 100)], workload={"classes": [request], "requests_per_month": 730 * 360}
    )
    assert float(group.fleet.load_by_hour[0]) == pytest.approx(0.1 * 2.5)
    caps = caps_of(lab.evaluate())
    assert any("scaled to other lengths" in text for text in caps)


def test_the_nearest_measured_shape_counts(lab: Lab) -> None:
    """Of two shapes the one nearer in logarithms is taken: 300/100 for 320/105, as measured."""
    common = {"model": "unit", "gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "mine"}
    rows = [
        {**common, "input": 300, "output": 100, "points": [at(15, 400)]},
        {**common, "input": 3_000, "output": 100, "points": [at(15, 80)]},
    ]
    book = lab.book("measured", benchmarks=rows)
    lab.workload(classes=[{"name": "all", "share": 1, "input": 320, "output": 105}])
    serving = {"model": "unit", "engine": "mine"}
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"serving": serving}, prices=[book])
    [group] = lab.load().services[0].groups
    assert not group.extrapolated
    assert group.nodes[0].measured_shape == Shape(300, 100)


def test_a_prediction_yields_to_a_measurement(lab: Lab) -> None:
    """A simulator's figure at the exact lengths is not preferred to a measured one farther off."""
    book = measure(lab, [at(15, 900)], input=1_800, output=200, kind="predicted")
    lab.workload(classes=[{"name": "all", "share": 1, "input": 1_800, "output": 200}])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book])
    [group] = lab.load().services[0].groups
    assert group.provenance is Provenance.SCALED
    assert not group.predicted


def test_cache_hits_save_prefill_time(lab: Lab) -> None:
    """A request's work falls by s c (1 - R_prefill/R_cached): 0.4 x 0.5 x (1 - 1/10) = 18%."""
    request = {"name": "all", "share": 1, "input": 900, "output": 100, "cached": 0.5}
    demand = {"classes": [request], "requests_per_month": 730 * 3600}
    group = serve(lab, [at(15, 100)], workload=demand, prefill_share=0.4, cached_prefill_speedup=10)
    assert float(group.fleet.load_by_hour[0]) == pytest.approx(0.82)


def test_a_benchmark_with_hits_is_taken_back_to_none(lab: Lab) -> None:
    """Measured with 50 % hits (0.82 of the work), a request without hits takes 1/0.82."""
    group = serve(
        lab,
        [at(15, 100)],
        workload={"requests_per_month": 730 * 3600},
        cached=0.5,
        prefill_share=0.4,
        cached_prefill_speedup=10,
    )
    assert float(group.fleet.load_by_hour[0]) == pytest.approx(1 / 0.82)


def test_an_unknown_prefill_share_saves_nothing_and_says_so(lab: Lab) -> None:
    """Without s the node saves nothing by cache hits, which is conservative and warned of."""
    request = {"name": "all", "share": 1, "input": 900, "output": 100, "cached": 0.5}
    demand = {"classes": [request], "requests_per_month": 730 * 3600}
    group = serve(lab, [at(15, 100)], workload=demand)
    assert float(group.fleet.load_by_hour[0]) == pytest.approx(1.0)
    assert any("the cost of prefill is unknown" in text for text in lab.warned())


def test_several_classes_share_one_operating_point(lab: Lab) -> None:
    """A node serves a mix at one concurrency: that of its mean request, here near the short ones.

    A short request takes 1 s, a long one of 9,100 tokens 9.1 s: 4,500 an hour fill 3.275 nodes.
    """
    common = {"model": "unit", "gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "mine"}
    rows = [
        {**common, "input": 900, "output": 100, "points": [at(15, 100)]},
        {**common, "input": 9_000, "output": 100, "points": [at(5, 25)]},
    ]
    book = lab.book("measured", benchmarks=rows)
    classes = [
        {"name": "short", "share": 0.8, "input": 900, "output": 100},
        {"name": "long", "share": 0.2, "input": 9_000, "output": 100},
    ]
    lab.workload(requests_per_month=4_500 * 730, classes=classes)
    serving = {"model": "unit", "engine": "mine"}
    lab.stack({"main": {**ON_DEMAND, "nodes": 4}}, {"serving": serving}, prices=[book])
    [group] = lab.load().services[0].groups
    assert float(group.fleet.load_by_hour[0]) == pytest.approx(3.275)
    assert group.concurrency == 15
