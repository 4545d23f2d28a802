"""Signs of GPUs in resource types that tco does not read.

Such a resource is refused where a field names hardware with GPUs, where a field or a block that
holds hardware is not known yet, and where the launch template it uses may start GPUs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tco.iac.enforce import karpenter
from tco.iac.enforce.cloudformation import (
    launches_from_template,
    starts_instances,
    why_gpus_in_body,
)
from tco.iac.enforce.incremental import RunningCost
from tco.iac.estimate.accelerators import may_be_accelerated, named_hardware, named_machine
from tco.iac.estimate.kubernetes import PROVISIONERS
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.properties import UNKNOWN, Value, each, fields, is_mapping, look, text, texts
from tco.iac.estimate.rates import Rates
from tco.iac.estimate.resource_types import type_parts, why_free, why_usage

__all__ = ["hidden_gpus"]

CPU_ONLY_SERVICES: Final = """
cloudsearch dax dms docdb drs elasticache elasticsearch finspace globalaccelerator lambda m2
memorydb mq msk neptune opensearch rds redshift securityhub timestreaminfluxdb wafv2 workspacesweb
"""
CPU_ONLY: Final = frozenset(CPU_ONLY_SERVICES.split())
"""AWS services that offer no accelerators, though they have instance types."""
IGNORED: Final = re.compile(
    r"tags?(All|Specifications?)?|labels|annotations|metadata|description"
    r"|(excluded|hidden|supported)\w+",
    re.IGNORECASE,
)
"""Fields that start nothing, whatever they name."""
HARDWARE: Final = re.compile(
    r"instance_?(type|famil)|^compute_?type|environment_?type|bundle_?id|machine_?type",
    re.IGNORECASE,
)
"""Fields of AWS resources for hardware."""
BLOCKS: Final = re.compile(
    r"computeResources?|computeConfiguration|dockerServer|fleetInstanceSets|instance(Configs"
    r"|Definitions|Fleets|Groups|LaunchTemplate|Pools|Requirements)|launchSpecifications?"
    r"|launchTemplate(Configs|Data|Overrides|Specification)?|managedInstancesProvider"
    r"|mixedInstancesPolicy|(core|master|task)Instance(Fleet|Group)s?|overrides"
    r"|restrictedInstanceGroups|monitoring(JobDefinition|Resources|ScheduleConfig)"
    r"|(shadowP|p)roductionVariants|(defaultR|r)esourceSpec|resourceConfig"
    r"|hyperParameterTuningResourceConfig|jobResources|(clusterC|instanceTypeC)onfigs?|trainingJobDefinitions?|workspaceProperties"
    r"|(debug|profiler)RuleConfigurations"
)
"""Blocks of AWS resources that hold hardware somewhere."""
BLOCKS_OF: Final = {
    "cloudcontrol": re.compile(r"desiredState"),
    "cloudformation": re.compile(r"template(Body|Url)"),
    "codebuild": re.compile(r"environment|type"),
    "elasticbeanstalk": re.compile(r"settings|optionSettings"),
    "pipes": re.compile(r"targetParameters|batchJobParameters|containerOverrides"),
}
"""More blocks of one service, which elsewhere hold other things."""
AS_TEXT: Final = frozenset({"cloudcontrol", "cloudformation", "elasticbeanstalk", "servicecatalog"})
"""AWS services that take hardware as text of any field."""
BY_TEMPLATE: Final = ("launchTemplate", "launchTemplateSpecification")
TEMPLATE: Final = "its launch template may start GPUs"
OVERRIDES: Final = ("overrides", "launchTemplateOverrides")
TYPES: Final = ("instanceType", "instanceTypes", "instanceRequirements")
MACHINE: Final = re.compile(
    r"instance_?type|machine_?(type|spec|config)|vm_?(size|sku|type)|^(shape|flavor|plan|size|sku)"
    r"|(node|server|commercial|droplet|profile)_?type|node_?(config|pools?$)|hardware_?profile"
    r"|^properties$|(instance|launch)_?(details|options)|(cluster|master|worker)_?config|gce_?setup"
    r"|agent_?pool_?profiles|virtual_?machine_?profile|dedicated_?resources|gpu|accelerator",
    re.IGNORECASE,
)
"""Fields of other providers for machines, and blocks that hold such fields."""
GPUS: Final = re.compile(r"(?:gpu|accelerator)s?$", re.IGNORECASE)
GPU_FIELD: Final = re.compile(r"gpu|accelerator(?!_?arn)", re.IGNORECASE)
NO_GPUS: Final = (None, False, 0, "", "0", "none", "None", "false", "off", "Disabled")
STARTS_MACHINES: Final = re.compile(
    r"agentpool|batch|cluster|compute|droplet|endpoint|instance|job|machine|node|notebook|pod|pool"
    r"|server|virtualmachine|vm|worker",
    re.IGNORECASE,
)
NO_MACHINES: Final = frozenset({"docker", "docker-build"})
DATABASE: Final = re.compile(
    r"sql|database|dbinstance|redis|cache|spanner|bigtable|alloydb|kafka|mongo|storage|disk"
    r"|filestore",
    re.IGNORECASE,
)


def hidden_gpus(resource: Resource, running: RunningCost) -> Iterator[str]:
    """Yield why a resource of a type that tco does not read may start GPUs, once each."""
    if why_free(resource) or why_usage(resource):
        return
    package, module, _ = type_parts(resource.type)
    if package in ("aws", "aws-native"):
        found = _aws(resource, module, running)
    elif package == "kubernetes":
        found = _kubernetes(resource, module, running.rates)
    else:
        found = _elsewhere(resource, package)
    for why in dict.fromkeys(found):
        yield f"{why}, and tco does not price {resource.type}"


def _aws(resource: Resource, module: str, running: RunningCost) -> Iterator[str]:
    if module in CPU_ONLY:
        return
    more = BLOCKS_OF.get(module)
    for key, value in fields(resource.inputs, IGNORED):
        if value is UNKNOWN:
            if HARDWARE.search(key) or BLOCKS.fullmatch(key) or (more and more.fullmatch(key)):
                yield _unknown(key)
        elif isinstance(value, str):
            yield from _aws_text(key, value, module, running)
        elif is_mapping(value):
            if key == "instanceRequirements" and not _without_accelerators(value, running.rates):
                yield "its instanceRequirements allow GPUs"
            if _launches_from_template(value) and running.templates_may_have_gpus():
                yield TEMPLATE
            if module == "elasticbeanstalk" and _unknown_setting(value):
                yield _unknown("InstanceType")
    if module == "cloudformation":
        yield from _cloudformation(resource, running)


def _launches_from_template(block: Mapping[str, Any]) -> bool:
    """Return whether a block takes its instance types from a launch template."""
    for key in BY_TEMPLATE:
        launch = look(block, key)
        if is_mapping(launch) and not any(look(launch, key) for key in BY_TEMPLATE):
            return not _names_types(block) and not _names_types(launch)
    return False


def _names_types(block: Mapping[str, Any]) -> bool:
    """Return whether a block, or each of its overrides, names instance types."""
    if any(look(block, key) is not None for key in TYPES):
        return True
    overrides = [override for key in OVERRIDES for override in each(block, key)]
    return bool(overrides) and all(
        is_mapping(override) and _names_types(override) for override in overrides
    )


def _unknown_setting(setting: Mapping[str, Any]) -> bool:
    """Return whether a setting of Elastic Beanstalk may be an instance type not known yet."""
    name = text(setting, "name")
    named = name is UNKNOWN or (isinstance(name, str) and name.startswith("InstanceType"))
    return look(setting, "value") is UNKNOWN and named


def _cloudformation(resource: Resource, running: RunningCost) -> Iterator[str]:
    """Yield why a stack of CloudFormation may start GPUs; fields have been read."""
    if look(resource.inputs, "templateUrl") is not None:
        yield "its template is not in the program (templateUrl)"
    body = text(resource.inputs, "templateBody")
    if not isinstance(body, str):
        return
    why = why_gpus_in_body(body)
    if why:
        yield why
    elif starts_instances(body) and look(resource.inputs, "parameters") is UNKNOWN:
        yield _unknown("parameters")
    elif launches_from_template(body) and running.templates_may_have_gpus():
        yield TEMPLATE


def _aws_text(key: str, value: str, module: str, running: RunningCost) -> Iterator[str]:
    by_type = HARDWARE.search(key) is not None or (module == "codebuild" and key == "type")
    if by_type and may_be_accelerated(value, running.rates):
        yield f"it may start {value}"
    elif module in AS_TEXT and key != "templateBody" and (named := named_hardware(value)):
        yield f"it may start {named}"


def _without_accelerators(requirements: Value, rates: Rates) -> bool:
    """Return whether attributes of instance types rule out accelerators."""
    if not is_mapping(requirements):
        return False
    if look(requirements, "acceleratorCount", "max") == 0:
        return True
    allowed = texts(requirements, "allowedInstanceTypes")
    names = [instance for instance in allowed if isinstance(instance, str)]
    return 0 < len(names) == len(allowed) and not any(
        may_be_accelerated(name, rates) for name in names
    )


def _kubernetes(resource: Resource, module: str, rates: Rates) -> Iterator[str]:
    """Yield why what a controller starts may have GPUs. Pods run on nodes, which are judged."""
    group = module.partition("/")[0]
    if not PROVISIONERS.fullmatch(group):
        return
    if look(resource.inputs, "spec") is UNKNOWN:
        yield _unknown("spec")
    elif group == "karpenter.sh":
        why = karpenter.why_gpus(resource, rates)
        if why:
            yield why
    else:
        yield from _elsewhere(resource, "kubernetes")


def _elsewhere(resource: Resource, package: str) -> Iterator[str]:
    """Yield what names GPUs, or may, in a resource of any other provider."""
    kind = resource.type.rpartition(":")[2]
    if package in NO_MACHINES or DATABASE.search(resource.type):
        return
    if type_parts(resource.type)[1] == "tpu":
        yield "it starts TPUs"
    starts = STARTS_MACHINES.search(kind) is not None
    for key, value in fields(resource.inputs, IGNORED):
        by_type = MACHINE.search(key) is not None
        if value is UNKNOWN:
            if by_type and starts:
                yield _unknown(key)
        elif isinstance(value, str) and named_machine(value, package, by_type=by_type):
            yield f"it may start {value.rpartition('/')[2]}"
        elif package == "command" and isinstance(value, str) and named_hardware(value):
            yield f"it may start {named_hardware(value)}"
        elif is_mapping(value):
            if value and GPUS.search(key) and look(value, "count") not in (0, "0"):
                yield f"it requests GPUs ({key})"
        elif GPU_FIELD.search(key) and value not in NO_GPUS:
            yield f"it requests GPUs ({key})"


def _unknown(key: str) -> str:
    return f"its {key} is not known yet and may start GPUs"
