"""``tco commitments``: when commitments end, and what each choice costs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tco.cli.evaluated import of_each
from tco.cli.exit_codes import CLOSED
from tco.cli.options import (
    EvaluationOptions,
    format_option,
    print_error,
    print_json,
    print_text,
    question_options,
)
from tco.errors import printable

if TYPE_CHECKING:
    from tco.analysis.commitments.renewal import Commitments

__all__ = ["commitments"]


@click.command()
@click.argument("stacks", nargs=-1, metavar="[STACK]…")
@format_option
@click.option(
    "--ics",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the end dates to a calendar file, each with a reminder 30 days before.",
)
@question_options
def commitments(
    stacks: Sequence[str], form: str, ics: Path | None, question: EvaluationOptions
) -> None:
    """Show when commitments end, and what renewing or dropping them costs.

    Without STACK, shows all stacks. Each choice is the stack with only that change, re-evaluated at
    today's prices. Exits with 3 if today's prices lead to a different verdict than the plan's.

    Example: tco commitments aws-reserved --ics commitments.ics
    """
    from tco.analysis.commitments.renewal import commitments as commitments_of
    from tco.catalog.embedded import load_catalog
    from tco.documents.commitments import commitments_document
    from tco.files import write_text
    from tco.plan.stack_file import read_stack
    from tco.plan.stack_names import stack_names
    from tco.report.commitments import commitments_text
    from tco.report.layout import columns
    from tco.resolve.resolver import resolve_stack

    folder, today = question.folder, question.today
    resolve = partial(resolve_stack, catalog=load_catalog(), today=today)

    def found_of(name: str) -> Commitments | None:
        source = read_stack(folder, name)
        if not stacks and not source.plan.commits:
            return None
        return commitments_of(
            source, resolve, today, scenarios=question.scenarios, seed=question.seed
        )

    names = list(dict.fromkeys(stacks)) or stack_names(folder)
    found = [held for held in of_each(names, question, found_of) if held is not None]
    document = commitments_document(today, found)
    if ics is not None:
        from tco.report.calendar_file import calendar_text

        write_text(ics, calendar_text(document))
        print_error(f"Wrote {printable(ics)}.")
    if form == "json":
        print_json(document)
    else:
        print_text(commitments_text(document, columns()))
    if not document.stands:
        sys.exit(CLOSED)
