"""From demand to nodes: how many are needed each hour, what each pool serves, what overflows.

Loads are in nodes of the reference pool (the first in merit order); a pool of other hardware
counts by how much of a reference node's work one of its nodes does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

from tco.arrays import FloatArray, Quantity, ratio, read_only
from tco.costing.arrivals import TOLERANCE, Arrivals
from tco.costing.load_levels import LoadLevels, load_levels
from tco.costing.waiting import MovedLoad, Waiting, moved_load
from tco.units import HOURS_PER_MONTH, HOURS_PER_WEEK, WEEKS_PER_MONTH

__all__ = ["MOST_NODES", "Fleet", "FleetMonth", "FleetPool", "Operation"]

FIRST_STEPS = 64
MOST_NODES = 100_000
"""More nodes than this is a mistake in the plan, not a fleet."""
MOST_STEPS = 131_072
"""Nodes that are counted one by one: growth, a scan or a slow scenario may ask for more."""


@lru_cache(maxsize=512)
def _most_loads(arrivals: Arrivals, count: int) -> FloatArray:
    """Return the largest loads of 1, 2, … ``count`` nodes, a power of two times the first ones.

    One node more never carries less.
    """
    half = 0 if count == FIRST_STEPS else count // 2
    more = arrivals.most_load(np.arange(half + 1.0, count + 1.0))
    loads = np.concatenate([_most_loads(arrivals, half), more]) if half else more
    return read_only(np.maximum.accumulate(loads))


@lru_cache(maxsize=512)
def _largest_load(arrivals: Arrivals) -> float:
    """Return the load of the most nodes of a plan: of every fleet of the same nodes the same."""
    [most] = arrivals.most_load(np.array([float(MOST_NODES)]))
    return float(most)


@dataclass(frozen=True, kw_only=True)
class FleetPool:
    """What sizing needs of a pool: its bounds, what it follows, the work one node does."""

    name: str
    floor: int
    cap: float
    follow: Literal["static", "schedule", "load"]
    work_per_node: float = 1.0
    obtainable: float = 1.0

    @property
    def capacity_per_node(self) -> float:
        """Reference nodes per node of the pool, on average."""
        return self.work_per_node * self.obtainable


@dataclass(frozen=True, kw_only=True)
class FleetMonth:
    """A fleet's month, pool by pool, for one load factor or an array of them of any shape.

    Hours are node-hours; starts are nodes that boot; peaks are nodes at the busiest hour; the
    shares are of the load: all that overflows, and the part of it that can wait.
    """

    node_hours: tuple[FloatArray, ...]
    needed_hours: tuple[FloatArray, ...]
    starts: tuple[FloatArray, ...]
    busy_hours: tuple[FloatArray, ...]
    peak_nodes: tuple[FloatArray, ...]
    overflow_share: FloatArray
    waiting_overflow_share: FloatArray

    def rows(self) -> FloatArray:
        """Return every number as one array, the fields first: what a table interpolates."""
        pools = (self.node_hours, self.needed_hours, self.starts)
        more = (self.busy_hours, self.peak_nodes)
        shares = (self.overflow_share, self.waiting_overflow_share)
        return np.stack([*(values for field in pools + more for values in field), *shares])

    def start_hours(self, index: int, boot_hours: Quantity) -> FloatArray:
        """Boot-and-load hours billed for a pool: a start's, for every start.

        Booting never makes a pool more expensive than keeping its peak all month.
        """
        rest = HOURS_PER_MONTH * self.peak_nodes[index] - self.node_hours[index]
        return np.minimum(self.starts[index] * boot_hours, rest)

    def serving(self, factor: Quantity) -> FleetMonth:
        """Return the same fleet with a factor of the work: of a load that only queues like more."""
        return replace(self, busy_hours=tuple(hours * factor for hours in self.busy_hours))

    @staticmethod
    def from_rows(rows: Sequence[FloatArray]) -> FleetMonth:
        """Return the month whose ``rows`` these are."""
        count = (len(rows) - 2) // 5
        pools = [tuple(rows[field * count : (field + 1) * count]) for field in range(5)]
        return FleetMonth(
            node_hours=pools[0],
            needed_hours=pools[1],
            starts=pools[2],
            busy_hours=pools[3],
            peak_nodes=pools[4],
            overflow_share=rows[-2],
            waiting_overflow_share=rows[-1],
        )


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A fleet at work hour by hour: arrays of the shape (factors, distinct levels of the week).

    ``hours`` has the hours per month of each level. Pools are in merit order, loads in nodes.
    """

    load: FloatArray
    needed: FloatArray
    provisioned: tuple[FloatArray, ...]
    overflow: FloatArray
    capacity: FloatArray
    hours: FloatArray = field(repr=False)
    month: FleetMonth

    @property
    def load_hours(self) -> FloatArray:
        """Load of the month in node-hours."""
        return self.load @ self.hours


@dataclass(frozen=True)
class Fleet:
    """Pools in merit order under the load of a week at factor 1, as it comes.

    ``waiting`` is what of it can wait, and moves to the hours in which these pools have room.
    """

    coming_by_hour: FloatArray
    arrivals: Arrivals
    pools: tuple[FleetPool, ...]
    waiting: tuple[Waiting, ...] = ()

    def __post_init__(self) -> None:
        if self.coming_by_hour.shape != (HOURS_PER_WEEK,):
            raise ValueError(f"a week has {HOURS_PER_WEEK} hours, not {self.coming_by_hour.shape}")

    @property
    def load_by_hour(self) -> FloatArray:
        """The load of every hour, after what can wait has moved."""
        return self._moved.load

    @property
    def waiting_by_hour(self) -> FloatArray:
        """The share of the load of each hour that can wait: it overflows first."""
        return self._moved.waiting_share

    @cached_property
    def _moved(self) -> MovedLoad:
        """The moved load. Beside pools that follow it, work moves only to nodes held anyway."""
        most = math.inf
        if self.waiting and any(pool.follow != "static" for pool in self.pools):
            most = self.most_load(sum(pool.floor * pool.capacity_per_node for pool in self.pools))
        return moved_load(self.coming_by_hour, self.waiting, most)

    @property
    def largest_factor(self) -> float:
        """How many times its load the fleet could have with the most nodes of a plan."""
        peak = self.load_by_hour.max()
        return float(_largest_load(self.arrivals) / peak) if peak > 0 else math.inf

    @cached_property
    def _levels(self) -> LoadLevels:
        weeks = (self.load_by_hour, self.waiting_by_hour)
        return load_levels(*(np.asarray(week, float).tobytes() for week in weeks))

    @property
    def waiting_share(self) -> float:
        """The share of the week's load that can wait."""
        return float(ratio(self.load_by_hour @ self.waiting_by_hour, self.load_by_hour.sum()))

    def steps(self, up_to: float) -> FloatArray:
        """Return the loads at which one more node is needed, ascending.

        Past ``up_to`` or the last one.
        """
        count = FIRST_STEPS
        while (known := _most_loads(self.arrivals, count))[-1] < up_to and count < MOST_STEPS:
            count *= 2
        return known

    def needed(self, load: FloatArray) -> FloatArray:
        """N: the least number of reference nodes for a load; 0 where there is no load.

        Beyond the last step it grows in proportion to the load.
        """
        steps = self.steps(float(load.max(initial=0.0)))
        nodes = np.searchsorted(steps, load * (1 - TOLERANCE), side="left") + 1.0
        beyond = np.ceil(load * (len(steps) / steps[-1]) - TOLERANCE)
        return np.where(load > 0, np.where(nodes > len(steps), beyond, nodes), 0.0)

    def most_load(self, nodes: float) -> float:
        """Return the largest load that needs no more than a number of reference nodes."""
        whole = math.floor(nodes + TOLERANCE)
        if whole == 0:
            return 0.0
        [about] = self.arrivals.most_load(np.array([float(whole)]))
        steps = self.steps(float(about))
        return float(steps[min(whole, len(steps)) - 1])

    def at(self, factor: float | FloatArray) -> Operation:
        """Return the fleet under ``factor`` times the load of the week."""
        factors = np.atleast_1d(np.asarray(factor, float))
        return self._today if factors.tolist() == [1.0] else self._at(factors)

    @cached_property
    def _today(self) -> Operation:
        """The fleet under the load of the week as it is: the month, the bought, the mean price."""
        return self._at(np.ones(1))

    def _at(self, factors: FloatArray) -> Operation:
        load_of_level, hours = self._levels.load, self._levels.hours
        load = factors[:, None] * load_of_level[None, :]
        needed = self.needed(load)
        provisioned = self._provision(needed)
        served, overflow, capacity = self._dispatch(load, provisioned)
        in_use = self._in_use(needed, provisioned)
        return Operation(
            load=load,
            needed=needed,
            provisioned=provisioned,
            overflow=overflow,
            capacity=capacity,
            hours=hours,
            month=FleetMonth(
                node_hours=tuple(nodes @ hours for nodes in provisioned),
                needed_hours=tuple(nodes @ hours for nodes in in_use),
                starts=tuple(
                    self._starts(pool, nodes)
                    for pool, nodes in zip(self.pools, provisioned, strict=True)
                ),
                busy_hours=tuple(
                    (working / pool.work_per_node) @ hours
                    for pool, working in zip(self.pools, served, strict=True)
                ),
                peak_nodes=tuple(nodes.max(axis=1) for nodes in provisioned),
                overflow_share=ratio(overflow @ hours, load @ hours),
                waiting_overflow_share=ratio(
                    np.minimum(overflow, load * self._levels.waiting) @ hours, load @ hours
                ),
            ),
        )

    def _provision(self, needed: FloatArray) -> tuple[FloatArray, ...]:
        """P(h) by pool: floors first, then the elastic pools in merit order up to their caps."""
        floors = sum(pool.floor * pool.capacity_per_node for pool in self.pools)
        rest = needed - floors
        nodes: list[FloatArray] = []
        for pool in self.pools:
            wanted = np.ceil(rest / pool.capacity_per_node - TOLERANCE)
            extra = np.clip(wanted, 0.0, pool.cap - pool.floor)
            if pool.follow == "static":
                extra = np.broadcast_to(extra.max(axis=1, keepdims=True), extra.shape)
            rest = rest - extra * pool.capacity_per_node
            nodes.append(pool.floor + extra)
        return tuple(nodes)

    def _dispatch(
        self, load: FloatArray, provisioned: Sequence[FloatArray]
    ) -> tuple[tuple[FloatArray, ...], FloatArray, FloatArray]:
        """Load served by each pool, what overflows them all, and their capacity (nodes)."""
        served: list[FloatArray] = []
        capacity, left = np.zeros_like(load), load
        for pool, nodes in zip(self.pools, provisioned, strict=True):
            capacity = capacity + nodes * pool.capacity_per_node
            over = self.arrivals.overflow(capacity, load)
            served.append(left - over)
            left = over
        return tuple(served), left, capacity

    def _in_use(
        self, needed: FloatArray, provisioned: Sequence[FloatArray]
    ) -> tuple[FloatArray, ...]:
        """Nodes of each pool that the need of the hour reaches, in merit order."""
        rest = needed
        used: list[FloatArray] = []
        for pool, nodes in zip(self.pools, provisioned, strict=True):
            here = np.clip(np.ceil(rest / pool.capacity_per_node - TOLERANCE), 0.0, nodes)
            rest = rest - here * pool.capacity_per_node
            used.append(here)
        return tuple(used)

    def is_elastic(self, pool: FleetPool) -> bool:
        """Return whether nodes of a pool start and stop in the course of the week."""
        return pool.follow != "static" and pool.cap > pool.floor and len(self._levels.hours) > 1

    def _starts(self, pool: FleetPool, nodes: FloatArray) -> FloatArray:
        """Nodes started per month: every increase over the cyclic week."""
        if not self.is_elastic(pool):
            return np.zeros(len(nodes))
        now, before, times = self._levels.changes
        rises = np.maximum(nodes[:, now] - nodes[:, before], 0.0) @ times
        return np.asarray(rises * WEEKS_PER_MONTH, float)
