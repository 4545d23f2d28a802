"""What a Kubernetes resource makes the cloud bill is named; what only uses nodes is free."""

from __future__ import annotations

import pytest

from tco.catalog.catalog import Catalog
from tests.iac.programs import LATER, Keys, Program

TEMPLATES = {"volumeClaimTemplates": [{"spec": {"resources": {"requests": {"storage": "1Ti"}}}}]}
EPHEMERAL = {"volumes": [{"ephemeral": {"volumeClaimTemplate": {"spec": {"x": 1}}}}]}
NOTHING: Keys = {}


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("karpenter.sh/v1:NodePool", NOTHING),
        ("karpenter.sh/v1beta1:NodePool", {"limits": {"nvidia.com/gpu": 64}}),
        ("karpenter.sh/v1:NodeClaim", NOTHING),
        ("cluster.x-k8s.io/v1beta1:MachineDeployment", NOTHING),
        ("infrastructure.cluster.x-k8s.io/v1beta2:AWSMachine", NOTHING),
        ("ec2.services.k8s.aws/v1alpha1:Instance", NOTHING),
        ("ec2.aws.upbound.io/v1beta1:Instance", NOTHING),
        ("container.cnrm.cloud.google.com/v1beta1:ContainerNodePool", NOTHING),
        ("containerservice.azure.com/v1api20231001:ManagedClustersAgentPool", NOTHING),
        ("apps/v1:StatefulSet", TEMPLATES),
        ("apps/v1:StatefulSet", {"volumeClaimTemplates": LATER}),
        ("apps/v1:Deployment", {"template": {"spec": EPHEMERAL}}),
        ("core/v1:PersistentVolumeClaim", NOTHING),
        ("core/v1:Service", {"type": "LoadBalancer"}),
        ("core/v1:Service", {"type": LATER}),
        ("gateway.networking.k8s.io/v1:Gateway", NOTHING),
        ("networking.k8s.io/v1:Ingress", NOTHING),
        ("helm.sh/v3:Release", NOTHING),
    ],
)
def test_what_the_cloud_bills_is_unpriced_with_a_reason(
    catalog: Catalog, kind: str, spec: Keys
) -> None:
    """A controller in the cluster buys it: no silent zero, and the list is not complete."""
    program = Program()
    own = program.add(f"kubernetes:{kind}", "x", {"spec": spec})
    found = program.one(catalog, own)
    assert found.status == "unpriced"
    assert found.reason
    assert not program.priced(catalog).complete


def test_stateful_set_that_is_unknown_as_a_whole_is_unpriced(catalog: Catalog) -> None:
    """It may claim volumes."""
    program = Program()
    own = program.add("kubernetes:apps/v1:StatefulSet", "x", {"spec": LATER})
    assert program.one(catalog, own).status == "unpriced"


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("karpenter.k8s.aws/v1:EC2NodeClass", NOTHING),
        ("apps/v1:StatefulSet", {"replicas": 3, "volumeClaimTemplates": []}),
        ("apps/v1:Deployment", {"template": {"x": {"limits": {"nvidia.com/gpu": 8}}}}),
        ("core/v1:Service", {"type": "ClusterIP"}),
        ("core/v1:ConfigMap", NOTHING),
        ("cert-manager.io/v1:Certificate", NOTHING),
        ("monitoring.coreos.com/v1:ServiceMonitor", NOTHING),
    ],
)
def test_what_only_uses_nodes_is_free(catalog: Catalog, kind: str, spec: Keys) -> None:
    """Nodes are priced themselves."""
    program = Program()
    own = program.add(f"kubernetes:{kind}", "x", {"spec": spec})
    assert program.one(catalog, own).status == "free"
