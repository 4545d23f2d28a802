"""``tco sweep``: evaluate a stack over a range of one or two inputs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from tco.cli.exit_codes import BAD_INPUT, INTERRUPTED
from tco.cli.options import (
    EvaluationOptions,
    formats_option,
    print_error,
    print_json,
    print_text,
    progress,
    question_options,
)
from tco.errors import BadInput

if TYPE_CHECKING:
    from tco.analysis.sweep.sweep import Sweep

__all__ = ["sweep"]


@click.command(context_settings={"default_map": {"scenarios": 0}})
@click.argument("stack")
@click.argument("params", nargs=-1, required=True, metavar="PARAM=LO..HI[:N]…")
@formats_option(
    "table", "csv", "json", text="A table, CSV (written point by point), or JSON for programs."
)
@question_options
def sweep(stack: str, params: Sequence[str], form: str, question: EvaluationOptions) -> None:
    """Evaluate a stack over a range of one or two inputs.

    PARAM is a number of the plan by its path (services.chat.pools.base.nodes), of a workload
    (workloads.chat.requests_per_month), or a derived input: volume (million tokens per month),
    utilization (of fixed fleets), usd_per_gpu_hour, api_price_factor, fte.
    """
    from tco.analysis.sweep.sweep import NoSweep, span_of, sweep_of
    from tco.catalog.embedded import load_catalog
    from tco.plan.stack_file import read_stack
    from tco.resolve.resolver import resolve_stack

    try:
        spans = [span_of(param) for param in params]
        source = read_stack(question.folder, stack)
        resolve = partial(resolve_stack, catalog=load_catalog(), today=question.today)
        asked = sweep_of(
            source, resolve, question.today, spans, scenarios=question.scenarios, seed=question.seed
        )
    except NoSweep as error:
        raise click.UsageError(str(error)) from None
    if form == "csv":
        _stream(asked)
    else:
        _print_whole(asked, form)


def _print_whole(asked: Sweep, form: str) -> None:
    """Print a sweep with its break-even line, once all points are known."""
    from tco.documents.sweep import sweep_document

    with progress(asked.points(), asked.size, "Sweeping") as bar:
        points = list(bar)
    rows = asked.rows(points)
    with progress(map(asked.break_even, rows), len(rows), "Break-even") as bar:
        even = list(bar)
    document = sweep_document(asked, points, even)
    if form == "json":
        print_json(document)
    else:
        from tco.report.sweep_report import sweep_text

        print_text(sweep_text(document))


def _stream(asked: Sweep) -> None:
    """Print a sweep as CSV, one line per point as it is known; Ctrl-C leaves what is written."""
    from tco.documents.sweep import input_part, point_part
    from tco.report.sweep_report import csv_header, csv_line

    written = 0
    try:
        hidden = sys.stdout.isatty()
        with progress(asked.points(), asked.size, "Sweeping", hidden=hidden) as bar:
            for point in bar:
                head = "" if written else csv_header(list(map(input_part, asked.axes)))
                print_text(head + csv_line(point_part(point)))
                sys.stdout.flush()
                written += 1
    except KeyboardInterrupt:
        print_error(f"Interrupted; {written} of {asked.size} points were written.")
        sys.exit(INTERRUPTED)
    except BadInput as error:
        if not written:
            raise
        print_error(f"{error}\n{written} of {asked.size} points were written.")
        sys.exit(BAD_INPUT)
