"""The closed gate in the real engine: nothing is created, nothing grows, the rest passes."""

from __future__ import annotations

import sys

import pytest
import yaml

from tests.engine.conftest import Cloud
from tests.engine.plans import EVERY_COST, RESERVED, SPOT, Keys, on_demand, opened, plan
from tests.engine.project import ROOT, Project, Run

UP = ("up", "--yes", "--stack", "dev")
CLOSED = "The gate is closed"


def refused(run: Run) -> None:
    """An update that ended because of the gate, reported as an error and not as a crash."""
    assert run.code != 0
    assert "tco-gate" in run.text
    assert CLOSED in run.text


@pytest.mark.parametrize(
    ("gate", "arguments", "because"),
    [
        ({}, (), "business case"),
        ({}, ("--skip-preview", "--target", "**burst**"), "business case"),
        (
            {},
            ("--skip-preview", "--continue-on-error", "--refresh"),
            "business case",
        ),
        ({"override": {**EVERY_COST, "expires": "2026-01-01"}}, ("--skip-preview",), "expired"),
        (
            {"override": {**EVERY_COST, "max_usd_per_month": 10}},
            ("--skip-preview",),
            "exceeds its",
        ),
        ({"max_price_age_days": 1}, ("--skip-preview",), "prices or throughput are not fresh"),
    ],
)
def test_a_closed_gate_lets_no_call_reach_the_provider(
    project: Project, cloud: Cloud, gate: Keys, arguments: tuple[str, ...], because: str
) -> None:
    """A hook stops its resource and not the update, so every resource has to be bound."""
    pools = {"base": RESERVED, "burst": SPOT}
    project.stack(plan(pools, cloud.subnets, gate=gate))
    project.init()
    run = project.run(*UP, *arguments)
    refused(run)
    assert because in run.text
    assert "tco:plan.gate.override to stacks/Pulumi.dev.yaml" in run.text
    assert project.calls() == []


def test_an_unpriced_line_closes_the_gate_whatever_the_override_says(
    project: Project, cloud: Cloud
) -> None:
    """What has no price may cost anything."""
    service: Keys = {"overflow": "refuse", "workload": "premium-flat"}  # too much for two nodes
    given = plan({"main": on_demand()}, cloud.subnets, service=service)
    project.stack(opened(given))
    project.init()
    run = project.run(*UP, "--skip-preview")
    refused(run)
    assert "prices are missing" in run.text
    assert project.calls() == []


FOREIGN = """
import pulumi, pulumi_aws as aws
class Foreign(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("other:team:Thing", "foreign", None, None)
        hooks = pulumi.ResourceHookBinding(before_create=[own])
        aws.sns.Topic("theirs", name="theirs",
                      opts=pulumi.ResourceOptions(parent=self, hooks=hooks))
own = pulumi.ResourceHook("own", lambda args: pulumi.log.info("their own hook ran"))
Foreign()
"""


def test_resources_of_foreign_components_are_refused_and_keep_their_own_hooks(
    project: Project, cloud: Cloud
) -> None:
    """A program is more than its pools: what else it creates costs money too."""
    project.append(FOREIGN)
    given = plan({"main": on_demand()}, cloud.subnets)
    del given["provision"]  # the engine stops at the first refusal, so theirs is the only one
    project.stack(given)
    project.init()
    run = project.run(*UP, "--skip-preview")
    refused(run)
    assert "theirs was not created" in run.text
    assert "their own hook ran" in run.text
    assert project.calls() == []


REMOTE = """
import pulumi
class Remote(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("thing:index:Remote", "remote", {}, None, remote=True)
Remote()
"""
THING = """
import sys
import pulumi, pulumi_aws as aws
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import main
class Remote(pulumi.ComponentResource):
    def __init__(self, name, options):
        super().__init__("thing:index:Remote", name, None, options)
        aws.sns.Topic("theirs", name="theirs", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})
class Thing(Provider):
    def construct(self, name, resource_type, inputs, options=None):
        return ConstructResult(urn=Remote(name, options).urn, state={})
main(Thing("0.0.1"), sys.argv[1:])
"""


def test_resources_of_a_component_in_another_process_are_refused(
    project: Project, cloud: Cloud
) -> None:
    """Such a component may be written in any language; only the engine sees what it declares."""
    project.append(REMOTE)
    script = project.write("thing/thing.py", THING)
    starter = f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n'
    binary = project.write("thing/pulumi-resource-thing", starter)
    binary.chmod(0o755)
    settings = yaml.safe_load((project.folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    settings["plugins"]["providers"].append({"name": "thing", "path": str(script.parent)})
    project.write("Pulumi.yaml", settings)
    given = plan({"main": on_demand()}, cloud.subnets)
    del given["provision"]
    project.stack(given)
    project.init()
    run = project.run(*UP, "--skip-preview")
    refused(run)
    assert "theirs was not created" in run.text
    assert project.calls() == []


OPTIONS = """
import pulumi, pulumi_aws as aws
def topic(name, **options):
    return aws.sns.Topic(name, name=name, opts=pulumi.ResourceOptions(**options))
one = topic("one", hide_diffs=["tags"], retain_on_delete=True)
two = topic("two", replacement_trigger="first", replace_with=[one])
"""


def test_the_gate_leaves_the_other_options_of_a_resource_alone(
    project: Project, cloud: Cloud
) -> None:
    """Under an open gate a program has to behave as if there were none."""
    project.append(OPTIONS)
    given = plan({"main": on_demand()}, cloud.subnets)
    del given["provision"]
    project.stack(opened(given))
    project.init()
    project.done(*UP, "--skip-preview")
    deployment = project.done("stack", "export", "--stack", "dev").json["deployment"]
    state = {resource["urn"].rpartition("::")[2]: resource for resource in deployment["resources"]}
    assert state["one"]["hideDiff"] == ["tags"]
    assert state["one"]["retainOnDelete"] is True
    assert state["two"]["replacementTrigger"] == "first"
    assert state["two"]["replaceWith"] == [state["one"]["urn"]]


def test_a_saved_plan_is_no_way_around_the_gate(project: Project, cloud: Cloud) -> None:
    """A gate that has closed since the preview refuses what was planned while it was open."""
    given = plan({"main": on_demand()}, cloud.subnets, guardrails=False)
    project.stack(opened(given))
    project.init()
    saved = str(project.folder / "plan.json")
    project.done("preview", "--stack", "dev", "--save-plan", saved)
    project.stack(given)
    refused(project.run(*UP, "--skip-preview", "--plan", saved))
    assert project.calls() == []
    project.stack(opened(given))
    project.done(*UP, "--plan", saved)
    assert len(cloud.scaling_groups()) == 1


@pytest.mark.parametrize(
    ("broken", "fault", "reported"),
    [
        ("tco.analysis.evaluate.evaluate", "AssertionError", "tco failed: AssertionError"),
        ("tco.analysis.evaluate.evaluate", "SystemExit", "ended by SystemExit"),
        (
            "tco.report.preview.refusal",
            "AssertionError",
            "the gate could not be evaluated (AssertionError",
        ),
        ("tco.iac.enforce.growth.growth", "AssertionError", CLOSED),
    ],
)
def test_a_fault_inside_tco_keeps_the_gate_closed(
    project: Project, cloud: Cloud, broken: str, fault: str, reported: str
) -> None:
    """An exception without a text lets a step pass, an exit hangs; neither may provision."""
    project.forks = False  # the fault is to be there before the program imports what it breaks
    module, _, name = broken.rpartition(".")
    lines = f"import {module} as broken\ndef fault(*_): raise {fault}\nbroken.{name} = fault\n"
    program = project.folder / "__main__.py"
    program.write_text(lines + program.read_text(encoding="utf-8"), encoding="utf-8")
    project.stack(plan({"main": on_demand()}, cloud.subnets))
    project.init()
    run = project.run(*UP, "--skip-preview")
    assert run.code != 0
    assert reported in run.text
    assert "Traceback" not in run.text
    assert project.calls() == []


def test_while_closed_a_running_pool_may_shrink_and_be_tagged_and_not_grow(
    project: Project, cloud: Cloud
) -> None:
    """The gate stands before spending more, and never in the way of spending less."""
    running = on_demand({"min": 1, "max": 3, "follow": "load"})
    project.stack(opened(plan({"main": running, "burst": SPOT}, cloud.subnets)))
    project.init()
    project.done(*UP, "--skip-preview")

    made, kept = len(project.calls()), project.output("tco")
    for pools, grows in (
        (
            {"main": {**running, "nodes": {**running["nodes"], "max": 4}}},
            "(main: 1-3 x p5.48xlarge on-demand to 1-4 x p5.48xlarge on-demand)",
        ),
        ({"main": {**running, "nodes": {**running["nodes"], "min": 2}}}, "its floor rises"),
        ({"burst": {**SPOT, "purchase": "on-demand"}}, "its ceiling as bought rises"),
    ):
        project.stack(plan({"main": running, "burst": SPOT, **pools}, cloud.subnets))
        run = project.run(*UP, "--skip-preview")
        refused(run)
        assert grows in run.text
        assert len(project.calls()) == made  # neither the budget nor a template was touched
        assert project.output("tco") == kept

    cheaper = {**running, "purchase": "spot"}
    project.stack(
        plan(
            {"main": cheaper, "burst": SPOT},
            cloud.subnets,
            guardrails={"budget_emails": ["gpu-spend@example.com", "cfo@example.com"]},
        )
    )
    run = project.done(*UP, "--skip-preview")
    assert "This update passes: the ceiling of" in run.text

    smaller = {"main": {**cheaper, "nodes": {"min": 0, "max": 2, "follow": "load"}}, "burst": SPOT}
    shrunk = plan(smaller, cloud.subnets)
    shrunk["services"]["renamed"] = shrunk["services"].pop("chat")  # a tag of every resource
    project.stack(shrunk)
    project.done(*UP, "--skip-preview")
    main = next(
        group for group in cloud.scaling_groups() if group["MaxSize"] == 2 and "main" in str(group)
    )
    assert main["MinSize"] == 0
    assert {"renamed"} == {tag["Value"] for tag in main["Tags"] if tag["Key"] == "tco:service"}
    project.done("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert cloud.scaling_groups() == []


RESERVE = """
import asyncio, pulumi, pulumi_aws as aws
def unknown():
    value, known = asyncio.Future(), asyncio.Future()
    value.set_result(None), known.set_result(False)
    return pulumi.Output(set(), value, known)
BEFORE
aws.ec2.CapacityReservation("held", instance_type="p5.48xlarge", instance_count=COUNT,
    instance_platform="Linux/UNIX", availability_zone="us-east-1a", tags={"team": "a"})
"""
TOPIC = 'topic = aws.sns.Topic("theirs", name="theirs", tags={"team": "a"})'


@pytest.mark.parametrize(
    ("before", "count", "arguments"),
    [
        ("", "pulumi.runtime.rpc.UNKNOWN", ()),
        ("", "pulumi.runtime.rpc.UNKNOWN", ("--target", "**held")),
        ("", "unknown()", ()),
        (TOPIC, "topic.arn.apply(len)", ("--exclude", "**theirs")),
    ],
)
def test_while_closed_an_input_that_is_not_known_at_an_update_is_refused(
    project: Project, cloud: Cloud, before: str, count: str, arguments: tuple[str, ...]
) -> None:
    """The engine leaves such an input out: what a reservation then holds, is not known."""
    program = project.folder / "__main__.py"
    own = program.read_text(encoding="utf-8")
    given = plan({"main": on_demand(1)}, cloud.subnets, guardrails=False)

    def reserve(before: str, count: str) -> None:
        more = RESERVE.replace("BEFORE", before).replace("COUNT", count)
        program.write_text(own + more, encoding="utf-8")

    project.stack(given)
    project.init()
    reserve(before, count)
    refused(project.run(*UP, "--skip-preview"))
    assert project.calls() == []
    project.stack(opened(given))
    reserve("", "1")
    project.done(*UP, "--skip-preview")
    made = len(project.calls())
    project.stack(given)
    reserve(before, count)
    run = project.run(*UP, "--skip-preview", *arguments)
    refused(run)
    assert "held was not updated: it would grow, instanceCount is missing" in run.text
    assert len(project.calls()) == made


def test_a_program_that_fails_halfway_provisions_nothing_under_an_open_gate(
    project: Project, cloud: Cloud
) -> None:
    """Nodes without the budget and the alarms that were to come after them would go unnoticed."""
    program = project.folder / "__main__.py"
    fault = "import tco.iac.provision.program as p\ndef fault(*_, **__): raise ValueError('x')\n"
    broken = f"{fault}p.SpendGuardrails = fault\n"
    program.write_text(broken + program.read_text(encoding="utf-8"), encoding="utf-8")
    project.stack(opened(plan({"main": on_demand()}, cloud.subnets)))
    project.init()
    run = project.run(*UP, "--skip-preview")
    assert run.code != 0
    assert "tco failed: ValueError: x. Nothing was provisioned." in run.text
    assert "Traceback" not in run.text
    assert project.calls() == []


HELD = """
import pulumi_aws as aws
aws.ec2.CapacityReservation("held", instance_type="p5.48xlarge", instance_count=100,
    instance_platform="Linux/UNIX", availability_zone="us-east-1a")
"""


def test_a_second_fleet_for_a_workload_closes_an_open_gate(project: Project, cloud: Cloud) -> None:
    """Two stacks that would serve one workload are closed, until one states why it may."""
    example = yaml.safe_load((ROOT / "stacks/Pulumi.aws-premium.yaml").read_text(encoding="utf-8"))
    ageless = {"max_price_age_days": 99_999, "max_throughput_age_days": 99_999}
    given = {
        **example["config"]["tco:plan"],
        "provision": {"kind": "asg", "subnets": cloud.subnets},
        "gate": {"max_usd_per_month": 900_000, **ageless},
    }
    project.stack(given)
    project.stack(given, "second")
    project.init()
    run = project.run(*UP, "--skip-preview")
    refused(run)
    assert "second (premium-flat) may provision nodes too" in run.text
    assert project.calls() == []
    project.stack({**given, "gate": {**given["gate"], "shares_workload": "canary of second"}})
    assert "the gate is open" in project.done("preview", "--stack", "dev").text


def test_a_reservation_beside_the_plan_closes_an_open_gate(project: Project, cloud: Cloud) -> None:
    """$4.0 million a month beside a plan of two nodes, which alone was approved."""
    project.append(HELD)
    override = {**EVERY_COST, "max_usd_per_month": 200_000}
    given = plan({"main": on_demand()}, cloud.subnets, gate={"override": override})
    project.stack(given)
    project.init()
    assert "held $4,017,920" in project.done("preview", "--stack", "dev").text
    run = project.run(*UP, "--skip-preview")
    refused(run)
    assert "resources that the plan does not price cost up to $4,017,920/month" in run.text
    assert project.calls() == []


OWN_PROGRAM = """
from tco.iac import GpuNodePool, GpuNodePoolArgs
GpuNodePool("own", GpuNodePoolArgs(stack="dev", service="chat", pool="own",
    instance_type="p5.48xlarge", min_nodes=8, max_nodes=64, subnets=["subnet-1"]))
"""


def test_a_pool_in_a_program_without_a_gate_is_refused(project: Project) -> None:
    """Up to 64 nodes without a cost line, a budget and a gate."""
    project.write("__main__.py", OWN_PROGRAM)
    project.stack({})
    project.init()
    for command in (("preview", "--stack", "dev"), (*UP, "--skip-preview")):
        run = project.run(*command)
        assert run.code != 0
        assert "with tco.iac.gated() as plan:" in run.text
        assert "Traceback" not in run.text
    assert project.calls() == []


def test_the_example_of_an_own_program_runs_under_the_gate(project: Project, cloud: Cloud) -> None:
    """What the documentation shows has to work, closed and open."""
    program = (ROOT / "examples" / "own_program" / "__main__.py").read_text(encoding="utf-8")
    project.write("__main__.py", program)
    given = plan({"main": on_demand()}, cloud.subnets)
    project.stack(given)
    project.init()
    refused(project.run(*UP, "--skip-preview"))
    assert project.calls() == []
    project.stack(opened(given))
    project.done(*UP, "--skip-preview")
    assert len(cloud.scaling_groups()) == 1


def test_an_advisory_gate_warns_and_lets_everything_pass(project: Project, cloud: Cloud) -> None:
    """A team may want the figures first and the gate later."""
    given = plan({"main": on_demand()}, cloud.subnets, gate={"level": "advisory"}, guardrails=False)
    project.stack(given)
    project.init()
    run = project.done(*UP, "--skip-preview")
    assert "the gate is closed, advisory only, `pulumi up` proceeds" in run.text
    assert len(cloud.scaling_groups()) == 1
