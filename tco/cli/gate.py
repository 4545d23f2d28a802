"""`tco gate`: whether nodes may be provisioned, as an exit code."""

from __future__ import annotations

import sys

import click

from tco.cli.evaluated import evaluated
from tco.cli.exit_codes import CLOSED
from tco.cli.options import (
    EvaluationOptions,
    format_option,
    print_json,
    print_text,
    question_options,
)

__all__ = ["gate"]


@click.command()
@click.argument("stack")
@format_option
@question_options
def gate(stack: str, form: str, question: EvaluationOptions) -> None:
    """Check whether the gate is open: whether the business case holds.

    Exit 0 if the gate is open (or advisory), 3 if it is closed.
    """
    [result] = evaluated([stack], question)
    advisory = result.gate.level == "advisory"
    if form == "json":
        from tco.documents.gate import gate_document

        print_json(gate_document(result))
    else:
        from tco.report.table import gate_text
        from tco.report.view import stack_view

        print_text(gate_text(stack_view(result), advisory=advisory))
    if not result.gate.open and not advisory:
        sys.exit(CLOSED)
