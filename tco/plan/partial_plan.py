"""What remains of a plan without its faults, so that one run reports what else is wrong."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from tco.errors import BadInput, Problem, did_you_mean
from tco.files import as_list, as_mapping
from tco.plan.plan import Plan

__all__ = ["FaultyStack", "Salvaged", "salvaged"]

ROUNDS = 4
"""What is left out may leave something empty above it, a few levels at most."""
LOOKED_UP_BY = ("prices", "pricing_day")
"""Keys of the plan that every look-up depends on."""

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Salvaged:
    """A plan without its faults, and the parts of which nothing more can be said."""

    plan: Plan
    doubtful: frozenset[Place]

    def certain(self, problems: Iterable[Problem], key: str) -> Iterator[Problem]:
        """Yield the problems that no fault of the plan may have caused.

        ``key`` is where it stands.
        """
        parts = [".".join((key, *map(str, path))) for path in self.doubtful]
        for problem in problems:
            below = problem.path.removeprefix(f"{key}.").partition(".")[0].partition("[")[0]
            if below in ("services", "alternatives") and not any(
                _within(problem.path, part) or _within(part, problem.path) for part in parts
            ):
                yield problem


class FaultyStack(BadInput):
    """A stack with problems, and what remains of it for further checks."""

    def __init__(self, problems: Iterable[Problem], rest: Any, left: Salvaged) -> None:
        super().__init__(problems)
        self.rest, self.left = rest, left


def salvaged(given: dict[str, Any], error: ValidationError) -> Salvaged | None:
    """Return the plan that a text states, without what pydantic refuses.

    None where too little is left.

    An impossible number of nodes is taken as 1, on which no name or price depends.
    """
    plan, doubtful = copy.deepcopy(given), set[Place]()
    for _ in range(ROUNDS):
        for detail in error.errors(include_url=False):
            path = tuple(key for key in detail["loc"] if not str(key).startswith("<"))
            taken = _take_out(plan, path)
            if not taken:
                return None
            doubtful |= _doubtful(taken, unknown=detail["type"] == "extra_forbidden")
        try:
            return Salvaged(Plan.model_validate(plan), frozenset(doubtful))
        except ValidationError as again:
            error = again
    return None


def _take_out(plan: dict[str, Any], path: Place) -> Place:
    """Remove the value at a path from a plan; return the removed path, or an empty one."""
    holder: dict[Any, Any] = plan
    found: Place = ()
    inner: Any = plan
    for at, part in enumerate(path):
        keys: dict[Any, Any] | None = as_mapping(inner)
        if keys is None or part not in keys:
            break
        holder, found, inner = keys, path[: at + 1], keys[part]
        if as_list(inner) is not None:
            break  # a list without one of its entries would be another list
    pool = found[:4] if found[:1] == ("services",) and found[2:3] == ("pools",) else ()
    if len(pool) == 4 and path[4:5] == ("nodes",):
        plan["services"][pool[1]]["pools"][pool[3]]["nodes"] = 1
        return path[:5]
    if found:
        holder.pop(found[-1])
    return found


def _doubtful(taken: Place, *, unknown: bool) -> set[Place]:
    """Return the places that may be misjudged without a part: its siblings."""
    if taken[-1] == "nodes":
        return {taken}
    if len(taken) == 1:
        key = str(taken[0])
        meant = did_you_mean(key, Plan.model_fields) if unknown else key
        return {()} if any(word in meant for word in LOOKED_UP_BY) else {taken}
    if taken[2:3] == ("pools",) and len(taken) <= 4:  # standby and routes may name the pool
        return {taken[:2]}
    return {taken[:-1]}


def _within(path: str, part: str) -> bool:
    return path == part or path.startswith((f"{part}.", f"{part}["))
