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

    Exits with 0 if the gate is open (or advisory), with 3 if it is closed.
    """
    from tco.documents.gate import gate_document

    [result] = evaluated([stack], question)
    found = gate_document(result)
    if form == "json":
        print_json(found)
    else:
        from tco.report.table import gate_text

        print_text(gate_text(found))
    if not found.open and found.level != "advisory":
        sys.exit(CLOSED)
