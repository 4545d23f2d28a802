"""The figures behind a result that have a source."""

from __future__ import annotations

from tco.analysis.evaluation import Evaluation
from tco.catalog.sourced import SourcedValue
from tco.ranges import Range

__all__ = ["sourced"]


def sourced(result: Evaluation) -> list[SourcedValue]:
    """Return every figure behind the ledger and the alternatives that the plan does not state."""
    figures: dict[tuple[str, str], SourcedValue] = {}
    found = [figure for line in result.lines for figure in line.line.figures]
    for one in result.alternatives:
        for rate in one.alternative.rates:
            found += rate.figures if rate is not None else ()
    found += [
        SourcedValue(
            f"{point.benchmark.model}: benchmark on {point.benchmark.gpus} x {point.benchmark.gpu}",
            Range(point.output_tok_s, point.output_tok_s, point.output_tok_s),
            "output tok/s",
            point.benchmark.source or "",
            point.benchmark.as_of,
            point.benchmark.estimate or point.benchmark.kind == "predicted",
            origin="book" if result.stack.source.holds(point.benchmark) else "catalog",
        )
        for service in result.stack.services
        for group in service.groups
        for point in group.points
    ]
    for figure in found:
        if figure.origin != "plan":
            figures.setdefault((figure.name, figure.source), figure)
    return list(figures.values())
