"""Interpolation inside a curve: as scipy's, and against points that were left out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from tco.arrays import FloatArray
from tco.throughput.curve import Curve
from tco.throughput.pchip import pchip
from tests.throughput.catalog_curves import aggregated_curves, error_percentiles

LONG = 4
"""Points of a curve from which an interior one is left out."""


@pytest.fixture(scope="module")
def curves() -> list[Curve]:
    """The curves with four points or more."""
    return [curve for curve in aggregated_curves() if len(curve.concurrency) >= LONG]


@given(
    st.lists(st.floats(0.01, 5), min_size=1, max_size=8),
    st.lists(st.floats(-10, 10), min_size=9, max_size=9),
)
def test_pchip_is_scipys(widths: list[float], values: list[float]) -> None:
    """Our interpolant gives the values of scipy's, at the knots and between them."""
    x = np.concatenate([[0.0], np.cumsum(widths)])
    y = np.array(values[: len(x)])
    at: FloatArray = np.linspace(float(x[0]), float(x[-1]), 50)
    expected: FloatArray = np.asarray(PchipInterpolator(x, y)(at))
    assert pchip(x, y)(at) == pytest.approx(expected, abs=1e-9)


def test_output_at_a_point_left_out(curves: list[Curve]) -> None:
    """An interior point is met within 1.8% in the median and 7.4% at P90, over gaps of 4x."""
    errors = [
        math.log(float(curve.without(index).output_tok_s_at(curve.concurrency[index])))
        - math.log(curve.output_tok_s[index])
        for curve in curves
        for index in range(1, len(curve.concurrency) - 1)
    ]
    assert len(curves) > 500
    median, p90 = error_percentiles(errors)
    assert median < 0.025
    assert p90 < 0.09


def test_token_time_at_a_point_left_out(curves: list[Curve]) -> None:
    """Token time at an interior point is met as well as throughput is."""
    errors: list[float] = []
    for curve in curves:
        full = curve.latency("itl_ms", "mean")
        if len(full.value_ms) != len(curve.concurrency):
            continue
        for index in range(1, len(curve.concurrency) - 1):
            at = curve.concurrency[index : index + 1]
            guess = float(curve.without(index).latency("itl_ms", "mean").at(at)[0])
            errors.append(math.log(guess / full.value_ms[index]))
    median, p90 = error_percentiles(errors)
    assert median < 0.025
    assert p90 < 0.09


def test_measured_points_are_kept(curves: list[Curve]) -> None:
    """At its own points a curve gives what was measured."""
    for curve in curves[:50]:
        assert curve.output_tok_s_at(curve.concurrency) == pytest.approx(curve.output_tok_s)


def test_below_and_beyond_the_points(curves: list[Curve]) -> None:
    """Below the first point throughput falls in proportion, beyond the last it is flat."""
    curve = curves[0]
    low, high = curve.measured_range
    at_low, at_high = curve.output_tok_s[0], curve.output_tok_s[-1]
    assert curve.output_tok_s_at(low / 2) == pytest.approx(at_low / 2)
    assert curve.output_tok_s_at(high * 3) == pytest.approx(at_high)
