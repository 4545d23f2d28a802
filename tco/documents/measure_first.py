"""The measurement that is worth most before a decision."""

from __future__ import annotations

from tco.analysis.evaluation import Evaluation
from tco.numbers import usd_about, usd_range
from tco.throughput.provenance import Provenance

__all__ = ["measure_first"]


def measure_first(result: Evaluation) -> str:
    """Return the measurement that is worth most before the decision, and up to how much."""
    rival = result.rival
    if rival is None or rival.uncertainty is None:
        return _widest_line(result)
    from tco.analysis.simulation.accumulator import CENT_USD  # noqa: PLC0415  only with scenarios

    best = result.worth_measuring
    if best is None:
        return "nothing, every input is known"
    if best.swing_usd < CENT_USD:
        return "nothing, no input moves the saving"
    if best.evppi_usd < 1:
        return f"no single input changes the verdict ({best.name} has the largest effect)"
    return f"{best.name}: worth up to {usd_about(best.evppi_usd)}"


def _widest_line(result: Evaluation) -> str:
    """Without scenarios: a doubtful throughput, else the line with the widest range."""
    fleets = result.fleets
    measured = all(fleet.provenance is Provenance.MEASURED for fleet in fleets)
    if not measured or any(fleet.slo == "unverified" for fleet in fleets):
        return "your own throughput, at your lengths and under your latency objective"
    widest = max(result.lines, key=lambda line: line.high - line.low, default=None)
    if widest is None or widest.high <= widest.low:
        return "nothing, every input is known"
    name = f"{widest.line.category}, {widest.line.name}"
    return f"{name} ({usd_range(widest.low, widest.high)} per month)"
