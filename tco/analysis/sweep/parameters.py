"""An input of a sweep by its name: a derived parameter, or a number of plan or workload by path.

A number is written into what the user wrote and read again, so the schema judges it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from pydantic import BaseModel

from tco.analysis.sweep.derived_parameters import DERIVED_PARAMETERS, SweepParameter, refused
from tco.costing.stack import StackModel
from tco.errors import one_of
from tco.files import as_list, as_mapping, unwrapped, validated
from tco.plan.demand import demand_of
from tco.plan.folder_files import FolderFiles
from tco.plan.plan import PLAN_KEY, Plan
from tco.plan.pools import Nodes
from tco.plan.stack_file import StackFile
from tco.plan.workload import Workload
from tco.ranges import Range

__all__ = ["parameter_of"]

WORKLOADS = "workloads"


def parameter_of(name: str, source: StackFile, declared: StackModel) -> SweepParameter:
    """Return the input of a name. ``declared`` is the stack without the sweep. Raises BadInput."""
    derived = DERIVED_PARAMETERS.get(name)
    if derived is not None:
        return derived(source, declared)
    path = name.replace("[", ".").replace("]", "").split(".")
    if path[0] == WORKLOADS:
        return _workload_parameter(name, path[1:], source)
    if path[0] not in Plan.model_fields:
        known = [*Plan.model_fields, WORKLOADS, *DERIVED_PARAMETERS]
        raise refused(source, name, f'no input "{path[0]}".', one_of(path[0], known))
    where, whole = _number_at(source, name, source.plan, path)

    def with_value(file: StackFile, value: float) -> StackFile:
        given = _with(file.plan, where, value, whole=whole)
        return replace(file, plan=validated(Plan, given, file.file, PLAN_KEY))

    return SweepParameter(name, "", whole, in_file=with_value)


def _workload_parameter(name: str, path: Sequence[str], source: StackFile) -> SweepParameter:
    """Return a number of a workload."""
    key = path[0] if path else ""
    if key not in source.workloads:
        raise refused(source, name, f'no workload "{key}".', one_of(key, source.workloads))
    where, whole = _number_at(source, name, source.workloads[key][0], path[1:])
    shown = f"{source.folder / WORKLOADS / key}.yaml"

    def with_value(file: StackFile, value: float) -> StackFile:
        given = _with(file.workloads[key][0], where, value, whole=whole)
        changed = validated(Workload, given, shown)
        demand = demand_of(changed, file.folder / WORKLOADS, shown, FolderFiles(file.folder))
        return replace(file, workloads={**file.workloads, key: (changed, demand)})

    return SweepParameter(name, "", whole, in_file=with_value)


def _number_at(
    source: StackFile, name: str, model: BaseModel, path: Sequence[str]
) -> tuple[list[str | int], bool]:
    """Return the keys to a number inside a model, and whether it is a whole one.

    Raises BadInput.
    """
    here: object = model
    types: list[object] = [type(model)]
    where: list[str | int] = []
    for part in path:
        known = _keys(here, types)
        if part not in known:
            raise refused(source, name, f'no key "{part}".', one_of(part, known))
        key, here, types = known[part]
        where.append(key)
    if not {int, float, Range, Nodes} & set(types):
        inside = ", ".join(_keys(here, types))
        hint = f"Sweep a number inside it: {inside}." if inside else ""
        raise refused(source, name, "is not a number.", hint)
    return where, not {float, Range} & set(types)


_Below = tuple[str | int, object, list[object]]
"""A key, its value, and the types that it may have."""


def _keys(here: object, types: Sequence[object]) -> dict[str, _Below]:
    """Map names to what is below a value; list items have an index and a name."""
    mapping = as_mapping(here)
    if mapping is not None:
        return {str(key): (key, value, [type(value)]) for key, value in mapping.items()}
    if isinstance(here, tuple):
        return _items(cast("tuple[object, ...]", here))
    model = here if isinstance(here, BaseModel) else None
    classes = [kind for kind in types if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return {
        name: (name, getattr(model, name, None), unwrapped(field.annotation))
        for owner in ([type(model)] if model is not None else classes)
        for name, field in owner.model_fields.items()
    }


def _items(items: tuple[object, ...]) -> dict[str, _Below]:
    found: dict[str, _Below] = {}
    for index, item in enumerate(items):
        found[str(index)] = (index, item, [type(item)])
        name = getattr(item, "name", None)
        if isinstance(name, str):
            found[name] = found[str(index)]
    return found


def _with(model: BaseModel, where: Sequence[str | int], value: float, *, whole: bool) -> Any:
    """Return what the user wrote with a number replaced, as plain keys and values."""
    content = model.model_dump(mode="json", exclude_unset=True)
    here: Any = content
    for key in where[:-1]:
        here = here[key] if as_list(here) is not None else here.setdefault(str(key), {})
    here[where[-1] if as_list(here) is not None else str(where[-1])] = (
        int(value) if whole else value
    )
    return content
