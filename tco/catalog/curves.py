"""Measured serving throughput: one CSV file per model in ``data/curves``, read on first use.

A row is one published measurement of one configuration at one load. ``sources.csv`` beside the
models' files names each source once, with its license and what kind of runs it holds. ``index.csv``
lists the files with their rows, newest day and digest, so that no look-up opens another model's.
``build_curves.py`` writes these files and names the public sources of the figures.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal, NamedTuple, cast

from tco.errors import TcoError

__all__ = [
    "CurveFile",
    "CurveSource",
    "Kind",
    "Measurement",
    "Mode",
    "Runs",
    "Statistic",
    "curve_files",
    "curve_models",
    "curve_sources",
    "curves_version",
    "first_measured",
    "index_text",
    "measurements",
    "measurements_text",
    "read_measurements",
]

Kind = Literal["closed-loop", "request-rate", "offline", "server"]
"""How load was offered: a fixed concurrency, a fixed rate, everything at once, or MLPerf Server."""
Mode = Literal["aggregated", "disaggregated"]
Runs = Literal["tuned", "community", "day-0", "agentic", "vendor", "mlperf"]
"""Who ran it and how: tuned by a benchmark project, with default settings by a user, in the first
days of a model, on agents' traces with a cached prefix, by a vendor offline, or for MLPerf."""
Statistic = Literal["mean", "p50", "unstated", ""]
"""What a latency is; empty where there is none."""

SOURCES_FILE = "sources.csv"
INDEX_FILE = "index.csv"


class CurveFile(NamedTuple):
    """A model's file: its rows, the oldest and newest day of them, and the SHA-256 of its text.

    The oldest is empty where no row is dated.
    """

    model: str
    rows: int
    oldest: str
    newest: str
    sha256: str


class CurveSource(NamedTuple):
    """A place that measurements were taken from, and the license it states for them.

    A measurement without a day is taken to be as old as its source: ``as_of``.
    """

    source: str
    title: str
    license: str
    runs: Runs
    as_of: str
    note: str


class Measurement(NamedTuple):
    """One measured point. Lengths are tokens per request, latencies milliseconds."""

    gpu: str
    gpus: int
    precision: str
    engine: str
    version: str
    parallelism: str
    mode: Mode
    speculative: str
    kind: Kind
    input: float | None
    output: float | None
    lengths: str
    concurrency: float | None
    request_rate: float | None
    output_tok_s: float
    derived: bool
    ttft_ms: float | None
    ttft_stat: Statistic
    ttft_p99_ms: float | None
    itl_ms: float | None
    itl_stat: Statistic
    itl_p99_ms: float | None
    ttft_limit_ms: float | None
    itl_limit_ms: float | None
    measured_on: str
    checkpoint: str
    source: str
    record: str
    note: str


NUMBERS = frozenset(
    {
        "input",
        "output",
        "concurrency",
        "request_rate",
        "ttft_ms",
        "ttft_p99_ms",
        "itl_ms",
        "itl_p99_ms",
        "ttft_limit_ms",
        "itl_limit_ms",
    }
)
"""The columns that hold a number or nothing."""


def _folder() -> Traversable:
    return resources.files("tco.catalog") / "data" / "curves"


@lru_cache(maxsize=1)
def curve_models() -> tuple[str, ...]:
    """Return the names of all models with measurements, without reading any of them."""
    return tuple(file.model for file in curve_files())


@lru_cache(maxsize=1)
def curve_files() -> tuple[CurveFile, ...]:
    """Return the index of the models' files, in the order of their names."""
    rows = csv.reader(io.StringIO((_folder() / INDEX_FILE).read_text(encoding="utf-8")))
    next(rows)
    return tuple(CurveFile(model, int(count), *rest) for model, count, *rest in rows)


def first_measured(model: str) -> str:
    """Return the day or month of the first measurement of a model; empty where that is unknown."""
    return next((file.oldest for file in curve_files() if file.model == model), "")


@lru_cache(maxsize=1)
def curves_version() -> str:
    """Return the newest day and a digest of all measurements: what names their state."""
    files = curve_files()
    digest = hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()
    return f"{max(file.newest for file in files)}-{digest[:12]}"


@lru_cache(maxsize=1)
def curve_sources() -> dict[str, CurveSource]:
    """Return every source of measurements by its short name."""
    text = (_folder() / SOURCES_FILE).read_text(encoding="utf-8")
    rows = csv.reader(io.StringIO(text))
    next(rows)
    found = (
        CurveSource(source=a, title=b, license=c, runs=cast("Runs", d), as_of=e, note=f)
        for a, b, c, d, e, f in rows
    )
    return {row.source: row for row in found}


@lru_cache(maxsize=2)
def _text(model: str) -> str:
    return (_folder() / f"{model}.csv").read_text(encoding="utf-8")


@lru_cache(maxsize=16)
def measurements(model: str, gpu: str | None = None) -> tuple[Measurement, ...]:
    """Return the measurements of one model, or none for a model without measurements.

    Only this model's file is read, and with a ``gpu`` only the rows of that GPU are parsed.
    """
    if model not in curve_models():
        return ()
    return read_measurements(_text(model), f"{model}.csv", gpu)


def read_measurements(text: str, shown: str, gpu: str | None = None) -> tuple[Measurement, ...]:
    """Return the rows of a curve file, or those of one GPU, the first column.

    Raises TcoError for a file with other columns. A row is one line.
    """
    header, *lines = text.splitlines()
    if tuple(header.split(",")) != Measurement._fields:
        raise TcoError(f"{shown}: its columns differ from a curve file's.")
    if gpu is not None:
        lines = [line for line in lines if line.startswith(f"{gpu},")]
    return tuple(map(_measurement, csv.reader(lines)))


def _measurement(cells: Sequence[str]) -> Measurement:
    """Return one row as text turned into figures."""
    (gpu, gpus, precision, engine, version, parallelism, mode, speculative, kind, *rest) = cells
    (inputs, output, lengths, concurrency, rate, tok_s, derived, ttft, ttft_stat, *rest) = rest
    (ttft_p99, itl, itl_stat, itl_p99, ttft_limit, itl_limit, *texts) = rest
    measured_on, checkpoint, source, record, note = texts
    return Measurement(
        gpu=gpu,
        gpus=int(gpus),
        precision=precision,
        engine=engine,
        version=version,
        parallelism=parallelism,
        mode=cast("Mode", mode),
        speculative=speculative,
        kind=cast("Kind", kind),
        input=float(inputs) if inputs else None,
        output=float(output) if output else None,
        lengths=lengths,
        concurrency=float(concurrency) if concurrency else None,
        request_rate=float(rate) if rate else None,
        output_tok_s=float(tok_s),
        derived=derived == "derived",
        ttft_ms=float(ttft) if ttft else None,
        ttft_stat=cast("Statistic", ttft_stat),
        ttft_p99_ms=float(ttft_p99) if ttft_p99 else None,
        itl_ms=float(itl) if itl else None,
        itl_stat=cast("Statistic", itl_stat),
        itl_p99_ms=float(itl_p99) if itl_p99 else None,
        ttft_limit_ms=float(ttft_limit) if ttft_limit else None,
        itl_limit_ms=float(itl_limit) if itl_limit else None,
        measured_on=measured_on,
        checkpoint=checkpoint,
        source=source,
        record=record,
        note=note,
    )


def measurements_text(rows: Iterable[Measurement]) -> str:
    """Return the text of a curve file: the rows in their one order, so that a diff is short."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Measurement._fields)
    writer.writerows(sorted(map(_cells, rows), key=_order))
    return out.getvalue()


def index_text(texts: Mapping[str, str]) -> str:
    """Return the index of the curve files whose texts are given by model."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CurveFile._fields)
    for model in sorted(texts):
        rows = read_measurements(texts[model], model)
        sha256 = hashlib.sha256(texts[model].encode()).hexdigest()
        days = [row.measured_on for row in rows if row.measured_on]
        oldest, newest = min(days, default=""), max(days, default="")
        writer.writerow(
            CurveFile(model=model, rows=len(rows), oldest=oldest, newest=newest, sha256=sha256)
        )
    return out.getvalue()


def _cells(row: Measurement) -> list[str]:
    cells: list[str] = []
    for name, value in zip(Measurement._fields, row, strict=True):
        if name == "derived":
            cells.append("derived" if value else "")
        elif isinstance(value, float):
            cells.append(f"{value:.10g}")
        else:
            cells.append("" if value is None else str(value))
    return cells


def _order(cells: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """Return what sorts a row: numbers by size, the rest by text."""
    numeric = ("gpus", *NUMBERS, "output_tok_s")
    return tuple(
        (float(cell) if name in numeric and cell else 0.0, cell)
        for name, cell in zip(Measurement._fields, cells, strict=True)
    )
