"""What holds for every program, whatever is in it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.catalog import Catalog
from tests.iac.programs import (
    BLOCK,
    GROUP,
    INSTANCE,
    LATER,
    NODE_GROUP,
    RESERVATION,
    VOLUME,
    Keys,
    Program,
    bounds,
)

Made = tuple[str, Keys]

sizes = st.integers(0, 6)
types = st.sampled_from(["box.8x", "slow.8x", "m7i.large"])
zones = st.sampled_from([{}, {"availabilityZone": "r1a"}, {"availabilityZone": "r1b"}])
markets = st.sampled_from([{}, {"instanceMarketOptions": {"marketType": "spot"}}])


@st.composite
def instances(draw: st.DrawFn) -> Made:
    return INSTANCE, {"instanceType": draw(types), **draw(zones), **draw(markets)}


@st.composite
def reservations(draw: st.DrawFn) -> Made:
    count = draw(sizes)
    return RESERVATION, {"instanceType": draw(types), "instanceCount": count, **draw(zones)}


@st.composite
def groups(draw: st.DrawFn) -> Made:
    kinds = draw(st.lists(types, min_size=1, max_size=2))
    policy = {
        "launchTemplate": {"overrides": [{"instanceType": kind} for kind in kinds]},
        "instancesDistribution": {
            "onDemandBaseCapacity": draw(sizes),
            "onDemandPercentageAboveBaseCapacity": draw(st.integers(0, 100)),
        },
    }
    return GROUP, {"minSize": draw(sizes), "maxSize": draw(sizes), "mixedInstancesPolicy": policy}


@st.composite
def node_groups(draw: st.DrawFn) -> Made:
    size = draw(sizes)
    scaling = {"minSize": size, "desiredSize": size, "maxSize": draw(sizes)}
    return NODE_GROUP, {"instanceTypes": [draw(types)], "scalingConfig": scaling}


@st.composite
def volumes(draw: st.DrawFn) -> Made:
    return VOLUME, {"type": "gp3", "size": draw(st.integers(1, 9000))}


NOTHING: Keys = {}
others = st.sampled_from([(kind, NOTHING) for kind in ("aws:ec2/vpc:Vpc", "my:own/type:T", BLOCK)])
resources = st.one_of(instances(), reservations(), groups(), node_groups(), volumes(), others)
programs = st.lists(resources, max_size=8)


def program(made: list[Made], order: list[int] | None = None) -> Program:
    built = Program()
    for place in order or range(len(made)):
        kind, inputs = made[place]
        built.add(kind, f"x{place}", inputs)
    return built


@given(programs, st.randoms(use_true_random=False))
def test_order_does_not_matter(catalog: Catalog, made: list[Made], chance: random.Random) -> None:
    """A program costs the same in whatever order its resources come."""
    order = list(range(len(made)))
    chance.shuffle(order)
    straight, shuffled = program(made).priced(catalog), program(made, order).priced(catalog)
    assert bounds(shuffled) == pytest.approx(bounds(straight))
    by_urn = {resource.urn: resource.usd_per_month for resource in straight.resources}
    for resource in shuffled.resources:
        assert resource.usd_per_month == by_urn[resource.urn]


@given(programs, resources)
def test_another_resource_never_lowers_the_total(
    catalog: Catalog, made: list[Made], more: Made
) -> None:
    """Nothing that is added makes a program cheaper, a reservation included."""
    before, after = program(made).priced(catalog), program([*made, more]).priced(catalog)
    for smaller, larger in zip(bounds(before), bounds(after), strict=True):
        assert larger >= smaller - 1e-6


@given(programs)
def test_total_lies_between_its_bounds(catalog: Catalog, made: list[Made]) -> None:
    """Floor, as declared, ceiling: in this order, for each resource and for the total."""
    found = program(made).priced(catalog)
    low, declared, high = bounds(found)
    assert 0 <= low <= declared + 1e-6
    assert declared <= high + 1e-6
    for resource in found.resources:
        if resource.status == "priced":
            assert bounds(resource) == tuple(sorted(bounds(resource)))


@given(resources, st.data())
def test_unknown_is_never_priced(catalog: Catalog, made: Made, data: st.DataObject) -> None:
    """Where a size or a type that costs is not known, the resource has no price."""
    kind, inputs = made
    costs = [key for key in inputs if key not in ("availabilityZone", "type")]
    if not costs:
        return
    key = data.draw(st.sampled_from(costs))
    built = Program()
    own = built.add(kind, "x", inputs | {key: LATER})
    assert built.one(catalog, own).status == "unpriced"
