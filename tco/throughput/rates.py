"""Saturated and limited rates at the plan's shape: what has no concurrency."""

from __future__ import annotations

from dataclasses import replace

from tco.catalog.curves import measurements
from tco.catalog.specs import figure
from tco.throughput.candidate import Candidate
from tco.throughput.capacity import Capacity
from tco.throughput.measured import capacities_of
from tco.throughput.need import Need
from tco.throughput.provenance import Provenance
from tco.throughput.published import Origin
from tco.throughput.shape import SAME_LENGTH

__all__ = ["capacities"]


def capacities(need: Need, origin: Origin) -> list[Candidate]:
    """Return the saturated and the limited rates on the plan's GPU, from one origin."""
    supplied = [
        benchmark for benchmark in need.supplied.benchmarks if isinstance(benchmark, Capacity)
    ]
    if origin == "catalog":
        supplied += capacities_of(need.model, measurements(need.model, need.gpu))
    made: list[Candidate] = []
    for curve in supplied:
        configuration = curve.configuration
        fits = need.concerns(configuration) and need.allows_size(configuration.gpus)
        if curve.origin == origin and fits and need.pins.admit(configuration):
            made += _capacity_at_shape(need, curve)
    return made


def _capacity_at_shape(need: Need, capacity: Capacity) -> list[Candidate]:
    """Return a rate at the plan's shape; none for an offline maximum of shorter outputs."""
    ceiling = figure("length_rule_ceiling").likely
    rule = replace(
        need.rule(capacity.configuration.gpus, capacity.configuration.precision),
        stated_alpha=ceiling,
    )
    is_longer = capacity.output is None or need.shape.output > capacity.output * SAME_LENGTH
    if capacity.kind == "offline" and is_longer:
        return []
    if capacity.shape is None:
        note = "the input length of this rate is not stated: it is taken at any length"
        return [
            Candidate(
                throughput=replace(capacity, shape=need.shape),
                rule=rule,
                provenance=Provenance.SCALED,
                spread=need.spread("far_extrapolation_spread"),
                notes=(note,),
                knows_lengths=False,
            )
        ]
    same = capacity.shape.same_lengths(need.shape)
    ratio = float(rule.weight(1.0, capacity.shape) / rule.weight(1.0, need.shape))
    tok_s = capacity.output_tok_s * ratio * need.shape.output / capacity.shape.output
    return [
        Candidate(
            throughput=replace(capacity, output_tok_s=tok_s, shape=need.shape),
            rule=rule,
            provenance=Provenance.MEASURED if same else Provenance.SCALED,
            spread=need.spread_of(capacity, capacity.shape),
        )
    ]
