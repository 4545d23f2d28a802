"""Every figure of a stack, in any of its records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any, cast

from tco.catalog.sourced import SourcedValue
from tco.costing.api_rate import ApiRate, PricePath
from tco.costing.egress import Band, EgressTerms
from tco.costing.group import Group
from tco.costing.node_outlook import NodePriceOutlook
from tco.costing.overheads import Labor, Platform
from tco.costing.pool_model import PoolModel, PowerTerms
from tco.costing.purchase import OwnedSupply, PurchaseOption, SpotSupply
from tco.costing.service_model import ServiceModel, StandbyTerms
from tco.costing.stack import StackModel
from tco.costing.throughput_path import ThroughputPath

__all__ = ["figures_of", "has_terms", "rates_of", "with_figures"]

FIGURED = (
    StackModel,
    *(ServiceModel, Group, ThroughputPath, PoolModel, StandbyTerms, PowerTerms),
    *(Labor, Platform, ApiRate, PricePath, EgressTerms, Band),
    *(PurchaseOption, SpotSupply, OwnedSupply, NodePriceOutlook),
)
"""What a stack is made of that holds figures."""


def with_figures(stack: StackModel, change: Callable[[SourcedValue], SourcedValue]) -> StackModel:
    """Return a stack with every figure changed, the same objects where none is; rivals stay."""

    def changed(value: Any) -> Any:
        if isinstance(value, SourcedValue):
            return change(value)
        if isinstance(value, tuple):
            parts = cast("tuple[Any, ...]", value)
            made = tuple(changed(part) for part in parts)
            return parts if all(a is b for a, b in zip(made, parts, strict=True)) else made
        if not isinstance(value, FIGURED):
            return value
        before = {name: getattr(value, name) for name in _fields_of(type(value))}
        after = {name: changed(value) for name, value in before.items()}
        moved = {name: value for name, value in after.items() if value is not before[name]}
        return replace(value, **moved) if moved else value

    return changed(stack)


def figures_of(stack: StackModel) -> list[SourcedValue]:
    """Return every figure of a stack but its rivals'; of its APIs the price paths."""
    return list(_figures_in(stack))


def _figures_in(value: Any) -> Iterator[SourcedValue]:
    if isinstance(value, SourcedValue):
        yield value
    elif isinstance(value, tuple):
        for part in cast("tuple[Any, ...]", value):
            yield from _figures_in(part)
    elif isinstance(value, FIGURED):
        for name in _fields_of(type(value)):
            yield from _figures_in(getattr(value, name))


@cache
def _fields_of(record: type[Any]) -> tuple[str, ...]:
    """Return the names of the fields of which a record is made."""
    return tuple(field.name for field in fields(record) if field.init)


def rates_of(stack: StackModel) -> list[ApiRate]:
    """Return every API that a stack itself may pay."""
    found: list[ApiRate | None] = []
    for service in stack.services:
        found += [service.overflow, service.standby.api, *(rate for _, rate in service.routed)]
    return [rate for rate in found if rate is not None]


def has_terms(stack: StackModel) -> bool:
    """Return whether a contract's terms make a stack's month not proportional to its prices."""
    terms = [figure.terms for figure in figures_of(stack)]
    terms += [rate.found.discounts.terms for rate in rates_of(stack)]
    return bool(stack.owed) or any(each is not None for each in terms)
