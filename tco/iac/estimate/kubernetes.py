"""Kubernetes resources that make the cloud provide something that is billed."""

from __future__ import annotations

import re
from typing import Final

from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.properties import UNKNOWN, leaves, look

__all__ = ["PROVISIONERS", "why_billed"]

PROVISIONERS: Final = re.compile(
    r"karpenter\.sh|karpenter\.k8s\.\w+|autoscaling\.x-k8s\.io|machine\.openshift\.io"
    r"|(?:[\w-]+\.)*cluster\.x-k8s\.io|[\w-]+\.services\.k8s\.aws"
    r"|(?:[\w-]+\.)+(?:upbound|crossplane)\.io|(?:[\w-]+\.)*cnrm\.cloud\.google\.com"
    r"|(?:[\w-]+\.)+azure\.com"
)
"""API groups of controllers that start machines or other cloud resources."""
NODE_CLASSES: Final = frozenset({"EC2NodeClass", "AKSNodeClass", "GCENodeClass", "NodeClass"})
"""Kinds that only describe nodes, which a node pool starts."""
CLAIM: Final = re.compile(r"\bvolumeClaimTemplates?\b")
MAY_CLAIM: Final = re.compile(r"(?:spec(?:\.volumeClaimTemplates.*)?)?")
KINDS: Final = {
    "Gateway": "makes a load balancer, by its gateway class",
    "Ingress": "makes a load balancer, by its ingress class",
    "PersistentVolumeClaim": "claims a volume, by its storage class",
    "VolumeSnapshot": "keeps a copy of a volume",
}
CHART: Final = "what its chart makes is not in the file, such as load balancers and volumes"


def why_billed(resource: Resource) -> str:
    """Return what a Kubernetes resource makes that is billed; empty where it only uses nodes."""
    _, module, kind = f"{resource.type}::".split(":")[:3]
    group = module.partition("/")[0]
    if PROVISIONERS.fullmatch(group) and kind not in NODE_CLASSES:
        return "a controller starts nodes or other resources for it: how many is not in the file"
    if kind == "Service":
        if look(resource.inputs, "spec", "type") in (None, "ClusterIP", "NodePort"):
            return ""
        return "makes a load balancer"
    if (group, kind) == ("helm.sh", "Release"):
        return CHART
    return KINDS.get(kind, "") or _claims(resource, kind)


def _claims(resource: Resource, kind: str) -> str:
    """Return whether the pods of a resource claim volumes, wherever their template is."""
    for path, value in leaves(resource.inputs):
        hidden = value is UNKNOWN and kind == "StatefulSet" and MAY_CLAIM.fullmatch(path)
        if hidden or CLAIM.search(path):
            return "claims volumes (volumeClaimTemplates), by their storage class"
    return ""
