"""What a month teaches a plan, and the files that hold it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tco.actual.file_edits import file_edits
from tco.actual.measured import ALL, Measured
from tco.actual.proposals import Proposal, proposals, range_around
from tco.errors import BadInput
from tests.actual.billed import compare, node_hours
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab

HOURS, RATE = 744.0, 20.0
MTOK_PER_NODE = HOURS * 3.6
OFFICE: Keys = {"kind": "office", "peak_to_mean": 2}


def plan(lab: Lab, nodes: float = 6.0, **keys: Any) -> None:
    """A fleet that follows an office's load of a given number of nodes, with half a person."""
    lab.workload(requests_per_month=nodes * 730 * 3600, shape=OFFICE)
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}}, **{"ops": {"fte": 0.5}, **keys})


def by_key(found: tuple[Proposal, ...]) -> dict[str, Proposal]:
    return {each.key: each for each in found}


def measured(nodes: float, speed: float, **keys: Any) -> Measured:
    """The tokens of a given number of full nodes of the benchmark, on nodes of a speed."""
    return Measured(served_mtok={ALL: nodes * MTOK_PER_NODE}, output_tok_s={ALL: speed}, **keys)


def test_a_month_as_planned_teaches_nothing(lab: Lab) -> None:
    """What was measured as planned, and what was not measured, stays as it is."""
    plan(lab)
    held = sum(fleet.node_hours for fleet in lab.evaluate().fleets) * HOURS / 730
    bill = [node_hours(held, RATE)]
    as_planned = measured(6.0, 100.0, labor_hours=0.5 * 2080 / 12)
    assert [*by_key(proposals(compare(lab, bill, as_planned)))] == [
        "services.chat.serving.throughput_factor"
    ]  # measured for the first time: as the benchmark says, without its spread
    assert proposals(compare(lab, bill)) == ()


def test_what_was_measured_becomes_the_likely_value(lab: Lab) -> None:
    """Tokens, speed and hours of work each go to their key; the planned value ends the range."""
    plan(lab)
    found = by_key(
        proposals(
            compare(lab, [node_hours(6000, RATE)], measured(4.5, 80.0, labor_hours=0.8 * 2080 / 12))
        )
    )
    volume = found["workloads.demand.requests_per_month"]
    assert (volume.old, volume.new) == (6 * 730 * 3600, 11_800_000)
    assert found["services.chat.serving.throughput_factor"].new == (0.64, 0.8, 1.0)
    assert (found["ops.fte"].old, found["ops.fte"].new) == (0.5, (0.5, 0.8, 1.28))


def test_hours_held_beyond_the_load_lower_its_target(lab: Lab) -> None:
    """The plan at the proposed target load holds the node-hours that were billed."""
    plan(lab)
    planned = sum(fleet.node_hours for fleet in lab.evaluate().fleets)
    bill = [node_hours(planned * 1.25 * HOURS / 730, RATE)]
    found = by_key(proposals(compare(lab, bill, measured(6.0, 100.0))))
    target = found["services.chat.sizing.target_load"].new
    assert target == pytest.approx(0.8, abs=0.02)
    lab.workload(requests_per_month=6 * 730 * 3600, shape=OFFICE)
    service: Keys = {"sizing": {"target_load": target}}
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING}}, service)
    assert sum(fleet.node_hours for fleet in lab.evaluate().fleets) == pytest.approx(
        1.25 * planned, rel=0.06
    )


def test_hours_of_a_fixed_fleet_say_nothing_of_its_load(lab: Lab) -> None:
    """Its nodes are held whatever the load is; without a measured speed no one knows how full."""
    plan(lab)
    lab.stack({"main": {**ON_DEMAND, "nodes": 8}})
    fixed = by_key(proposals(compare(lab, [node_hours(9000, RATE)], measured(6.0, 100.0))))
    plan(lab)
    tokens = Measured(served_mtok={ALL: 6 * MTOK_PER_NODE})
    unmeasured = by_key(proposals(compare(lab, [node_hours(9000, RATE)], tokens)))
    assert "services.chat.sizing.target_load" not in {**fixed, **unmeasured}


def test_people_counted_by_node_are_not_replaced(lab: Lab) -> None:
    """Hours per node are a rule of the plan, not one number of people."""
    plan(lab, ops={"fte": {"1": 0.2}, "hours_per_node_month": 10})
    stated = Measured(labor_hours=500)
    assert proposals(compare(lab, [node_hours(4000, RATE)], stated)) == ()


@pytest.mark.parametrize(
    ("likely", "planned", "expected"),
    [
        (0.8, 1.0, (0.64, 0.8, 1.0)),
        (1.25, 1.0, (1.0, 1.25, 1.56)),
        (1.0, 1.0, 1.0),
        (0.7, 0.0, 0.7),
        (1.0004, 1.0, 1.0),
    ],
)
def test_a_range_is_as_wide_as_the_plan_was_wrong(
    likely: float, planned: float, expected: object
) -> None:
    """The measured value is the median and the planned one an end, by factors."""
    assert range_around(likely, planned) == expected


WRITTEN = """\
# The stack of the team.
config:
  aws:region: r1
  tco:plan:
    pricing_day: "2026-11-23"
    services:
      chat:
        workload: demand
        serving: {model: unit}  # as benchmarked
        pools:
          main: {instance: box.8x, nodes: {min: 0, max: 100, follow: load}}
        egress: {to: private}
    alternatives: [api/plain]
    ops: {fte: [0.25, 0.5, 1.0]}   # people
    platform: {}
"""
WORKLOAD = """\
# Office hours.
requests_per_month: 15_768_000
shape: {kind: office, peak_to_mean: 2}
classes:
  - {name: all, share: 1, input: 900, output: 100}  # short
burst: {factor: 1}
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_files_keep_what_is_not_proposed(lab: Lab, ending: str) -> None:
    """Comments, order, digits and line endings stay; a second run proposes nothing new."""
    stack = lab.folder / "Pulumi.one.yaml"
    workload = lab.folder / "workloads" / "demand.yaml"
    workload.parent.mkdir()
    for path, text in ((stack, WRITTEN), (workload, WORKLOAD)):
        path.write_bytes(text.replace("\n", ending).encode())
    bill = [node_hours(6000, RATE)]
    seen = measured(4.5, 80.0, labor_hours=0.8 * 2080 / 12)
    edits = file_edits(proposals(compare(lab, bill, seen)))
    for edit in edits:
        Path(edit.file).write_bytes(edit.after.encode())
    changed = {path.name: path.read_bytes().decode() for path in (stack, workload)}
    lines = changed["Pulumi.one.yaml"].split(ending)
    assert (
        "        serving: {model: unit, throughput_factor: [0.64, 0.8, 1.0]} # as benchmarked"
        in [line.replace("}  #", "} #") for line in lines]
    )
    assert "# The stack of the team." in lines
    assert "# people" in changed["Pulumi.one.yaml"]
    assert f"requests_per_month: 11_800_000{ending}" in changed["demand.yaml"]
    assert ("\r\n" in changed["demand.yaml"]) is (ending == "\r\n")
    again = proposals(compare(lab, bill, seen))
    assert [each.key for each in again] == []


def test_a_value_that_a_file_may_not_hold_is_refused(lab: Lab) -> None:
    """A proposal is checked by the schema before anything is written."""
    plan(lab)
    wrong = Proposal(
        file=str(lab.folder / "Pulumi.one.yaml"),
        path=("config", "tco:plan", "services", "chat", "sizing", "target_load"),
        old=1.0,
        new=1.5,
        why="",
    )
    with pytest.raises(BadInput, match="target_load"):
        file_edits([wrong])
