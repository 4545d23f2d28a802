"""Physical bounds and Little's law: what is impossible, and what was never measured."""

from __future__ import annotations

import pytest

from tco.catalog.benchmark import Benchmark
from tco.catalog.curves import measurements
from tco.catalog.specs import gpu_specs, model_specs
from tco.throughput.check import (
    benchmark_findings,
    catalog_findings,
    check_curves,
    faults_of_rows,
)
from tco.throughput.configuration import Parallelism
from tco.throughput.limits import (
    LoadPoint,
    bandwidth_bound,
    expected_bound,
    findings,
    little_ratio,
)
from tco.throughput.replica import Replica
from tco.throughput.shape import Shape

SHAPE = Shape(1000, 1000)
LLAMA = Replica(
    model=model_specs()["llama-3.3-70b"],
    gpu=gpu_specs()["H100-SXM"],
    gpus=4,
    precision="fp8",
    parallelism=Parallelism(4),
)


def test_the_bandwidth_bound_by_hand() -> None:
    """4 x 3,350 GB/s over 69.5 GB of weights: 192.8 steps a second, of 8 tokens at c = 8."""
    assert bandwidth_bound(LLAMA, 8) == pytest.approx(8 * 4 * 3350 / 69.5)
    assert expected_bound(LLAMA, SHAPE, 8) < bandwidth_bound(LLAMA, 8)


@pytest.mark.parametrize(
    ("tok_s", "concurrency", "severity", "message"),
    [
        (400, 8, None, ""),
        (1400, 8, "implausible", "of the expected memory bandwidth bound"),
        (1600, 8, "rejected", "above the memory bandwidth bound of 1,542"),
        (15_000, None, "implausible", "of the GPUs' peak FLOPS; measurements in fp8 reach 40%"),
        (60_000, None, "rejected", "need 211% of the GPUs' peak FLOPS"),
    ],
)
def test_rates_against_the_bounds(
    tok_s: float, concurrency: float | None, severity: str | None, message: str
) -> None:
    """A rate above a bound is rejected, one above what was ever reached is implausible."""
    found = list(findings(LoadPoint(SHAPE, tok_s, concurrency), LLAMA))
    assert [finding.severity for finding in found] == ([severity] if severity else [])
    assert all(message in finding.message for finding in found)


@pytest.mark.parametrize(
    ("tok_s", "ttft_ms", "is_plausible"),
    [(800, 200.0, True), (500, 200.0, False), (900, 200.0, False), (100, None, True)],
)
def test_littles_law(tok_s: float, ttft_ms: float | None, is_plausible: bool) -> None:
    """c = 8 at 10 ms a token gives about 785 tok/s; without a TTFT only too much is found."""
    point = LoadPoint(SHAPE, tok_s, 8, ttft_ms, 10.0)
    assert (not list(findings(point, None))) == is_plausible
    seconds = (200 + 9990) / 1000
    assert little_ratio(LoadPoint(SHAPE, 800, 8, 200, 10)) == pytest.approx(800 * seconds / 8000)


def test_shipped_measurements_keep_the_bounds() -> None:
    """No measurement is above a hard bound, and all but 22 are plausible."""
    odd = list(catalog_findings())
    assert not [finding for finding in odd if finding.finding.severity == "rejected"]
    assert len(odd) == 22


def test_a_repeated_measurement_and_an_unknown_source_are_faults() -> None:
    """Two rows of one measurement would count twice; a row without a source cannot be checked."""
    row = measurements("kimi-k2.5", "H200-SXM")[0]
    assert not check_curves().faults
    assert not list(faults_of_rows("x.csv", [row]))
    [twice] = faults_of_rows("x.csv", [row, row._replace(record="elsewhere")])
    assert "is listed twice" in str(twice)
    [unknown] = faults_of_rows("x.csv", [row._replace(source="rumors")])
    assert 'has the unknown source "rumors"' in str(unknown)


@pytest.mark.parametrize(
    ("points", "severities"),
    [
        ([{"concurrency": 8, "output_tok_s": 400}], []),
        ([{"concurrency": 8, "output_tok_s": 1600}], ["rejected"]),
        ([{"output_tok_s": 60_000}], ["rejected"]),
        ([{"concurrency": 8, "output_tok_s": 400, "itl_ms": 40}], ["implausible"]),
        ([{"request_rate": 1, "e2e_ms": 20_000}], []),
        ([{"request_rate": 1, "e2e_ms": 1000}], ["rejected"]),  # 1,000 tok/s of one request
    ],
)
def test_a_users_benchmark_is_checked(
    points: list[dict[str, object]], severities: list[str]
) -> None:
    """A price book's benchmark meets the same bounds, point by point."""
    row = Benchmark.model_validate(
        {
            **{"model": "llama-3.3-70b", "gpu": "H100-SXM", "gpus": 4, "precision": "fp8"},
            **{"engine": "vllm", "input": 1000, "output": 1000, "points": points},
        }
    )
    assert [finding.severity for finding in benchmark_findings(row)] == severities


def test_a_benchmark_whose_weights_do_not_fit() -> None:
    """70 GB of Llama 70B in fp8 do not run on one card of 48 GB, at any rate."""
    row = Benchmark.model_validate(
        {
            **{"model": "llama-3.3-70b", "gpu": "L40S", "gpus": 1, "precision": "fp8"},
            **{"engine": "vllm", "input": 1000, "output": 1000},
            "points": [{"concurrency": 8, "output_tok_s": 20}],
        }
    )
    [found] = benchmark_findings(row)
    assert (found.severity, found.message) == (
        "rejected",
        "70 GB of weights do not fit 48 GB.",
    )


def test_a_benchmark_of_an_unknown_model_meets_littles_law_alone() -> None:
    """Without specs no bound is known; with the user's spec the bounds are checked."""
    row = Benchmark.model_validate(
        {
            **{"model": "mine", "gpu": "H100-SXM", "gpus": 4, "precision": "fp8"},
            **{"engine": "vllm", "input": 1000, "output": 1000},
            "points": [{"concurrency": 8, "output_tok_s": 1600}],
        }
    )
    assert not list(benchmark_findings(row))
    assert len(list(benchmark_findings(row, LLAMA.model))) == 1
