"""From supplies to mixes: the merit order or the programme first, then the ledger."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tco.analysis.mix import Mix, month_usd, stack_with
from tco.analysis.ranks import API, rank_table
from tco.analysis.supplies import Supply
from tco.model.api_bill import ApiRate
from tco.model.stack import Group, StackModel, StandbyTerms

__all__ = ["Settled", "cheapest_mixes", "of_one_type"]

EXHAUSTIVE_NODES = 12
"""Up to so many nodes every pair of committed and elastic counts is priced."""
MOST_STEPS = 80
Counts = tuple[int, ...]
"""Nodes by supply, in the order of the supplies."""


@dataclass(frozen=True)
class Settled:
    """The mixes that were priced, the cheapest first, in USD a month of the stack, and how."""

    method: str
    mixes: tuple[tuple[Mix, float], ...]


def of_one_type(supplies: Sequence[Supply]) -> bool:
    """Whether all supplies are the same node, differently bought."""
    return len({(one.pool.node, one.pool.region) for one in supplies}) == 1


def cheapest_mixes(
    stack: StackModel,
    place: int,
    supplies: Sequence[Supply],
    apis: Sequence[tuple[ApiRate, float]],
    standby: StandbyTerms,
) -> Settled:
    """Mixes of a service's common group by what the stack costs under them.

    Every mix is tried without overflow, and with each of the APIs, which have what a full
    node-hour costs there.
    """
    one_type = of_one_type(supplies)
    useful = _cheapest_of_each(supplies) if one_type else tuple(supplies)
    modes: list[tuple[ApiRate | None, float | None]] = [*apis, (None, None)]
    mixes: list[tuple[Mix, float]] = []
    for overflow, value in modes:
        search = _Search(stack, place, useful, overflow, standby, {})
        group = stack.services[place].groups[0]
        start = _by_merit(group, useful, value) if one_type else _programmed(group, useful, value)
        search.settle(start, _most_nodes(group))
        mixes += search.mixes()
    method = "merit order" if one_type else "mixed-integer programme"
    return Settled(method, tuple(sorted(mixes, key=lambda pair: pair[1])))


def _cheapest_of_each(supplies: Sequence[Supply]) -> tuple[Supply, ...]:
    """The cheapest committed and the cheapest elastic supply: of one node, no other can win."""
    committed = [one for one in supplies if one.committed]
    elastic = [one for one in supplies if not one.committed]
    return (*committed[:1], *elastic[:1])


def _most_nodes(group: Group) -> int:
    return int(group.fleet.needed(group.fleet.load_by_hour).max())


def _by_merit(group: Group, supplies: Sequence[Supply], full_hour_usd: float | None) -> Counts:
    """How many ranks take each supply."""
    prices = {one.name: (one.usd_per_unit_hour, one.committed) for one in supplies}
    taken = [rank.cheapest for rank in rank_table(group, prices, full_hour_usd)]
    beyond = max(0, _most_nodes(group) - len(taken)) if API not in taken else 0
    counts = [taken.count(one.name) for one in supplies]
    counts[-1] += beyond
    return tuple(counts)


def _programmed(group: Group, supplies: Sequence[Supply], full_hour_usd: float | None) -> Counts:
    # scipy is slow to import, and needed only for several types of node
    from tco.analysis.mixed_integer import cheapest_counts  # noqa: PLC0415

    return cheapest_counts(group, supplies, full_hour_usd)


@dataclass(frozen=True)
class _Search:
    """Mixes of one service and what the stack costs a month under each: inf where it refuses."""

    stack: StackModel
    place: int
    supplies: tuple[Supply, ...]
    overflow: ApiRate | None
    standby: StandbyTerms
    known: dict[Counts, float]

    def mixes(self) -> list[tuple[Mix, float]]:
        """Every mix priced that serves the demand."""
        return [(self._mix(counts), usd) for counts, usd in self.known.items() if usd < math.inf]

    def settle(self, start: Counts, most: int) -> None:
        """Price what is near the start, or, of a small fleet, everything."""
        if len(self.supplies) <= 2 and most <= EXHAUSTIVE_NODES:
            for counts in _all_counts(len(self.supplies), most):
                self._usd(counts)
            return
        best = self._feasible(start, most)
        for _ in range(MOST_STEPS):
            near = min(_neighbors(best), key=self._usd)
            if self._usd(near) >= self._usd(best):
                return
            best = near

    def _feasible(self, start: Counts, most: int) -> Counts:
        """The start with as many nodes of the last supply more as it takes to serve the demand."""
        counts = start
        for _ in range(2 * most):
            if self._usd(counts) < math.inf:
                break
            counts = (*counts[:-1], counts[-1] + 1)
        return counts

    def _usd(self, counts: Counts) -> float:
        if counts not in self.known:
            usd = None
            if any(counts) or self.overflow is not None:
                usd = month_usd(stack_with(self.stack, self.place, self._mix(counts)))
            self.known[counts] = math.inf if usd is None else usd
        return self.known[counts]

    def _mix(self, counts: Counts) -> Mix:
        names = (one.name for one in self.supplies)
        return Mix(dict(zip(names, counts, strict=True)), self.overflow, self.standby)


def _all_counts(supplies: int, most: int) -> Iterator[Counts]:
    """Every count of one or two supplies with at most so many nodes together."""
    for first in range(most + 1):
        for second in range(most - first + 1) if supplies > 1 else (0,):
            yield (first, second)[:supplies]


def _neighbors(counts: Counts) -> Iterator[Counts]:
    """A node more or less of one supply, or moved from one to another."""
    steps = range(len(counts))
    for add in (*steps, None):
        for drop in (*steps, None):
            changed = [
                count + (place == add) - (place == drop) for place, count in enumerate(counts)
            ]
            if add != drop and min(changed) >= 0:
                yield tuple(changed)
