"""The stacks that a command names, evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tco.cli.options import EvaluationOptions, progress
from tco.errors import BadInput, Problem

if TYPE_CHECKING:
    from tco.analysis.evaluation import Evaluation

__all__ = ["evaluated"]


def evaluated(names: Iterable[str], question: EvaluationOptions) -> list[Evaluation]:
    """Return the evaluations of stacks, all of them or none: the problems of every file at once."""
    from tco.analysis.evaluate import evaluate
    from tco.catalog.embedded import load_catalog
    from tco.plan.stack_names import stack_names
    from tco.resolve.resolver import load_stack

    folder, today = question.folder, question.today
    wanted = list(dict.fromkeys(names)) or stack_names(folder)
    catalog = load_catalog()
    results: list[Evaluation] = []
    problems: dict[Problem, None] = {}
    with progress(wanted, len(wanted), "Evaluating", hidden=len(wanted) < 5) as bar:
        for name in bar:
            try:
                stack = load_stack(folder, name, catalog, today)
                results.append(evaluate(stack, today, question.scenarios, question.seed))
            except BadInput as error:
                problems |= dict.fromkeys(error.problems)
            except OverflowError as error:
                problems[Problem(str(folder / f"Pulumi.{name}.yaml"), "", f"{error}.")] = None
    if problems:
        raise BadInput(problems)
    return results
