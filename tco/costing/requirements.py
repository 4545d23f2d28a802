"""What a service requires of an alternative: properties of an API, scores of a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tco.catalog.score import Score
from tco.costing.api_rate import ApiRate
from tco.costing.stack import StackModel
from tco.numbers import plain
from tco.plan.service import MinScore, Requirement, Service

__all__ = ["lacking_of", "lacking_of_stack", "lacking_scores", "model_of"]


def model_of(api: str) -> str:
    """Return the model that an API's name has after the slash."""
    return api.partition("/")[2] or api


def lacking_of(require: Iterable[Requirement], rate: ApiRate) -> tuple[str, ...]:
    """Return what a service requires and an API does not have."""
    required = tuple(require)
    properties = [
        name for name in required if isinstance(name, str) and name not in rate.row.properties
    ]
    return (*properties, *lacking_scores(required, rate.scores))


def lacking_of_stack(specs: Iterable[Service], other: StackModel) -> tuple[str, ...]:
    """Return the scores that services require and the models of another stack do not have.

    Services are compared by their workload. Properties are those of APIs.
    """
    by_workload = {
        other.plan.services[service.name].workload: service.scores for service in other.services
    }
    missing = (
        name
        for spec in specs
        for name in lacking_scores(spec.require, by_workload.get(spec.workload, ()))
    )
    return tuple(dict.fromkeys(missing))


def lacking_scores(require: Iterable[Requirement], scores: Sequence[Score]) -> Iterator[str]:
    """Yield the required scores that a model does not reach; one that is not known is none."""
    known = {score.benchmark: score.value for score in scores}
    for requirement in require:
        if isinstance(requirement, MinScore):
            for benchmark, least in requirement.min_score.items():
                value, needed = known.get(benchmark), f"score of {plain(least, 4)} on {benchmark}"
                if value is None:
                    yield f"a known {needed}"
                elif value < least:
                    yield f"a {needed}, above its {plain(value, 4)}"
