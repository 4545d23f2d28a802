"""A stack of which one thing changes keeps everything else, and its services their identity."""

from __future__ import annotations

from dataclasses import replace

from tco.costing.stack import StackModel
from tests.conftest import ON_DEMAND, Lab


def _stack(lab: Lab) -> StackModel:
    node = {**ON_DEMAND, "nodes": 1}
    lab.plan({"chat": lab.service({"a": node, "b": node}), "search": lab.service({"c": node})})
    return lab.load()


def test_a_change_that_changes_nothing_returns_an_equal_stack(lab: Lab) -> None:
    """No part is lost or moved on the way through services, groups and pools."""
    stack = _stack(lab)
    pools = list(stack.pools())

    assert list(stack.with_pools(lambda pool: pool).pools()) == pools
    assert list(stack.with_groups(lambda group: group).pools()) == pools
    assert list(stack.with_services(lambda service: service).pools()) == pools


def test_every_pool_of_every_service_is_changed(lab: Lab) -> None:
    """A change of pools reaches all of them, in order, and leaves the stack it came from alone."""
    stack = _stack(lab)

    changed = stack.with_pools(lambda pool: replace(pool, node=f"{pool.name} of another kind"))

    kinds = ["a of another kind", "b of another kind", "c of another kind"]
    assert [pool.node for *_, pool in changed.pools()] == kinds
    assert {pool.node for *_, pool in stack.pools()} == {"box.8x"}


def test_the_other_services_are_the_same_objects(lab: Lab) -> None:
    """Prices of services are kept by identity, so replacing one must not copy the others."""
    stack = _stack(lab)
    other = replace(stack.services[1], name="other")

    changed = stack.with_service(1, other)

    assert changed.services[0] is stack.services[0]
    assert changed.services[1] is other


def test_fleet_pools_change_in_a_group_alone(lab: Lab) -> None:
    """Other bounds of the pools leave the group's demand and pools as they are."""
    group = _stack(lab).services[0].groups[0]

    changed = group.with_fleet_pools(replace(pool, floor=7) for pool in group.fleet.pools)

    assert [pool.floor for pool in changed.fleet.pools] == [7, 7]
    assert changed.pools is group.pools
    assert changed.fleet.arrivals is group.fleet.arrivals
