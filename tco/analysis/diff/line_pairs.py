"""The ledger's lines of two sides, each beside the line that it replaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tco.analysis.evaluation import Evaluation
from tco.analysis.priced_lines import PricedLine

__all__ = ["LinePair", "line_pairs"]


@dataclass(frozen=True)
class LinePair:
    """A ledger line on both sides; None where a side lacks it."""

    before: PricedLine | None
    after: PricedLine | None


def line_pairs(before: Evaluation | None, after: Evaluation | None) -> list[LinePair]:
    """Lines of the same thing first, then what is left of the same pool in the ledger's order."""
    old = list(before.lines) if before is not None else []
    pairs: list[LinePair] = []
    left: list[PricedLine] = []
    for line in after.lines if after is not None else ():
        match = next((candidate for candidate in old if _key(candidate) == _key(line)), None)
        if match is None:
            left.append(line)
        else:
            old.remove(match)
            pairs.append(LinePair(match, line))
    pairs += _leftovers(old, left)
    position = {id(line): number for number, line in enumerate(after.lines if after else ())}
    return sorted(pairs, key=lambda pair: position.get(id(pair.after), len(position)))


def _leftovers(old: list[PricedLine], new: Sequence[PricedLine]) -> Iterator[LinePair]:
    for line in new:
        match = next(
            (candidate for candidate in old if _key(candidate)[:3] == _key(line)[:3]), None
        )
        if match is not None:
            old.remove(match)
        yield LinePair(match, line)
    yield from (LinePair(line, None) for line in old)


def _key(priced: PricedLine) -> tuple[object, ...]:
    line = priced.line
    sold = (line.kind.name, line.sku, line.request_class)
    bought = (line.purchase or "", line.commitment_status or "")
    return (line.category, line.service, line.pool, *sold, *bought)
