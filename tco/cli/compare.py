"""`tco compare`: stacks on the same workload, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tco.cli.evaluated import evaluated
from tco.cli.options import (
    EvaluationOptions,
    format_option,
    print_json,
    print_text,
    question_options,
)
from tco.errors import BadInput, Problem

if TYPE_CHECKING:
    from tco.analysis.evaluation import Evaluation

__all__ = ["compare"]


@click.command()
@click.argument("stacks", nargs=-1, required=True, metavar="STACK STACK…")
@format_option
@question_options
def compare(stacks: Sequence[str], form: str, question: EvaluationOptions) -> None:
    """Compare stacks on the same workload side by side."""
    if len(set(stacks)) < 2:
        raise click.UsageError("compare needs at least two different stacks.")
    results = evaluated(list(dict.fromkeys(stacks)), question)
    _refuse_different_workloads(results)
    if form == "json":
        from tco.documents.plan import plan_document

        print_json(plan_document(results))
        return
    from tco.documents.stack import stack_summary
    from tco.report.table import comparison

    print_text(comparison([stack_summary(result) for result in results]))


def _refuse_different_workloads(results: Sequence[Evaluation]) -> None:
    """Raise BadInput unless all stacks serve the same requests."""
    first = results[0].stack
    first_workloads = sorted(spec.workload for spec in first.plan.services.values())
    problems: list[Problem] = []
    for result in results[1:]:
        workloads = sorted(spec.workload for spec in result.stack.plan.services.values())
        if workloads != first_workloads:
            texts = (
                f"{result.stack.name} serves {_named(workloads)}, but {first.name} "
                f"{_named(first_workloads)}."
            )
            where = "tco:plan.services"
            hint = "Compare stacks on the same workload."
            problems.append(Problem(result.stack.file, where, texts, hint))
    if problems:
        raise BadInput(problems)


def _named(workloads: Sequence[str]) -> str:
    return f"the workload{'s' if len(workloads) > 1 else ''} {' and '.join(workloads)}"
