"""What was measured, as a table: model, GPU, replicas, shapes, concurrencies, newest day."""

from __future__ import annotations

from collections.abc import Sequence

from tco.documents.models import CoveragePart
from tco.numbers import plain

__all__ = ["models_text"]

HEAD = ("model", "GPU", "replica", "points", "shapes", "concurrency", "newest")
LAYOUT = "{:<20}{:<15}{:<10}{:>6} {:>6} {:>11}  {:<10}"


def models_text(found: Sequence[CoveragePart]) -> str:
    """Return a line per model and GPU."""
    lines = [LAYOUT.format(*HEAD), *(LAYOUT.format(*_cells(coverage)) for coverage in found)]
    count, models = len(found), len({coverage.model for coverage in found})
    pairs = f"{count} pair{'' if count == 1 else 's'}"
    lines.append(f"{pairs} of {models} model{'' if models == 1 else 's'}; replica: GPUs of one")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _cells(coverage: CoveragePart) -> tuple[str, ...]:
    low, high = coverage.lowest_concurrency, coverage.highest_concurrency
    loads = "–" if low is None or high is None else _span(low, high)
    sizes = coverage.gpus_per_replica
    replica = ",".join(map(str, sizes)) if len(sizes) <= 4 else _span(sizes[0], sizes[-1])
    return (
        coverage.model,
        coverage.gpu,
        replica,
        f"{coverage.points:,}",
        str(coverage.shapes),
        loads,
        coverage.newest,
    )


def _span(low: float, high: float) -> str:
    return plain(low) if low == high else f"{plain(low)} to {plain(high)}"
