"""`tco price` as a whole process: a few resources, and many against `json.load` of the file."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

from benchmarks.processes import compiled, in_turn, used
from benchmarks.result import Result
from benchmarks.start_up import PYDANTIC, TCO

FEW, MANY = 500, 10_000
RUNS = 7
LATER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PREFIX = "urn:pulumi:bench::bench"
TAGS = {"tco:stack": "bench", "tco:service": "chat", "tco:pool": "base", "team": "serving"}
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

Keys = dict[str, Any]


def run() -> Iterator[Result]:
    """Yield the time for a few resources and for many, the memory, and how the time grows."""
    with tempfile.TemporaryDirectory() as name:
        few, many, more = (_file(Path(name), size) for size in (FEW, MANY, 2 * MANY))
        ours, base, ratio = in_turn((*TCO, "price", str(few)), PYDANTIC, RUNS)
        detail = f"{1000 * ours:.0f} ms over {1000 * base:.0f} ms for importing yaml and pydantic"
        what = f"tco price, {FEW} resources"
        yield Result(
            what=what,
            measured=ratio,
            to_reach=1.5,
            unit="x",
            detail=f"{detail} and validating one model",
        )
        load = (sys.executable, "-c", "import json, sys; json.load(open(sys.argv[1]))", str(many))
        what = f"tco price, {MANY:,} resources"
        ours, base, ratio = in_turn((*TCO, "price", str(many)), load, RUNS)
        yield Result(
            what=what,
            measured=ratio,
            to_reach=2,
            unit="x",
            detail=f"{ours:.2f} s over {base:.2f} s for json.load",
        )
        env = compiled(f"{name}/compiled")
        size, priced = many.stat().st_size, used((*TCO, "price", str(many)), env)
        memory = f"{priced.peak_bytes / 1e6:.0f} MB for {size / 1e6:.0f} MB"
        yield Result(
            what=f"{what}, memory",
            measured=priced.peak_bytes / size,
            to_reach=4,
            unit="x the file",
            detail=memory,
        )
        pairs = [
            (used((*TCO, "price", str(more)), env).seconds, used((*TCO, "price", str(many)), env))
            for _ in range(3)
        ]
        growth = statistics.median(twice / once.seconds for twice, once in pairs)
        yield Result("tco price, twice the resources", growth, 2, "x the time")


def _file(folder: Path, resources: int) -> Path:
    """Write a preview as the engine prints it: groups with templates, disks, and all that is free.

    Piece by piece: the memory of this process would count as that of the ones it starts.
    """
    path = folder / f"{resources}.json"
    steps = (step for index in count(0, len(_batch(0))) for step in _batch(index))
    with path.open("w", encoding="utf-8") as file:
        file.write('{"config": {"aws:region": "us-east-1"}, "steps": [')
        for index, step in enumerate(islice(steps, resources)):
            file.write(f"{', ' if index else ''}{json.dumps(step, indent=4)}")
        file.write("]}")
    return path


def _batch(index: int) -> list[Keys]:
    mappings = [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 500, "volumeType": "gp3"}}]
    template = _step(
        TEMPLATE, f"t{index}", {"instanceType": "p5.48xlarge", "blockDeviceMappings": mappings}
    )
    group = _step(
        "aws:autoscaling/group:Group",
        f"g{index}",
        {"minSize": 1, "maxSize": 3, "launchTemplate": {"id": LATER, "version": "$Latest"}},
        {"launchTemplate": [template["urn"]]},
    )
    volume = {"availabilityZone": "us-east-1a", "size": 100, "type": "gp3"}
    rule = {"fromPort": 443, "toPort": 443, "protocol": "tcp", "cidrBlocks": ["10.0.0.0/8"]}
    return [
        template,
        group,
        _step("aws:ebs/volume:Volume", f"v{index}", volume),
        _step("aws:ec2/securityGroup:SecurityGroup", f"s{index}", {"ingress": [rule, rule]}),
        _step("aws:iam/role:Role", f"r{index}", {"assumeRolePolicy": json.dumps({"a": TAGS})}),
        _step("aws:s3/bucket:Bucket", f"b{index}", {"forceDestroy": False}),
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
