"""``tco.calibrate/1``: a measured curve with its checks, and the book that holds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from tco.calibration.point_check import PointCheck
from tco.catalog.benchmark import Benchmark, Latency
from tco.documents.document import Document, Part

__all__ = ["CalibrateDocument", "CalibratedPointPart", "calibrate_document"]


class CalibratedPointPart(Part):
    """A measured load: latencies in ms by statistic, and checks that are null where unknown."""

    file: str
    concurrency: float | None = Field(description="In flight; at a request rate on average.")
    request_rate: float | None
    output_tok_s: float | None
    ttft_ms: dict[str, float]
    itl_ms: dict[str, float]
    little_ratio: float | None = Field(
        description="tok/s over what concurrency and latencies give; 0.7 to 1.1 is accepted."
    )
    bandwidth_share: float | None = Field(
        description="tok/s over the expected memory bandwidth bound."
    )
    flops_share: float | None = Field(description="Share of the GPUs' peak FLOPS.")


class CalibrateDocument(Document):
    """What ``tco calibrate --format json`` prints."""

    schema_: Literal["tco.calibrate/1"] = Field(default="tco.calibrate/1", alias="schema")
    book: str
    written: bool = Field(description="False with --dry-run.")
    model: str
    gpu: str
    gpus: int
    precision: str
    engine: str
    engine_version: str | None
    parallelism: str | None
    speculative: str
    input: int
    output: int
    source: str
    as_of: dt.date | None
    points: tuple[CalibratedPointPart, ...]


def calibrate_document(
    row: Benchmark,
    checks: Sequence[PointCheck],
    files: Sequence[str],
    *,
    book: str,
    written: bool,
) -> CalibrateDocument:
    """Return a curve as ``tco.calibrate/1``; ``files`` names the file of each point."""
    return CalibrateDocument(
        book=book,
        written=written,
        model=row.model,
        gpu=row.gpu,
        gpus=row.gpus,
        precision=row.precision,
        engine=row.engine,
        engine_version=row.engine_version,
        parallelism=row.parallelism,
        speculative=row.speculative,
        input=row.input,
        output=row.output,
        source=row.source or "",
        as_of=row.as_of,
        points=tuple(_point(check, file) for check, file in zip(checks, files, strict=True)),
    )


def _point(check: PointCheck, file: str) -> CalibratedPointPart:
    point = check.point
    rate, tok_s = point.request_rate, point.output_tok_s
    return CalibratedPointPart(
        file=file,
        concurrency=check.concurrency,
        request_rate=rate.likely if rate else None,
        output_tok_s=tok_s.likely if tok_s else None,
        ttft_ms=_statistics(point.ttft_ms),
        itl_ms=_statistics(point.itl_ms),
        little_ratio=check.little_ratio,
        bandwidth_share=check.bandwidth_share,
        flops_share=check.flops_share,
    )


def _statistics(latency: Latency | None) -> dict[str, float]:
    """Return the stated statistics of a latency."""
    if latency is None:
        return {}
    stated = {name: getattr(latency, name) for name in type(latency).model_fields}
    return {name: value.likely for name, value in stated.items() if value is not None}
