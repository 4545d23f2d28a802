"""What a provider of nodes is: how it is recognized, what it bills, what is provisioned there."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["EgressTier", "Provider", "vendor_of"]


def vendor_of(catalog_id: str) -> str:
    """Return the vendor of an offer or an API, the first part of its id.

    >>> vendor_of("acme/8xH100")
    'acme'
    """
    return catalog_id.partition("/")[0]


@dataclass(frozen=True, kw_only=True)
class EgressTier:
    """A tier of transfer to the internet: its figure in the catalog, in USD per GB.

    ``up_to_gb`` is where it ends, cumulative over the account's month.
    """

    figure: str
    up_to_gb: float = float("inf")


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Where nodes come from.

    ``id`` names it in price books. ``name`` sends the invoice and is FOCUS's provider, publisher
    and invoice issuer; without a name each offer's vendor does. ``compute_service`` is what FOCUS
    calls the service that sells nodes; without one each node is a service of its own.
    """

    id: str
    name: str | None = None
    compute_service: str | None = None
    vendors: tuple[str, ...] = ()
    """First parts of the ids of its offers, in lower case."""
    instance_types: re.Pattern[str] | None = None
    regions: re.Pattern[str] | None = None
    region_example: str = ""
    in_stack_region: bool = False
    """Whether its nodes are in the region of the stack's configuration where a pool states none."""
    egress_tiers: tuple[EgressTier, ...]
    free_egress_figure: str | None = None
    """GB per month that the account sends free of charge."""
    egress_from: str | None = None
    """Whose egress a line names; the node's own where it is None."""
    repair_figure: str = "rented_node_replace_hours"
    """Hours until a failed node is back."""
    provisions: bool = False
    """Whether the Pulumi program can create its nodes."""
    sells_platform: bool = False
    """Whether disks, load balancers and logs are bought there too."""

    def recognizes(self, node: str) -> bool:
        """Return whether an instance type or an offer is named as the provider names its own."""
        if "/" in node:
            return vendor_of(node).lower() in self.vendors
        return self.instance_types is not None and bool(self.instance_types.fullmatch(node))

    def vendor(self, node: str) -> str:
        """Return who sends the invoice for a node."""
        return self.name or vendor_of(node)

    def service(self, node: str) -> str:
        """Return what FOCUS calls the service that sells a node."""
        return self.compute_service or node

    def egress_label(self, node: str) -> str:
        """Return the name of a line of transfer from a node to the internet."""
        return f"{self.egress_from or node} to the internet"

    def wrong_region(self, region: str) -> str:
        """Return what is wrong with the form of a region's name, or an empty text."""
        if self.regions is None or self.regions.fullmatch(region):
            return ""
        return f"Regions of {self.name} are named like {self.region_example}."
