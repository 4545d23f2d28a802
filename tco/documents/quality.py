"""Quality in ``tco.plan/1``: the scores of both models side by side, or that none are compared."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from tco.catalog.score import Score
from tco.costing.stack import Alternative, StackModel
from tco.documents.document import Part
from tco.numbers import grouped, plain

__all__ = ["QualityPart", "quality_part"]

NOT_COMPARED = "not the same model: quality not compared"

Served = tuple[str, Sequence[Score]]
"""A model with its scores."""


class ScorePart(Part):
    """A model's score on a benchmark."""

    model: str
    value: float = Field(description="Right answers, in percent.")
    error: float = Field(description="Half of the 95% interval that the samples leave, in points.")
    samples: int
    source: str
    as_of: dt.date | None


class ScoresPart(Part):
    """The scores of both models of one service on one benchmark."""

    service: str
    benchmark: str
    own: ScorePart
    other: ScorePart
    within_error: bool = Field(
        description="Whether the difference is within the error of the samples."
    )


class QualityPart(Part):
    """What is known of the quality of an alternative's models beside the stack's own."""

    status: Literal["same-model", "compared", "not-compared"]
    scores: tuple[ScoresPart, ...]
    text: str = Field(description="The same in words; empty for the same model.")


def quality_part(stack: StackModel, alternative: Alternative) -> QualityPart:
    """Return the scores that both sides have, where an alternative serves another model."""
    if alternative.same_model:
        return QualityPart(status="same-model", scores=(), text="")
    others = _served(stack, alternative)
    different = [
        (service, others[service.name])
        for service in stack.services
        if service.name in others and others[service.name][0].casefold() != service.model.casefold()
    ]
    scores = tuple(
        part
        for service, other in different
        for part in _both(service.name, (service.model, service.scores), other)
    )
    compared = {part.service for part in scores}
    if not scores or any(service.name not in compared for service, _ in different):
        return QualityPart(status="not-compared", scores=scores, text=NOT_COMPARED)
    return QualityPart(status="compared", scores=scores, text="; ".join(map(_text, scores)))


def _served(stack: StackModel, alternative: Alternative) -> Mapping[str, Served]:
    """Return the model that an alternative serves for each service, where it is known."""
    if alternative.stack is not None:
        of_workload: dict[str, Served] = {
            alternative.stack.plan.services[served.name].workload: (served.model, served.scores)
            for served in alternative.stack.services
        }
        plans = stack.plan.services
        return {
            service.name: of_workload[plans[service.name].workload]
            for service in stack.services
            if plans[service.name].workload in of_workload
        }
    return {
        service.name: (rate.model, rate.scores)
        for service, rate in zip(stack.services, alternative.rates, strict=False)
        if rate is not None
    }


def _both(service: str, own: Served, other: Served) -> Iterator[ScoresPart]:
    theirs = {score.benchmark: score for score in other[1]}
    for score in own[1]:
        if score.benchmark in theirs:
            opposite = theirs[score.benchmark]
            error = math.hypot(score.error, opposite.error)
            yield ScoresPart(
                service=service,
                benchmark=score.benchmark,
                own=_score(own[0], score),
                other=_score(other[0], opposite),
                within_error=abs(score.value - opposite.value) <= error,
            )


def _score(model: str, score: Score) -> ScorePart:
    return ScorePart(
        model=model,
        value=score.value,
        error=score.error,
        samples=score.samples,
        source=score.source or "",
        as_of=score.as_of,
    )


def _text(part: ScoresPart) -> str:
    """Return ``mmlu-pro 75.9 ±0.8 (own) vs. 84 ±0.7, 12,032 samples``."""
    own, other = part.own, part.other
    sizes = [grouped(own.samples)]
    if other.samples != own.samples:
        sizes.append(grouped(other.samples))
    same = ", within the error" if part.within_error else ""
    return (
        f"{part.benchmark} {_value(own)} for {own.model} vs. {_value(other)} for {other.model}, "
        f"{' and '.join(sizes)} samples{same}"
    )


def _value(score: ScorePart) -> str:
    return f"{plain(score.value, 4)} ±{plain(score.error, 2)}"
