"""The gate on types that tco does not read: GPUs and what may be GPUs are refused, CPUs are not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tco.catalog.catalog import Catalog
from tests.iac.enforce.test_policy_rules import BOX, LIMITS, Args, refused
from tests.iac.programs import LATER, TEMPLATE, Keys

ACROSS = "launchTemplateConfigs.0.overrides.0"
AWS = [
    ("batch/computeEnvironment:ComputeEnvironment", "computeResources.instanceTypes.0"),
    ("ec2/fleet:Fleet", f"{ACROSS}.instanceType"),
    ("ec2/spotFleetRequest:SpotFleetRequest", f"{ACROSS}.instanceType"),
    ("ec2/spotFleetRequest:SpotFleetRequest", "launchSpecifications.0.instanceType"),
    ("ec2/dedicatedHost:DedicatedHost", "instanceType"),
    ("ec2/dedicatedHost:DedicatedHost", "instanceFamily"),
    ("emr/cluster:Cluster", "masterInstanceGroup.instanceType"),
    ("emr/cluster:Cluster", "coreInstanceGroup.instanceType"),
    ("emr/cluster:Cluster", "coreInstanceFleet.instanceTypeConfigs.0.instanceType"),
    ("emr/instanceFleet:InstanceFleet", "instanceTypeConfigs.0.instanceType"),
    ("sagemaker/endpointConfiguration:EndpointConfiguration", "productionVariants.0.instanceType"),
    (
        "sagemaker/endpointConfiguration:EndpointConfiguration",
        "shadowProductionVariants.0.instanceType",
    ),
    ("sagemaker/cluster:Cluster", "instanceGroups.0.instanceType"),
    ("sagemaker/trainingJob:TrainingJob", "resourceConfig.instanceType"),
    ("sagemaker/app:App", "resourceSpec.instanceType"),
    ("gamelift/fleet:Fleet", "ec2InstanceType"),
    ("gamelift/gameServerGroup:GameServerGroup", "instanceDefinitions.0.instanceType"),
    ("imagebuilder/infrastructureConfiguration:X", "instanceTypes.0"),
    ("outposts/capacityTask:CapacityTask", "instancePools.0.instanceType"),
    ("codebuild/fleet:Fleet", "computeConfiguration.instanceType"),
    (
        "ecs/capacityProvider:CapacityProvider",
        "managedInstancesProvider.instanceLaunchTemplate.instanceRequirements"
        ".allowedInstanceTypes.0",
    ),
]
"""Types of resources with the field that holds an instance type."""
GPU_NAMES = ("p5.48xlarge", "ml.g6.xlarge", "p5", "p5.*", "g6*", "p*", "*", "trn2", "gr6.4xlarge")
CPU_NAMES = ("m7i.large", "c7g", "r8g*", "t4g.medium", "ml.m5.large", "hpc7a.96xlarge")


def nested(path: str, value: object) -> Any:
    """Inputs with a value at a path; a number is a place in a list."""
    for key in reversed(path.split(".")):
        value = [value] if key.isdecimal() else {key: value}
    return value


def gate(catalog: Catalog, kind: str, inputs: Keys, *before: Args) -> list[str]:
    return refused(catalog, *before, Args(kind, inputs), **LIMITS)


@pytest.mark.parametrize(("kind", "path"), AWS)
def test_aws_field_with_gpus_is_refused_and_with_cpus_is_not(
    catalog: Catalog, kind: str, path: str
) -> None:
    """Types, families and patterns, which some services accept where they accept a type."""
    for name in GPU_NAMES:
        why, *_ = gate(catalog, f"aws:{kind}", nested(path, name))
        assert f"it may start {name}, and" in why or "allow GPUs" in why
    for name in CPU_NAMES:
        assert gate(catalog, f"aws:{kind}", nested(path, name)) == []


@pytest.mark.parametrize(("kind", "path"), AWS)
def test_every_block_above_an_instance_type_is_refused_while_unknown(
    catalog: Catalog, kind: str, path: str
) -> None:
    """The field itself, and each block and list that it is in, as a whole."""
    keys = path.split(".")
    for length in range(1, len(keys) + 1):
        found = gate(catalog, f"aws:{kind}", nested(".".join(keys[:length]), LATER))
        assert found, keys[:length]


def beanstalk(value: str, name: str = "InstanceType") -> Keys:
    return {"settings": [{"namespace": "n", "name": name, "value": value}]}


def body(kind: str = "AWS::EC2::Instance", **properties: Any) -> Keys:
    return {"templateBody": json.dumps({"Resources": {"X": {"Type": kind, "P": properties}}})}


def pool(*requirements: tuple[str, str, list[str]], **spec: Any) -> Keys:
    listed = [{"key": key, "operator": how, "values": names} for key, how, names in requirements]
    return {"spec": {"template": {"spec": {"requirements": listed}}, **spec}}


CFN = "aws:cloudformation/stack:Stack"
ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment"
FLEET = "aws:ec2/fleet:Fleet"
KARPENTER = "kubernetes:karpenter.sh/v1:NodePool"
ASG = "AWS::AutoScaling::AutoScalingGroup"
TYPE = "node.kubernetes.io/instance-type"
CATEGORY = "karpenter.k8s.aws/instance-category"
FAMILY = "karpenter.k8s.aws/instance-family"
GPU_COUNT = "karpenter.k8s.aws/instance-gpu-count"
ACCELERATORS = "karpenter.k8s.aws/instance-accelerator-count"
STEMS = ["p", "g", "gr", "trn", "inf", "dl", "vt"]
BY_ID: Keys = {"launchTemplateSpecification": {"launchTemplateId": LATER}}
NOTHING: Keys = {}


def fleet(**config: Any) -> Keys:
    return {"launchTemplateConfigs": [{**BY_ID, **config}]}


def gke(**config: Any) -> Keys:
    return {"nodeConfig": config}


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (ENVIRONMENT, beanstalk("p5.48xlarge")),
        (ENVIRONMENT, beanstalk("m5.large,g5.xlarge", "InstanceTypes")),
        (ENVIRONMENT, beanstalk(LATER)),
        (ENVIRONMENT, {"settings": LATER}),
        (CFN, body(InstanceType="p5.48xlarge")),
        (CFN, body(InstanceType={"Ref": "Type"}) | {"parameters": {"Type": "p5.48xlarge"}}),
        (CFN, body(InstanceType={"Ref": "Type"})),
        (CFN, body(InstanceType="m5.large") | {"parameters": LATER}),
        (CFN, body("AWS::Batch::ComputeEnvironment", InstanceTypes=["p5"])),
        (CFN, body(ASG, LaunchTemplate={"LaunchTemplateId": "lt-1"})),
        (CFN, body("AWS::CloudFormation::Stack", TemplateURL="s3")),
        (CFN, {"templateBody": LATER}),
        (CFN, {"templateUrl": "https://bucket.s3.amazonaws.com/t.json"}),
        ("aws:cloudcontrol/resource:Resource", {"desiredState": '{"Type": "g5.xlarge"}'}),
        ("aws:codebuild/project:Project", {"environment": {"type": "LINUX_GPU_CONTAINER"}}),
        (
            "aws:workspaces/workspace:Workspace",
            {"workspaceProperties": {"computeTypeName": "GRAPHICS_G4DN"}},
        ),
        ("aws:lightsail/instance:Instance", {"bundleId": "gpu_nvidia_xl_1_0"}),
        (FLEET, fleet()),
        (FLEET, fleet(overrides=[{"subnetId": "s"}])),
        (FLEET, fleet(overrides=[{"instanceRequirements": {"vcpuCount": {"min": 8}}}])),
        ("aws-native:ec2:Instance", {"instanceType": "p5.48xlarge"}),
        ("aws-native:autoscaling:AutoScalingGroup", {"launchTemplate": {"launchTemplateId": "lt"}}),
        ("aws-native:autoscaling:AutoScalingGroup", {"mixedInstancesPolicy": LATER}),
        ("aws-native:ec2:LaunchTemplate", {"launchTemplateData": LATER}),
        ("gcp:compute/instance:Instance", {"machineType": "a3-highgpu-8g"}),
        ("gcp:compute/instance:Instance", {"machineType": "zones/z/machineTypes/g2-standard-4"}),
        ("gcp:compute/instance:Instance", {"machineType": LATER}),
        ("gcp:compute/instance:Instance", {"guestAccelerators": [{"type": LATER, "count": 1}]}),
        ("gcp:compute/instance:Instance", {"guestAccelerators": LATER}),
        ("gcp:container/nodePool:NodePool", gke(guestAccelerators=[{"type": "nvidia-l4"}])),
        ("gcp:container/nodePool:NodePool", {"nodeConfig": LATER}),
        (
            "gcp:cloudrunv2/service:Service",
            {"template": {"nodeSelector": {"accelerator": "nvidia-l4"}}},
        ),
        ("gcp:tpu/node:Node", {"acceleratorType": "v3-8"}),
        ("google-native:compute/v1:Instance", {"machineType": "a2-highgpu-1g"}),
        ("azure-native:containerservice:AgentPool", {"vmSize": "Standard_ND96isr_H100_v5"}),
        ("azure-native:containerservice:AgentPool", {"vmSize": LATER}),
        ("azure-native:compute:VirtualMachine", {"hardwareProfile": LATER}),
        ("azure-native:compute:VirtualMachine", {"hardwareProfile": {"vmSize": "Standard_NC6"}}),
        ("azure:compute/linuxVirtualMachine:LinuxVirtualMachine", {"size": "Standard_NV12s_v3"}),
        ("azure-native:machinelearningservices:Compute", {"properties": LATER}),
        ("gcp:dataproc/cluster:Cluster", {"clusterConfig": {"workerConfig": LATER}}),
        ("oci:Core/instanceConfiguration:InstanceConfiguration", {"instanceDetails": LATER}),
        ("oci:Core/instance:Instance", {"shape": "BM.GPU.H100.8"}),
        ("oci:ContainerEngine/nodePool:NodePool", {"nodeShape": "VM.GPU.A10.1"}),
        ("lambdalabs:index:Instance", {"instanceType": "gpu_8x_h100"}),
        ("scaleway:instance/server:Server", {"type": "x", "commercialType": "H100-1-80G"}),
        ("digitalocean:index/droplet:Droplet", {"size": "gpu-h100x1-80gb"}),
        ("runpod:index:Pod", {"gpuTypeId": "NVIDIA H100", "gpuCount": 1}),
        ("alicloud:ecs/instance:Instance", {"instanceType": "ecs.gn7i-c8g1.2xlarge"}),
        ("databricks:index/cluster:Cluster", {"nodeTypeId": "g5.xlarge"}),
        ("command:local:Command", {"create": "aws ec2 run-instances --instance-type p5.48xlarge"}),
        (KARPENTER, pool((TYPE, "In", ["p5.48xlarge"]))),
        (KARPENTER, pool((TYPE, "In", ["m7i.large", LATER]))),
        (KARPENTER, pool((CATEGORY, "In", ["c", "g"]))),
        (KARPENTER, pool((FAMILY, "In", ["p5"]))),
        (KARPENTER, pool((CATEGORY, "In", ["c"]), limits={"nvidia.com/gpu": 64})),
        (KARPENTER, pool((CATEGORY, "In", ["c"]), limits=LATER)),
        (KARPENTER, pool((GPU_COUNT, "Gt", ["0"]))),
        (KARPENTER, pool((CATEGORY, "NotIn", ["p"]))),
        (KARPENTER, pool(("kubernetes.io/arch", "In", ["amd64"]))),
        (KARPENTER, pool()),
        (KARPENTER, {"spec": LATER}),
        (KARPENTER, {"spec": {"template": LATER}}),
        (KARPENTER, {"spec": {"template": {"spec": {"requirements": LATER}}}}),
        ("kubernetes:karpenter.sh/v1alpha5:Provisioner", {"spec": {"requirements": []}}),
        (
            "kubernetes:infrastructure.cluster.x-k8s.io/v1beta2:AWSMachineTemplate",
            {"spec": {"instanceType": "p5.48xlarge"}},
        ),
        ("kubernetes:ec2.services.k8s.aws/v1alpha1:Instance", {"spec": LATER}),
    ],
)
def test_what_may_start_gpus_is_refused(catalog: Catalog, kind: str, inputs: Keys) -> None:
    """Named hardware, unknown hardware, and what launches from elsewhere."""
    found = gate(catalog, kind, inputs)
    assert found
    assert all(f"and tco does not price {kind}" in why for why in found)


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (ENVIRONMENT, beanstalk("m5.large")),
        (ENVIRONMENT, beanstalk(LATER, "IamInstanceProfile")),
        (CFN, body("AWS::S3::Bucket", Name="logs") | {"parameters": LATER}),
        (CFN, body(InstanceType="m5.large")),
        ("aws:rds/instance:Instance", {"instanceClass": LATER, "dbSubnetGroupName": LATER}),
        ("aws:opensearch/domain:Domain", {"clusterConfig": LATER}),
        ("aws:msk/cluster:Cluster", {"brokerNodeGroupInfo": {"instanceType": LATER}}),
        ("aws:ecs/service:Service", {"cluster": LATER, "taskDefinition": LATER}),
        ("aws:ecs/taskDefinition:TaskDefinition", {"containerDefinitions": LATER}),
        ("aws:secretsmanager/secretVersion:SecretVersion", {"secretString": LATER}),
        ("aws:ssm/parameter:Parameter", {"value": "p5.48xlarge", "tags": {"instanceType": "p5"}}),
        ("aws:globalaccelerator/listener:Listener", {"acceleratorArn": LATER}),
        (FLEET, fleet(overrides=[{"instanceType": "m7i.large"}])),
        (
            FLEET,
            fleet(overrides=[{"instanceRequirements": {"acceleratorCount": {"max": 0}}}]),
        ),
        ("aws:sagemaker/endpoint:Endpoint", {"endpointConfigName": LATER}),
        ("aws:codebuild/project:Project", {"environment": {"type": "LINUX_CONTAINER"}}),
        ("gcp:compute/instance:Instance", {"machineType": "n2-standard-8", "metadata": LATER}),
        ("gcp:compute/instance:Instance", {"guestAccelerators": [], "network": LATER}),
        ("gcp:sql/databaseInstance:DatabaseInstance", {"settings": LATER}),
        ("gcp:container/nodePool:NodePool", gke(machineType="e2-medium")),
        ("azure-native:containerservice:AgentPool", {"vmSize": "Standard_D4s_v5"}),
        ("azure-native:storage:StorageAccount", {"sku": LATER}),
        ("oci:Core/instance:Instance", {"shape": "VM.Standard.E5.Flex"}),
        ("linode:index/instance:Instance", {"type": "g6-standard-4"}),
        ("digitalocean:index/droplet:Droplet", {"size": "s-2vcpu-4gb"}),
        ("docker:index/container:Container", {"gpus": "all"}),
        ("cloudflare:index/record:Record", {"value": LATER}),
        ("command:local:Command", {"create": "make build"}),
        ("kubernetes:apps/v1:Deployment", {"spec": {"limits": {"nvidia.com/gpu": 8}}}),
        ("kubernetes:helm.sh/v3:Release", {"values": {"gpu": {"enabled": True}}}),
        (KARPENTER, pool((CATEGORY, "In", ["c", "m", "r"]))),
        (KARPENTER, pool((FAMILY, "In", ["m7i"]), limits={"cpu": 100, "nvidia.com/gpu": 0})),
        (KARPENTER, pool((CATEGORY, "NotIn", STEMS))),
        (KARPENTER, pool((GPU_COUNT, "DoesNotExist", []), (ACCELERATORS, "DoesNotExist", []))),
        ("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", {"spec": LATER}),
        ("my:own/type:T", {"gpu": False, "gpuCount": 0}),
    ],
)
def test_what_starts_no_gpus_is_let_through(catalog: Catalog, kind: str, inputs: Keys) -> None:
    """Databases, networks, pods and nodes with CPUs alone, also with unknown values in them."""
    assert gate(catalog, kind, inputs) == []


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (FLEET, fleet()),
        (CFN, body(ASG, LaunchTemplate={"LaunchTemplateId": "lt-1"})),
        ("aws-native:autoscaling:AutoScalingGroup", {"launchTemplate": {"launchTemplateId": "lt"}}),
    ],
)
def test_launch_template_counts_as_any_of_the_program(
    catalog: Catalog, kind: str, inputs: Keys
) -> None:
    """A policy does not see which one an id means: one with GPUs is enough to refuse."""
    cpu, gpu = Args(TEMPLATE, {"instanceType": "m7i.large"}, "cpu"), Args(TEMPLATE, BOX, "gpu")
    assert gate(catalog, kind, inputs, cpu) == []
    assert gate(catalog, kind, inputs, cpu, gpu)
    assert gate(catalog, kind, inputs)
