"""A measured curve as a table: the points, and how each stands beside its checks."""

from __future__ import annotations

from collections.abc import Mapping

from tco.documents.calibrate import CalibrateDocument, CalibratedPointPart
from tco.numbers import grouped, percent, plain

__all__ = ["calibrate_text"]

HEAD = ("concurrency", "output tok/s", "TTFT ms", "ITL ms", "Little", "bandwidth", "FLOPS")
LAYOUT = "{:>11} {:>13} {:>10} {:>9} {:>7} {:>10} {:>6}"
LEGEND = (
    (
        "Little: measured tok/s over the value from concurrency and latencies (Little's law); "
        "0.7 to 1.1 is accepted."
    ),
    "bandwidth, FLOPS: share of the bound; – means unknown.",
)


def calibrate_text(document: CalibrateDocument) -> str:
    """Return the curve, its legend, and where its row is."""
    version = f" {document.engine_version}" if document.engine_version else ""
    lines = [
        f"{document.model} on {document.gpus} x {document.gpu}, {document.precision}, "
        f"{document.engine}{version}",
        f"{document.input:,} in, {document.output:,} out; {document.as_of}; {document.source}",
        "",
        LAYOUT.format(*HEAD),
        *(LAYOUT.format(*_cells(point)) for point in document.points),
        "",
        *LEGEND,
        *_outcome(document),
    ]
    return "\n".join(lines) + "\n"


def _cells(point: CalibratedPointPart) -> tuple[str, ...]:
    ratio = point.little_ratio
    return (
        _figure(point.concurrency),
        "–" if point.output_tok_s is None else grouped(point.output_tok_s),
        _middle(point.ttft_ms),
        _middle(point.itl_ms),
        "–" if ratio is None else f"{ratio:.2f}",
        _share(point.bandwidth_share),
        _share(point.flops_share),
    )


def _middle(statistics: Mapping[str, float]) -> str:
    """Return the mean of a latency, else its median."""
    return _figure(statistics.get("mean", statistics.get("p50")))


def _figure(value: float | None) -> str:
    return "–" if value is None else plain(value)


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _outcome(document: CalibrateDocument) -> tuple[str, ...]:
    if not document.written:
        return (f"Not written to {document.book}: --dry-run.",)
    name = document.book.replace("\\", "/").rpartition("/")[2]
    return (
        f"Appended to {document.book}.",
        f"A plan that lists {name} under prices: uses the curve from now on.",
    )
