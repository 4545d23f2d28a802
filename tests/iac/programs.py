"""Pulumi programs as their previews and states show them, in the form the engine writes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tco.catalog.catalog import Catalog
from tco.iac.estimate.documents import document_of
from tco.iac.estimate.pricing import PricedResource, Pricing, price

Keys = dict[str, Any]

DAY = dt.date(2026, 11, 23)
LATER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # what a preview writes for a value not known yet
PREFIX = "urn:pulumi:dev::shop"
DEFAULT_PROVIDER = f"{PREFIX}::pulumi:providers:aws::default_7_51_0"

GROUP = "aws:autoscaling/group:Group"
INSTANCE = "aws:ec2/instance:Instance"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
PROVIDER = "pulumi:providers:aws"
RESERVATION = "aws:ec2/capacityReservation:CapacityReservation"
BLOCK = "aws:ec2/capacityBlockReservation:CapacityBlockReservation"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
VOLUME = "aws:ebs/volume:Volume"

MONTH = 730


def urn(kind: str, name: str) -> str:
    return f"{PREFIX}::{kind}::{name}"


class Program:
    """Resources in the order in which a program makes them."""

    def __init__(self, region: str | None = "r1") -> None:
        self.config: Keys = {"aws:region": region} if region else {}
        self.steps: list[Keys] = []
        self.more: Keys = {}

    def add(
        self,
        kind: str,
        name: str,
        inputs: Keys | None = None,
        *,
        op: str = "create",
        depends: dict[str, list[str]] | None = None,
        provider: str = DEFAULT_PROVIDER,
        outputs: Keys | None = None,
        **state: Any,
    ) -> str:
        """A step that leaves a resource behind; its URN."""
        own = urn(kind, name)
        content: Keys = {
            "urn": own,
            "custom": True,
            "type": kind,
            "inputs": inputs or {},
            "outputs": outputs or {},
            "provider": f"{provider}::{LATER}",
            "propertyDependencies": depends or {},
            **state,
        }
        self.steps.append({"op": op, "urn": own, "newState": content})
        return own

    def group(self, name: str = "gpu", sizes: tuple[int, int] = (1, 1), **inputs: Any) -> str:
        """A launch template with an Auto Scaling group that uses it."""
        template = self.template(f"{name}-template")
        return self.add(
            GROUP,
            name,
            {"minSize": sizes[0], "maxSize": sizes[1], "launchTemplate": {"id": LATER}, **inputs},
            depends={"launchTemplate": [template]},
        )

    def template(self, name: str = "template", **inputs: Any) -> str:
        return self.add(TEMPLATE, name, {"instanceType": "box.8x", **inputs})

    @property
    def preview(self) -> Keys:
        """What `pulumi preview --json` prints."""
        return {"config": self.config, "steps": self.steps, **self.more}

    @property
    def state(self) -> Keys:
        """What `pulumi stack export` prints: the default provider is a resource there."""
        provider = {
            "urn": DEFAULT_PROVIDER,
            "custom": True,
            "id": LATER,
            "type": PROVIDER,
            "inputs": {"region": self.config.get("aws:region")},
        }
        resources = [step["newState"] for step in self.steps]
        return {"version": 3, "deployment": {"resources": [provider, *resources], **self.more}}

    def priced(self, catalog: Catalog) -> Pricing:
        document = document_of(self.preview, "preview.json")
        return price(document.resources, catalog, DAY, document.warnings)

    def one(self, catalog: Catalog, own: str) -> PricedResource:
        """One resource of the program, priced."""
        return next(resource for resource in self.priced(catalog).resources if resource.urn == own)


def bounds(resource: PricedResource | Pricing) -> tuple[float, float, float]:
    """What costs least, as declared, most."""
    if isinstance(resource, Pricing):
        return resource.floor_usd_per_month, resource.usd_per_month, resource.ceiling_usd_per_month
    assert resource.low is not None
    assert resource.usd_per_month is not None
    assert resource.high is not None
    return resource.low, resource.usd_per_month, resource.high


def node_month(floor: float, declared: float, ceiling: float) -> tuple[float, float, float]:
    """A month of USD per hour, at each of the three sizes."""
    return floor * MONTH, declared * MONTH, ceiling * MONTH
