"""What is being looked up for a stack, and what was found wrong with it so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tco.catalog.api_price import ApiPrice
from tco.catalog.catalog import Catalog
from tco.catalog.match import CatalogMatch
from tco.catalog.node_price import NodePrice
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.catalog.sourced import SourcedValue, planned
from tco.costing.caution import Caution, CautionKind
from tco.costing.stack import Unpriced
from tco.errors import Problem, one_of
from tco.plan.demand import Demand
from tco.plan.plan import PLAN_KEY, Plan
from tco.plan.service import Service
from tco.plan.stack_file import StackFile
from tco.ranges import Range

__all__ = ["Lookup", "NotFound", "maybe"]

T = TypeVar("T")


class NotFound(Exception):
    """A part of the plan could not be looked up; its problem is noted."""


@dataclass(kw_only=True)
class Lookup:
    """What is being resolved, with the problems and warnings found so far."""

    source: StackFile
    catalog: Catalog
    day: dt.date
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Caution] = field(default_factory=list[Caution])
    unpriced: list[Unpriced] = field(default_factory=list)
    figures_stated: dict[str, Range] = field(default_factory=dict[str, Range])

    @property
    def plan(self) -> Plan:
        """The plan that is being resolved."""
        return self.source.plan

    def fail(self, path: str, message: str, hint: str = "") -> NotFound:
        """Note a problem at a path of the plan; raise what this returns to give the part up."""
        self.problems.append(Problem(self.source.file, f"{PLAN_KEY}.{path}", message, hint))
        return NotFound(message)

    def known(self, name: str, names: Iterable[str]) -> str:
        """Suggest a fix for an unknown name: the book that has it, or the nearest known name."""
        return self.source.unnamed(name) or one_of(name, names)

    def warn(self, kind: CautionKind, message: str, subject: str = "") -> None:
        """Note a caution, once."""
        caution = Caution(kind, message, subject)
        if caution not in self.warnings:
            self.warnings.append(caution)

    def warn_of_first_price(
        self,
        name: str,
        found: CatalogMatch[NodePrice] | CatalogMatch[ApiPrice] | CatalogMatch[ProvisionedPrice],
    ) -> None:
        """Note a price that holds only from a day after the pricing day."""
        if found.first_known:
            self.warn(
                "first-price",
                f"{name}: the first known price is from {found.row.valid_from}, after the pricing "
                f"day {self.day}; it is used as an estimate.",
                name,
            )

    def demand(self, spec: Service) -> Demand:
        """Return the demand of a service, under the name of its workload."""
        return replace(self.source.workloads[spec.workload][1], name=spec.workload)

    def figure(self, name: str) -> SourcedValue:
        """Return a named overhead of the catalog on the pricing day."""
        return self.catalog.figure(name, self.day)

    def stated(self, path: str, value: Range, unit: str) -> SourcedValue:
        """Return a figure that the user's plan states."""
        self.figures_stated[path] = value
        return planned(path, value, unit)

    def stated_or(self, path: str, value: Range | None, unit: str, name: str) -> SourcedValue:
        """Return the figure that the plan states, or the catalog's."""
        return self.stated(path, value, unit) if value is not None else self.figure(name)


def maybe(look_up: Callable[[], T]) -> T | None:
    """Return the result of a look-up, or None where its problem is noted."""
    try:
        return look_up()
    except NotFound:
        return None
