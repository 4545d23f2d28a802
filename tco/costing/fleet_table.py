"""Fleets tabulated over their load, so that each of a million scenarios is a look-up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tco.arrays import FloatArray, distinct
from tco.costing.arrivals import TOLERANCE
from tco.costing.fleet import FleetMonth
from tco.costing.fleet_operation import FleetOperation
from tco.costing.group import Group
from tco.costing.group_speed import burstiness, speed, speed_is_known
from tco.costing.group_work import GroupWork, group_work
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.scenario import Scenario

__all__ = ["WorkTable"]

CELLS = 511
"""Even parts, in logarithms, of the loads that a table covers; inside one it is linear."""
AT_STEP = 4 * TOLERANCE
"""As near to a step as a fleet still has another node on its other side."""
NO_STEP = 2.0


@dataclass(frozen=True)
class WorkTable:
    """The fleets of a stack over its loads. ``exact`` is the work in the likely scenario.

    A group whose speed and demand are known needs no table.
    """

    exact: FleetOperation
    tables: tuple[tuple[_ByMonth | None, ...], ...]

    @staticmethod
    def build(
        stack: StackModel, factors: tuple[FloatArray, ...], exact: FleetOperation, widest: float
    ) -> WorkTable:
        """Tables for loads from the least factor / ``widest`` to the greatest x ``widest``.

        Committed nodes are bought before anyone knows throughput and demand: they count as in
        ``exact``.
        """
        tables = tuple(
            tuple(
                None
                if service.demand.growth_per_year.is_point and speed_is_known(done.group)
                else _ByMonth.build(
                    service, done, float(factor.min()) / widest, float(factor.max()) * widest
                )
                for done in groups
            )
            for service, groups, factor in zip(stack.services, exact.groups, factors, strict=True)
        )
        return WorkTable(exact, tables)

    def at(self, factors: tuple[FloatArray, ...], scenario: Scenario) -> FleetOperation:
        """Return the work at factors of the demand, at the speeds of a scenario."""
        groups = tuple(
            tuple(
                done if table is None else table.at(done, factor, scenario)
                for done, table in zip(exact, tables, strict=True)
            )
            for factor, exact, tables in zip(factors, self.exact.groups, self.tables, strict=True)
        )
        return FleetOperation(factors, groups)


@dataclass(frozen=True)
class _ByMonth:
    """A group's tables, one for each set of committed counts, and which of them a month has."""

    tables: tuple[_GroupTable, ...]
    months: NDArray[np.intp]

    @staticmethod
    def build(service: ServiceModel, done: GroupWork, low: float, high: float) -> _ByMonth:
        committed = [
            peak if pool.supply.committed else peak * 0.0
            for pool, peak in zip(done.group.pools, done.month.peak_nodes, strict=True)
        ]
        counts, months = np.unique(np.stack(committed), axis=1, return_inverse=True)
        return _ByMonth(
            tuple(
                _GroupTable.build(service, _with_committed(done.group, column), low, high)
                for column in counts.T
            ),
            months.ravel(),
        )

    def at(self, exact: GroupWork, factor: FloatArray, scenario: Scenario) -> GroupWork:
        burst = burstiness(exact.group, scenario)
        load_factor = factor / speed(exact, scenario) * burst
        values = self.tables[0].values(load_factor)
        if len(self.tables) > 1:
            values = [np.array(column) for column in values]
        for number, table in enumerate(self.tables[1:], start=1):
            here = self.months == number
            for value, other in zip(values, table.values(load_factor[..., here]), strict=True):
                value[..., here] = other
        *month, spares, outage, growth = values
        return replace(
            exact,
            factor=factor,
            month=FleetMonth.from_rows(month).serving(1.0 / burst),
            spares=spares,
            outage_share=outage,
            growth_read=growth,
        )


def _with_committed(group: Group, counts: Sequence[float]) -> Group:
    """Return the group with exactly this many nodes in each of its committed pools."""
    return group.with_fleet_pools(
        replace(fleet, floor=round(count), cap=float(round(count)))
        if pool.supply.committed
        else fleet
        for fleet, pool, count in zip(group.fleet.pools, group.pools, counts, strict=True)
    )


@dataclass(frozen=True, kw_only=True)
class _GroupTable:
    """A group's month over its load: straight pieces, two in a cell in which the fleet steps.

    ``first`` is the month at the least load; ``varying`` are the fields that change with it, each
    with the start and the slope of its pieces; ``cuts`` is where in a cell its step is.
    """

    low: float
    step: float
    cuts: FloatArray
    first: FloatArray
    varying: NDArray[np.intp]
    starts: FloatArray
    slopes: FloatArray

    @staticmethod
    def build(service: ServiceModel, group: Group, low: float, high: float) -> _GroupTable:
        base, step = math.log(low), math.log(high / low) / CELLS
        cuts = _cuts(group, base, step, high)
        stepped = np.flatnonzero(cuts < NO_STEP)
        grid = np.exp(base + step * np.arange(CELLS + 1))
        at_steps = np.exp(base + step * (stepped + cuts[stepped]))
        loads = [grid, at_steps * (1 - AT_STEP), at_steps * (1 + AT_STEP)]
        rows = _rows(service, group, np.concatenate(loads))
        ends, *sides = np.split(rows, [len(grid), len(grid) + len(stepped)], axis=1)
        starts = np.repeat(ends[:, :-1], 2, axis=1)
        slopes = np.repeat(np.diff(ends, axis=1), 2, axis=1)
        left, right, at = 2 * stepped, 2 * stepped + 1, cuts[stepped]
        slopes[:, left] = (sides[0] - ends[:, stepped]) / np.maximum(at, AT_STEP)
        slopes[:, right] = (ends[:, stepped + 1] - sides[1]) / np.maximum(1 - at, AT_STEP)
        starts[:, right] = sides[1] - slopes[:, right] * at
        varying = np.flatnonzero(np.ptp(ends, axis=1) > 0)
        return _GroupTable(
            low=base,
            step=step,
            cuts=cuts,
            first=ends[:, 0],
            varying=varying,
            starts=starts[varying],
            slopes=slopes[varying],
        )

    def values(self, load_factor: FloatArray) -> list[FloatArray]:
        """Return the month's fields, the spares, the outages and their growth at load factors."""
        place = np.log(load_factor.T)
        place -= self.low
        place /= self.step
        np.clip(place, 0.0, CELLS - AT_STEP, out=place)
        cell = place.astype(np.intp)
        part = np.subtract(place, cell, out=place)
        piece = 2 * cell + (part > self.cuts.take(cell) + AT_STEP)
        values = [np.full(load_factor.shape[-1:], value) for value in self.first]
        for number, start, slope in zip(self.varying, self.starts, self.slopes, strict=True):
            value = slope.take(piece)
            value *= part
            value += start.take(piece)
            values[number] = value.T
        return values


def _rows(service: ServiceModel, group: Group, load_factor: FloatArray) -> FloatArray:
    """Return the fields of a group's month, its spares, its outages and their growth.

    At load factors.
    """
    done = group_work(service, group, load_factor, load_factor)
    growth = done.outage_growth if service.standby.kind == "api" else np.ones_like(load_factor)
    return np.concatenate([done.month.rows(), [done.spares, done.outage_share, growth]])


def _cuts(group: Group, base: float, step: float, high: float) -> FloatArray:
    """Return where in each cell the fleet takes another node: its first step, or none."""
    cuts = np.full(CELLS, NO_STEP)
    fleet = group.fleet
    levels = distinct(np.round(fleet.load_by_hour, 12))
    levels = levels[levels > 0]
    if all(pool.floor == pool.cap for pool in fleet.pools):
        return cuts
    steps = fleet.steps(float(levels.max()) * high)
    cells = np.arange(CELLS)
    for level in levels:
        place = (np.log(steps / level) - base) / step
        after = place[np.minimum(np.searchsorted(place, cells), len(place) - 1)] - cells
        cuts = np.where((after >= 0) & (after < 1), np.minimum(cuts, after), cuts)
    return cuts
