"""From supplies to mixes: the merit order or the integer program first, then the ledger."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tco.analysis.optimization.budget import Budget
from tco.analysis.optimization.mix import SAME_COST_RTOL, Mix
from tco.analysis.optimization.ranks import API, rank_table
from tco.analysis.optimization.stack_prices import StackPrices
from tco.analysis.optimization.supplies import CandidatePool, apis_of, supplies_of
from tco.costing.api_rate import ApiRate
from tco.costing.arrivals import TOLERANCE
from tco.costing.group import Group
from tco.costing.service_model import StandbyTerms
from tco.costing.stack import StackModel

__all__ = ["Settled", "cheapest_mixes", "of_one_type"]

PRICED_OF_ONE_TYPE, PRICED_OF_SEVERAL = 1000, 300
"""Up to this many counts of a set are all priced; beyond it, only those on the descent."""
MOST_STEPS = 80
FLOORED = 8
"""How many of the cheapest mixes are tried with nodes that never stop."""
Counts = tuple[int, ...]
"""Nodes by supply, in the order of the supplies."""


@dataclass(frozen=True)
class Settled:
    """The mixes that were priced, the cheapest first, in USD per month of the stack, and how.

    ``exact``: all counts of the supplies were priced.
    """

    method: str
    exact: bool
    mixes: tuple[tuple[Mix, float], ...]


def of_one_type(supplies: Sequence[CandidatePool]) -> bool:
    """Return whether all supplies are the same node, differently bought."""
    return len({(supply.pool.node, supply.pool.region) for supply in supplies}) == 1


def cheapest_mixes(
    stack: StackModel,
    index: int,
    standby: StandbyTerms,
    prices: StackPrices,
    budget: Budget,
) -> Settled:
    """Mixes of a service's common group by what the stack costs under them.

    Every mix is tried without overflow, and with each of the APIs, which have what a full
    node-hour costs there.
    """
    supplies = supplies_of(stack, stack.services[index].groups[0])
    apis = apis_of(stack, index)
    one_type = of_one_type(supplies)
    useful = _undominated(supplies)
    modes: list[tuple[ApiRate | None, float | None]] = [*apis, (None, None)]
    mixes: list[tuple[Mix, float]] = []
    exact = True
    for overflow, value in modes:
        search = _Search(
            stack=stack,
            place=index,
            supplies=useful,
            overflow=overflow,
            full_hour_usd=value,
            standby=standby,
            prices=prices,
            budget=budget,
            known={},
        )
        exact &= search.settle()
        mixes += search.mixes()
    method = "merit order" if one_type else "mixed-integer programme"
    exact &= not budget.skipped
    return Settled(method, exact, tuple(sorted(mixes, key=lambda pair: pair[1])))


def _undominated(supplies: Sequence[CandidatePool]) -> tuple[CandidatePool, ...]:
    """Return the cheapest supply of each node that is committed, on spot, or on demand.

    Another one of the same kind costs more in every hour, and changes nothing else.
    """
    kinds: dict[tuple[object, ...], CandidatePool] = {}
    for supply in supplies:
        kinds.setdefault(_kind(supply), supply)
    return tuple(kinds.values())


def _kind(supply: CandidatePool) -> tuple[object, ...]:
    pool, spot = supply.pool, supply.pool.supply.spot
    node = (pool.node, pool.region, supply.committed, supply.fleet.capacity_per_node)
    if pool.supply.owned is not None:
        return (*node, pool.name)
    comes_and_goes = () if supply.committed else (pool.boot_hours.value,)
    lost = () if spot is None else (spot.interruptions_per_hour.value, spot.on_demand is None)
    return (*node, *comes_and_goes, *lost)


def _most_nodes(group: Group) -> int:
    return int(group.fleet.needed(group.fleet.load_by_hour).max())


def _by_merit(
    group: Group, supplies: Sequence[CandidatePool], full_hour_usd: float | None
) -> Counts:
    """Return how many ranks take each supply."""
    prices = {supply.name: (supply.usd_per_unit_hour, supply.committed) for supply in supplies}
    taken = [rank.cheapest for rank in rank_table(group, prices, full_hour_usd)]
    beyond = max(0, _most_nodes(group) - len(taken)) if API not in taken else 0
    counts = [taken.count(supply.name) for supply in supplies]
    counts[-1] += beyond
    return tuple(counts)


def _programmed(
    group: Group, supplies: Sequence[CandidatePool], full_hour_usd: float | None, seconds: float
) -> Counts:
    # scipy is slow to import, and needed only for several types of node
    from tco.analysis.optimization.mixed_integer import cheapest_counts  # noqa: PLC0415

    return cheapest_counts(group, supplies, full_hour_usd, seconds)


@dataclass(frozen=True, kw_only=True)
class _Search:
    """Mixes of one service and the stack's cost per month under each: inf if it refuses demand."""

    stack: StackModel
    place: int
    supplies: tuple[CandidatePool, ...]
    overflow: ApiRate | None
    full_hour_usd: float | None
    standby: StandbyTerms
    prices: StackPrices
    budget: Budget
    known: dict[Counts, float]

    @property
    def _group(self) -> Group:
        return self.stack.services[self.place].groups[0]

    def mixes(self) -> list[tuple[Mix, float]]:
        """Return every mix priced that serves the demand, the cheapest with floors too."""
        served = sorted((usd, counts) for counts, usd in self.known.items() if usd < math.inf)
        found = [(self._mix(counts), usd) for usd, counts in served]
        return [*found, *(self._floored(mix, usd) for mix, usd in found[:FLOORED] if mix.held)]

    @property
    def _in_time(self) -> bool:
        """Whether the search may go on; what it leaves out is noted in the budget."""
        name = self.stack.services[self.place].name
        where = f"overflow to {self.overflow.api}" if self.overflow else "no overflow"
        return self.budget.allows(f"{name}: some mixes with {where}")

    def settle(self) -> bool:
        """Price the mixes of every set of supplies: all of a small set, else those on a way down.

        What is priced of a set depends on that set alone, so another supply adds mixes to compare
        with and takes none away. Returns whether all counts were priced.
        """
        everything = tuple(range(len(self.supplies)))
        if not self._in_time:
            self._feasible(self._start((0,)), 0, _most_nodes(self._group))
            return False
        if not of_one_type(self.supplies):
            self._usd(self._start(everything))
        done: list[set[int]] = []
        for size in reversed(everything):
            for chosen in itertools.combinations(everything, size + 1):
                if not self._in_time:
                    return False
                if not any(set(chosen) <= tried for tried in done) and self._exhaust(chosen):
                    done.append(set(chosen))
        return set(everything) in done

    def _exhaust(self, chosen: Sequence[int]) -> bool:
        """Price all counts of a set; where they are too many, those on a way down, and False."""
        group, supplies = self._alone(chosen)
        parts = [_least_part(group, supply) for supply in supplies]
        limit = PRICED_OF_ONE_TYPE if of_one_type(supplies) else PRICED_OF_SEVERAL
        counts = list(itertools.islice(_all_counts(parts, 1.0), limit + 1))
        if len(counts) > limit:
            self._descend(chosen, _most_nodes(group))
            return False
        for count in counts:
            if not self._in_time:
                return False
            self._usd(self._spread(chosen, count))
        return True

    def _alone(self, chosen: Sequence[int]) -> tuple[Group, list[CandidatePool]]:
        """Return the group with a set of supplies only, counted in its own nodes."""
        supplies = [self.supplies[index] for index in chosen]
        wanted = {supply.name for supply in supplies}
        group = self._group.restricted_to(
            [pool for pool in self._group.fleet.pools if pool.name in wanted]
        )
        fleets = {pool.name: pool for pool in group.fleet.pools}
        return group, [replace(supply, fleet=fleets[supply.name]) for supply in supplies]

    def _start(self, chosen: Sequence[int]) -> Counts:
        """Return the counts that the merit order chooses.

        With several node types, the integer program.
        """
        group, supplies = self._alone(chosen)
        value = self.full_hour_usd
        if value is not None:
            value *= self._group.fleet.load_by_hour.sum() / group.fleet.load_by_hour.sum()
        counts = (
            _by_merit(group, supplies, value)
            if of_one_type(supplies)
            else _programmed(group, supplies, value, self.budget.left)
        )
        return self._spread(chosen, counts)

    def _spread(self, chosen: Sequence[int], counts: Counts) -> Counts:
        """Convert counts of a subset to counts of all supplies."""
        held = dict(zip(chosen, counts, strict=True))
        return tuple(held.get(index, 0) for index in range(len(self.supplies)))

    def _descend(self, chosen: Sequence[int], most: int) -> None:
        """Move from the start to the cheapest neighbor until none is cheaper."""
        best = self._feasible(self._start(chosen), chosen[-1], most)
        for _ in range(MOST_STEPS):
            if not self._in_time:
                return
            near = min(_neighbors(best, chosen), key=self._usd)
            if self._usd(near) >= self._usd(best):
                return
            best = near

    def _feasible(self, start: Counts, last: int, most: int) -> Counts:
        """Return the start with as many nodes of a supply more as it takes to serve the demand."""
        counts = list(start)
        for _ in range(2 * most):
            if self._usd(tuple(counts)) < math.inf or not self._in_time:
                break
            counts[last] += 1
        return tuple(counts)

    def _usd(self, counts: Counts) -> float:
        if counts not in self.known:
            possible = any(counts) or self.overflow is not None
            self.known[counts] = self._cost_usd(self._mix(counts)) if possible else math.inf
        return self.known[counts]

    def _cost_usd(self, mix: Mix) -> float:
        return self.prices.cost_usd(self.prices.stack_with(self.stack, self.place, mix))

    def _mix(self, counts: Counts) -> Mix:
        names = (supply.name for supply in self.supplies)
        return Mix(dict(zip(names, counts, strict=True)), self.overflow, self.standby)

    def _floored(self, mix: Mix, usd: float) -> tuple[Mix, float]:
        """Return the mix with as many elastic nodes held all week as make it cheapest.

        They never boot.
        """
        for supply in self.supplies:
            if supply.committed:
                continue
            for floor in range(1, mix.nodes[supply.name] + 1):
                if not self._in_time:
                    return mix, usd
                held = replace(mix, floors={**mix.floors, supply.name: floor})
                held_usd = self._cost_usd(held)
                if held_usd < usd * (1 - SAME_COST_RTOL):
                    mix, usd = held, held_usd
        return mix, usd


def _least_part(group: Group, supply: CandidatePool) -> float:
    """Return the least part of a group's demand that a node of a supply takes.

    At the busiest hour.
    """
    alone = _most_nodes(group.restricted_to([supply.fleet]))
    return min(supply.fleet.capacity_per_node / max(_most_nodes(group), 1), 1 / max(alone, 1))


def _all_counts(parts: Sequence[float], left: float) -> Iterator[Counts]:
    """Yield every count of supplies without a surplus node; a node of each takes such a part."""
    if not parts:
        yield ()
        return
    for first in range(max(0, math.ceil(left / parts[0] - TOLERANCE)) + 1):
        for rest in _all_counts(parts[1:], left - first * parts[0]):
            yield (first, *rest)


def _neighbors(counts: Counts, chosen: Sequence[int]) -> Iterator[Counts]:
    """Yield a node more or less of one of the chosen supplies, or moved from one to another."""
    for add in (*chosen, None):
        for drop in (*chosen, None):
            changed = [
                count + (index == add) - (index == drop) for index, count in enumerate(counts)
            ]
            if add != drop and min(changed) >= 0:
                yield tuple(changed)
