"""`tco optimize`: the cheapest mix of nodes and APIs."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from tco.cli.options import (
    EvaluationOptions,
    Number,
    format_option,
    print_error,
    print_json,
    print_text,
    question_options,
)
from tco.units import TERM_MONTHS

__all__ = ["optimize"]

MOST_SECONDS = 7 * 86_400


@click.command()
@click.argument("stack")
@click.option(
    "--max-term",
    type=click.Choice(list(TERM_MONTHS)),
    default=max(TERM_MONTHS, key=lambda term: TERM_MONTHS[term]),
    show_default=True,
    help="The longest commitment to consider.",
)
@click.option(
    "--write",
    is_flag=True,
    help="Write the node counts of the cheapest mix with nodes into the stack file.",
)
@click.option(
    "--time-limit",
    type=Number(0, MOST_SECONDS),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Stop the search after this time and report what was not searched.",
)
@format_option
@question_options
def optimize(
    stack: str,
    max_term: str,
    form: str,
    write: bool,
    time_limit: float,
    question: EvaluationOptions,
) -> None:
    """Find the cheapest mix of nodes and APIs, node by node."""
    from tco.analysis.optimization.budget import Budget
    from tco.analysis.optimization.optimize import optimize as cheapest
    from tco.catalog.embedded import load_catalog
    from tco.documents.optimize import optimize_document
    from tco.files import write_text
    from tco.plan.stack_file import read_stack
    from tco.report.layout import columns
    from tco.report.optimum import optimum_text, pinned_line
    from tco.resolve.candidates import with_every_supply
    from tco.resolve.resolver import resolve

    source, catalog = read_stack(question.folder, stack), load_catalog()
    day = source.plan.pricing_day or question.today
    found = cheapest(
        resolve(source, catalog, day),
        partial(with_every_supply, source, catalog, day),
        TERM_MONTHS[max_term],
        question.scenarios,
        seed=question.seed,
        budget=Budget(time_limit),
    )
    document = optimize_document(found)
    if form == "json":
        print_json(document)
    else:
        print_text(optimum_text(document, columns()))
    if write:
        from tco.analysis.optimization.stack_file_writer import pinned

        path = Path(source.file)
        write_text(path.resolve(), pinned(found, path))  # a link was read, so it stays inside
        print_error(pinned_line(document, path))
