"""What an EKS cluster costs besides its nodes: control plane, support for its version."""

from __future__ import annotations

from collections.abc import Iterator

from tco.iac.estimate.cost_components import Cost, Part, part
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.properties import Unknown, look, text
from tco.iac.estimate.rates import FIGURES_REGION, NO_REGION, Rates
from tco.units import HOURS_PER_MONTH

__all__ = ["cluster_cost"]

CONTROL_PLANE = "EKS control plane"
AUTO_MODE = "the nodes that EKS Auto Mode starts, with its fee on each"
TIER = "a provisioned control plane (controlPlaneScalingConfig)"


def cluster_cost(resource: Resource, rates: Rates) -> Cost:
    """Return the cost of the control plane; from a date on, a version costs extended support."""
    figure = rates.figure("eks_cluster_usd_per_hour")
    if isinstance(figure, str):
        return Cost(CONTROL_PLANE, unpriced=figure)
    if resource.region is None:
        return Cost(CONTROL_PLANE, unpriced=NO_REGION)
    estimate = resource.region != FIGURES_REGION
    plane = part(CONTROL_PLANE, figure, "hour", HOURS_PER_MONTH, estimate=estimate)
    support, unknown = _support(resource, rates, estimate=estimate)
    detail = f"{CONTROL_PLANE}, {support[0].name}" if support else CONTROL_PLANE
    return Cost(detail, (plane, *support), left_out=(*unknown, *_left_out(resource)))


def _support(
    resource: Resource, rates: Rates, *, estimate: bool
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Return extended support as a part, and what of it is not known.

    A cluster without a version gets the newest one; a policy of STANDARD never pays: AWS upgrades
    the cluster when standard support ends.
    """
    version = text(resource.inputs, "version") or text(resource.outputs, "version")
    if version is None or text(resource.inputs, "upgradePolicy", "supportType") == "STANDARD":
        return (), ()
    if isinstance(version, str):
        named = f"eks_{version.replace('.', '_')}_extended_support_usd_per_hour"
        if rates.starts_later(named):
            return (), ()
        figure = rates.figure(named)
        if not isinstance(figure, str):
            name = f"extended support for {version}"
            return (part(name, figure, "hour", HOURS_PER_MONTH, estimate=estimate),), ()
    shown = f"Kubernetes {version}" if isinstance(version, str) else "its Kubernetes version"
    why = f"whether {shown} is in extended support is not known"
    most = rates.figure("eks_extended_support_usd_per_hour")
    if isinstance(most, str):
        return (), (why,)
    bounds = (0.0, HOURS_PER_MONTH)
    return (part("extended support", most, "hour", 0.0, bounds=bounds, estimate=True),), (why,)


def _left_out(resource: Resource) -> Iterator[str]:
    if look(resource.inputs, "computeConfig", "enabled") not in (None, False, "false"):
        yield AUTO_MODE
    tier = text(resource.inputs, "controlPlaneScalingConfig", "tier")
    if isinstance(tier, Unknown) or (tier or "standard").lower() != "standard":
        yield TIER
