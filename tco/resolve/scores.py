"""The scores of the models that services run and APIs serve."""

from __future__ import annotations

from tco.catalog.score import Score
from tco.costing.requirements import model_of
from tco.errors import did_you_mean
from tco.numbers import plain
from tco.plan.service import MinScore, Service
from tco.resolve.lookup import Lookup

__all__ = ["api_scores", "own_scores"]


def api_scores(todo: Lookup, api: str) -> tuple[Score, ...]:
    """Return the scores of an API: its own, which a price book states, else its model's."""
    own, scores = (todo.catalog.scores(name, todo.day) for name in (api, model_of(api)))
    if not own:
        return scores
    return tuple({score.benchmark: score for score in (*scores, *own)}.values())


def own_scores(todo: Lookup, name: str, spec: Service, model: str) -> tuple[Score, ...]:
    """Return the scores of the model that a service runs, and note what it requires in vain.

    A score below the required one is a problem; of one that is not known the reader is warned,
    for the plan makes no claim about the model that it runs.
    """
    scores = todo.catalog.scores(model, todo.day)
    known = {score.benchmark: score for score in scores}
    for index, requirement in enumerate(spec.require):
        if not isinstance(requirement, MinScore):
            continue
        path = f"services.{name}.require[{index}].min_score"
        for benchmark, least in requirement.min_score.items():
            score = known.get(benchmark)
            if score is None and not _misspelled(todo, f"{path}.{benchmark}", benchmark):
                todo.warn(
                    "score",
                    f"{model} has no score on {benchmark}: whether the model of {name} reaches "
                    f"{plain(least, 4)} is not known. State it under scores in a price book.",
                    name,
                )
            elif score is not None and score.value < least:
                todo.fail(
                    f"{path}.{benchmark}",
                    f"{model}, the model of {name} itself, scores {plain(score.value, 4)}, below "
                    f"{plain(least, 4)} ({score.source}, {score.as_of}).",
                    "Lower min_score, run another model, or state its score in a price book.",
                )
    return scores


def _misspelled(todo: Lookup, path: str, benchmark: str) -> bool:
    """Note a benchmark that no score is on, where the name of another one is near."""
    named = sorted({name for found in todo.catalog.benchmarks_scored.values() for name in found})
    meant = did_you_mean(benchmark, named) if benchmark not in named else ""
    if meant:
        todo.fail(path, f"no model has a score on {benchmark}.", meant)
    return bool(meant)
