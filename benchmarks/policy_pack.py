"""The policy pack's time for a resource over an empty pack's, both in the SDK's own server."""

from __future__ import annotations

import runpy
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from google.protobuf import json_format
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy
from pulumi_policy import policy as sdk

from benchmarks.result import Result

LIMIT_MS = 0.5
RESOURCES = 1_000
RUNS = 5
PACK = Path(__file__).parents[1] / "policy" / "__main__.py"
PREFIX = "urn:pulumi:bench::bench"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
TAGS = {"tco:stack": "bench", "tco:service": "chat", "team": "serving"}
CONFIG: dict[str, Any] = {"tco-gate": {"maxUsdPerMonth": 1e12}}


def run() -> Iterator[Result]:
    """Yield the milliseconds per resource."""
    requests = [_request(place) for place in range(RESOURCES)]
    empty = [ResourceValidationPolicy("nothing", "Does nothing.", _nothing)]
    extra = [
        (_seconds(_policies(), requests) - _seconds(empty, requests)) for _ in range(RUNS + 1)
    ][1:]
    each_ms = 1000 * statistics.median(extra) / RESOURCES
    yield Result("policy pack, a resource over an empty pack", each_ms, LIMIT_MS, "ms")


def _nothing(args: object, report: object) -> None:
    del args, report


def _policies() -> list[Any]:
    """Return the policies of the shipped pack; the class that would serve them is put aside."""
    with mock.patch("pulumi_policy.PolicyPack") as pack:
        runpy.run_path(str(PACK))
    return pack.call_args.kwargs["policies"]


def _seconds(policies: list[Any], requests: list[Any]) -> float:
    server: Any = sdk._PolicyAnalyzerServicer(  # pyright: ignore[reportPrivateUsage]
        "bench", "1.0.0", policies, EnforcementLevel.ADVISORY, CONFIG
    )
    stack = proto.AnalyzeStackRequest(resources=[_as_seen(request) for request in requests])
    server.Analyze(requests[0], None)
    start = time.process_time()
    for request in requests:
        server.Analyze(request, None)
    server.AnalyzeStack(stack, None)
    return time.process_time() - start


def _as_seen(request: Any) -> Any:
    return proto.AnalyzerResource(
        urn=request.urn, type=request.type, name=request.name, properties=request.properties
    )


def _request(index: int) -> Any:
    kind, inputs = list(_kinds())[index % 5]
    request = proto.AnalyzeRequest(urn=f"{PREFIX}::{kind}::r{index}", type=kind, name=f"r{index}")
    request.provider.type = "pulumi:providers:aws"
    json_format.ParseDict({"region": "us-east-1"}, request.provider.properties)
    json_format.ParseDict({**inputs, "tags": TAGS}, request.properties)
    return request


def _kinds() -> Iterator[tuple[str, dict[str, Any]]]:
    """One node group in five resources: more than any program has."""
    rule = {"fromPort": 443, "toPort": 443, "protocol": "tcp", "cidrBlocks": ["10.0.0.0/8"]}
    scaling = {"minSize": 1, "desiredSize": 1, "maxSize": 3}
    yield (
        "aws:eks/nodeGroup:NodeGroup",
        {"instanceTypes": ["p5.48xlarge"], "scalingConfig": scaling, "capacityType": "SPOT"},
    )
    yield "aws:ec2/securityGroup:SecurityGroup", {"ingress": [rule, rule], "egress": [rule]}
    yield "aws:ebs/volume:Volume", {"availabilityZone": "us-east-1a", "size": 100, "type": "gp3"}
    yield "aws:iam/role:Role", {"assumeRolePolicy": "{}"}
    yield "aws:rds/instance:Instance", {"instanceClass": "db.r6g.large", "nested": {"a": [TAGS]}}
