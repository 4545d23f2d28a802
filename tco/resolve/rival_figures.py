"""The uncertain figures of another stack's plan, kept apart from the figures of this plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tco.catalog.sourced import SourcedValue
from tco.costing.figures import with_figures
from tco.costing.stack import StackModel
from tco.ranges import Range

__all__ = ["with_own_figures"]


def with_own_figures(stack: StackModel, stated_beside: Mapping[str, Range]) -> StackModel:
    """Return a stack whose plan's figures vary under its own name, as in `cloud: ops.fte`.

    What both plans state alike at the same place is one figure and keeps its bare name, as the
    figures of the catalog do.
    """

    def own(figure: SourcedValue) -> SourcedValue:
        if figure.origin != "plan" or stated_beside.get(figure.name) == figure.value:
            return figure
        return replace(figure, shared_driver=f"{stack.name}: {figure.driver}")

    return with_figures(stack, own)
