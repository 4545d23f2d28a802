"""Whether a CloudFormation stack may start instances with GPUs."""

from __future__ import annotations

import re
from typing import Final

from tco.iac.estimate.accelerators import named_hardware

__all__ = ["launches_from_template", "starts_instances", "why_gpus_in_body"]

STARTER: Final = re.compile(
    r"AWS::(?:AutoScaling::(?:AutoScalingGroup|LaunchConfiguration)|AppStream::\w+|Batch::\w+"
    r"|CloudFormation::(?:Stack\w*|Macro)|CodeBuild::\w+|Deadline::\w+"
    r"|EC2::(?:CapacityReservation\w*|EC2Fleet|Host|Instance|SpotFleet)\b|ECS::CapacityProvider"
    r"|EKS::Nodegroup|ElasticBeanstalk::\w+|EMR::\w+|GameLift::\w+|ImageBuilder::\w+"
    r"|PCS::\w+|SageMaker::\w+|Serverless::Application|ServiceCatalog::\w+|WorkSpaces::\w+)"
    r"|\bCustom::"
)
"""Types of resources in a template that start instances, or may start them."""
ANY_INSTANCE: Final = re.compile(
    r"(?<![\w.-])[a-z]+\d[a-z0-9-]*\.(?:metal|\w*large|medium|nano|micro|small)"
)
FAMILY: Final = re.compile(
    r"(?<![\w.-])(?:p[2-9]\w{0,3}|g[2-9]\w{0,3}|gr\d\w?|trn\d\w?|inf\d|dl\d\w?|vt\d)"
    r"(?:\.?\*)?(?![\w.-])"
)
BY_FAMILY: Final = re.compile(r"AWS::(?:Batch::ComputeEnvironment|EC2::Host)|InstanceRequirements")
BY_TEMPLATE: Final = re.compile(r"\bLaunchTemplate(?:Id|Name|Specification)?\b")
OWN_TEMPLATE: Final = "AWS::EC2::LaunchTemplate"


def why_gpus_in_body(body: str) -> str:
    """Return why the body of a template may start GPUs; empty where it does not."""
    hardware = named_hardware(body)
    if hardware:
        return f"it may start {hardware}"
    starter = STARTER.search(body)
    if starter is None:
        return ""
    family = FAMILY.search(body) if BY_FAMILY.search(body) else None
    if family:
        return f"it may start {family[0]}"
    if ANY_INSTANCE.search(body) or launches_from_template(body):
        return ""
    return f"its template starts instances ({starter[0]}) of a type that it does not name"


def starts_instances(body: str) -> bool:
    """Return whether a template starts instances, or may do so."""
    return STARTER.search(body) is not None


def launches_from_template(body: str) -> bool:
    """Return whether a template's body launches from a launch template that is not its own."""
    by_template = BY_TEMPLATE.search(body) is not None
    return starts_instances(body) and by_template and OWN_TEMPLATE not in body
