"""The physical estimator: against a reference program, against measurements, and its limits.

``estimator_reference.csv`` holds 200 random setups with what an independent program of the same
formulas gives for them.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.specs import gpu_specs, model_specs
from tco.throughput.calibration import calibrated
from tco.throughput.configuration import Configuration, Parallelism, parallelism_of
from tco.throughput.curve import Curve
from tco.throughput.estimator import estimate
from tco.throughput.formats import FORMATS
from tco.throughput.measured import newest_version
from tco.throughput.memory_fit import memory_fit
from tco.throughput.replica import Replica
from tco.throughput.shape import Shape
from tests.throughput.catalog_curves import aggregated_curves, error_percentiles

REFERENCE = Path(__file__).parent / "estimator_reference.csv"
SPECULATIVE = ("mtp", "eagle")


@dataclass(frozen=True)
class Setup:
    """One row of the reference: a replica, its load, and the results."""

    row: dict[str, str]

    @property
    def replica(self) -> Replica:
        """The replica of the row."""
        shared = Parallelism(
            int(self.row["tensor"]), int(self.row["pipeline"]), bool(self.row["data_attention"])
        )
        return Replica(
            model=model_specs()[self.row["model"]],
            gpu=gpu_specs()[self.row["gpu"]],
            gpus=int(self.row["gpus"]),
            precision=self.row["precision"],
            parallelism=shared,
        )

    @property
    def shape(self) -> Shape:
        """The shape of the row."""
        return Shape(self.number("input"), self.number("output"), self.number("cached"))

    def number(self, name: str) -> float:
        """A figure of the row."""
        return float(self.row[name])


def replica(
    model: str = "llama-3.3-70b", gpu: str = "H100-SXM", gpus: int = 4, precision: str = "fp8"
) -> Replica:
    """A replica with plain tensor parallelism."""
    return Replica(
        model=model_specs()[model],
        gpu=gpu_specs()[gpu],
        gpus=gpus,
        precision=precision,
        parallelism=Parallelism(gpus),
    )


def test_agrees_with_the_reference_program() -> None:
    """On 200 random setups throughput, token time, wait and c_max agree within 1%."""
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        setups = [Setup(row) for row in csv.DictReader(file)]
    assert len(setups) == 200
    for setup in setups:
        load = np.array([setup.number("concurrency")])
        untuned = setup.row["untuned"] == "yes"
        made = estimate(
            setup.replica, setup.shape, load, engine=setup.row["engine"], untuned=untuned
        )
        assert made.output_tok_s[0] == pytest.approx(setup.number("output_tok_s"), rel=0.01)
        assert made.itl_ms[0] == pytest.approx(setup.number("itl_ms"), rel=0.01)
        assert made.queue_s[0] == pytest.approx(setup.number("queue_s"), rel=0.01, abs=1e-6)
        assert made.fit.sequences == pytest.approx(setup.number("c_max"), rel=0.01)


def tuned_curves() -> list[tuple[Curve, Replica]]:
    """The newest tuned curves without speculative decoding whose replica can be estimated."""
    found: list[tuple[Curve, Replica]] = []
    by_configuration: dict[Configuration, list[Curve]] = {}
    for curve in aggregated_curves():
        key = replace(curve.configuration, version="")
        by_configuration.setdefault(key, []).append(curve)
    for curves in by_configuration.values():
        for curve in newest_version(curves):
            replica = curve.configuration
            spec, gpu = model_specs().get(replica.model), gpu_specs().get(replica.gpu)
            usable = replica.runs == "tuned" and replica.speculative not in SPECULATIVE
            if not usable or spec is None or gpu is None or replica.precision not in FORMATS:
                continue
            if spec.has_layout:
                shared = parallelism_of(replica.parallelism, replica.gpus)
                made = Replica(
                    model=spec,
                    gpu=gpu,
                    gpus=replica.gpus,
                    precision=replica.precision,
                    parallelism=shared,
                )
                found.append((curve, made))
    return found


def test_error_on_the_tuned_measurements() -> None:
    """Throughput and token time are 12% off in the median over the tuned rows it was fitted to."""
    tok_s: list[float] = []
    itl: list[float] = []
    for curve, configuration in tuned_curves():
        if not memory_fit(configuration, curve.shape.context).runs:
            continue
        made = estimate(
            configuration, curve.shape, curve.concurrency, engine=curve.configuration.engine
        )
        tok_s += list(np.log(made.output_tok_s / curve.output_tok_s))
        known = curve.latencies("itl_ms")["mean"]
        itl += [float(x) for x in np.log(made.itl_ms / known) if not math.isnan(x)]
    assert len(tok_s) > 2300
    assert error_percentiles(tok_s)[0] < 0.15
    assert error_percentiles(itl)[0] < 0.15
    assert float(np.exp(np.median(tok_s))) == pytest.approx(1.0, abs=0.03)


shapes = st.builds(Shape, st.floats(50, 8000), st.floats(50, 4000))
setups = st.builds(
    replica,
    st.sampled_from(["llama-3.3-70b", "qwen3-32b", "gpt-oss-120b", "minimax-m2.5"]),
    st.sampled_from(["H100-SXM", "H200-SXM", "B200", "MI355X"]),
    st.sampled_from([4, 8]),
    st.sampled_from(["fp8"]),
)


@given(setups, shapes)
def test_more_load_is_never_faster_for_one_request(replica: Replica, shape: Shape) -> None:
    """Token time rises with the concurrency, and above c_max everything is flat."""
    fit = memory_fit(replica, shape.context)
    load = np.geomspace(1, 4 * fit.sequences, 40)
    made = estimate(replica, shape, load)
    assert np.all(np.diff(made.itl_ms) >= -1e-9)
    full = load >= fit.sequences
    assert np.ptp(made.output_tok_s[full]) == pytest.approx(0, abs=1e-6)
    assert np.all(made.queue_s[~full] == 0)
    assert np.all(np.diff(made.queue_s[full]) > 0)


@given(setups, shapes, st.floats(1.1, 3))
def test_a_faster_gpu_is_faster(replica: Replica, shape: Shape, factor: float) -> None:
    """More bandwidth, more FLOPS and a faster link never slow a replica down."""
    load = np.array([4.0, 32.0])
    gpu = replica.gpu
    better = replace(
        gpu,
        memory_gb_s=gpu.memory_gb_s * factor,
        bf16_tflops=gpu.bf16_tflops * factor,
        fp8_tflops=gpu.fp8_tflops * factor,
        link_gb_s=gpu.link_gb_s * factor,
    )
    slow, fast = estimate(replica, shape, load), estimate(replace(replica, gpu=better), shape, load)
    assert np.all(fast.output_tok_s > slow.output_tok_s)


@given(shapes, st.floats(6.5, 200), st.floats(0.5, 2))
def test_one_measured_point_carries_the_curve(shape: Shape, c: float, factor: float) -> None:
    """A calibrated curve goes through its point and is nowhere above it."""
    setup = replica()
    exact = estimate(setup, shape, np.array([c]))
    point = Curve(
        configuration=Configuration(
            model="llama-3.3-70b", gpu="H100-SXM", gpus=4, precision="fp8", engine="vllm"
        ),
        shape=shape,
        concurrency=np.array([c]),
        output_tok_s=exact.output_tok_s * factor,
        itl_ms={"mean": exact.itl_ms / factor},
    )
    made = calibrated(point, setup)
    assert made.concurrency[-1] == c
    assert made.output_tok_s[-1] == pytest.approx(point.output_tok_s[0])
    assert np.all(made.output_tok_s <= point.output_tok_s[0] * (1 + 1e-9))
    assert made.itl_ms["mean"][-1] == pytest.approx(point.itl_ms["mean"][0])
