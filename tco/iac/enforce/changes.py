"""What an update changes: the inputs of a resource before and after, and which may cost more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tco.iac.estimate.properties import UNKNOWN, Value, leaves, whole_number

__all__ = ["AWS_DEFAULTS", "Change", "changes", "describe", "hides_a_block"]

AWS_DEFAULTS: Final[dict[str, int]] = {
    "desiredCapacity": 0,
    "desiredSize": 0,
    "desiredVcpus": 0,
    "initialInstanceCount": 0,
    "instanceCount": 0,
    "maxCapacity": 0,
    "maxSize": 0,
    "maxVcpus": 0,
    "minCapacity": 0,
    "minSize": 0,
    "minVcpus": 0,
    "onDemandBaseCapacity": 0,
    "onDemandPercentageAboveBaseCapacity": 100,
    "onDemandTargetCapacity": 0,
    "spotTargetCapacity": 0,
    "targetCapacity": 0,
    "totalTargetCapacity": 0,
}
"""Sizes of AWS resources, with the value that AWS takes where the input is absent."""

CHEAPEST: Final[dict[str, frozenset[str]]] = {
    name.lower(): frozenset(values.split())
    for name, values in {
        "capacityType": "spot",
        "desiredStatus": "terminated stopped suspended",
        "disabled": "true",
        "endDateType": "limited",
        "enabled": "false",
        "marketType": "spot",
        "paused": "true",
        "powerState": "stopped deallocated off",
        "preemptible": "true",
        "priority": "spot low",
        "provisioningModel": "spot",
        "running": "false",
        "spot": "true",
        "started": "false",
        "state": "stopped terminated disabled off deallocated suspended",
        "status": "stopped terminated disabled off deallocated suspended",
        "suspend": "true",
        "suspended": "true",
    }.items()
}
"""Switches by name, each with the values that never cost more than another."""

INDEX: Final = re.compile(r"\[\d+\]")
NAME: Final = re.compile(r"[^.]+")
VERSION: Final = re.compile(r"version$|id$", re.IGNORECASE)
LONGEST_TEXT: Final = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One input that an update changes, by its path; ``None`` where it is absent."""

    path: str
    was: Value
    now: Value
    listed_before: bool = False
    """Whether the list that holds the new value held it before, at another index."""

    @property
    def names(self) -> list[str]:
        """Return the keys of the path: ``scalingConfig``, ``maxSize``."""
        return NAME.findall(INDEX.sub("", self.path))

    @property
    def name(self) -> str:
        """Return the last key of the path: ``maxSize`` of ``scalingConfig.maxSize``."""
        return self.names[-1] if self.names else ""

    @property
    def costs_no_more(self) -> bool:
        """Return whether the change costs no more: a size that does not rise, or a switch off."""
        name = self.name.lower().replace("_", "")
        if str(self.now).lower() in CHEAPEST.get(name, ()):
            return True
        if name == "enddate":
            return isinstance(self.was, str) and isinstance(self.now, str) and self.now <= self.was
        if name == "suspendedprocesses":
            return self.was is None
        before, after = (self._size(value) for value in (self.was, self.now))
        return before is not None and after is not None and after <= before

    @property
    def _default(self) -> int | None:
        return None if self.path.endswith("]") else AWS_DEFAULTS.get(self.name)

    def _size(self, value: Value) -> int | None:
        if value is None:
            return self._default
        if isinstance(value, bool) or VERSION.search(self.name):
            return None
        size = whole_number({self.name: value}, self.name)
        return size if isinstance(size, int) else None

    def __str__(self) -> str:
        """Return the change as people read it: ``maxSize from 3 to 4``."""
        if self.now is UNKNOWN:
            return f"{self.path} is not known yet"
        return f"{self.path} from {self._text(self.was)} to {self._text(self.now)}"

    def _text(self, value: Value) -> str:
        if value is None:
            return "nothing" if self._default is None else str(self._default)
        if value is UNKNOWN:
            return "a hidden value"
        if isinstance(value, str) and (len(value) > LONGEST_TEXT or "\n" in value):
            return "a text"
        return f"{value:g}" if isinstance(value, float) else str(value)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the inputs that differ, and each that is not known yet, whatever it was."""
    before, after = dict(leaves(old)), dict(leaves(new))
    held = {(INDEX.sub("[]", path), value) for path, value in before.items() if INDEX.search(path)}
    for path in {**before, **after}:
        was, now = before.get(path), after.get(path)
        if now is UNKNOWN or was != now:
            listed = now is None or (INDEX.sub("[]", path), now) in held
            yield Change(path, was, now, listed_before=INDEX.search(path) is not None and listed)


def hides_a_block(change: Change, old: Mapping[str, Any]) -> bool:
    """Return whether a block with inputs in it is no longer readable."""
    inside = (f"{change.path}.", f"{change.path}[")
    return change.now is UNKNOWN and any(path.startswith(inside) for path, _ in leaves(old))


def describe(changed: Iterable[Change]) -> str:
    """Return those of the changes that may cost more, as one text; empty without one."""
    return "; ".join(str(change) for change in changed if not change.costs_no_more)
