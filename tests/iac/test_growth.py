"""What counts as growth: every way an update can make a resource dearer."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import UNKNOWN

from tco.iac.growth import growth

PRICES = {"small": 1.0, "big": 10.0}


def grows(old: dict[str, Any], new: dict[str, Any]) -> str:
    """What grows, at a price list of two instance types."""
    return growth(old, new, PRICES.get)


def mixed(**distribution: Any) -> dict[str, Any]:
    """A mixed instances policy with its distribution."""
    return {"mixedInstancesPolicy": {"instancesDistribution": distribution}}


def overrides(*instances: str) -> dict[str, Any]:
    """A mixed instances policy with its instance types."""
    types = [{"instanceType": one} for one in instances]
    return {"mixedInstancesPolicy": {"launchTemplate": {"overrides": types}}}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"maxSize": 2.0}, {"maxSize": 3.0}, "maxSize from 2 to 3"),
        ({"minSize": 0}, {"minSize": 1}, "minSize from 0 to 1"),
        ({}, {"desiredCapacity": 1}, "desiredCapacity from 0 to 1"),
        (
            {"scalingConfig": {"maxSize": 1}},
            {"scalingConfig": {"maxSize": 2}},
            "scalingConfig.maxSize from 1 to 2",
        ),
        ({"instanceCount": 1}, {"instanceCount": 2}, "instanceCount from 1 to 2"),
        ({"instanceType": "small"}, {"instanceType": "big"}, "instanceType from small to big"),
        ({"instanceType": "big"}, {"instanceType": "new"}, "instanceType from big to new"),
        ({"instanceTypes": ["small"]}, {"instanceTypes": ["small", "big"]}, "to small, big"),
        (overrides("small"), overrides("small", "big"), "overrides[1].instanceType"),
        ({"capacityType": "SPOT"}, {"capacityType": "ON_DEMAND"}, "from SPOT to ON_DEMAND"),
        ({"capacityType": "SPOT"}, {}, "capacityType from SPOT to nothing"),
        (
            {"instanceMarketOptions": {"marketType": "spot"}},
            {},
            "instanceMarketOptions.marketType from spot to nothing",
        ),
        (mixed(onDemandBaseCapacity=0), mixed(onDemandBaseCapacity=2), "from 0 to 2"),
        (mixed(onDemandPercentageAboveBaseCapacity=0), {}, "from 0 to 100"),
        ({"launchTemplate": {"id": "lt-1"}}, {"launchTemplate": {"id": "lt-2"}}, "lt-1 to lt-2"),
        ({"maxSize": 2}, {"maxSize": UNKNOWN}, "maxSize is not known yet"),
        ({"scalingConfig": {"maxSize": 1}}, {"scalingConfig": UNKNOWN}, "is not known yet"),
        ({"maxSize": 2}, {"maxSize": ["what"]}, "maxSize from 2 to what"),
    ],
)
def test_every_form_of_growth_is_seen(old: dict[str, Any], new: dict[str, Any], told: str) -> None:
    """A form that is missed is a way around the gate."""
    assert told in grows(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"maxSize": 3, "minSize": 1}, {"maxSize": 2, "minSize": 0}),
        ({"instanceType": "big"}, {"instanceType": "small"}),
        (overrides("big", "small"), overrides("big")),
        ({"capacityType": "ON_DEMAND"}, {"capacityType": "SPOT"}),
        ({}, {"capacityType": "SPOT"}),
        (mixed(onDemandBaseCapacity=2), mixed(onDemandBaseCapacity=0)),
        ({"tags": {"a": "1"}}, {"tags": {"a": "2", "b": "3"}}),
        ({"userData": "one"}, {"userData": UNKNOWN}),
        (
            {"launchTemplate": {"id": "lt-1", "version": "1"}},
            {"launchTemplate": {"id": "lt-1", "version": "2"}},
        ),
        ({"maxSize": 2}, {"maxSize": 2.0}),
    ],
)
def test_what_does_not_grow_passes(old: dict[str, Any], new: dict[str, Any]) -> None:
    """A gate in the way of spending less would be switched off."""
    assert grows(old, new) == ""
