"""Does an update make a resource dearer: more nodes, other instances, on demand instead of spot.

Reads the inputs of any resource type by the names that AWS gives to sizes, instance types and
purchase options. What cannot be read counts as growth; what has no such name does not grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from pulumi import Output
from pulumi.output import Unknown

__all__ = ["growth"]

Rate = Callable[[str], float | None]
"""List price of an instance type in USD per hour, or None where it has none."""

SIZES: dict[str, int] = {
    "desiredCapacity": 0,
    "desiredSize": 0,
    "instanceCount": 0,
    "maxSize": 0,
    "minSize": 0,
    "onDemandBaseCapacity": 0,
    "onDemandPercentageAboveBaseCapacity": 100,
}
"""Numbers that cost more when they rise, with what AWS takes where they are absent."""

CHEAPER_OPTIONS = {"capacityType": "SPOT", "marketType": "spot"}
"""Purchase options by name, with the value that is never dearer than another."""

INSTANCES = ("instanceType", "instanceTypes")
IN_DOUBT = ("instanceRequirements", "launchConfiguration", "launchTemplateId", "weightedCapacity")
"""What may stand for other instances, in a way that its value does not tell."""

TEMPLATES = ("launchTemplate", "launchTemplateSpecification")
"""Blocks whose `id` names the template that nodes are started from."""


def growth(old: Mapping[str, Any], new: Mapping[str, Any], rate: Rate) -> str:
    """What grows from the old inputs to the new ones, or an empty text."""
    return "; ".join(_growth(old, new, rate))


def _growth(old: object, new: object, rate: Rate, at: str = "") -> Iterator[str]:
    before, now = _listed(old), _listed(new)
    if _unreadable(new):
        if before or _mapping(old):
            yield f"{at} is not known yet"
    elif now:
        for place, value in enumerate(now):
            was = before[place] if place < len(before) else None
            yield from _growth(was, value, rate, f"{at}[{place}]")
    else:
        yield from _keys(_mapping(old), _mapping(new), rate, at)


def _keys(old: Mapping[str, Any], new: Mapping[str, Any], rate: Rate, at: str) -> Iterator[str]:
    block = at.rpartition(".")[2]
    for key in {**old, **new}:
        path = f"{at}.{key}" if at else key
        was, now = old.get(key), new.get(key)
        watched = key in SIZES or key in CHEAPER_OPTIONS or key in INSTANCES or key in IN_DOUBT
        watched = watched or (key == "id" and block in TEMPLATES)
        if not watched:
            yield from _growth(was, now, rate, path)
        elif _unreadable(now):
            yield f"{path} is not known yet"
        elif was != now and _dearer(key, was, now, rate):
            yield f"{path} from {_shown(was, key)} to {_shown(now, key)}"


def _dearer(key: str, was: object, now: object, rate: Rate) -> bool:
    if key in SIZES:
        absent = SIZES[key]
        return _number(now, absent) > _number(was, absent)
    if key in CHEAPER_OPTIONS:
        return now != CHEAPER_OPTIONS[key]
    if key in INSTANCES:
        return _dearer_instances(_names(was), _names(now), rate)
    return now is not None


def _dearer_instances(was: Sequence[str], now: Sequence[str], rate: Rate) -> bool:
    """Whether an instance is added that costs more than the dearest before, or nobody knows."""
    added = [rate(one) for one in now if one not in was]
    before = [price for one in was if (price := rate(one)) is not None]
    return any(price is None or not before or price > max(before) for price in added)


def _names(value: object) -> list[str]:
    return [str(one) for one in _listed(value)] or ([] if value is None else [str(value)])


def _number(value: object, absent: float) -> float:
    """A size; AWS's own where it is absent, and more than any where it is no number."""
    if value is None:
        return absent
    return float(value) if isinstance(value, int | float | str) else float("inf")


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _listed(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _unreadable(value: object) -> bool:
    return isinstance(value, Unknown | Output)


def _shown(value: object, key: str) -> str:
    """A value as people write it; what AWS takes where it is absent."""
    if value is None:
        return str(SIZES.get(key, "nothing"))
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return ", ".join(_names(value))
