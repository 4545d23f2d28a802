"""Which changes may start nodes in resources of types that tco does not price.

Three kinds of types: those that start no nodes, whose updates pass; those whose inputs may do
anything, such as a command or a template of CloudFormation, where every change counts; and all
others that may start nodes, where a change counts if its path speaks of sizes, of hardware, of
being switched on, or of a template. A change that certainly costs no more never counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from tco.iac.enforce import karpenter
from tco.iac.enforce.changes import Change, hides_a_block
from tco.iac.enforce.hidden_gpus import (
    BLOCKS,
    CPU_ONLY,
    DATABASE,
    IGNORED,
    NO_MACHINES,
    STARTS_MACHINES,
)
from tco.iac.estimate.kubernetes import PROVISIONERS
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.properties import UNKNOWN, leaves, look, text
from tco.iac.estimate.rates import Rates
from tco.iac.estimate.resource_types import FREE, FREE_MODULES, USAGE, type_parts
from tco.iac.estimate.schedules import SCHEDULE

__all__ = ["unread_changes"]


class Counts(Enum):
    """Which changes of a type count."""

    NONE = "none"
    OF_NODES = "of nodes"
    ALL = "all"


STARTS_NOTHING: Final = frozenset({"random", "tls", "std", "time", "pulumi"})
RUNS_ANYTHING: Final = frozenset(
    {"command", "null", "pulumi-nodejs", "pulumi-python", "terraform", "opentofu", "external"}
)
"""Packages whose resources run code or commands."""
AWS_TEMPLATES: Final = frozenset(
    {"cloudcontrol", "cloudformation", "elasticbeanstalk", "servicecatalog"}
)
"""AWS services whose inputs are templates of other resources."""
CHARTS: Final = frozenset({"Chart", "ConfigFile", "ConfigGroup", "Directory", "Release"})
DEPLOYMENTS: Final = re.compile(
    r"azure-native:resources\S*:\w*deployment\w*|gcp:deploymentmanager/\S+|alicloud:ros/\S+"
    r"|oci:ResourceManager/\S+",
    re.IGNORECASE,
)
"""Resources of other clouds whose inputs are templates of other resources."""
MORE_MACHINES: Final = re.compile(
    r"autoscal|scal(er|ing)|reservation|commitment|capacity|deployment|cloudrun|:Service$|tpu",
    re.IGNORECASE,
)
"""Types that start machines, besides those that start them with names of hardware."""

WORKLOADS: Final = frozenset(
    {
        "CronJob",
        "DaemonSet",
        "Deployment",
        "Job",
        "Pod",
        "ReplicaSet",
        "ReplicationController",
        "StatefulSet",
    }
)
CORE_GROUP: Final = re.compile(r"[a-z]+|[\w.-]+\.k8s\.io")
"""API groups of Kubernetes itself; all others are of controllers."""
AUTOSCALER: Final = "HorizontalPodAutoscaler"
GPU_RESOURCE: Final = re.compile(r"\b(?:limits|requests)\..*(?:gpu|neuron|mig-|habana|tpu)")
PODS: Final = (
    ("spec", "template", "spec"),
    ("spec", "jobTemplate", "spec", "template", "spec"),
    ("spec",),
)

SIZE: Final = re.compile(
    r"\w*(?:count|size|sizes|capacity|replicas|units|nodes|vcpus|cpus?|instances|parallelism"
    r"|completions|percentage|quotas?|limits?|quantity|target|gpus?|accelerators?)"
    r"|(?:min|max|desired|number|total)\w*",
    re.IGNORECASE,
)
NO_SIZE: Final = re.compile(
    r"disk|volume|storage|ebs|timeout|batchsize|message|buffer|retention|seconds|surge|unavailable",
    re.IGNORECASE,
)
HARDWARE: Final = re.compile(
    r"\w*(?:instance|machine|node|server|droplet|vm|compute|environment|accelerator|gpu|worker"
    r"|hardware)_?(?:types?|families|family|size|sku|specs?|configs?|profile)|shape|flavor|plan"
    r"|sku|size|requirements|overrides|launchSpecifications?|instanceRequirements|tier",
    re.IGNORECASE,
)
SWITCH: Final = re.compile(
    r"capacity_?types?|market_?types?|instanceMarketOptions|enabled|disabled|state|status"
    r"|desired_?status|power_?state|running|started|paused|suspend(ed)?\w*|spot|preemptible"
    r"|provisioning_?model|priority|schedul\w*|purchase\w*|end_?date(_?type)?|tenancy",
    re.IGNORECASE,
)
TEMPLATE: Final = re.compile(
    r"launch_?(template|configuration)\w*|(endpoint_?)?config(uration)?_?name|task_?definition"
    r"|job_?definition|(source_?)?instance_?template\w*|template_?(body|url)?|parameters|values"
    r"|manifests?|default_?version|compute_?config\w*|definition",
    re.IGNORECASE,
)
OF_NODES: Final = (SIZE, SWITCH, TEMPLATE, BLOCKS)

OTHER_DIMENSIONS: Final = (
    "dynamodb:", "rds:", "lambda:", "cassandra:", "kafka:", "elasticache:", "neptune:",
    "comprehend:", "workspaces:",
)  # fmt: skip
"""What Application Auto Scaling scales besides nodes."""


def unread_changes(
    old: Resource, new: Resource, changed: Sequence[Change], rates: Rates
) -> Iterator[Change]:
    """Yield the changes of a resource that may start nodes or make them more expensive."""
    counts = _counts(new, rates)
    if counts is Counts.NONE:
        return
    excludes = _excludes(old) or _excludes(new)
    for change in changed:
        if any(IGNORED.fullmatch(name) for name in change.names):
            continue
        hidden = hides_a_block(change, old.inputs)
        if counts is Counts.ALL or hidden or _is_of_nodes(change, excludes=excludes):
            yield change


def _excludes(resource: Resource) -> bool:
    """Return whether a list of hardware names what is excluded, so that a shorter one is wider."""
    operators = (value for path, value in leaves(resource.inputs) if path.endswith(".operator"))
    return any(value != "In" for value in operators)


def _is_of_nodes(change: Change, *, excludes: bool) -> bool:
    names = change.names
    if any(HARDWARE.fullmatch(name) for name in names):
        return excludes or not change.listed_before
    if NO_SIZE.search(change.path) and not any(SWITCH.fullmatch(name) for name in names):
        return False
    return any(pattern.fullmatch(name) for pattern in OF_NODES for name in names)


def _counts(resource: Resource, rates: Rates) -> Counts:
    package, module, token = type_parts(resource.type)
    kind = resource.type.rpartition(":")[2]
    if package in RUNS_ANYTHING or DEPLOYMENTS.fullmatch(resource.type):
        return Counts.ALL
    if package in STARTS_NOTHING:
        return Counts.NONE
    if package in ("aws", "aws-native"):
        return _aws(resource, module, token)
    if package == "kubernetes":
        return _kubernetes(resource, module.partition("/")[0], kind, rates)
    if package in NO_MACHINES or DATABASE.search(resource.type):
        return Counts.NONE
    starts = STARTS_MACHINES.search(kind) or MORE_MACHINES.search(resource.type)
    return Counts.OF_NODES if starts else Counts.NONE


def _aws(resource: Resource, module: str, token: str) -> Counts:
    if module in AWS_TEMPLATES:
        return Counts.ALL
    if resource.type == SCHEDULE:
        return Counts.OF_NODES
    if module in CPU_ONLY or module in FREE_MODULES or token in FREE or token in USAGE:
        return Counts.NONE
    if module == "appautoscaling":
        dimension = text(resource.inputs, "scalableDimension")
        if isinstance(dimension, str) and dimension.startswith(OTHER_DIMENSIONS):
            return Counts.NONE
    return Counts.OF_NODES


def _kubernetes(resource: Resource, group: str, kind: str, rates: Rates) -> Counts:
    """Pods run on nodes, which are checked; pods with GPUs make an autoscaler add nodes."""
    if kind in CHARTS or group == "kustomize":
        return Counts.ALL
    if group == "karpenter.sh" and not karpenter.why_gpus(resource, rates):
        return Counts.NONE
    if PROVISIONERS.fullmatch(group) or not CORE_GROUP.fullmatch(group) or kind == AUTOSCALER:
        return Counts.OF_NODES
    return Counts.OF_NODES if kind in WORKLOADS and _may_use_gpus(resource) else Counts.NONE


def _may_use_gpus(workload: Resource) -> bool:
    """Return whether pods ask for GPUs, or what they ask for is not known."""
    pods = [look(workload.inputs, *path, "containers") for path in PODS]
    if UNKNOWN in pods or all(containers is None for containers in pods):
        return True
    return any(
        value is UNKNOWN or GPU_RESOURCE.search(path) for path, value in leaves(workload.inputs)
    )
