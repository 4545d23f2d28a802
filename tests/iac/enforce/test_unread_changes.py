"""Updates of types that tco does not price: which may start nodes, in any cloud."""

from __future__ import annotations

import pytest
from pulumi.output import UNKNOWN

from tco.catalog.catalog import Catalog
from tco.iac.enforce.growth import Growth, growth
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.reading import ReferenceIndex
from tests.iac.programs import DAY, GROUP, RESERVATION, TEMPLATE, Keys

SIZED: Keys = {"minSize": 1, "maxSize": 4, "desiredCapacity": 2}
EXTERNAL: Keys = {**SIZED, "launchTemplate": {"id": "lt-x", "version": "1"}}
HELD: Keys = {"instanceType": "box.8x", "instanceCount": 1, "instancePlatform": "Linux/UNIX"}
ENDS: Keys = {"endDateType": "limited", "endDate": "2026-12-01T00:00:00Z"}
BATCH = "aws:batch/computeEnvironment:ComputeEnvironment"
KARPENTER = "kubernetes:karpenter.sh/v1:NodePool"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
STACK = "aws:cloudformation/stack:Stack"
TARGET = "aws:appautoscaling/target:Target"


def judged(catalog: Catalog, kind: str, old: Keys, new: Keys) -> Growth:
    """Return what the gate makes of an update."""
    before, after = (
        Resource(urn="u", type=kind, name="x", inputs=inputs, region="r1") for inputs in (old, new)
    )
    return growth(before, after, ReferenceIndex([]), catalog, DAY)


def pods(replicas: int, gpus: int = 0) -> Keys:
    """A deployment whose pods ask for GPUs, or for none."""
    limits = {"nvidia.com/gpu": gpus} if gpus else {"cpu": "2"}
    container = {"name": "c", "image": "i", "resources": {"limits": limits}}
    return {"spec": {"replicas": replicas, "template": {"spec": {"containers": [container]}}}}


def provisioner(*types: str, gpus: int | None = None, operator: str = "In") -> Keys:
    """A Karpenter node pool with its instance types and its limit of GPUs."""
    wanted = {"key": "node.kubernetes.io/instance-type", "operator": operator}
    spec: Keys = {"template": {"spec": {"requirements": [{**wanted, "values": list(types)}]}}}
    return {"spec": {**spec, "limits": {"nvidia.com/gpu": gpus} if gpus else {"cpu": 100}}}


GROWS = [
    ("a bigger version of a foreign template", GROUP, EXTERNAL,
     {**EXTERNAL, "launchTemplate": {"id": "lt-x", "version": "2"}}, "version from 1 to 2"),
    ("a process that was suspended runs again", GROUP,
     {**EXTERNAL, "suspendedProcesses": ["Launch"]}, EXTERNAL, "suspendedProcesses[0]"),
    ("another default version", TEMPLATE, {"instanceType": "t3.micro", "defaultVersion": 2},
     {"instanceType": "t3.micro", "defaultVersion": 1}, "defaultVersion from 2 to 1"),
    ("a reservation that no longer ends", RESERVATION, {**HELD, **ENDS},
     {**HELD, "endDateType": "unlimited"}, "endDateType from limited to unlimited"),
    ("a reservation that ends later", RESERVATION, {**HELD, **ENDS},
     {**HELD, **ENDS, "endDate": "2027-12-01T00:00:00Z"}, "endDate from"),
    ("a stopped instance starts", "aws:ec2transitgateway/instanceState:InstanceState",
     {"state": "stopped"}, {"state": "running"}, "state from stopped to running"),
    ("an ECS service", "aws:ecs/service:Service", {"desiredCount": 1}, {"desiredCount": 64},
     "desiredCount from 1 to 64"),
    ("an ECS task of another size", "aws:ecs/service:Service", {"taskDefinition": "a:1"},
     {"taskDefinition": "a:2"}, "taskDefinition from a:1 to a:2"),
    ("Batch is enabled", BATCH, {"state": "DISABLED"}, {"state": "ENABLED"}, "to ENABLED"),
    ("Batch holds vCPUs", BATCH, {"computeResources": {"minVcpus": 0}},
     {"computeResources": {"minVcpus": 1920}}, "minVcpus from 0 to 1920"),
    ("another config of an endpoint", "aws:sagemaker/endpoint:Endpoint",
     {"endpointConfigName": "cpu"}, {"endpointConfigName": "gpu"}, "from cpu to gpu"),
    ("a SageMaker cluster", "aws:sagemaker/cluster:Cluster",
     {"instanceGroups": [{"instanceCount": 1, "instanceType": "ml.p5.48xlarge"}]},
     {"instanceGroups": [{"instanceCount": 64, "instanceType": "ml.p5.48xlarge"}]}, "to 64"),
    ("EKS chooses nodes itself", "aws:eks/cluster:Cluster", {"computeConfig": {"enabled": False}},
     {"computeConfig": {"enabled": True}}, "computeConfig.enabled from False to True"),
    ("units of a model", "aws:bedrock/provisionedModelThroughput:ProvisionedModelThroughput",
     {"modelUnits": 1}, {"modelUnits": 100}, "modelUnits from 1 to 100"),
    ("EMR", "aws:emr/instanceGroup:InstanceGroup", {"instanceCount": 1}, {"instanceCount": 64},
     "instanceCount from 1 to 64"),
    ("the body of a stack", STACK, {"templateBody": "a"}, {"templateBody": "p5.48xlarge x 100"},
     "templateBody"),
    ("the parameters of a stack", STACK, {"parameters": {"N": "1"}}, {"parameters": {"N": "100"}},
     "parameters.N from 1 to 100"),
    ("a body that is not known", STACK, {"templateBody": "a"}, {"templateBody": UNKNOWN},
     "templateBody is not known yet"),
    ("a command", "command:local:Command", {"update": "true"},
     {"update": "aws ec2 run-instances --count 10"}, "update from true to"),
    ("a trigger of a command", "command:remote:Command", {"triggers": [1]}, {"triggers": [2]},
     "triggers[0]"),
    ("a provider in code", "pulumi-python:dynamic:Resource", {"__provider": "a"},
     {"__provider": "b"}, "__provider"),
    ("the limits of Karpenter", KARPENTER, provisioner("p5.48xlarge", gpus=8),
     provisioner("p5.48xlarge", gpus=512), "gpu from 8 to 512"),
    ("the limits of Karpenter go", KARPENTER, provisioner("p5.48xlarge", gpus=8),
     provisioner("p5.48xlarge"), "gpu from 8 to nothing"),
    ("the types of Karpenter", KARPENTER, provisioner("g6.xlarge"), provisioner("p5.48xlarge"),
     "g6.xlarge to p5.48xlarge"),
    ("a type that Karpenter had excluded", KARPENTER,
     provisioner("p5.48xlarge", "g6.xlarge", operator="NotIn"),
     provisioner("g6.xlarge", operator="NotIn"), "values"),
    ("pods with GPUs", DEPLOYMENT, pods(1, gpus=8), pods(64, gpus=8), "replicas from 1 to 64"),
    ("GPUs of a pod", DEPLOYMENT, pods(1, gpus=1), pods(1, gpus=8), "gpu from 1 to 8"),
    ("pods that nobody can read", DEPLOYMENT, {"spec": {"replicas": 1}},
     {"spec": {"replicas": 64}}, "replicas from 1 to 64"),
    ("an autoscaler", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
     {"spec": {"maxReplicas": 2}}, {"spec": {"maxReplicas": 200}}, "maxReplicas"),
    ("a controller's own kind", "kubernetes:ray.io/v1:RayCluster",
     {"spec": {"workerGroupSpecs": [{"maxReplicas": 2}]}},
     {"spec": {"workerGroupSpecs": [{"maxReplicas": 64}]}}, "maxReplicas from 2 to 64"),
    ("a machine set", "kubernetes:cluster.x-k8s.io/v1beta1:MachineDeployment",
     {"spec": {"replicas": 1}}, {"spec": {"replicas": 9}}, "replicas from 1 to 9"),
    ("a chart", "kubernetes:helm.sh/v3:Release", {"values": {"replicaCount": 1}},
     {"values": {"replicaCount": 64}}, "replicaCount from 1 to 64"),
    ("a chart's version", "kubernetes:helm.sh/v3:Release", {"version": "1.0.0"},
     {"version": "2.0.0"}, "version from 1.0.0 to 2.0.0"),
    ("nodes of GKE", "gcp:container/nodePool:NodePool", {"nodeCount": 1}, {"nodeCount": 64},
     "nodeCount from 1 to 64"),
    ("the autoscaling of GKE", "gcp:container/nodePool:NodePool",
     {"autoscaling": {"maxNodeCount": 2}}, {"autoscaling": {"maxNodeCount": 99}}, "to 99"),
    ("a managed instance group", "gcp:compute/instanceGroupManager:InstanceGroupManager",
     {"targetSize": 1}, {"targetSize": 64}, "targetSize from 1 to 64"),
    ("a template of such a group", "gcp:compute/instanceGroupManager:InstanceGroupManager",
     {"versions": [{"instanceTemplate": "a"}]}, {"versions": [{"instanceTemplate": "b"}]},
     "instanceTemplate from a to b"),
    ("an autoscaler of Google", "gcp:compute/autoscaler:Autoscaler",
     {"autoscalingPolicy": {"maxReplicas": 2}}, {"autoscalingPolicy": {"maxReplicas": 64}},
     "maxReplicas"),
    ("a machine of Google", "gcp:compute/instance:Instance", {"machineType": "e2-small"},
     {"machineType": "a3-highgpu-8g"}, "e2-small to a3-highgpu-8g"),
    ("a machine that starts", "gcp:compute/instance:Instance", {"desiredStatus": "TERMINATED"},
     {"desiredStatus": "RUNNING"}, "to RUNNING"),
    ("a service with GPUs", "gcp:cloudrunv2/service:Service",
     {"template": {"scaling": {"maxInstanceCount": 1}}},
     {"template": {"scaling": {"maxInstanceCount": 100}}}, "maxInstanceCount"),
    ("nodes of AKS", "azure:containerservice/kubernetesClusterNodePool:KubernetesClusterNodePool",
     {"nodeCount": 1}, {"nodeCount": 64}, "nodeCount from 1 to 64"),
    ("agents of AKS", "azure-native:containerservice:AgentPool", {"count": 1}, {"count": 64},
     "count from 1 to 64"),
    ("a scale set", "azure-native:compute:VirtualMachineScaleSet", {"sku": {"capacity": 1}},
     {"sku": {"capacity": 64}}, "sku.capacity from 1 to 64"),
    ("a machine of Azure", "azure-native:compute:VirtualMachine",
     {"hardwareProfile": {"vmSize": "B1s"}},
     {"hardwareProfile": {"vmSize": "Standard_ND96isr_H100_v5"}}, "B1s to Standard_ND96isr"),
    ("a spot machine of Azure", "azure-native:compute:VirtualMachine", {"priority": "Spot"},
     {"priority": "Regular"}, "Spot to Regular"),
    ("units of Azure OpenAI", "azure-native:cognitiveservices:Deployment",
     {"sku": {"capacity": 10}}, {"sku": {"capacity": 500}}, "10 to 500"),
    ("a template of Azure", "azure-native:resources:Deployment",
     {"properties": {"template": {"n": 1}}}, {"properties": {"template": {"n": 2}}}, "template.n"),
    ("a group of another cloud", "oci:Core/instancePool:InstancePool", {"size": 1}, {"size": 8},
     "size from 1 to 8"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "kind", "old", "new", "reason"), GROWS)
def test_what_may_start_nodes_is_refused_while_closed(
    catalog: Catalog, case: str, kind: str, old: Keys, new: Keys, reason: str
) -> None:
    """An update that no price covers is refused by what it changes, and can be allowed by type."""
    found = judged(catalog, kind, old, new)
    assert reason in found.reason, case
    assert found.in_doubt


PASSES = [
    ("a reservation that ends sooner", RESERVATION, {**HELD, **ENDS},
     {**HELD, **ENDS, "endDate": "2026-11-30T00:00:00Z"}),
    ("a reservation that ends at all", RESERVATION, {**HELD, "endDateType": "unlimited"},
     {**HELD, "endDateType": "limited"}),
    ("a process that is suspended", GROUP, EXTERNAL,
     {**EXTERNAL, "suspendedProcesses": ["Launch"]}),
    ("nodes without GPUs instead", TEMPLATE, {"instanceType": "p5.48xlarge"},
     {"instanceType": "m7i.large"}),
    ("code of a function", "aws:lambda/function:Function", {"s3Key": "a"}, {"s3Key": "b"}),
    ("a database of another class", "aws:rds/instance:Instance", {"instanceClass": "db.t3.micro"},
     {"instanceClass": "db.r6g.large"}),
    ("a table that scales", TARGET,
     {"maxCapacity": 10, "scalableDimension": "dynamodb:table:ReadCapacityUnits"},
     {"maxCapacity": 11, "scalableDimension": "dynamodb:table:ReadCapacityUnits"}),
    ("fewer tasks", "aws:ecs/service:Service", {"desiredCount": 4}, {"desiredCount": 1}),
    ("Batch is disabled", BATCH, {"state": "ENABLED"}, {"state": "DISABLED"}),
    ("an instance stops", "aws:ec2transitgateway/instanceState:InstanceState",
     {"state": "running"}, {"state": "stopped"}),
    ("tags of a stack", STACK, {"templateBody": "a", "tags": {"a": "1"}},
     {"templateBody": "a", "tags": {"a": "2"}}),
    ("Karpenter allows fewer GPUs", KARPENTER, provisioner("p5.48xlarge", gpus=8),
     provisioner("p5.48xlarge", gpus=4)),
    ("Karpenter without GPUs", KARPENTER, provisioner("m7i.large"),
     provisioner("m7i.large", "m7i.xlarge")),
    ("pods without GPUs", DEPLOYMENT, pods(1), pods(64)),
    ("fewer pods with GPUs", DEPLOYMENT, pods(8, gpus=8), pods(4, gpus=8)),
    ("settings of a program", "kubernetes:core/v1:ConfigMap", {"data": {"replicas": "1"}},
     {"data": {"replicas": "9"}}),
    ("fewer nodes of GKE", "gcp:container/nodePool:NodePool", {"nodeCount": 8}, {"nodeCount": 1}),
    ("labels of a machine", "gcp:compute/instance:Instance", {"labels": {"a": "1"}},
     {"labels": {"a": "2"}}),
    ("a bucket", "gcp:storage/bucket:Bucket", {"storageClass": "A"}, {"storageClass": "B"}),
    ("a machine becomes spot", "azure-native:compute:VirtualMachine", {"priority": "Regular"},
     {"priority": "Spot"}),
    ("a name record", "cloudflare:index/record:Record", {"value": "a"}, {"value": "b"}),
    ("a random name", "random:index/randomPet:RandomPet", {"length": 1}, {"length": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("case", "kind", "old", "new"), PASSES)
def test_what_starts_no_nodes_passes_while_closed(
    catalog: Catalog, case: str, kind: str, old: Keys, new: Keys
) -> None:
    """A gate in the way of what is harmless or saves money would be switched off."""
    assert judged(catalog, kind, old, new).reason == "", case
