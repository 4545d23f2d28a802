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
@click.option("--model", required=True, metavar="NAME", help="The catalog's name of the model.")
@click.option("--gpu", required=True, metavar="NAME", help="The catalog's name of the GPU.")
@click.option(
    "--gpus",
    required=True,
    type=click.IntRange(1, 1024),
    metavar="N",
    help="GPUs of the replica that was measured.",
)
@click.option("--precision", required=True, metavar="NAME", help="Of the weights, such as fp8.")
@click.option("--engine", required=True, metavar="NAME", help="What served it, such as vllm.")
@click.option("--engine-version", metavar="VERSION", help="Taken from the files by default.")
@click.option("--parallelism", metavar="NAME", help="Such as tp8, or tp4 ep4.")
@click.option(
    "--speculative",
    type=click.Choice(["mtp", "eagle"]),
    help="Speculative decoding, where it was on.",
)
@click.option("--input", type=TOKENS, metavar="TOKENS", help="Where the files do not state it.")
@click.option("--output", type=TOKENS, metavar="TOKENS", help="Where the files do not state it.")
@click.option("--as-of", type=DAY, help="The day of the measurement; by default the files'.")
@click.option("--confirm", metavar="REASON", help="Why an implausible measurement is right.")
@click.option(
    "--book",
    type=FILE,
    default=Path("stacks/prices/measured.yaml"),
    show_default=True,
    help="The price book that the row is appended to.",
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

    FILEs are results of one model at one shape, one load each or several: of vLLM bench serve,
    SGLang bench_serving, GuideLLM, AIPerf, GenAI-Perf or InferenceX, or a CSV with the columns
    concurrency and output_tok_s. They become one row with a point per load. A curve above a
    physical bound or against Little's law is refused.
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
