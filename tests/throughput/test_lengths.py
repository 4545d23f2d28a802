"""The length rule against held-out measurements, and its properties."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.curves import Measurement
from tco.catalog.specs import model_specs
from tco.throughput.lengths import LengthRule, alpha, length_rule, nearest
from tco.throughput.measured import counted_tok_s
from tco.throughput.shape import Shape
from tests.throughput.catalog_curves import closed_loop_rows, error_percentiles

lengths = st.floats(10, 20_000)
shapes = st.builds(Shape, lengths, lengths, st.floats(0, 1))
concurrencies = st.floats(1, 4096)


class Group:
    """One configuration at one concurrency: node time and token time by shape."""

    def __init__(self, model: str, concurrency: float, rows: list[Measurement]) -> None:
        by_shape: defaultdict[Shape, list[Measurement]] = defaultdict(list)
        for row in rows:
            by_shape[Shape(row.input or 0, row.output or 0)].append(row)
        self.concurrency = concurrency
        self.shapes = list(by_shape)
        self.rule = length_rule(model_specs().get(model), rows[0].gpus)
        many = list(by_shape.values())
        self.seconds = [
            shape.output / float(np.median([counted_tok_s(row) for row in rows]))
            for shape, rows in by_shape.items()
        ]
        self.itl = [
            float(np.median([row.itl_ms for row in rows if row.itl_ms] or [np.nan]))
            for rows in many
        ]
        self.derived = [any(row.derived for row in rows) for rows in many]

    def predicted_over_measured(self, source: int, target: int) -> tuple[float, float]:
        """The log error of node time and of token time, from one shape to another."""
        here, there = self.shapes[source], self.shapes[target]
        c, rule = self.concurrency, self.rule
        seconds = self.seconds[source] * rule.weight(c, there) / rule.weight(c, here)
        itl = self.itl[source] * rule.itl_factor(c, there) / rule.itl_factor(c, here)
        return (
            math.log(float(seconds) / self.seconds[target]),
            math.log(float(itl) / self.itl[target]),
        )


@pytest.fixture(scope="module")
def groups() -> list[Group]:
    """Every configuration and concurrency that was measured at two shapes or more."""
    found: defaultdict[tuple[object, ...], list[Measurement]] = defaultdict(list)
    for model, row in closed_loop_rows():
        key = (
            *(model, row.checkpoint, row.gpu, row.gpus, row.precision, row.engine, row.version),
            *(row.parallelism, row.speculative, row.concurrency),
        )
        found[key].append(row)
    made = [Group(str(key[0]), rows[0].concurrency or 0, rows) for key, rows in found.items()]
    return [group for group in made if len(group.shapes) > 1]


def test_every_closed_loop_measurement_is_used() -> None:
    """The validation covers all 4,280 aggregated closed-loop rows, of every version."""
    assert sum(1 for _ in closed_loop_rows()) == 4280


def test_node_time_at_a_shape_left_out(groups: list[Group]) -> None:
    """From any other shape of its configuration: 6.3% off in the median, 26.5% at P90."""
    errors = [
        group.predicted_over_measured(source, target)[0]
        for group in groups
        for target in range(len(group.shapes))
        for source in range(len(group.shapes))
        if source != target
    ]
    assert len(errors) == 10_300
    median, p90 = error_percentiles(errors)
    assert median == pytest.approx(0.063, abs=0.001)
    assert p90 == pytest.approx(0.265, abs=0.002)
    assert median < 0.08
    assert p90 < 0.30


def test_node_time_from_the_nearest_shape(groups: list[Group]) -> None:
    """From the nearest other shape, as a plan takes it: below 8% in the median, 30% at P90."""
    errors: list[float] = []
    for group in groups:
        for target, shape in enumerate(group.shapes):
            others = [index for index in range(len(group.shapes)) if index != target]
            chosen = nearest(
                [group.shapes[index] for index in others],
                [group.derived[index] for index in others],
                shape,
                group.rule,
                group.concurrency,
            )
            errors.append(group.predicted_over_measured(others[chosen], target)[0])
    median, p90 = error_percentiles(errors)
    assert median < 0.08
    assert p90 < 0.30


def test_token_time_at_a_shape_left_out(groups: list[Group]) -> None:
    """Token time moves by the same rule: 7% off in the median, and twice that if unchanged."""
    errors = [
        group.predicted_over_measured(source, target)[1]
        for group in groups
        for target in range(len(group.shapes))
        for source in range(len(group.shapes))
        if source != target
    ]
    known = [error for error in errors if not math.isnan(error)]
    median, p90 = error_percentiles(known)
    assert median < 0.08
    assert p90 < 0.35


def test_all_tokens_alike_is_far_off(groups: list[Group]) -> None:
    """Taking input and output tokens alike is off ten times as far: 74% in the median."""
    errors = [
        math.log(
            group.seconds[source]
            / group.seconds[target]
            * (group.shapes[target].input + group.shapes[target].output)
            / (group.shapes[source].input + group.shapes[source].output)
        )
        for group in groups
        for target in range(len(group.shapes))
        for source in range(len(group.shapes))
        if source != target
    ]
    assert error_percentiles(errors)[0] > 0.7


def test_alpha_by_hand() -> None:
    """R1 on 8 GPUs at c = 64: 0.0042 (64^2 x 36.62/8)^(1/3) = 0.1117, over 1 + 2 x that."""
    bare = 0.0042 * (64**2 * 36.62 / 8) ** (1 / 3)
    assert float(alpha(64, 36.62, 8)) == pytest.approx(bare / (1 + 2 * bare))
    assert float(alpha(1e9, 36.62, 8)) < 0.5


@given(concurrencies, shapes, shapes, st.floats(1, 500), st.sampled_from([1, 2, 4, 8]))
def test_scaling_there_and_back_is_exact(
    c: float, a: Shape, b: Shape, active: float, gpus: int
) -> None:
    """Node time from a shape to another and back is what it was."""
    rule = LengthRule(active, gpus, 0.9)
    there = rule.weight(c, b) / rule.weight(c, a)
    back = rule.weight(c, a) / rule.weight(c, b)
    assert float(there * back) == pytest.approx(1)


@given(concurrencies, shapes, st.floats(1, 3))
def test_longer_prompts_are_never_cheaper(c: float, shape: Shape, factor: float) -> None:
    """From one source a longer prompt or a longer answer takes at least as much node time."""
    rule = LengthRule(30.0, 8, 0.9)
    longer = Shape(shape.input * factor, shape.output, shape.cached)
    wordier = Shape(shape.input, shape.output * factor, shape.cached)
    assert rule.weight(c, longer) >= rule.weight(c, shape)
    assert rule.weight(c, wordier) >= rule.weight(c, shape)


@given(concurrencies, shapes, st.floats(0, 1))
def test_more_cache_hits_are_never_slower(c: float, shape: Shape, cached: float) -> None:
    """A higher hit share takes at most as much node time."""
    rule = LengthRule(30.0, 8, 0.9)
    low, high = sorted((shape.cached, cached))
    assert rule.weight(c, shape, high) <= rule.weight(c, shape, low)


def test_a_dense_model_without_a_count_follows_from_its_weights() -> None:
    """70 GB at fp8 are 70e9 parameters; without weights all tokens count alike, as not known."""
    assert length_rule(None, 8, 70.0, "fp8").active_params_b == pytest.approx(70)
    assert length_rule(None, 8, 140.0, "bf16").active_params_b == pytest.approx(70)
    unknown = length_rule(None, 8)
    assert not unknown.is_known
    assert float(unknown.weight(8, Shape(300, 100))) == pytest.approx(400)


def test_hybrid_models_save_less_by_cache_hits() -> None:
    """A hit of a hybrid model saves 0.7 of its prefill, of any other 0.9."""
    specs = model_specs()
    assert length_rule(specs["qwen3.5-397b-a17b"], 8).effectiveness == pytest.approx(0.7)
    assert length_rule(specs["qwen3-32b"], 1).effectiveness == pytest.approx(0.9)
