"""The functions of the library that read what was measured: logs, benchmarks and bills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tco.errors import TcoError

if TYPE_CHECKING:
    from tco.billing import BilledLine
    from tco.calibration.curve import CalibratedCurve
    from tco.calibration.setup import Setup
    from tco.catalog.catalog import Catalog
    from tco.workload_import.measure import Measurement

__all__ = ["calibrate", "curve_book", "measure_workload", "read_bill", "workload_text"]

# ruff: noqa: PLC0415  each function loads what only it needs


def measure_workload(
    *files: str | Path,
    timezone: str = "UTC",
    columns: Mapping[str, str] | None = None,
    model: str | None = None,
    output_per_request: float | None = None,
    max_bad_share: float = 0.01,
) -> Measurement:
    """Measure a workload in request logs or in scrapes of a server's metrics.

    Args:
        files: Logs, scrapes, or folders of them; the format is recognized.
        timezone: The time zone of the workload's hours, such as ``Europe/Berlin``.
        columns: Names of columns of a log by ``timestamp``, ``prompt``, ``completion``, ``cached``.
        model: The model whose metrics count, where the scrapes have several.
        output_per_request: The mean answer in tokens, for exports that count no requests.
        max_bad_share: The share of lines that may be broken.

    Returns:
        The measurement: ``requests``, ``requests_per_second``, ``per_hour`` of the week, shape
        ``(168,)``, and ``classes``. ``workload_text`` makes a workload file of it.

    Raises:
        BadInput: A file cannot be read, is not a log, or has too many broken lines.
        TcoError: The time zone is unknown, or no file is named.
    """
    from tco.plan.workload import known_timezone
    from tco.workload_import.measure import LogReading, measure_logs

    _require(files)
    try:
        known_timezone(timezone)
    except ValueError as error:
        raise TcoError(f"timezone: {error}") from None
    reading = LogReading(
        timezone=timezone,
        columns=columns or {},
        max_bad_share=max_bad_share,
        model=model,
        output_per_request=output_per_request,
    )
    return measure_logs([Path(file) for file in files], reading)


def workload_text(measurement: Measurement) -> str:
    """Return the workload file of a measurement: the content of ``workloads/NAME.yaml``.

    Args:
        measurement: What ``measure_workload`` returned.

    Returns:
        The file's content, with what was measured as comments.

    Raises:
        BadInput: A workload may not state what was measured, such as requests of no length.
    """
    from tco.workload_import.workload_text import workload_text as text_of

    return text_of(measurement)


def calibrate(*files: str | Path, setup: Setup, catalog: Catalog | None = None) -> CalibratedCurve:
    """Read the results of a benchmark tool as one measured curve.

    Args:
        files: Results of one model at one shape, a load each or several.
        setup: What was measured: model, GPU, GPUs of the replica, precision, engine.
        catalog: The catalog whose names and physical limits hold; by default the embedded one.

    Returns:
        The curve: ``row``, the benchmark, and ``checks``, each point against its limits.
        ``curve_book`` writes it into a price book.

    Raises:
        BadInput: A file cannot be read, or the curve is above a physical limit.
        TcoError: The results are mixed, something is not stated, or no file is named.
    """
    from tco.api_loading import load_catalog
    from tco.calibration.curve import calibrated_curve
    from tco.calibration.result_files import read_results

    _require(files)
    results = read_results([Path(file) for file in files])
    return calibrated_curve(results, setup, catalog or load_catalog())


def curve_book(curve: CalibratedCurve, book: str | Path) -> str:
    """Return a price book with a measured curve appended, and write nothing.

    Args:
        curve: What ``calibrate`` returned.
        book: The price book; one that does not exist is begun.

    Returns:
        The book's content with the new row; everything else in it is as it was.

    Raises:
        BadInput: The book cannot be read, or has a measurement of that day or a later one.
    """
    from tco.calibration.book_row import book_with

    return book_with(curve, Path(book))


def read_bill(file: str | Path, *, max_bad_share: float = 0.01) -> Iterator[BilledLine]:
    """Read a billing export line by line: FOCUS, or a Cost and Usage Report of AWS.

    Args:
        file: The export, CSV or CSV.gz; its format is recognized by its columns.
        max_bad_share: The share of lines that may be broken.

    Returns:
        The lines in the file's order, as they are read; ``effective_usd`` and ``billed_usd`` are
        US dollars, ``node_hours`` hours of an instance.

    Raises:
        BadInput: The file cannot be read, is not such an export, is not in USD, or has too many
            broken lines, which shows at its end.
    """
    from tco.billing import read

    return read(Path(file), max_bad_share=max_bad_share)


def _require(files: tuple[str | Path, ...]) -> None:
    if not files:
        raise TcoError("no file is named. Name one or more.")
