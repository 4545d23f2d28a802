"""The stacks that a command names, evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from tco.cli.options import EvaluationOptions, progress
from tco.errors import BadInput, Problem

if TYPE_CHECKING:
    from tco.analysis.evaluation import Evaluation

__all__ = ["evaluated", "of_each"]

T = TypeVar("T")


def evaluated(names: Iterable[str], question: EvaluationOptions) -> list[Evaluation]:
    """Return the evaluations of stacks, all of them or none: the problems of every file at once."""
    from tco.analysis.evaluate import evaluate
    from tco.catalog.embedded import load_catalog
    from tco.plan.stack_names import stack_names
    from tco.resolve.resolver import load_stack

    folder, today = question.folder, question.today
    wanted = list(dict.fromkeys(names)) or stack_names(folder)
    catalog = load_catalog()

    def evaluation_of(name: str) -> Evaluation:
        stack = load_stack(folder, name, catalog, today)
        return evaluate(stack, today, question.scenarios, question.seed)

    return of_each(wanted, question, evaluation_of)


def of_each(
    names: Sequence[str], question: EvaluationOptions, found_of: Callable[[str], T]
) -> list[T]:
    """Return what is found of each stack, or raise BadInput with the problems of every file."""
    results: list[T] = []
    problems: dict[Problem, None] = {}
    with progress(names, len(names), "Evaluating", hidden=len(names) < 5) as bar:
        for name in bar:
            try:
                results.append(found_of(name))
            except BadInput as error:
                problems |= dict.fromkeys(error.problems)
            except OverflowError as error:
                file = question.folder / f"Pulumi.{name}.yaml"
                problems[Problem(str(file), "", f"{error}.")] = None
    if problems:
        raise BadInput(problems)
    return results
