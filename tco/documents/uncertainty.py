"""The scenarios in ``tco.plan/1``: percentiles, and what each uncertain input does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tco.analysis.evaluation import Evaluation
from tco.documents.disclosure import secret_figures
from tco.documents.document import Part

if TYPE_CHECKING:  # a table without scenarios needs none of them
    from tco.analysis.simulation.accumulator import Percentiles, ScenarioComparison, Sensitivity
    from tco.analysis.simulation.uncertainty import Uncertainty

    _Compared = tuple[ScenarioComparison, tuple[Sensitivity, ...]]

__all__ = [
    "ComparisonPart",
    "SensitivityPart",
    "UncertaintyPart",
    "uncertainty_part",
    "uncertainty_summary",
]


class PercentilesPart(Part):
    """P10, P50 and P90 of an amount."""

    p10: float
    p50: float
    p90: float


class SensitivityPart(Part):
    """An uncertain input: its range, what it does alone, what knowing it is worth."""

    name: str
    low: float | None
    likely: float | None
    high: float | None
    saving_at_low_usd: float
    saving_at_high_usd: float
    evppi_usd: float


class ComparisonPart(Part):
    """The scenarios against one alternative."""

    name: str
    probability: float
    npv_usd: PercentilesPart
    saving_npv_usd: PercentilesPart
    expected_saving_npv_usd: float
    evpi_usd: float
    inputs: tuple[SensitivityPart, ...]


class UncertaintyPart(Part):
    """What the scenarios say of the month, of the horizon, and against alternatives.

    A summary has the alternative that decides alone.
    """

    seed: int
    scenarios: int
    p10: float
    p50: float
    p90: float
    npv_usd: PercentilesPart
    against: tuple[ComparisonPart, ...]


def uncertainty_part(result: Evaluation) -> UncertaintyPart | None:
    """Return what the scenarios say; None where none were drawn."""
    drawn = result.uncertainty
    if drawn is None:
        return None
    return _uncertainty(result, drawn, tuple(zip(drawn.against, drawn.inputs, strict=True)))


def uncertainty_summary(result: Evaluation) -> UncertaintyPart | None:
    """Return what the scenarios say of the stack and against the alternative that decides."""
    drawn = result.uncertainty
    if drawn is None:
        return None
    rival = drawn.of(result.verdict.against)
    return _uncertainty(result, drawn, () if rival is None else ((rival, rival.inputs),))


def _uncertainty(
    result: Evaluation, drawn: Uncertainty, against: Sequence[_Compared]
) -> UncertaintyPart:
    secret = secret_figures(result, [figure.name for _, inputs in against for figure in inputs])
    month = drawn.usd_per_month
    return UncertaintyPart(
        seed=drawn.seed,
        scenarios=drawn.scenarios,
        p10=month.p10,
        p50=month.p50,
        p90=month.p90,
        npv_usd=_percentiles(drawn.npv_usd),
        against=tuple(_comparison(comparison, inputs, secret) for comparison, inputs in against),
    )


def _comparison(
    comparison: ScenarioComparison, inputs: Iterable[Sensitivity], secret: set[str]
) -> ComparisonPart:
    return ComparisonPart(
        name=comparison.name,
        probability=comparison.probability,
        npv_usd=_percentiles(comparison.bill),
        saving_npv_usd=_percentiles(comparison.saving),
        expected_saving_npv_usd=comparison.expected_saving_usd,
        evpi_usd=comparison.evpi_usd,
        inputs=tuple(_sensitivity(figure, secret) for figure in inputs),
    )


def _sensitivity(figure: Sensitivity, secret: set[str]) -> SensitivityPart:
    value = None if figure.name in secret else figure.value
    return SensitivityPart(
        name=figure.name,
        low=value and value.low,
        likely=value and value.likely,
        high=value and value.high,
        saving_at_low_usd=figure.saving_at_low_usd,
        saving_at_high_usd=figure.saving_at_high_usd,
        evppi_usd=figure.evppi_usd,
    )


def _percentiles(spread: Percentiles) -> PercentilesPart:
    return PercentilesPart(p10=spread.p10, p50=spread.p50, p90=spread.p90)
