"""`tco price` on a preview of 10,000 resources against `json.loads` of the same file."""

from __future__ import annotations

import datetime as dt
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from tco.catalog.catalog import load_catalog
from tco.iac.estimate.price_view import price_json, price_text
from tco.iac.estimate.pricing import price_document

LIMIT = 3.0
RESOURCES = 10_000
RUNS = 7
DAY = dt.date(2026, 11, 23)
LATER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PREFIX = "urn:pulumi:bench::bench"
TAGS = {"tco:stack": "bench", "tco:service": "chat", "tco:pool": "base", "team": "serving"}
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

Keys = dict[str, Any]


def run() -> str:
    """The ratio, and how the time grows with the file; the number to reach is under 3."""
    catalog = load_catalog()

    def priced(data: bytes) -> None:
        result = price_document(data, "bench", catalog, DAY)
        price_json(result)
        price_text(result, "bench")

    large, larger = _preview(RESOURCES), _preview(2 * RESOURCES)
    pairs = [
        (_seconds(priced, large), _seconds(json.loads, large), _seconds(priced, larger))
        for _ in range(RUNS + 1)
    ][1:]
    ours, theirs, twice = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(mine / base for mine, base, _ in pairs)
    return (
        f"tco price, {RESOURCES:,} resources ({len(large) / 1e6:.0f} MB) {ours:.2f} s, "
        f"json.loads {theirs:.2f} s: ratio {ratio:.2f} (to reach: under {LIMIT:g}); "
        f"twice the resources take {twice / ours:.2f} times as long"
    )


def _seconds(work: Callable[[bytes], object], data: bytes) -> float:
    start = time.perf_counter()
    work(data)
    return time.perf_counter() - start


def _preview(resources: int) -> bytes:
    """A preview as the engine prints it: groups with templates, disks, and all that is free."""
    steps: list[Keys] = []
    while len(steps) < resources:
        steps += _batch(len(steps))
    content = {"config": {"aws:region": "us-east-1"}, "steps": steps[:resources]}
    return json.dumps(content, indent=4).encode()


def _batch(place: int) -> list[Keys]:
    mappings = [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 500, "volumeType": "gp3"}}]
    template = _step(
        TEMPLATE, f"t{place}", {"instanceType": "p5.48xlarge", "blockDeviceMappings": mappings}
    )
    group = _step(
        "aws:autoscaling/group:Group",
        f"g{place}",
        {"minSize": 1, "maxSize": 3, "launchTemplate": {"id": LATER, "version": "$Latest"}},
        {"launchTemplate": [template["urn"]]},
    )
    volume = {"availabilityZone": "us-east-1a", "size": 100, "type": "gp3"}
    rule = {"fromPort": 443, "toPort": 443, "protocol": "tcp", "cidrBlocks": ["10.0.0.0/8"]}
    return [
        template,
        group,
        _step("aws:ebs/volume:Volume", f"v{place}", volume),
        _step("aws:ec2/securityGroup:SecurityGroup", f"s{place}", {"ingress": [rule, rule]}),
        _step("aws:iam/role:Role", f"r{place}", {"assumeRolePolicy": json.dumps({"a": TAGS})}),
        _step("aws:s3/bucket:Bucket", f"b{place}", {"forceDestroy": False}),
    ]


def _step(kind: str, name: str, inputs: Keys, depends: Keys | None = None) -> Keys:
    urn = f"{PREFIX}::{kind}::{name}"
    provider = f"{PREFIX}::pulumi:providers:aws::default_7_51_0::{LATER}"
    stated = {**inputs, "name": f"{name}-4f2a9c1", "tags": TAGS, "tagsAll": TAGS}
    state: Keys = {
        "urn": urn,
        "custom": True,
        "type": kind,
        "inputs": stated,
        "outputs": {**stated, "arn": LATER, "id": LATER},
        "parent": f"{PREFIX}::pulumi:pulumi:Stack::bench-bench",
        "provider": provider,
        "propertyDependencies": {key: [] for key in stated} | (depends or {}),
    }
    return {"op": "create", "urn": urn, "provider": provider, "newState": state}


if __name__ == "__main__":
    print(run())
