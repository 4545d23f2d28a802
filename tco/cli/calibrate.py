"""``tco calibrate``: results of benchmark tools as a row of a price book."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from tco.cli.options import DAY, format_option, print_json, print_text

__all__ = ["calibrate"]

FILE = click.Path(path_type=Path)
TOKENS = click.IntRange(1, 1_000_000_000)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@click.option("--model", required=True, metavar="NAME", help="The model's name in the catalog.")
@click.option("--gpu", required=True, metavar="NAME", help="The GPU's name in the catalog.")
@click.option(
    "--gpus",
    required=True,
    type=click.IntRange(1, 1024),
    metavar="N",
    help="Number of GPUs in the measured replica.",
)
@click.option(
    "--precision", required=True, metavar="NAME", help="Precision of the weights, such as fp8."
)
@click.option("--engine", required=True, metavar="NAME", help="Serving engine, such as vllm.")
@click.option(
    "--engine-version",
    metavar="VERSION",
    help="Version of the engine. Default: read from the files.",
)
@click.option("--parallelism", metavar="NAME", help="Parallelism, such as tp8 or tp4 ep4.")
@click.option(
    "--speculative",
    type=click.Choice(["mtp", "eagle"]),
    help="Speculative decoding method, if it was on.",
)
@click.option(
    "--input", type=TOKENS, metavar="TOKENS", help="Input length, if the files do not state it."
)
@click.option(
    "--output", type=TOKENS, metavar="TOKENS", help="Output length, if the files do not state it."
)
@click.option("--as-of", type=DAY, help="Date of the measurement. Default: read from the files.")
@click.option(
    "--confirm", metavar="REASON", help="Accept an implausible measurement, for this reason."
)
@click.option(
    "--book",
    type=FILE,
    default=Path("stacks/prices/measured.yaml"),
    show_default=True,
    help="The price book to append the row to.",
)
@click.option("--dry-run", is_flag=True, help="Show the curve and write nothing.")
@format_option
def calibrate(
    files: Sequence[Path],
    book: Path,
    dry_run: bool,
    form: str,
    as_of: dt.date | None,
    **stated: Any,
) -> None:
    """Write what a benchmark tool measured into a price book.

    FILEs are results for one model and one request shape, at one or more loads, from vLLM bench
    serve, SGLang bench_serving, GuideLLM, AIPerf, GenAI-Perf or InferenceX, or a CSV with the
    columns concurrency and output_tok_s. They become one row with one point per load. A curve that
    exceeds a physical bound or contradicts Little's law is rejected.
    """
    from tco.calibration.book_row import book_with
    from tco.calibration.curve import calibrated_curve
    from tco.calibration.result_files import read_results
    from tco.calibration.setup import Setup
    from tco.cli.books import catalog_with
    from tco.documents.calibrate import calibrate_document
    from tco.files import write_text

    catalog = catalog_with([book] if book.exists() else [])
    curve = calibrated_curve(read_results(files), Setup(as_of=as_of, **stated), catalog)
    text = book_with(curve, book)
    if not dry_run:
        write_text(book.resolve(), text)
    document = calibrate_document(
        curve.row, curve.checks, curve.files, book=str(book), written=not dry_run
    )
    if form == "json":
        print_json(document)
        return
    from tco.report.calibrate import calibrate_text

    print_text(calibrate_text(document))
