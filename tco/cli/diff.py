"""``tco diff``: what a branch changes."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

import click

from tco.cli.exit_codes import CLOSED
from tco.cli.options import (
    MOMENT,
    EvaluationOptions,
    formats_option,
    print_error,
    print_json,
    print_text,
    question_options,
)

if TYPE_CHECKING:
    from tco.documents.diff import DiffDocument
    from tco.forge.checks import Increase

__all__ = ["diff"]


class _Increase(click.ParamType["Increase"]):
    """USD per month, or a share of the bill before."""

    name = "USD|PCT%"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Increase:
        from tco.forge.checks import Increase

        try:
            return value if isinstance(value, Increase) else Increase.read(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.option(
    "--base",
    metavar="REF|DIR",
    help="Base to compare with: a commit (main~1), the merge base with a branch (main...), "
    "or a folder. Default: the merge base with the default branch.",
)
@formats_option(
    "table",
    "json",
    "markdown",
    text="A table to read, JSON for programs and `tco comment`, or the comment in Markdown.",
)
@click.option(
    "--fail-on-gate", is_flag=True, help="Exit 3 if a changed stack's gate is closed or weakened."
)
@click.option(
    "--fail-if-increase-over",
    "increase",
    type=_Increase(),
    help="Exit 3 if the changed plans add more than this in total, at the same prices.",
)
@click.option(
    "--valid-at",
    type=MOMENT,
    envvar="TCO_VALID_AT",
    help="Time of this run (default: now). A comment is not overwritten by an earlier run.",
)
@question_options
def diff(
    base: str | None,
    form: str,
    fail_on_gate: bool,
    increase: Increase | None,
    valid_at: dt.datetime | None,
    question: EvaluationOptions,
) -> None:
    """Show what a branch changes: every stack before and after, and why.

    The head is the working tree. Changes that come from newer prices are reported apart from
    changes of the plan. Exits with 0, with 1 for bad input, or with 3 if a limit that you set is
    exceeded.
    """
    from tco.analysis.diff.side import EvaluationSettings
    from tco.forge.branch import compare

    asked = EvaluationSettings(question.today, question.scenarios, question.seed)
    now = (valid_at or dt.datetime.now(dt.UTC)).replace(microsecond=0)
    found = compare(question.folder, base, asked, now)
    _show(found, form)
    _hold(found, fail_on_gate=fail_on_gate, increase=increase)


def _show(found: DiffDocument, form: str) -> None:
    if form == "json":
        print_json(found)
        return
    if form == "markdown":
        from tco.report.diff.comment import comment

        print_text(comment(found))
        return
    from tco.report.diff.text import diff_text
    from tco.report.diff.view import diff_view

    print_text(diff_text(diff_view(found)))


def _hold(found: DiffDocument, *, fail_on_gate: bool, increase: Increase | None) -> None:
    """Exit 3 with the reasons where the branch crosses a limit."""
    from tco.forge.checks import refusals

    reasons = refusals(found, on_gate=fail_on_gate, increase=increase)
    for reason in reasons:
        print_error(f"refused: {reason}.")
    if reasons:
        sys.stdout.flush()
        sys.exit(CLOSED)
