"""The effects of a variance: they add up to it, and each is what its factor alone does."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.actual.effects import Cost, EffectKind, Effects, node_effects, other_effects

amounts = st.one_of(st.just(0.0), st.floats(1e-3, 1e7))
ratios = st.one_of(st.none(), st.floats(1e-3, 1e3))


def adds_up(effects: Effects, planned: Cost, actual: Cost) -> bool:
    """Whether effects add up to a variance but for the rounding of floats."""
    size = max(map(abs, [planned.usd, actual.usd, *effects.values()]))
    return math.isclose(
        math.fsum(effects.values()), actual.usd - planned.usd, rel_tol=0, abs_tol=1e-13 * size
    )


@given(amounts, amounts, amounts, amounts, ratios, ratios)
def test_the_effects_of_nodes_add_up_to_their_variance(
    hours: float,
    rate: float,
    billed_hours: float,
    billed_usd: float,
    volume: float | None,
    throughput: float | None,
) -> None:
    """Whatever was planned, billed and measured, also nothing: no dollar is left unexplained."""
    planned, actual = Cost(hours, hours * rate), Cost(billed_hours, billed_usd)
    effects = node_effects(planned, actual, planned_rate=rate, volume=volume, throughput=throughput)
    assert adds_up(effects, planned, actual)


@given(amounts, amounts, st.one_of(st.none(), amounts), amounts, ratios)
def test_the_effects_of_other_lines_add_up_to_their_variance(
    quantity: float,
    usd: float,
    billed_quantity: float | None,
    billed_usd: float,
    volume: float | None,
) -> None:
    """The same of egress and the platform, with and without a billed quantity."""
    planned, actual = Cost(quantity, usd), Cost(billed_quantity, billed_usd)
    assert adds_up(other_effects(planned, actual, volume), planned, actual)


@pytest.mark.parametrize(
    ("hours", "usd", "volume", "throughput", "kind", "effect"),
    [
        (1000, 12_000, 1.0, 1.0, "price", 2_000),
        (1200, 12_000, 1.2, 1.0, "volume", 2_000),
        (800, 8_000, 1.0, 1.25, "throughput", -2_000),
        (1200, 12_000, 1.0, 1.0, "utilization", 2_000),
    ],
)
def test_a_factor_that_moves_alone_makes_the_whole_variance(
    hours: float, usd: float, volume: float, throughput: float, kind: EffectKind, effect: float
) -> None:
    """1,000 hours at $10: a price 20% up, 20% more tokens, nodes 25% faster, 20% idle hours."""
    effects = node_effects(
        Cost(1000.0, 10_000.0),
        Cost(hours, usd),
        planned_rate=10.0,
        volume=volume,
        throughput=throughput,
    )
    others = {name: value for name, value in effects.items() if name != kind}
    assert effects[kind] == pytest.approx(effect)
    assert list(others.values()) == pytest.approx([0.0] * 3)


def test_what_was_not_measured_is_no_effect_of_its_own() -> None:
    """Without the tokens served, or the speed, inseparable factors stay together."""
    planned, actual = Cost(1000.0, 10_000.0), Cost(1200.0, 13_200.0)
    neither = node_effects(planned, actual, planned_rate=10.0, volume=None, throughput=None)
    assert neither == pytest.approx({"quantity": 2_000, "price": 1_200})
    served = node_effects(planned, actual, planned_rate=10.0, volume=1.1, throughput=None)
    assert served == pytest.approx(
        {"volume": 1_000, "throughput-and-utilization": 1_000, "price": 1_200}
    )
