"""The uncertain figures of another stack's plan, told apart from those of the plan beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, cast

from tco.catalog.catalog import Sourced
from tco.model import stack as built
from tco.model.api_bill import ApiRate, PricePath
from tco.model.egress import Band, EgressTerms
from tco.model.purchase import OwnedSupply, SpotSupply, Supply
from tco.model.resolve.lookup import THIS_PLAN
from tco.ranges import Range

__all__ = ["with_own_figures"]

FIGURED = (
    built.StackModel,
    *(built.ServiceModel, built.Group, built.PoolModel, built.StandbyTerms, built.PowerTerms),
    *(built.Labor, built.Platform, ApiRate, PricePath, EgressTerms, Band),
    *(Supply, SpotSupply, OwnedSupply),
)
"""What a stack is made of that holds figures."""


def with_own_figures(
    stack: built.StackModel, stated_beside: Mapping[str, Range]
) -> built.StackModel:
    """A stack whose plan's figures vary under its own name, as in `cloud: ops.fte`.

    What both plans state alike at the same place is one opinion and keeps its bare name, as the
    figures of the catalog do.
    """

    def own(figure: Sourced) -> Sourced:
        if figure.source != THIS_PLAN or stated_beside.get(figure.name) == figure.value:
            return figure
        return replace(figure, driver=f"{stack.name}: {figure.driver or figure.name}")

    def changed(value: Any) -> Any:
        """The value with every figure in it changed, the same object where there is none."""
        if isinstance(value, Sourced):
            return own(value)
        if isinstance(value, tuple):
            parts = cast("tuple[Any, ...]", value)
            made = tuple(changed(one) for one in parts)
            return parts if all(a is b for a, b in zip(made, parts, strict=True)) else made
        if not isinstance(value, FIGURED):
            return value
        before = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        after = {name: changed(one) for name, one in before.items()}
        moved = {name: one for name, one in after.items() if one is not before[name]}
        return replace(value, **moved) if moved else value

    return changed(stack)
