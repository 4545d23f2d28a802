"""The policy pack's rules, given what Pulumi gives them: inputs behind a proxy, one at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy.proxy import unknown_checking_proxy

from tco.catalog.catalog import Catalog
from tco.iac.enforce.policy_rules import Pack, cost_line, gate, summary
from tco.iac.estimate.schedules import SCHEDULE
from tests.conftest import DAY, ON_DEMAND, Lab
from tests.iac.programs import (
    GROUP,
    INSTANCE,
    LATER,
    NODE_GROUP,
    RESERVATION,
    TEMPLATE,
    VOLUME,
    Keys,
    urn,
)

BOX = {"instanceType": "box.8x"}
LIMITS: Keys = {"maxUsdPerMonth": 1_000_000}


@dataclass
class Provider:
    props: Mapping[str, Any]


@dataclass
class Args:
    """A resource as a policy sees it."""

    resource_type: str
    inputs: Keys
    name: str = "x"
    config: Keys = field(default_factory=dict[str, Any])
    region: str = "r1"

    def __post_init__(self) -> None:
        self.urn = urn(self.resource_type, self.name)
        self.props: Mapping[str, Any] = unknown_checking_proxy(self.inputs)
        self.provider: Provider | None = Provider(unknown_checking_proxy({"region": self.region}))

    def get_config(self) -> Keys:
        return self.config


@dataclass
class Known:
    urn: str
    property_dependencies: Mapping[str, Sequence[Known]]


@dataclass
class StackArgs:
    resources: Sequence[Known]

    def get_config(self) -> Keys:
        return {}


def pack(catalog: Catalog) -> Pack:
    return Pack(DAY, lambda: catalog)


Rule = Callable[[Pack, Any, Callable[[str, str | None], None]], None]


def reported(rule: Rule, own: Pack, args: Args | StackArgs) -> list[str]:
    said: list[str] = []
    rule(own, args, lambda text, _: said.append(text))
    return said


def refused(catalog: Catalog, *resources: Args, **config: Any) -> list[str]:
    """What the gate says to the last of some resources."""
    own = pack(catalog)
    for resource in resources:
        resource.config = config
    return [reported(gate, own, resource) for resource in resources][-1]


def group(name: str = "g", size: int = 1, **inputs: Any) -> Args:
    launch: Keys = {"launchTemplate": {"id": LATER}, "name": name}
    return Args(GROUP, {"minSize": size, "maxSize": size, **launch, **inputs}, name)


def test_gate_lets_through_what_is_within_the_limits(catalog: Catalog) -> None:
    """A GPU node of a known cost below every limit is no violation."""
    config = {
        "maxUsdPerMonth": 14_600,
        "maxUsdPerGpuHour": 2.5,
        "purchaseOptions": ["on-demand"],
    }
    assert refused(catalog, Args(INSTANCE, BOX), **config) == []


def test_gate_without_limits_lets_no_gpu_through(catalog: Catalog) -> None:
    """A pack that no one configured is closed, for GPUs alone."""
    [why] = refused(catalog, Args(INSTANCE, BOX))
    assert "no limits" in why
    assert refused(catalog, Args(INSTANCE, {"instanceType": "m7i.large"})) == []
    assert refused(catalog, Args(VOLUME, {"type": "gp3", "size": 10})) == []


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (INSTANCE, {"instanceType": LATER}),
        (INSTANCE, BOX | {"instanceMarketOptions": LATER}),
        (INSTANCE, BOX | {"tenancy": LATER}),
        (NODE_GROUP, {"instanceTypes": ["box.8x"], "scalingConfig": LATER}),
        (NODE_GROUP, {"instanceTypes": LATER, "scalingConfig": {"minSize": 1, "maxSize": 1}}),
        (GROUP, {"minSize": 1, "maxSize": LATER, "mixedInstancesPolicy": {}}),
        (GROUP, {"minSize": 1, "maxSize": 1, "mixedInstancesPolicy": LATER}),
        (GROUP, {"minSize": 1, "maxSize": 1, "launchTemplate": {"id": LATER}}),
        (RESERVATION, BOX | {"instanceCount": LATER}),
        (INSTANCE, {"instanceType": "p5.48xlarge"}),
        ("aws:batch/computeEnvironment:ComputeEnvironment", {"x": {"instanceTypes": [LATER]}}),
        ("aws:ec2/fleet:Fleet", {"a": [{"instanceType": "g5.xlarge"}]}),
        ("aws:sagemaker/endpointConfiguration:X", {"v": [{"instanceType": "ml.p5.48xlarge"}]}),
    ],
)
def test_gate_is_closed_on_what_is_not_known(catalog: Catalog, kind: str, inputs: Keys) -> None:
    """An unknown value, a missing price or a type that tco does not read refuses the resource."""
    assert refused(catalog, Args(kind, inputs), **LIMITS)


def test_gate_is_closed_when_the_region_is_not_known(catalog: Catalog) -> None:
    """Without a region there is no price, and so no way through."""
    assert refused(catalog, Args(INSTANCE, BOX, region=LATER), **LIMITS)


@pytest.mark.parametrize(
    "config",
    [
        {"maxUsdPerMonth": "much"},
        {"maxUsdPerMonth": -1},
        {"maxUsdPerGpuHour": True},
        {"purchaseOptions": ["spott"]},
        {"purchaseOptions": [1]},
        {"requireVerdict": 3},
        {"requireVerdict": "no-such-folder/Pulumi.dev.yaml"},
        {"requireVerdict": "plan.yaml"},
        {"maxUsdPerMonth": 1e6, "requireDigest": "0" * 64},
        {"maxUsdPerMonth": 1e6, "requireDigest": "latest"},
        {"maxUsdPerMonth": 1e6, "priceBooks": ["no-such-book.yaml"]},
    ],
)
def test_gate_is_closed_on_a_configuration_that_it_cannot_read(
    catalog: Catalog, config: Keys
) -> None:
    """A typing error in a limit must not be a limit that is not there."""
    assert refused(catalog, Args(INSTANCE, BOX), **config)


def test_fault_of_tco_refuses() -> None:
    """An exception inside the rule becomes a violation: Pulumi would let some errors pass."""

    def broken() -> Catalog:
        raise ZeroDivisionError("boom")

    own = Pack(DAY, broken)
    [why] = reported(gate, own, Args(INSTANCE, BOX, config=LIMITS))
    assert "tco failed: ZeroDivisionError: boom" in why
    [line] = reported(cost_line, own, Args(INSTANCE, BOX))
    assert line.startswith("cost unknown")


def test_running_sum_refuses_the_resource_that_crosses_it(catalog: Catalog) -> None:
    """$14,600 a node: the third goes over $40,000, and one that comes again counts once."""
    own = pack(catalog)
    config = {"maxUsdPerMonth": 40_000}
    first, second, third = (Args(INSTANCE, BOX, name, config) for name in "abc")
    assert reported(gate, own, first) == []
    assert reported(gate, own, second) == []
    assert reported(gate, own, first) == []
    [why] = reported(gate, own, third)
    assert "up to $43,800/month, above maxUsdPerMonth $40,000" in why


def test_sum_counts_a_group_at_its_ceiling(catalog: Catalog) -> None:
    """What may be scaled up to is what is allowed."""
    template = Args(TEMPLATE, BOX, "t")
    small = group(minSize=0, maxSize=2)
    large = group(minSize=0, maxSize=3)
    assert refused(catalog, template, small, maxUsdPerMonth=30_000) == []
    assert refused(catalog, template, large, maxUsdPerMonth=30_000)


def test_unknown_template_counts_as_the_most_expensive_of_the_program(catalog: Catalog) -> None:
    """A policy sees no dependency: in doubt the group launches what costs most."""
    cheap = Args(TEMPLATE, {"instanceType": "slow.8x"}, "cheap")
    dear = Args(TEMPLATE, BOX, "dear")
    own = pack(catalog)
    for template in (dear, cheap):
        reported(cost_line, own, template)
    [line] = reported(cost_line, own, group())
    assert line == "$14,600/month: 1 x box.8x, on demand"


def test_template_of_an_unknown_type_closes_the_gate_for_its_groups(catalog: Catalog) -> None:
    """One template that no one knows may be the one that is meant."""
    known, unknown = Args(TEMPLATE, BOX, "a"), Args(TEMPLATE, {"instanceType": LATER}, "b")
    assert refused(catalog, known, unknown, group(), **LIMITS)


def test_node_in_a_reservation_counts_once(catalog: Catalog) -> None:
    """A reservation and the group that targets it are one node-month, in either order."""
    target = {"capacityReservationTarget": {"capacityReservationId": LATER}}
    held = {"capacityReservationSpecification": target}
    reservation = Args(RESERVATION, BOX | {"instanceCount": 1}, "r")
    template = Args(TEMPLATE, BOX | held, "t")
    assert refused(catalog, reservation, template, group(), maxUsdPerMonth=15_000) == []
    assert refused(catalog, reservation, template, group(size=2), maxUsdPerMonth=15_000)


def test_purchase_options(catalog: Catalog) -> None:
    """What is not allowed to be bought is named; a reservation is reserved, not on demand."""
    spot = Args(INSTANCE, BOX | {"instanceMarketOptions": {"marketType": "spot"}})
    assert refused(catalog, spot, purchaseOptions=["spot"]) == []
    [why] = refused(catalog, spot, purchaseOptions=["on-demand", "reserved"])
    assert "spot nodes are not among the purchaseOptions allowed: on-demand, reserved" in why
    reservation = Args(RESERVATION, BOX | {"instanceCount": 1})
    assert refused(catalog, reservation, purchaseOptions=["reserved"]) == []
    assert refused(catalog, reservation, purchaseOptions=["on-demand"])


def test_gpu_hour(catalog: Catalog) -> None:
    """$20 for 8 GPUs is $2.50 a GPU-hour."""
    assert refused(catalog, Args(INSTANCE, BOX), maxUsdPerGpuHour=2.5) == []
    [why] = refused(catalog, Args(INSTANCE, BOX), maxUsdPerGpuHour=2.49)
    assert "$2.50 per hour, above maxUsdPerGpuHour $2.49" in why


def test_required_verdict(lab: Lab) -> None:
    """The stack file's own gate decides, and says why it is closed."""
    pools = {"base": {**ON_DEMAND, "purchase": "on-demand", "nodes": 1}}
    lab.nodes_by_hour([0.9] * 24)
    lab.stack(pools, alternatives=["api/dear"])  # 0.9 x $36 an hour against $20
    lab.plan({"chat": lab.service(pools)}, name="closed")

    def verdict(name: str) -> list[str]:
        file = str(lab.folder / f"Pulumi.{name}.yaml")
        return refused(lab.catalog, Args(INSTANCE, BOX), requireVerdict=file)

    assert verdict("one") == []
    [why] = verdict("closed")
    assert "Pulumi.closed.yaml is closed: the business case does not hold" in why


def test_required_digest(lab: Lab) -> None:
    """Only the reviewed plan opens: a later change of its price book has to be pinned again."""
    pools = {"base": {**ON_DEMAND, "purchase": "on-demand", "nodes": 1}}
    lab.nodes_by_hour([0.9] * 24)
    row = {"instance": "box.8x", "region": "r1", "usd_per_hour": 20}
    lab.stack(pools, alternatives=["api/dear"], prices=[lab.book("own", prices=[row])])
    reviewed = lab.load().source.digest
    file = str(lab.folder / "Pulumi.one.yaml")

    def pinned() -> list[str]:
        return refused(
            lab.catalog, Args(INSTANCE, BOX), requireVerdict=file, requireDigest=reviewed.upper()
        )

    assert pinned() == []
    lab.book("own", prices=[{**row, "usd_per_hour": 19}])
    [why] = pinned()
    assert f"the plan of {file} is not the reviewed one" in why
    assert f"requireDigest is {reviewed}. Review {file}" in why


def test_price_book_of_the_configuration(catalog: Catalog, tmp_path: Path) -> None:
    """Own prices count for the pack as for the command line."""
    book = tmp_path / "book.yaml"
    price = {"instance": "p5.48xlarge", "region": "r1", "usd_per_hour": 1}
    content = {"source": "contract", "as_of": "2026-11-01", "prices": [price]}
    book.write_text(json.dumps(content), encoding="utf-8")
    args = Args(INSTANCE, {"instanceType": "p5.48xlarge"})
    assert refused(catalog, args, maxUsdPerMonth=730, priceBooks=[str(book)]) == []


def test_cost_line_is_of_gpus_alone(catalog: Catalog) -> None:
    """Nothing is said of a network or a disk; an unknown cost is said."""
    own = pack(catalog)
    assert reported(cost_line, own, Args(VOLUME, {"size": 1, "type": "gp3"})) == []
    assert reported(cost_line, own, Args("aws:ec2/vpc:Vpc", {})) == []
    assert reported(cost_line, own, Args(INSTANCE, {"instanceType": "m7i.large"})) == []
    [line] = reported(cost_line, own, Args(INSTANCE, {"instanceType": LATER}))
    assert line.startswith("cost unknown")


def test_summary_follows_the_dependencies_that_it_is_given(catalog: Catalog) -> None:
    """At the end the engine says which template a group depends on: no guess is left."""
    own = pack(catalog)
    cheap = Args(TEMPLATE, {"instanceType": "slow.8x"}, "cheap")
    dear = Args(TEMPLATE, BOX, "dear")
    gone = Args(INSTANCE, BOX, "gone")
    grown = group(minSize=1, maxSize=2)
    for declared in (cheap, dear, gone, grown):
        reported(cost_line, own, declared)
    template = Known(cheap.urn, {})
    stack = StackArgs([template, Known(grown.urn, {"launchTemplate": [template]})])
    [line] = reported(summary, own, stack)
    assert line.startswith("$8,760/month as declared ($8,760 to $17,520): 1 priced resource.")


def test_summary_of_a_program_without_costs_is_silent(catalog: Catalog) -> None:
    """A program of networks and roles gets no line."""
    assert reported(summary, pack(catalog), StackArgs([])) == []


SIZES: Keys = {"minSize": 8, "maxSize": 8, "desiredCapacity": 8}


def schedule(**inputs: Any) -> Args:
    return Args(SCHEDULE, {"autoscalingGroupName": LATER, **SIZES, **inputs}, "day")


def test_schedule_that_lifts_a_group_beyond_the_limit_is_refused(catalog: Catalog) -> None:
    """$14,600 a node: two are allowed, eight on weekdays are not, in either order."""
    template, two = Args(TEMPLATE, BOX, "t"), group(size=2, name="g")
    named = group(size=2, name="gpus")
    config = {"maxUsdPerMonth": 30_000}
    assert refused(catalog, template, two, **config) == []
    assert "up to $116,800/month" in refused(catalog, template, two, schedule(), **config)[0]
    own = schedule(autoscalingGroupName="gpus")
    assert "up to $116,800/month" in refused(catalog, template, own, named, **config)[0]
    small = schedule(minSize=1, maxSize=2, desiredCapacity=1)
    assert refused(catalog, template, two, small, **config) == []
    assert refused(catalog, template, two, schedule(maxSize=LATER), **config)


def test_schedule_of_another_group_is_refused(catalog: Catalog) -> None:
    """What it starts is not known; a group without GPUs may have any schedule."""
    own = schedule(autoscalingGroupName="elsewhere")
    assert "not among the resources" in refused(catalog, own, **LIMITS)[0]
    small = Args(TEMPLATE, {"instanceType": "slow.8x"}, "t")
    assert refused(catalog, small, group(), schedule(), maxUsdPerMonth=1_000_000) == []


def test_a_name_is_no_command_to_a_ci_runner(catalog: Catalog) -> None:
    """The engine prints what a rule says into a job's log: what a program names is text there."""
    [text] = reported(cost_line, pack(catalog), Args(INSTANCE, BOX, region="##[error]"))
    assert "##[" not in text
    assert r"#\#[error]" in text
