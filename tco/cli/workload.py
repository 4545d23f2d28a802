"""`tco workload`: workload files from what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from tco.cli.log_column import Column
from tco.cli.options import Number, max_bad_share_option, print_error, print_text
from tco.errors import TcoError, printable
from tco.report.layout import folded

__all__ = ["workload"]

FORMATS = (
    *("litellm", "openai-usage", "anthropic-usage", "anthropic-console"),
    *("cloudflare", "langfuse", "columns"),
)
MOST_TOKENS = 10_000_000
"""Of an answer."""


@click.group()
def workload() -> None:
    """Write workload files from request logs and metrics."""


@workload.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the workload to this file, such as stacks/workloads/chat.yaml. Default: print it.",
)
@click.option("--force", is_flag=True, help="Overwrite the file that --out names.")
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    metavar="FORMAT",
    help=f"The format of the logs: {', '.join(FORMATS[:-1])} or {FORMATS[-1]}. Default: "
    "detected from the first row.",
)
@click.option(
    "--column",
    "columns",
    type=Column(),
    multiple=True,
    help="Name a column of the log: timestamp=, prompt=, completion= or cached=; use dots "
    "for nested keys. May be repeated.",
)
@click.option(
    "--model",
    metavar="NAME",
    help="Read only the metrics of this model, if the scrapes hold several models.",
)
@click.option(
    "--output-per-request",
    type=Number(0, MOST_TOKENS, low_open=True),
    metavar="TOKENS",
    help="Mean output tokens per request, for exports that do not count requests.",
)
@click.option(
    "--timezone",
    default="UTC",
    show_default=True,
    metavar="ZONE",
    help="The time zone of the workload's hours, such as Europe/Berlin.",
)
@max_bad_share_option("logs")
def workload_import(files: Sequence[Path], out: Path | None, force: bool, **reading: Any) -> None:
    """Measure a workload from request logs: volume by hour, lengths, cache hits and growth.

    FILE is a CSV, JSON Lines or JSON file, optionally gzipped, or a folder of them. Memory use does
    not grow with the log. Times without an offset are UTC.

    Metrics of vLLM, SGLang and TensorRT-LLM are read as well: scrapes of /metrics over time, or
    responses of query_range from Prometheus.

    Example: tco workload import scrapes --timezone Europe/Berlin --out chat.yaml
    """
    from tco.files import write_text
    from tco.plan.workload import known_timezone
    from tco.workload_import.measure import LogReading, measure_logs
    from tco.workload_import.workload_text import notes, workload_text

    try:
        known_timezone(reading["timezone"])
    except ValueError as error:
        raise TcoError(f"--timezone: {error}") from None
    if out is not None and out.exists() and not force:
        raise TcoError(f"{printable(out)} exists. Write to another file, or add --force.")
    columns = dict[str, str](reading.pop("columns"))
    found = measure_logs(files, LogReading(columns=columns, **reading))
    text = workload_text(found)
    for note in notes(found):
        print_error(folded(note))
    if out is None:
        print_text(text)
    else:
        write_text(out, text)
        print_error(f"Wrote {printable(out)}.")
