"""Which types of resources are free, and which are paid only by use."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from tco.iac.estimate.accelerators import named_hardware
from tco.iac.estimate.kubernetes import why_billed
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.properties import leaves, text

__all__ = ["type_parts", "why_free", "why_usage"]

FREE_PACKAGES: Final = frozenset({"pulumi", "random", "tls", "command", "null", "std", "time"})
FREE_MODULES: Final = frozenset({"iam", "budgets", "resourcegroups", "servicequotas", "acm"})
FREE_TYPES: Final = """
alb/listener alb/listenerRule alb/targetGroup alb/targetGroupAttachment
autoscaling/attachment autoscaling/lifecycleHook autoscaling/notification autoscaling/policy
autoscaling/schedule autoscaling/tag autoscaling/trafficSourceAttachment
cloudwatch/eventRule cloudwatch/eventTarget cloudwatch/logResourcePolicy
cloudwatch/logStream cloudwatch/logMetricFilter
ec2/defaultNetworkAcl ec2/defaultRouteTable ec2/defaultSecurityGroup ec2/defaultSubnet
ec2/defaultVpc ec2/egressOnlyInternetGateway ec2/eipAssociation ec2/internetGateway
ec2/internetGatewayAttachment ec2/keyPair ec2/launchConfiguration ec2/launchTemplate
ec2/mainRouteTableAssociation ec2/networkAcl ec2/networkAclAssociation ec2/networkAclRule
ec2/networkInterface ec2/networkInterfaceAttachment ec2/networkInterfaceSecurityGroupAttachment
ec2/placementGroup ec2/route ec2/routeTable ec2/routeTableAssociation ec2/securityGroup
ec2/securityGroupAssociation ec2/securityGroupRule ec2/subnet ec2/tag ec2/volumeAttachment
ec2/vpc ec2/vpcDhcpOptions ec2/vpcDhcpOptionsAssociation ec2/vpcIpv4CidrBlockAssociation
ecr/lifecyclePolicy ecr/repositoryPolicy
eks/accessEntry eks/accessPolicyAssociation eks/addon eks/identityProviderConfig
eks/podIdentityAssociation
kms/alias kms/grant kms/keyPolicy
lambda/permission
lb/listener lb/listenerRule lb/targetGroup lb/targetGroupAttachment
route53/record
s3/bucketAclV2 s3/bucketLifecycleConfigurationV2 s3/bucketOwnershipControls s3/bucketPolicy
s3/bucketPublicAccessBlock s3/bucketServerSideEncryptionConfigurationV2
s3/bucketVersioningV2 s3/bucketAcl s3/bucketLifecycleConfiguration s3/bucketVersioning
s3/bucketServerSideEncryptionConfiguration
sns/topicPolicy sqs/queuePolicy
vpc/securityGroupEgressRule vpc/securityGroupIngressRule
"""
USAGE_TYPES: Final = """
cloudwatch/logGroup dynamodb/table ecr/repository efs/fileSystem eks/fargateProfile
lambda/function s3/bucket s3/bucketV2 s3/bucketObject s3/bucketObjectv2 sns/topic
sns/topicSubscription sqs/queue
"""
FREE: Final = frozenset(FREE_TYPES.split())
USAGE: Final = frozenset(USAGE_TYPES.split())


def why_free(resource: Resource) -> str:
    """Return why a resource costs nothing by itself; empty where it does, or may."""
    package, module, token = type_parts(resource.type)
    if package == "pulumi":
        return "part of Pulumi itself"
    if not resource.provided:
        return "a component, or read and not provided by this program"
    if package in FREE_PACKAGES and not _names_hardware(resource, package):
        return "makes nothing that is billed"
    if package == "aws" and (module in FREE_MODULES or token in FREE):
        return "AWS does not bill it"
    if package == "kubernetes" and not why_billed(resource):
        return "runs on nodes, which are priced themselves"
    return ""


def why_usage(resource: Resource) -> str:
    """Return why a resource is paid by use; empty where it is not known to be."""
    package, _, token = type_parts(resource.type)
    if package == "aws" and token in USAGE:
        if token == "dynamodb/table" and text(resource.inputs, "billingMode") != "PAY_PER_REQUEST":
            return ""
        throughput = text(resource.inputs, "throughputMode")
        if token == "efs/fileSystem" and throughput not in (None, "bursting", "elastic"):
            return ""
        return "paid by use, and the usage is not in the program"
    return ""


def _names_hardware(resource: Resource, package: str) -> bool:
    """Return whether a command names an instance type with GPUs, which it may then start."""
    return package == "command" and any(
        isinstance(value, str) and named_hardware(value) for _, value in leaves(resource.inputs)
    )


@lru_cache(maxsize=1024)
def type_parts(kind: str) -> tuple[str, str, str]:
    """Return package, module and token: ``aws:ec2/vpc:Vpc`` is (``aws``, ``ec2``, ``ec2/vpc``)."""
    package, _, rest = kind.partition(":")
    token = rest.partition(":")[0]
    return package, token.partition("/")[0], token
