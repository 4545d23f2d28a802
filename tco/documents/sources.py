"""The figures behind a result that have a source."""

from __future__ import annotations

from tco.analysis.evaluation import Evaluation
from tco.catalog.sourced import SourcedValue
from tco.ranges import point

__all__ = ["sourced"]


def sourced(result: Evaluation) -> list[SourcedValue]:
    """Return every figure behind the ledger and the alternatives that the plan does not state."""
    figures: dict[tuple[str, str], SourcedValue] = {}
    found = [figure for line in result.lines for figure in line.line.figures]
    for alternative in result.alternatives:
        for rate in alternative.alternative.rates:
            found += rate.figures if rate is not None else ()
    found += [
        SourcedValue(
            name=f"{node.configuration}: {node.provenance.label}",
            value=point(node.output_tok_s),
            unit="output tok/s per node",
            source=node.source,
            as_of=node.day,
            estimate=node.is_estimate,
            origin="book" if node.is_own else "catalog",
        )
        for service in result.stack.services
        for group in service.groups
        for node in group.nodes
    ]
    for figure in found:
        if figure.origin != "plan":
            figures.setdefault((figure.name, figure.source), figure)
    return list(figures.values())
