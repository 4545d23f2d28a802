"""Request classes by length: parts with equal shares of all tokens, joined where they are alike."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tco.workload_import.tally import LengthSums

__all__ = ["MeasuredClass", "classes_of"]

MOST_CLASSES: Final = 4
ALIKE: Final = 2.0
"""Neighbors whose mean lengths differ by less than this factor are one class."""
NAMES: Final = {
    1: ("all",),
    2: ("short", "long"),
    3: ("short", "medium", "long"),
    4: ("short", "medium", "long", "longest"),
}


@dataclass(frozen=True, kw_only=True)
class MeasuredClass:
    """A class: its share of the requests, and the mean lengths of one."""

    name: str
    share: float
    input: float
    output: float
    cached: float
    written: float
    """The share of the uncached prompt that was written to a cache."""


def classes_of(lengths: Mapping[int, LengthSums], *, single: bool = False) -> list[MeasuredClass]:
    """Return one to four classes, the shortest first, with the tokens of the log in total."""
    parts = _joined([_sum(lengths.values())] if single else _quarters(lengths))
    requests = math.fsum(part.requests for part in parts)
    return [
        MeasuredClass(
            name=name,
            share=part.requests / requests,
            input=part.prompt / part.requests,
            output=part.completion / part.requests,
            cached=part.cached / part.prompt if part.prompt else 0.0,
            written=part.written / (part.prompt - part.cached) if part.written else 0.0,
        )
        for name, part in zip(NAMES[len(parts)], parts, strict=True)
    ]


def _quarters(lengths: Mapping[int, LengthSums]) -> list[LengthSums]:
    """Return the lengths in up to four parts, cut at quarters of all tokens."""
    total = math.fsum(sums.tokens for sums in lengths.values())
    parts: dict[int, LengthSums] = {}
    before = 0.0
    for _, sums in sorted(lengths.items()):
        middle = (before + sums.tokens / 2) / total
        part = min(MOST_CLASSES - 1, int(middle * MOST_CLASSES))
        parts.setdefault(part, LengthSums()).add(sums)
        before += sums.tokens
    return list(parts.values())


def _joined(parts: Sequence[LengthSums]) -> list[LengthSums]:
    """Return the parts with neighbors of about the same mean length joined, nearest first."""
    joined = list(parts)
    while len(joined) > 1:
        ratios = [_mean(longer) / _mean(part) for part, longer in itertools.pairwise(joined)]
        nearest = min(range(len(ratios)), key=ratios.__getitem__)
        if ratios[nearest] >= ALIKE:
            break
        joined[nearest : nearest + 2] = [_sum(joined[nearest : nearest + 2])]
    return joined


def _mean(part: LengthSums) -> float:
    return part.tokens / part.requests


def _sum(parts: Iterable[LengthSums]) -> LengthSums:
    total = LengthSums()
    for part in parts:
        total.add(part)
    return total
