"""Where throughput and API prices go over the horizon, and what is possible but not assumed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tco.analysis.evaluation import Evaluation
from tco.costing.throughput_path import ThroughputPath
from tco.numbers import factor_text, plain
from tco.percent import exact_percent
from tco.ranges import Range
from tco.scenario import BASE_CASE
from tco.throughput.node import NodeThroughput
from tco.throughput.outlook import speculative_gain
from tco.units import MONTHS_PER_YEAR

__all__ = ["changes_text", "options", "outlook"]


def outlook(result: Evaluation) -> str:
    """Return how demand, API prices and throughput change month by month, in a sentence."""
    changes = [*_demand(result), *_api_prices(result), *_throughput(result)]
    moving = ", ".join(changes) if changes else "demand, prices and throughput stay the same"
    return f"In the base case {moving}; the fleet follows the load."


def _demand(result: Evaluation) -> Iterator[str]:
    """Yield the growth of the demand of each service that grows or shrinks."""
    for service in result.stack.services:
        growth = service.demand.growth_per_year
        if growth.likely or not growth.is_point:
            change = f"{changes_text(growth.likely)}{_ends(growth, share=True)}"
            yield f"the demand of {service.name} {change}"


def _api_prices(result: Evaluation) -> Iterator[str]:
    """Yield how hosted prices change; every API of a plan has the same yearly path."""
    rates = [
        rate
        for alternative in result.stack.alternatives
        for rate in alternative.rates
        if rate is not None
    ]
    decay = next((rate.path.decay_per_year.value for rate in rates), None)
    if decay is not None and decay.likely:
        yield f"API prices fall {exact_percent(decay.likely)} per year{_ends(decay, share=True)}"


def _throughput(result: Evaluation) -> Iterator[str]:
    """Yield how the throughput of a model changes, once for each."""
    paths = {
        service.model: group.progress
        for service in result.stack.services
        for group in service.groups
    }
    for model, path in paths.items():
        yearly = path.per_year.value
        if yearly.likely == 1 and yearly.is_point and not path.young_months:
            continue
        change = changes_text(yearly.likely - 1)
        yield f"throughput of {model} {change}{_ends(yearly)}{_young(path)}"


def changes_text(growth_per_year: float) -> str:
    """Return how fast something grows or falls.

    >>> changes_text(-0.3)
    'falls 30% per year'
    """
    if not growth_per_year:
        return "stays"
    verb = "grows" if growth_per_year > 0 else "falls"
    return f"{verb} {exact_percent(abs(growth_per_year))} per year"


def _ends(value: Range, *, share: bool = False) -> str:
    """Return the ends of a range in brackets, empty for a point."""
    if value.is_point:
        return ""
    shown = exact_percent if share else factor_text
    return f" (P10 to P90: {shown(value.low)} to {shown(value.high)})"


def _young(path: ThroughputPath) -> str:
    """Return the gain of a model's first half year, as far as it is still to come."""
    if not path.young_months:
        return ""
    months = path.young_months
    settled = path.per_year.value.likely ** (months / MONTHS_PER_YEAR)
    gain = float(np.asarray(path.factor(months, BASE_CASE)))
    return f" after {factor_text(max(gain, settled))} in its first {plain(months, 2)} months"


def options(result: Evaluation) -> tuple[str, ...]:
    """Return what may make nodes faster and is not assumed, once for each configuration."""
    nodes = (
        node
        for service in result.stack.services
        for group in service.groups
        for node in group.nodes
    )
    return tuple(dict.fromkeys(text for node in nodes if (text := _speculative(node))))


def _speculative(node: NodeThroughput) -> str:
    """Return what speculative decoding gains at the operating point; empty where it runs."""
    curve, concurrency = node.configuration, node.point.concurrency
    if curve.speculative not in ("none", "unknown") or curve.mode != "aggregated":
        return ""
    if concurrency is None:
        return ""
    gain = factor_text(float(speculative_gain(np.array(concurrency))))
    return (
        f"Not assumed: speculative decoding (MTP). Where it was measured, tok/s were {gain} "
        f"at concurrency {plain(concurrency)}. Set serving.speculative if {curve.model} was "
        "measured with it."
    )
