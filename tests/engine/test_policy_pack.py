"""The policy pack and `tco price` on a program that does not import tco, in the real engine."""

from __future__ import annotations

import json
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tco.cli.main import cli
from tests.engine.conftest import Cloud
from tests.engine.project import ROOT, Project
from tests.iac.recording import RECORDED, stripped

DEV = ("--stack", "dev")
NODES = """
import pulumi_aws as aws

template = aws.ec2.LaunchTemplate(
    "gpu",
    name="gpu",
    instance_type="p5.48xlarge",
    block_device_mappings=[
        {"device_name": "/dev/xvda", "ebs": {"volume_size": 500, "volume_type": "gp3"}}
    ],
    tags={"team": "serving"},
    tag_specifications=[{"resource_type": "instance", "tags": {"team": "serving"}}],
)
aws.autoscaling.Group(
    "gpu",
    name="gpu",
    min_size=1,
    max_size=3,
    desired_capacity=2,
    capacity_rebalance=True,
    vpc_zone_identifiers=["SUBNET"],
    mixed_instances_policy={
        "launch_template": {
            "launch_template_specification": {
                "launch_template_id": template.id, "version": "$Latest"
            },
        },
        "instances_distribution": {
            "on_demand_base_capacity": 1, "on_demand_percentage_above_base_capacity": 0
        },
    },
    tags=[{"key": "team", "value": "serving", "propagate_at_launch": True}],
)
"""

PROGRAM = f"""{NODES}
aws.ebs.Volume("weights", availability_zone="us-east-1a", size=100, type="gp3")
aws.s3.Bucket("logs")
"""


@pytest.fixture
def foreign(project: Project) -> Project:
    """A project whose program knows nothing of tco, on a stack without a plan."""
    project.write("__main__.py", PROGRAM)
    project.write("stacks/Pulumi.dev.yaml", {"config": {"aws:region": "us-east-1"}})
    project.init()
    return project


def limits(folder: Path, **gate: Any) -> list[str]:
    """The options of a command that loads the pack with limits for its gate."""
    file = folder / "limits.json"
    file.write_text(json.dumps({"tco-gate": gate}), encoding="utf-8")
    return ["--policy-pack", str(ROOT / "policy"), "--policy-pack-config", str(file)]


def words(text: str) -> str:
    """A text with its line breaks as spaces."""
    return " ".join(text.split())


def test_preview_shows_what_gpus_cost_and_the_gate_lets_them_through(
    foreign: Project, tmp_path: Path
) -> None:
    """A program of any language shows its cost in the preview, without a change of its own."""
    run = foreign.done("preview", *DEV, *limits(tmp_path, maxUsdPerMonth=10_000_000))
    text = words(run.text)
    assert "[advisory] tco-cost (aws:autoscaling:Group: gpu)" in text
    assert "/month (up to $" in text
    assert "1 x p5.48xlarge, on demand + 0 to 2 x p5.48xlarge, spot" in text
    assert "tco-summary (pulumi:pulumi:Stack: tco-dev)" in text
    assert "2 priced resources" in text
    assert "tco-gate" not in text


def test_gate_refuses_before_the_provider_is_called(
    foreign: Project, cloud: Cloud, tmp_path: Path
) -> None:
    """With `--skip-preview` too, the group that crosses the limit is never made."""
    foreign.write("__main__.py", NODES.replace("SUBNET", cloud.subnets[0]))
    run = foreign.run(
        "up", "--yes", "--skip-preview", *DEV, *limits(tmp_path, maxUsdPerMonth=50_000)
    )
    assert run.code != 0
    assert "[mandatory] tco-gate (aws:autoscaling:Group: gpu)" in words(run.text)
    assert "above maxUsdPerMonth $50,000" in words(run.text)
    made = [call["type"] for call in foreign.calls("create")]
    assert "aws:autoscaling/group:Group" not in made


def test_gate_refuses_another_plan_than_the_reviewed_one(foreign: Project, tmp_path: Path) -> None:
    """The pinned digest is compared in the engine too, and the message names the file to review."""
    file = str(ROOT / "stacks" / "Pulumi.aws-premium.yaml")
    options = limits(tmp_path, requireVerdict=file, requireDigest="0" * 64)
    run = foreign.run("preview", *DEV, *options)
    assert run.code != 0
    assert f"the plan of {file} is not the reviewed one" in words(run.text)


def test_gate_without_configuration_refuses(foreign: Project) -> None:
    """A pack that is only switched on lets no GPU through, and says what to write."""
    run = foreign.run("preview", *DEV, "--policy-pack", str(ROOT / "policy"))
    assert run.code != 0
    assert "tco-gate has no limits" in words(run.text)


def test_gate_refuses_an_unknown_instance_type(foreign: Project, tmp_path: Path) -> None:
    """A type that only an update will reveal is refused in the preview, as a violation."""
    unknown = PROGRAM.replace('instance_type="p5.48xlarge"', "instance_type=aws.s3.Bucket('b').arn")
    foreign.write("__main__.py", unknown)
    run = foreign.run("preview", *DEV, *limits(tmp_path, maxUsdPerMonth=10_000_000))
    assert run.code != 0
    assert "instanceType is not known before the update" in words(run.text)


def test_price_reads_the_preview_and_the_policy_pack_agrees(
    foreign: Project, tmp_path: Path
) -> None:
    """`pulumi preview --json | tco price -` reports the same month as the pack's summary."""
    preview = foreign.done("preview", *DEV, "--json").out
    (tmp_path / "preview.json").write_text(preview, encoding="utf-8")
    priced = tco_price(tmp_path / "preview.json")
    assert priced["counts"] == {"priced": 2, "free": 2, "usage_based": 1, "unpriced": 0}
    assert priced["complete"] is True
    run = foreign.done("preview", *DEV, *limits(tmp_path, maxUsdPerMonth=10_000_000))
    for total in priced["usd_per_month"].values():
        assert f"${total:,.0f}" in words(run.text)


def tco_price(file: Path) -> dict[str, Any]:
    """What `tco price` says about a file."""
    run = CliRunner().invoke(cli, ["price", str(file), "--format", "json"])
    assert run.exit_code == 0, run.output
    return json.loads(run.stdout)


def test_recorded_preview_is_what_the_engine_prints(foreign: Project) -> None:
    """The files that the tests of `tco price` read are the engine's, not what someone thinks.

    After a change that is meant, write ``reported`` to the file.
    """
    reported = stripped(foreign.done("preview", *DEV, "--json").json)
    recorded = json.loads((RECORDED / "preview.json").read_text(encoding="utf-8"))
    for preview in (reported, recorded):
        preview["steps"].sort(key=itemgetter("urn"))
    assert reported == recorded
