"""Which alternatives a reader is shown: all that the plan names, of the hosts the best few."""

from __future__ import annotations

from collections.abc import Sequence

from tco.documents.alternatives import AlternativePart
from tco.documents.stack import StackSummary
from tco.numbers import usd_range

__all__ = ["quality_texts", "shown_alternatives"]

MOST_HOSTS = 3
"""Hosts of the same weights that are shown, besides the one that decides."""
MOST_NEWER = 1


def shown_alternatives(stack: StackSummary) -> tuple[tuple[AlternativePart, ...], str]:
    """Return the alternatives to show, and a sentence that counts the rest."""
    hosts = [
        alternative for alternative in stack.alternatives if alternative.relation == "same-weights"
    ]
    newer = [
        alternative for alternative in stack.alternatives if alternative.relation == "newer-version"
    ]
    kept = {alternative.name for alternative in (*hosts[:MOST_HOSTS], *newer[:MOST_NEWER])}
    shown = tuple(
        alternative
        for alternative in stack.alternatives
        if alternative.relation == "declared"
        or alternative.name in kept
        or alternative is stack.rival
    )
    names = {alternative.name for alternative in shown}
    rest = [
        _counted(
            [alternative for alternative in hosts if alternative.name not in names],
            "host",
            "of the same weights",
        ),
        _counted(
            [alternative for alternative in newer if alternative.name not in names],
            "newer version",
            "of the same family",
        ),
    ]
    texts = [text for text in rest if text]
    return shown, f"Not shown: {'; '.join(texts)}. `--format json` has all." if texts else ""


def quality_texts(shown: Sequence[AlternativePart]) -> tuple[str, ...]:
    """Return what is known of the quality of other models, and where its scores come from.

    Alternatives of which the same is known are named together.
    """
    by_text: dict[str, list[str]] = {}
    for alternative in shown:
        if alternative.quality.text:
            by_text.setdefault(alternative.quality.text, []).append(alternative.name)
    texts = [f"{', '.join(names)}: {text}." for text, names in by_text.items()]
    scores = [
        score
        for alternative in shown
        for both in alternative.quality.scores
        for score in (both.own, both.other)
    ]
    sources = dict.fromkeys(f"{score.model}: {score.source}, {score.as_of}" for score in scores)
    return (*texts, f"Sources of the scores: {'; '.join(sources)}.") if sources else tuple(texts)


def _counted(left: Sequence[AlternativePart], noun: str, kind: str) -> str:
    if not left:
        return ""
    prices = [alternative.usd_per_month or 0.0 for alternative in left]
    span = usd_range(min(prices), max(prices))
    return f"{len(left)} more {noun}{'' if len(left) == 1 else 's'} {kind} ({span} per month)"
