"""`tco plan`: what stacks cost, against what else could be bought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from tco.cli.evaluated import evaluated
from tco.cli.options import (
    EvaluationOptions,
    formats_option,
    print_error,
    print_json,
    print_text,
    question_options,
)

if TYPE_CHECKING:
    from tco.analysis.evaluation import Evaluation

__all__ = ["plan"]


def _print_table(results: Sequence[Evaluation]) -> None:
    from tco.documents.stack import stack_summary
    from tco.report.layout import columns
    from tco.report.table import stack_text, summary

    stacks = [stack_summary(result) for result in results]
    for stack in stacks:
        print_text(stack_text(stack, columns()) + ("\n" if len(stacks) > 1 else ""))
    if len(stacks) > 1:
        print_text(summary(stacks))


def _print_json(results: Sequence[Evaluation]) -> None:
    from tco.documents.plan import plan_document

    print_json(plan_document(results))


def _print_memos(results: Sequence[Evaluation]) -> None:
    from tco.documents.memo import memo_document
    from tco.report.memo import memo

    print_text("\n".join(memo(memo_document(result)) for result in results))


def _print_csv(results: Sequence[Evaluation]) -> None:
    from tco.documents.stack import stack_summary
    from tco.report.csv_text import lines_csv

    print_text(lines_csv([stack_summary(result) for result in results]))


def _print_focus(results: Sequence[Evaluation]) -> None:
    """Print the rows; what they cannot hold is named on stderr."""
    from tco.documents.charges import charges_document
    from tco.report.focus import focus_csv

    print_text(focus_csv([charges_document(result) for result in results]))
    missing = [figure for result in results for figure in result.unpriced]
    if missing:
        names = "; ".join(f"{figure.name}: {figure.reason}" for figure in missing)
        print_error(f"Not in the rows, because they have no price: {names}")


FORMATS: dict[str, Callable[[Sequence[Evaluation]], None]] = {
    "table": _print_table,
    "json": _print_json,
    "markdown": _print_memos,
    "csv": _print_csv,
    "focus": _print_focus,
}
"""What prints evaluated stacks, by the name of its format."""


@click.command()
@click.argument("stacks", nargs=-1, metavar="[STACK]…")
@formats_option(
    *FORMATS,
    text="A table, JSON for programs, the memo in Markdown, the lines as CSV, or FOCUS 1.2 rows.",
)
@question_options
def plan(stacks: Sequence[str], form: str, question: EvaluationOptions) -> None:
    """Show full monthly cost, alternatives, break-even and verdict.

    Without STACK, shows all stacks.
    """
    FORMATS[form](evaluated(stacks, question))
