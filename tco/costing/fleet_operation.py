"""Every fleet of a stack at work: the nodes it holds, and the requests that nothing serves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tco.arrays import FloatArray, Quantity, ratio
from tco.costing.group import Group
from tco.costing.group_speed import burstiness, throughput
from tco.costing.group_work import GroupWork, group_work
from tco.costing.pool_model import PoolModel
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.scenario import BASE_CASE, Scenario

__all__ = ["FleetOperation", "operate", "spare_nodes"]


@dataclass(frozen=True)
class FleetOperation:
    """All services at work under a factor of their demand (one, or an array of them)."""

    factors: tuple[FloatArray, ...]
    groups: tuple[tuple[GroupWork, ...], ...]

    @property
    def none(self) -> FloatArray:
        """A zero per load factor or month, to give a line the length of the rest."""
        return np.zeros(self.factors[0].shape[-1:])

    @property
    def held_nodes(self) -> FloatArray:
        """Nodes of the stack at the busiest hour, spares included."""
        return np.asarray(sum(nodes for _, nodes in self.nodes_by_pool()) + self.none, float)

    def nodes_by_pool(self) -> Iterator[tuple[PoolModel, FloatArray]]:
        """Yield every pool of every group with its nodes at the busiest hour, spares included."""
        for groups in self.groups:
            for group in groups:
                for pool, peak in zip(group.group.pools, group.month.peak_nodes, strict=True):
                    yield pool, (peak + group.spares_in(pool)) * pool.nodes_per_replica

    def unserved_share(self, service: ServiceModel, index: int) -> FloatArray:
        """Share of a service's requests that nothing serves."""
        if service.overflow is not None:
            return self.none
        shares = [group.month.overflow_share * group.group.share for group in self.groups[index]]
        return np.asarray(sum(shares) + self.none, float)

    def refused_share(self, service: ServiceModel, index: int) -> FloatArray:
        """Share of a service's requests unserved, 0 within its limit."""
        share = self.unserved_share(service, index)
        return np.where(share > service.unserved_limit + 1e-12, share, 0.0)

    def refused_tokens(self, stack: StackModel) -> FloatArray:
        """Return the share of the stack's tokens that its fleets refuse, ``(load factors,)``."""
        weights = [
            factor * service.mtok_per_month
            for service, factor in zip(stack.services, self.factors, strict=True)
        ]
        refused = sum(
            weight * self.refused_share(service, index)
            for index, (service, weight) in enumerate(zip(stack.services, weights, strict=True))
        )
        return ratio(np.asarray(refused, float), np.asarray(sum(weights), float))

    def served(self, stack: StackModel) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return whether every service stays within its limit of unserved requests."""
        refused = [
            self.refused_share(service, index) > 0 for index, service in enumerate(stack.services)
        ]
        return ~np.any(refused, axis=0)


def operate(
    stack: StackModel,
    factor: Quantity | Sequence[Quantity] = 1.0,
    scenario: Scenario = BASE_CASE,
    months: Quantity = 0.0,
) -> FleetOperation:
    """Return the fleets under factors of the demand (METHOD, Fleet).

    A throughput above the likely one makes the load smaller: L = demand / throughput. ``months``
    after the pricing day it has moved along its path.

    Args:
        stack: The resolved stack.
        factor: Of the demand of the pricing day, ``(load factors,)`` or one; a sequence has one
            of them per service.
        scenario: The values of the uncertain figures.
        months: After the pricing day, one or one per load factor.

    Returns:
        The nodes, spares and shares of every group; their arrays are ``(load factors,)``.

    Raises:
        OverflowError: The demand needs more nodes, or more spares, than any fleet may have.
    """
    factors = factor if isinstance(factor, Sequence) else [factor] * len(stack.services)
    arrays = [np.atleast_1d(np.asarray(factor, float)) for factor in factors]
    return FleetOperation(
        tuple(arrays),
        tuple(
            tuple(
                _at_speed(service, group, array, months, scenario=scenario)
                for group in service.groups
            )
            for service, array in zip(stack.services, arrays, strict=True)
        ),
    )


def _at_speed(
    service: ServiceModel, group: Group, factor: FloatArray, months: Quantity, scenario: Scenario
) -> GroupWork:
    """Return a group at work at the throughput and the burst rate of a scenario."""
    burst = burstiness(group, scenario)
    load_factor = factor / throughput(group, months, scenario) * burst
    done = group_work(service, group, factor, load_factor)
    return replace(done, month=done.month.serving(1.0 / burst), months=months)


def spare_nodes(operation: FleetOperation) -> dict[str, int]:
    """Return the spare nodes of each pool that has any, at the first load factor."""
    held: dict[str, int] = {}
    for groups in operation.groups:
        for group in groups:
            nodes = round(float(group.spares[0])) * group.spare_pool.nodes_per_replica
            if nodes:
                held[group.spare_pool.name] = held.get(group.spare_pool.name, 0) + nodes
    return held
