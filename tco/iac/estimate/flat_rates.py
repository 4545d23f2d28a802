"""What the catalog prices by a figure of its name: disks, gateways, load balancers, addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from tco.iac.estimate.cost_components import Cost, part
from tco.iac.estimate.disks import volume_parts
from tco.iac.estimate.eks_cluster import cluster_cost
from tco.iac.estimate.nodes import Disk, Resource
from tco.iac.estimate.properties import Unknown, text, whole_number
from tco.iac.estimate.rates import FIGURES_REGION, NO_REGION, Rates
from tco.units import HOURS_PER_MONTH

__all__ = ["FIGURED"]


def _volume(resource: Resource, rates: Rates) -> Cost:
    """Return an EBS volume. Its type is gp2 where it states none, as EC2 does."""
    kind = text(resource.inputs, "type") or "gp2"
    sizes = [whole_number(resource.inputs, key) for key in ("size", "iops", "throughput")]
    size = sizes[0] if sizes[0] is not None else whole_number(resource.outputs, "size")
    if isinstance(kind, Unknown) or Unknown.UNKNOWN in (size, *sizes):
        return Cost("", unpriced="its type, size or speed is not known before the update")
    if not isinstance(size, int):
        return Cost(kind, unpriced="it has the size of a snapshot, which is not in the file")
    if resource.region is None:
        return Cost(kind, unpriced=NO_REGION)
    iops, speed = (siz if isinstance(siz, int) else None for siz in sizes[1:])
    parts, missing = volume_parts(Disk(kind, size, iops, speed), (1, 1, 1), resource.region, rates)
    detail = f"{size:,} GB, {kind}"
    if not parts:
        return Cost(detail, unpriced=missing[0].reason)
    return Cost(detail, tuple(parts), left_out=tuple(part.text for part in missing))


def _by_figure(
    resource: Resource, rates: Rates, *, name: str, figure_name: str, unit: str, besides: str = ""
) -> Cost:
    """One unit of a figure, every hour or once a month; ``besides`` is paid by use."""
    figure = rates.figure(figure_name)
    if isinstance(figure, str):
        return Cost(name, unpriced=figure)
    if resource.region is None:
        return Cost(name, unpriced=NO_REGION)
    quantity = HOURS_PER_MONTH if unit == "hour" else 1.0
    elsewhere = resource.region != FIGURES_REGION
    detail = f"{name}; {besides}" if besides else name
    return Cost(detail, (part(name, figure, unit, quantity, estimate=elsewhere),))


_load_balancer = partial(
    _by_figure,
    name="load balancer",
    figure_name="load_balancer_usd_per_month",
    unit="month",
    besides="capacity units by use",
)

FIGURED: Final[Mapping[str, Callable[[Resource, Rates], Cost]]] = {
    "aws:ebs/volume:Volume": _volume,
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:alb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:elb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:ec2/natGateway:NatGateway": partial(
        _by_figure,
        name="NAT gateway",
        figure_name="nat_gateway_usd_per_hour",
        unit="hour",
        besides="traffic by use",
    ),
    "aws:ec2/eip:Eip": partial(
        _by_figure,
        name="public IPv4 address",
        figure_name="public_ipv4_usd_per_hour",
        unit="hour",
    ),
    "aws:eks/cluster:Cluster": cluster_cost,
    "aws:cloudwatch/metricAlarm:MetricAlarm": partial(
        _by_figure,
        name="alarm",
        figure_name="cloudwatch_alarm_usd_per_month",
        unit="month",
    ),
    "aws:kms/key:Key": partial(
        _by_figure,
        name="key",
        figure_name="kms_key_usd_per_month",
        unit="month",
        besides="requests by use",
    ),
}
"""Resource types with the function that prices them."""
