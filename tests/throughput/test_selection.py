"""The throughput of a node: the source, the configuration, the operating point, the notes."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.benchmark import Benchmark
from tco.catalog.curve_coverage import coverage
from tco.catalog.curves import curve_models, measurements
from tco.catalog.specs import model_specs
from tco.ranges import Range
from tco.throughput.configuration import Pins
from tco.throughput.curve import Curve
from tco.throughput.families import same_architecture, suggested_model, twins
from tco.throughput.lengths import length_rule
from tco.throughput.measured import benchmark_curve, one_replica
from tco.throughput.need import Supplied
from tco.throughput.objectives import LatencyObjectives
from tco.throughput.percentiles import STATISTICS, LatencyStatistic
from tco.throughput.provenance import Provenance, combined
from tco.throughput.scaling import at_shape
from tco.throughput.selection import NodeThroughput, NoThroughput, select
from tco.throughput.shape import Shape
from tests.throughput.catalog_curves import aggregated_curves

CHAT = Shape(1000, 1000)
COMMON_GPUS = ("H100-SXM", "H200-SXM", "B200", "L40S")
ALL_PAIRS = [
    (model, gpu)
    for model in curve_models()
    for gpu in sorted(
        {*(pair.gpu for pair in coverage(model)), "H100-SXM", "H200-SXM", "B200", "L40S"}
    )
]
ITL_50 = LatencyObjectives(itl_ms={"p50": 50})
MEASURED_SHAPE = Shape(921.6, 921.6)
PAIRS = [
    ("deepseek-r1", "H200-SXM"),
    ("deepseek-r1", "B200"),
    ("gpt-oss-120b", "H100-SXM"),
    ("llama-3.3-70b", "H100-SXM"),
    ("minimax-m2.5", "H200-SXM"),
    ("qwen3-32b", "H100-SXM"),
    ("kimi-k2.5", "B200"),
    ("qwen3-32b", "A100-SXM-80GB"),
    ("llama-3.3-70b", "L40S"),
    ("qwen3-30b-a3b", "L4"),
]


def own_benchmark(points: list[dict[str, object]], **keys: object) -> Benchmark:
    """A benchmark row of a user's price book."""
    row = {"model": "mine", "gpu": "H100-SXM", "gpus": 8, "precision": "fp8", "engine": "vllm"}
    lengths = {"input": 1000, "output": 1000, "source": "our test"}
    return Benchmark.model_validate({**row, **lengths, **keys, "points": points})


def test_a_measured_configuration_at_its_own_shape() -> None:
    """Kimi K2.5 on 8 x H200 at the measured lengths: measured, with the spread of repeat runs."""
    made = select("kimi-k2.5", "H200-SXM", 8, MEASURED_SHAPE, objectives=ITL_50)
    assert made.provenance is Provenance.MEASURED
    assert made.spread == Range(0.97, 1.0, 1.08)
    assert made.configuration.precision == "int4"
    assert (made.replicas, made.nodes_per_replica) == (1, 1)
    assert made.point.slo == "met"
    assert not made.is_lean_at_most
    assert "silicon_sample.csv" in made.source
    assert made.as_of == "2026-03-27"


def test_other_lengths_are_scaled_with_their_error() -> None:
    """Lengths that were not measured are scaled by the rule, drawn with its error, not capped."""
    near = select("kimi-k2.5", "H200-SXM", 8, Shape(2000, 1000))
    far = select("kimi-k2.5", "H200-SXM", 8, Shape(50, 3000))
    assert near.provenance is far.provenance is Provenance.SCALED
    assert (near.spread.low, near.spread.high) == (0.85, 1.20)
    assert (far.spread.low, far.spread.high) == (0.77, 1.45)
    assert not near.is_lean_at_most


def test_small_replicas_share_a_node() -> None:
    """A benchmark of 2 GPUs serves an 8-GPU node as four replicas; the plan may pin the size."""
    free = select("llama-3.3-70b", "H100-SXM", 8, CHAT, objectives=ITL_50)
    assert (free.configuration.gpus, free.replicas) == (2, 4)
    assert free.output_tok_s == pytest.approx(4 * free.point.output_tok_s)
    pins = Pins(gpus_per_replica=8)
    pinned = select("llama-3.3-70b", "H100-SXM", 8, CHAT, objectives=ITL_50, pins=pins)
    assert (pinned.configuration.gpus, pinned.replicas) == (8, 1)
    assert pinned.output_tok_s < free.output_tok_s
    wide = select("deepseek-r1", "H100-SXM", 8, CHAT, pins=Pins(gpus_per_replica=16))
    assert (wide.replicas, wide.nodes_per_replica) == (1, 2)
    assert wide.output_tok_s == pytest.approx(wide.point.output_tok_s / 2)


def test_what_the_plan_pins_is_what_it_gets() -> None:
    """Precision, engine and version are open unless pinned; the answer names them."""
    pins = Pins(precision="fp8", engine="sglang")
    made = select("deepseek-r1", "B200", 8, CHAT, objectives=ITL_50, pins=pins)
    assert (made.configuration.precision, made.configuration.engine) == ("fp8", "sglang")
    version = made.configuration.version
    pins = replace(pins, version="0.5.6")
    older = select("deepseek-r1", "B200", 8, CHAT, objectives=ITL_50, pins=pins)
    assert older.configuration.version == "0.5.6" != version


def test_speculative_decoding_and_disaggregation_only_where_pinned() -> None:
    """Nothing runs speculatively or disaggregated unless the plan pins it."""
    plain = select("deepseek-r1", "B200", 8, CHAT)
    assert plain.configuration.speculative in ("none", "unknown")
    assert plain.configuration.mode == "aggregated"
    pins = Pins(speculative="mtp")
    assert select("deepseek-r1", "B200", 8, CHAT, pins=pins).configuration.speculative == "mtp"
    split = select("deepseek-r1", "H200-SXM", 8, CHAT, pins=Pins(mode="disaggregated"))
    assert split.configuration.mode == "disaggregated"
    assert split.nodes_per_replica == -(-split.configuration.gpus // 8)


def test_a_size_that_no_one_measured_is_scaled_from_the_nearest() -> None:
    """Llama 70B on pairs of L40S: one card was measured, two are scaled from it."""
    made = select("llama-3.3-70b", "L40S", 4, CHAT, objectives=ITL_50)
    assert made.provenance is Provenance.OTHER_COUNT
    assert (made.configuration.gpus, made.replicas) == (2, 2)
    assert made.spread.low <= 0.72
    assert "scaled from 1 x L40S" in made.notes[0]


def test_another_gpu_is_scaled_between_tuned_runs_only() -> None:
    """Qwen3 32B was tuned on H100: it carries to H200, and never to a card without tuned runs."""
    tuned = select("qwen3-32b", "H200-SXM", 1, CHAT, objectives=ITL_50)
    assert tuned.provenance is Provenance.OTHER_GPU
    assert "H100-SXM" in tuned.notes[0]
    community = select("qwen3-32b", "L40S", 2, CHAT, objectives=ITL_50)
    assert community.provenance is Provenance.ESTIMATED
    assert (community.spread.low, community.spread.high) == (0.5, 1.4)
    assert community.is_lean_at_most


def test_a_model_of_ones_own_is_estimated_from_its_config() -> None:
    """A spec out of a config.json is enough: estimated, LEAN at most, with its band."""
    spec = replace(model_specs()["qwen3-32b"], model="mine", layers=60)
    supplied = Supplied(spec=spec, precision="fp8")
    made = select("mine", "H100-SXM", 8, CHAT, objectives=ITL_50, supplied=supplied)
    assert made.provenance is Provenance.ESTIMATED
    assert made.is_lean_at_most
    assert made.configuration.precision == "fp8"
    assert made.replica is not None
    assert made.replica.weights_gb == pytest.approx(31.98)


def test_an_own_measurement_comes_first() -> None:
    """A benchmark of the user's own book wins over every other, at its own points."""
    row = own_benchmark([{"concurrency": 10, "output_tok_s": 500, "itl_ms": 20}])
    supplied = Supplied(benchmarks=[benchmark_curve(row, is_own=True)])
    made = select("mine", "H100-SXM", 8, CHAT, objectives=ITL_50, supplied=supplied)
    assert made.provenance is Provenance.MEASURED
    assert made.point.concurrency == 10
    assert made.output_tok_s == pytest.approx(500)
    slower = own_benchmark(
        [{"concurrency": 10, "output_tok_s": 10, "itl_ms": 20}], model="llama-3.3-70b"
    )
    supplied = Supplied(benchmarks=[benchmark_curve(slower, is_own=True)])
    made = select("llama-3.3-70b", "H100-SXM", 8, CHAT, supplied=supplied)
    assert made.output_tok_s == pytest.approx(10)


def test_of_two_points_at_one_concurrency_the_slower_counts() -> None:
    """A benchmark that repeats a concurrency is still a curve."""
    row = own_benchmark(
        [
            {"concurrency": 10, "output_tok_s": 500},
            {"concurrency": 20, "output_tok_s": 800},
            {"concurrency": 10, "output_tok_s": 450},
        ]
    )
    made = benchmark_curve(row, is_own=True)
    assert isinstance(made, Curve)
    assert list(made.output_tok_s) == [450, 800]


def test_replicas_behind_one_endpoint_count_as_one_each() -> None:
    """Eight replicas at concurrency 256 are 32 each; one request keeps a single one busy."""
    rows = [row for row in measurements("glm-4.5-air", "H100-SXM") if "x8" in row.parallelism]
    assert rows
    for row in rows:
        single = one_replica(row)
        busy = min(8, row.concurrency or 8)
        assert single.gpus == row.gpus / 8
        assert single.output_tok_s == row.output_tok_s / busy
        assert single.concurrency is None or single.concurrency >= 1


def test_one_own_point_carries_an_estimate_below_it() -> None:
    """One own point of a known model answers for a stricter objective too, through itself."""
    row = own_benchmark(
        [{"concurrency": 64, "output_tok_s": 2000, "itl_ms": 30}], model="qwen3-32b", gpus=1
    )
    own = Supplied(benchmarks=[benchmark_curve(row, is_own=True)])
    strict = LatencyObjectives(itl_ms={"p50": 25})
    made = select("qwen3-32b", "H100-SXM", 1, CHAT, objectives=strict, supplied=own)
    assert made.provenance is Provenance.CALIBRATED
    assert (made.spread.low, made.spread.high) == (0.84, 1.19)
    assert made.point.concurrency is not None
    assert made.point.concurrency < 64
    assert made.output_tok_s < 2000
    free = select("qwen3-32b", "H100-SXM", 1, CHAT, supplied=own)
    assert (free.provenance, free.output_tok_s) == (Provenance.MEASURED, pytest.approx(2000))


def test_a_prediction_is_drawn_around_its_bias() -> None:
    """Predictions are labeled, LEAN at most, x 1.12 in the middle and drawn at 0.86-1.64."""
    row = own_benchmark([{"concurrency": 10, "output_tok_s": 500}], kind="predicted")
    supplied = Supplied(benchmarks=[benchmark_curve(row, is_own=True)])
    made = select("mine", "H100-SXM", 8, CHAT, supplied=supplied)
    assert made.provenance is Provenance.PREDICTED
    assert made.output_tok_s == pytest.approx(1.12 * 500)
    assert made.spread.low == pytest.approx(0.86 / 1.12)
    assert made.spread.high == pytest.approx(1.64 / 1.12)
    assert made.is_lean_at_most


def test_stated_prefill_and_cache_speedup_replace_the_rule() -> None:
    """prefill_share 0.4 and hits 10 times as fast: a full cache saves 0.4 x 0.9 of node time."""
    row = own_benchmark(
        [{"concurrency": 10, "output_tok_s": 500}], prefill_share=0.4, cached_prefill_speedup=10
    )
    supplied = Supplied(benchmarks=[benchmark_curve(row, is_own=True)])
    cold = select("mine", "H100-SXM", 8, CHAT, supplied=supplied)
    warm = select("mine", "H100-SXM", 8, replace(CHAT, cached=1.0), supplied=supplied)
    saved = 1 - cold.output_tok_s / warm.output_tok_s
    assert saved == pytest.approx(0.4 * 0.9)


def test_an_offline_maximum_is_never_scaled_to_longer_outputs() -> None:
    """It has no latency, needs a burst factor, and is not known for longer outputs."""
    row = own_benchmark([{"output_tok_s": 5000}])
    supplied = Supplied(benchmarks=[benchmark_curve(row, is_own=True)])
    made = select("mine", "H100-SXM", 8, Shape(2000, 900), supplied=supplied)
    assert made.needs_burst_factor
    assert made.point.concurrency is None
    assert made.output_tok_s < 5000
    with pytest.raises(NoThroughput):
        select("mine", "H100-SXM", 8, Shape(1000, 2000), supplied=supplied)


def test_mlperf_server_is_a_capacity_within_its_limits() -> None:
    """Llama 2 70B has no curve: the rate of MLPerf Server answers, and meets its own limits."""
    loose = LatencyObjectives(itl_ms={"p99": 200}, ttft_ms={"p99": 2000})
    made = select("llama-2-70b", "B200", 8, Shape(300, 270), objectives=loose)
    assert made.point.slo == "met"
    assert made.capacity is not None
    assert made.capacity.kind == "server"
    assert not made.needs_burst_factor
    strict = LatencyObjectives(itl_ms={"p99": 10})
    other = select("llama-2-70b", "B200", 8, Shape(300, 270), objectives=strict)
    assert other.point.slo == "unverified"
    assert other.is_lean_at_most


def test_every_measured_pair_answers() -> None:
    """Each model on each GPU it was measured on has a node, with its source and a readable day."""
    for model in curve_models():
        for pair in coverage(model):
            if not pair.closed_loop_points:
                continue
            size = max(
                size
                for size in pair.gpus_per_replica
                if size <= 8 or size == min(pair.gpus_per_replica)
            )
            made = select(model, pair.gpu, size, CHAT)
            assert made.output_tok_s > 0
            assert made.source
            assert made.day is None or made.day.year >= 2023


def test_several_classes_share_the_node_time() -> None:
    """Node time is linear in the lengths: a request of twice both takes twice as long."""
    made = select("kimi-k2.5", "H200-SXM", 8, CHAT)
    mean = made.node_seconds(CHAT)
    assert float(mean) == pytest.approx(1000 / made.output_tok_s)
    assert float(made.node_seconds(Shape(2000, 2000))) == pytest.approx(2 * float(mean))
    hits = np.array([0.0, 0.5, 1.0])
    by_scenario = np.asarray(made.node_seconds(CHAT, cached=hits))
    assert by_scenario.shape == (3,)
    assert np.all(np.diff(by_scenario) < 0)
    drawn = np.asarray(made.node_seconds(replace(CHAT, cached=0.9), effectiveness=hits))
    assert np.all(np.diff(drawn) < 0)


@pytest.mark.parametrize(
    ("model", "measured"),
    [
        ("deepseek-v3", "deepseek-r1"),
        ("llama-3.1-70b", "llama-3.3-70b"),
        ("kimi-k2.6", "kimi-k2.5"),
        ("minimax-m2.7", "minimax-m2.5"),
        ("glm-5.3", "glm-5"),
    ],
)
def test_models_of_one_architecture_share_measurements(model: str, measured: str) -> None:
    """R1 stands for V3 and Llama 3.3 70B for 3.1: usable, at the same speed, with a note."""
    made = select(model, "H200-SXM", 8, CHAT, objectives=ITL_50)
    other = select(measured, "H200-SXM", 8, CHAT, objectives=ITL_50)
    assert made.output_tok_s == other.output_tok_s
    assert made.notes[0] == f"the curve of {measured}, which has the same architecture as {model}"


def test_what_shares_an_architecture() -> None:
    """Equal layouts, not alike names: gpt-oss-120b and 20b, or Kimi and DeepSeek, do not."""
    specs = model_specs()
    assert "llama-3.1-70b" in twins(specs["llama-3.3-70b"], specs)
    assert "deepseek-r1" in twins(specs["deepseek-v3"], specs)
    assert not same_architecture(specs["gpt-oss-120b"], specs["gpt-oss-20b"])
    assert not same_architecture(specs["kimi-k2.5"], specs["deepseek-v3"])
    assert not same_architecture(specs["qwen3-14b"], specs["qwen3-14b"])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("gpt-os-120b", "Did you mean gpt-oss-120b?"),
        ("kimi-k25", ""),
        ("qwen3-32", ""),
        ("llama3.3-70b", "Did you mean llama-3.3-70b?"),
    ],
)
def test_a_typo_never_changes_a_number(name: str, meant: str) -> None:
    """Names are offered that differ in letters, never ones that differ in a version or a size."""
    known = ["gpt-oss-20b", "gpt-oss-120b", "kimi-k2.5", "llama-3.3-70b", "qwen3-8b"]
    assert suggested_model(name, known) == meant


@pytest.mark.parametrize(
    ("model", "gpu", "gpus", "pins", "message"),
    [
        (
            "llama-3.3-70b",
            "L40S",
            2,
            Pins(precision="bf16"),
            "llama-3.3-70b does not fit 2 x L40S. At bf16 the smallest count that fits is 4.",
        ),
        (
            "deepseek-r1",
            "H200-SXM",
            4,
            Pins(precision="fp8"),
            "deepseek-r1 does not fit 4 x H200-SXM. At fp8 the smallest count that fits is 8.",
        ),
        (
            "gpt-os-120b",
            "H100-SXM",
            8,
            Pins(),
            "there are no figures for the model gpt-os-120b. Did you mean gpt-oss-120b?",
        ),
    ],
)
def test_what_does_not_run_is_an_error(
    model: str, gpu: str, gpus: int, pins: Pins, message: str
) -> None:
    """The error names what does not fit and the smallest count that does, or the name meant."""
    with pytest.raises(NoThroughput) as caught:
        select(model, gpu, gpus, CHAT, pins=pins)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("shape", "pins", "gpus", "reason"),
    [
        (Shape(15_000, 500), Pins(), 1, "prompts above 12,000 tokens"),
        (CHAT, Pins(mode="disaggregated"), 1, "disaggregated serving is not estimated"),
        (CHAT, Pins(speculative="mtp"), 1, "speculative decoding is not estimated"),
        (CHAT, Pins(gpus_per_replica=8), 8, "more than 2 x L4 in one replica, without NVLink"),
        (CHAT, Pins(precision="nvfp4"), 1, "L4 does not run nvfp4 weights"),
        (CHAT, Pins(precision="fp6"), 1, "L4 does not run fp6 weights"),
    ],
)
def test_the_estimator_is_not_used_for_what_it_was_not_tested_on(
    shape: Shape, pins: Pins, gpus: int, reason: str
) -> None:
    """Long prompts, disaggregation, speculation and wide PCIe replicas are refused by name."""
    with pytest.raises(NoThroughput) as caught:
        select("qwen3-8b", "L4", gpus, shape, pins=pins)
    assert reason in str(caught.value)


lengths = st.floats(100, 6000)
shapes = st.builds(Shape, lengths, lengths)
pairs = st.sampled_from(PAIRS)


def speed(made: NodeThroughput) -> float:
    """Output tok/s per node, nothing where no point meets the objectives."""
    return 0.0 if made.unmet else made.output_tok_s


@given(pairs, shapes, st.floats(15, 150), st.floats(1, 3))
def test_a_stricter_objective_is_never_cheaper(
    pair: tuple[str, str], shape: Shape, limit: float, factor: float
) -> None:
    """A tighter limit, a higher percentile or a further promise never gives a faster node."""
    loose = speed(
        select(*pair, 8, shape, objectives=LatencyObjectives(itl_ms={"p50": limit * factor}))
    )
    strict = speed(select(*pair, 8, shape, objectives=LatencyObjectives(itl_ms={"p50": limit})))
    tail = speed(select(*pair, 8, shape, objectives=LatencyObjectives(itl_ms={"p99": limit})))
    assert strict <= loose * (1 + 1e-9)
    assert tail <= strict * (1 + 1e-9)


@given(pairs, st.sampled_from([MEASURED_SHAPE, CHAT, Shape(4000, 400)]), st.data())
def test_a_stricter_objective_of_any_statistic_is_never_cheaper(
    pair: tuple[str, str], shape: Shape, data: st.DataObject
) -> None:
    """Token time and first token, mean to p99: a tighter or a further limit never helps."""
    limits = st.floats(15, 150)
    itl = data.draw(st.dictionaries(st.sampled_from(STATISTICS), limits, min_size=1, max_size=2))
    ttft = data.draw(st.dictionaries(st.sampled_from(STATISTICS), st.floats(100, 9000), max_size=1))
    factor = data.draw(st.floats(1, 3))
    loose = LatencyObjectives({statistic: limit * factor for statistic, limit in itl.items()}, ttft)
    speeds = [
        speed(select(*pair, 8, shape, objectives=objectives))
        for objectives in (LatencyObjectives(), loose, LatencyObjectives(itl, ttft))
    ]
    assert speeds[2] <= speeds[1] * (1 + 1e-9)
    assert speeds[1] <= speeds[0] * (1 + 1e-9)


TAILS: tuple[LatencyStatistic, ...] = ("p50", "p90", "p95", "p99")


@given(pairs, shapes, st.floats(10, 150), st.booleans())
def test_a_stricter_statistic_is_never_cheaper(
    pair: tuple[str, str], shape: Shape, limit: float, of_first_token: bool
) -> None:
    """The same limit on a further tail never gives a faster node, measured or inferred."""
    speeds: list[float] = []
    for statistic in TAILS:
        promised: dict[LatencyStatistic, float] = {statistic: limit}
        objectives = (
            LatencyObjectives(ttft_ms=promised)
            if of_first_token
            else LatencyObjectives(itl_ms=promised)
        )
        speeds.append(speed(select(*pair, 8, shape, objectives=objectives)))
    assert all(tail <= body * (1 + 1e-9) for body, tail in itertools.pairwise(speeds))


@given(st.sampled_from(ALL_PAIRS), shapes, st.none() | st.floats(15, 150))
def test_more_gpus_are_never_slower(
    pair: tuple[str, str], shape: Shape, limit: float | None
) -> None:
    """The best of at most n GPUs, smaller replicas allowed, only grows with n, from any source."""
    objectives = LatencyObjectives(itl_ms={"p50": limit} if limit else {})
    speeds: list[float] = []
    for gpus in (1, 2, 4, 8):
        try:
            speeds.append(speed(select(*pair, gpus, shape, objectives=objectives)))
        except NoThroughput:
            speeds.append(0.0)
    assert all(b >= a * (1 - 1e-9) for a, b in itertools.pairwise(speeds))


def test_an_estimate_never_outbids_a_measurement_on_more_gpus() -> None:
    """DeepSeek R1 on 4 H200 is estimated, and no faster than what was measured on 8."""
    measured = select("deepseek-r1", "H200-SXM", 8, CHAT)
    estimate = select("deepseek-r1", "H200-SXM", 4, CHAT)
    assert measured.provenance is Provenance.MEASURED
    assert estimate.provenance is Provenance.ESTIMATED
    assert estimate.output_tok_s == pytest.approx(measured.output_tok_s)
    assert "limited to" in estimate.notes[-1]


@given(pairs, shapes, st.floats(0, 1), st.floats(0, 1))
def test_more_cache_hits_are_never_more_expensive(
    pair: tuple[str, str], shape: Shape, a: float, b: float
) -> None:
    """A higher hit share never takes more node time, at the operating point that it allows."""
    low, high = (
        select(*pair, 8, replace(shape, cached=share), objectives=ITL_50)
        for share in sorted((a, b))
    )
    assert speed(high) >= speed(low) * (1 - 1e-9)


def test_independent_factors_add_in_quadrature() -> None:
    """Two errors of 20% are one of 29%, not of 44%; what is exact adds nothing."""
    both = combined([Range(0.8, 1, 1.25), Range(0.8, 1, 1.25), Range(1, 1, 1)])
    assert both.high == pytest.approx(np.exp(np.hypot(np.log(1.25), np.log(1.25))))
    assert both.low == pytest.approx(1 / both.high)


ONE_PLAN = """
import json, sys, time
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from tco.throughput.scaling import at_shape
from tco.throughput.selection import select
from tco.throughput.shape import Shape
from tests.throughput.catalog_curves import aggregated_curves
started = time.process_time()
select("deepseek-r1", "B200", 8, Shape(1000, 1000))
seconds = time.process_time() - started
print(json.dumps({
    "files": [name.rsplit("/", 1)[-1] for name in opened if "/curves/" in name],
    "scipy": "scipy" in sys.modules, "pandas": "pandas" in sys.modules, "ms": seconds * 1e3,
}))
"""


def test_one_plan_touches_one_models_file(pytestconfig: pytest.Config) -> None:
    """A look-up opens the file of its model alone, and loads no scipy."""
    done = subprocess.run(
        [sys.executable, "-c", ONE_PLAN],
        capture_output=True,
        text=True,
        cwd=pytestconfig.rootpath,
        check=True,
        timeout=60,
    )
    seen = json.loads(done.stdout)
    assert sorted(set(seen["files"])) == ["deepseek-r1.csv", "index.csv", "sources.csv"]
    assert not seen["scipy"]
    assert not seen["pandas"]


@given(st.sampled_from(aggregated_curves()), shapes, st.floats(1, 3), st.floats(1, 3))
def test_longer_requests_are_never_faster_from_one_source(
    curve: Curve, shape: Shape, longer: float, wordier: float
) -> None:
    """From one source shape longer prompts and longer answers never get more answers."""
    configuration = curve.configuration
    rule = length_rule(model_specs().get(configuration.model), configuration.gpus)
    prompt = Shape(shape.input * longer, shape.output)
    answer = Shape(shape.input, shape.output * wordier)
    made, to_prompt, to_answer = (at_shape(curve, to, rule) for to in (shape, prompt, answer))
    assert np.all(to_prompt.output_tok_s <= made.output_tok_s * (1 + 1e-9))
    requests = made.output_tok_s / shape.output
    assert np.all(to_answer.output_tok_s / answer.output <= requests * (1 + 1e-9))
    for statistic, values in made.itl_ms.items():
        known = ~np.isnan(values)
        assert np.all(to_prompt.itl_ms[statistic][known] >= values[known] * (1 - 1e-9))
