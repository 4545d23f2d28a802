"""Whether the benchmarks of a price book are possible: METHOD, Plausible figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from tco.catalog.book import Book
from tco.catalog.model_row import ModelRow
from tco.catalog.plausibility.bounds import Band
from tco.catalog.plausibility.doubt import Doubt
from tco.catalog.plausibility.finding import PlausibilityFinding, finding_of
from tco.ranges import point
from tco.resolve.lookup import Lookup
from tco.throughput.check import benchmark_findings

__all__ = ["benchmark_doubts"]


def benchmark_doubts(book: Book, todo: Lookup) -> Iterator[PlausibilityFinding]:
    """Yield the points of a book's benchmarks that physics or Little's law contradict."""
    if not book.benchmarks:
        return
    catalog = todo.catalog
    specs = {row.model: row.spec for row, _ in catalog.rows(ModelRow) if row.spec is not None}
    for index, row in enumerate(book.benchmarks):
        model, gpu = catalog.model(row.model) or row.model, catalog.gpu(row.gpu) or row.gpu
        named = row.model_copy(update={"model": model, "gpu": gpu})
        for found in benchmark_findings(named, specs.get(model)):
            keys = () if found.point is None else ("points", found.point, "output_tok_s")
            doubt = Doubt(
                keys=keys,
                value=point(found.value),
                unit=found.unit,
                band=Band(found.low, found.high, found.basis),
                mistake=found.mistake,
                is_error=found.severity == "rejected",
            )
            yield finding_of(
                "throughput",
                doubt,
                file=book.name,
                within=("benchmarks", index),
                path=f"prices.{PurePath(book.name).stem}.{row.model}",
                confidential=book.confidential,
                confirmed=row.confirm or "",
            )
