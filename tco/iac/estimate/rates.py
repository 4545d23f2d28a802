"""The catalog's figures as resources need them: a node's hour by place and purchase, by name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Final

from tco.catalog.catalog import Catalog
from tco.catalog.price_cache import PriceCache
from tco.catalog.sourced import SourcedValue
from tco.iac.estimate.nodes import Purchase
from tco.ranges import point

__all__ = ["FIGURES_REGION", "LikelyRates", "Rates"]

FIGURES_REGION: Final = "us-east-1"
"""The region that the catalog's figures by name are of; elsewhere they are estimates."""
NO_REGION: Final = (
    "its region is nowhere in the file: set it with `pulumi config set aws:region us-east-1`"
)


@dataclass
class Rates:
    """Prices of one day, each looked up once. What has no price is a text that says so."""

    catalog: Catalog
    day: dt.date
    cache: PriceCache | None = None
    """Prices of this machine, for on-demand instances that it knows better."""
    _nodes: dict[tuple[str, str | None, Purchase], SourcedValue | str] = field(
        default_factory=dict[tuple[str, str | None, Purchase], SourcedValue | str]
    )
    _figures: dict[str, SourcedValue | str] = field(default_factory=dict[str, SourcedValue | str])

    def node(self, instance: str, region: str | None, purchase: Purchase) -> SourcedValue | str:
        """Return the price of a node-hour in USD, or the reason why it is unknown."""
        key = (instance, region, purchase)
        if key not in self._nodes:
            self._nodes[key] = self._node(*key)
        return self._nodes[key]

    def _node(self, instance: str, region: str | None, purchase: Purchase) -> SourcedValue | str:
        if region is None:
            return NO_REGION
        found = (
            self.catalog.node_price(instance, region, "reserved", self.day, kind="capacity-block")
            if purchase == "capacity-block"
            else self.catalog.node_price(instance, region, purchase, self.day)
        )
        if self.cache is not None and purchase == "on-demand":
            found = self.cache.newer(found, instance, region, catalog=self.catalog, day=self.day)
        if found is None:
            return (
                f"no {purchase} price is known for {instance} in {region}: "
                "put it into a price book and give that with --book"
            ) + self._where_to_ask(region, purchase)
        return found.sourced(f"{instance}: {purchase}", found.row.usd_per_node_hour, "USD/h")

    def _where_to_ask(self, region: str, purchase: Purchase) -> str:
        if self.cache is None or purchase != "on-demand" or self.cache.path(region) is None:
            return ""
        return f", or run `tco prices refresh --source aws-on-demand --region {region}`"

    def figure(self, name: str) -> SourcedValue | str:
        """Return a figure by its name; or why there is none."""
        if name not in self._figures:
            found = self.catalog.find_figure(name, self.day)
            self._figures[name] = (
                found.sourced(name, found.row.value, found.row.unit)
                if found
                else f"the catalog has no figure {name}: put it into a price book (--book)"
            )
        return self._figures[name]

    def starts_later(self, name: str) -> bool:
        """Return whether a figure of a name only holds from a later day on."""
        found = self.catalog.find_figure(name, self.day)
        return found is not None and found.first_known

    def gpus(self, instance: str) -> int | None:
        """Return how many GPUs an instance type has; None for one that is not in the catalog."""
        row = self.catalog.instance(instance)
        return row.gpus if row else None


class LikelyRates(Rates):
    """Prices as they are likely: two pools are compared at the same price of the same thing."""

    def node(self, instance: str, region: str | None, purchase: Purchase) -> SourcedValue | str:
        """Return the likely price of a node-hour in USD, or the reason why it is unknown."""
        return _likely(super().node(instance, region, purchase))

    def figure(self, name: str) -> SourcedValue | str:
        """Return a figure by its name as it is likely; or why there is none."""
        return _likely(super().figure(name))


def _likely(found: SourcedValue | str) -> SourcedValue | str:
    return found if isinstance(found, str) else replace(found, value=point(found.value.likely))
