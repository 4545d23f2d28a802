"""`tco plan`: what stacks cost, against what else could be bought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tco.cli.evaluated import evaluated
from tco.cli.options import (
    EvaluationOptions,
    columns,
    print_error,
    print_json,
    print_text,
    question_options,
)

if TYPE_CHECKING:
    from tco.analysis.evaluation import Evaluation

__all__ = ["plan"]


@click.command()
@click.argument("stacks", nargs=-1, metavar="[STACK]…")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown", "csv", "focus"]),
    default="table",
    show_default=True,
    help="A table to read, JSON for programs, the memo in Markdown, the lines as CSV, or FOCUS "
    "1.2 rows.",
)
@question_options
def plan(stacks: Sequence[str], form: str, question: EvaluationOptions) -> None:
    """Full monthly cost, alternatives, break-even, verdict.

    Of all stacks by default.
    """
    results = evaluated(stacks, question)
    if form == "json":
        from tco.report.plan_json import plan_json

        print_json(plan_json(results))
        return
    if form == "markdown":
        from tco.report.memo import memo

        print_text("\n".join(memo(one) for one in results))
        return
    if form in ("csv", "focus"):
        _export(results, form)
        return
    from tco.report.table import stack_text, summary
    from tco.report.view import stack_view

    views = [stack_view(one) for one in results]
    for view in views:
        print_text(stack_text(view, columns()) + ("\n" if len(views) > 1 else ""))
    if len(views) > 1:
        print_text(summary(views))


def _export(results: Sequence[Evaluation], form: str) -> None:
    """Rows for a spreadsheet or a FinOps tool; what neither can hold is told on stderr."""
    from tco.report.csv_text import lines_csv
    from tco.report.focus import focus_csv

    print_text(lines_csv(results) if form == "csv" else focus_csv(results))
    missing = [one for result in results for one in result.unpriced]
    if form == "focus" and missing:
        names = "; ".join(f"{one.name}: {one.reason}" for one in missing)
        print_error(f"Not in the rows, for it has no price: {names}")
