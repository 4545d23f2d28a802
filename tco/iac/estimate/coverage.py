"""Which nodes run in a capacity reservation of the same program, and so are paid once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tco.iac.estimate.nodes import NodePool, Share, Size

__all__ = ["NOT_COVERED", "covered_nodes"]

NOT_COVERED = Size(0, 0, 0)
Place = tuple[str | None, str]


@dataclass
class _Free:
    """The nodes of a reservation that no pool runs in yet: at floor, as declared, at ceiling."""

    pool: NodePool
    left: list[int] = field(default_factory=list[int])

    def take(self, wanted: Sequence[int]) -> list[int]:
        """As many of the wanted nodes as are free, which then are not."""
        taken = [min(want, free) for want, free in zip(wanted, self.left, strict=True)]
        self.left = [free - take for free, take in zip(self.left, taken, strict=True)]
        return taken


def covered_nodes(pools: Iterable[NodePool]) -> dict[str, Size]:
    """Return how many nodes of each pool a reservation in the program pays, by the pool's URN.

    Pools that name a reservation come first, then those that may join an open one. A pool whose
    zone is not known joins an open one as declared, not at its ceiling, which then costs most.
    """
    listed = sorted(pools, key=lambda pool: pool.urn)
    free = {
        pool.urn: _Free(pool, [*_counts(pool.shares[0].units)])
        for pool in listed
        if pool.role == "reservation" and pool.shares and not pool.unknown
    }
    if not free:
        return {}
    open_ones: dict[Place, list[_Free]] = {}
    for reservation in free.values():
        if reservation.pool.open:
            open_ones.setdefault(_place(reservation.pool), []).append(reservation)
    nodes = [pool for pool in listed if pool.role == "nodes"]
    named = {pool.urn: _named(pool, free) for pool in nodes if pool.reservations}
    joined = {pool.urn: _joined(pool, open_ones) for pool in nodes if pool.open}
    return {urn: Size(*taken) for urn, taken in (named | joined).items() if any(taken)}


def _named(pool: NodePool, free: dict[str, _Free]) -> list[int]:
    share = _held(pool)
    total = [0, 0, 0]
    for urn in pool.reservations:
        if share is not None and urn in free and _fits(pool, share, free[urn].pool):
            total = _take(share, free[urn], total)
    return total


def _joined(pool: NodePool, open_ones: dict[Place, list[_Free]]) -> list[int]:
    share = _held(pool)
    total = [0, 0, 0]
    if share is None or share.purchase != "on-demand":
        return total
    for choice in share.choices:
        for reservation in open_ones.get((pool.region, choice.instance), ()):
            zones = {pool.zone, reservation.pool.zone}
            if None in zones or len(zones) == 1:
                total = _take(
                    share, reservation, total, certain=len(zones) == 1 and None not in zones
                )
    return total


def _take(share: Share, free: _Free, total: list[int], *, certain: bool = True) -> list[int]:
    weight = next(
        choice.weight
        for choice in share.choices
        if choice.instance == free.pool.shares[0].choices[0].instance
    )
    wanted = [
        max(0, -(-units // weight) - already)
        for units, already in zip(_counts(share.units), total, strict=True)
    ]
    if not certain:
        wanted[2] = 0
    return [a + b for a, b in zip(total, free.take(wanted), strict=True)]


def _held(pool: NodePool) -> Share | None:
    """Return the share of a pool that a reservation can hold."""
    return next((share for share in pool.shares if share.purchase != "spot"), None)


def _fits(pool: NodePool, share: Share, reservation: NodePool) -> bool:
    if pool.region != reservation.region:
        return False
    held = reservation.shares[0]
    instance = held.choices[0].instance if held.choices else None
    return share.purchase == held.purchase and any(
        choice.instance == instance for choice in share.choices
    )


def _place(reservation: NodePool) -> Place:
    choices = reservation.shares[0].choices
    return (reservation.region, choices[0].instance if choices else "")


def _counts(units: Size) -> tuple[int, int, int]:
    return (units.floor, units.desired, units.ceiling)
