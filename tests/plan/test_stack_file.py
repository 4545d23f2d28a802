"""A stack file that cannot be read as it stands: one clear message, with file and path."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tco.errors import BadInput
from tco.plan.stack_names import stack_names
from tests.conftest import ON_DEMAND, Keys, Lab

NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}


def refused_text(lab: Lab, content: object) -> str:
    """What a file that is not written by the lab is refused with."""
    lab.write("Pulumi.one.yaml", content)
    return lab.refused()


@pytest.mark.parametrize(
    ("content", "reported"),
    [
        ("- a\n- b\n", "holds a list, not a mapping."),
        ("just text", "holds one str, not a mapping."),
        ("42", "holds one int, not a mapping."),
        ("", "the file is empty."),
        ("# only a comment\n", "the file is empty."),
        (b"config: \xff\xfe", "byte 8 is not UTF-8. Save the file as UTF-8."),
        ("config: [1, 2", "line 2, column 1: not valid YAML: did not find expected ',' or ']'."),
        (
            "a: 1\nb: *x\n",
            "line 2, column 4: not valid YAML: a YAML alias (*name). Write the value out.",
        ),
        ("a: &x 1\nb: *x\n", "a YAML alias"),
        ("a: 1\na: 2\n", 'line 2, column 1: not valid YAML: the key "a" is written twice.'),
        ("a: {b: 1, b: 2}\n", 'the key "b" is written twice'),
        ("a: !!python/object:os.system 1\n", "not valid YAML: a tag, tag:yaml.org,2002:python"),
        ("a: 1\n---\nb: 2\n", "not valid YAML: another document begins"),
        ("[" * 50 + "]" * 50, "nested more than 40 levels deep."),
        ("a: \x00", "not valid YAML: "),
        ("config: {}\n", "config: holds no tco:plan."),
        ("config: nothing\n", "config: holds no tco:plan."),
        ("config: {'tco:plan': }\n", "tco:plan: is empty, not a mapping."),
        ("config: {'tco:plan': [1]}\n", "tco:plan: is a list, not a mapping."),
        ("config: {'aws:region': 7, 'tco:plan': {}}\n", "aws:region: 7 is not a region."),
    ],
)
def test_unreadable_file(lab: Lab, content: object, reported: str) -> None:
    """Whatever is wrong with the file itself is one problem with its place."""
    text = refused_text(lab, content)
    assert text.startswith(f"{lab.folder}/Pulumi.one.yaml: 1 problem\n")
    assert reported in text


def test_ten_megabytes_of_nesting(lab: Lab) -> None:
    """A file of 10 MB is refused by its size, before anything reads it."""
    text = refused_text(lab, "[" * 5_000_000 + "]" * 5_000_000)
    assert "10,000,000 bytes exceed the limit of 1,048,576." in text


def test_a_megabyte_of_nesting(lab: Lab) -> None:
    """Deep nesting below the size limit ends in a message, not in a recursion."""
    text = refused_text(lab, "[" * 1_000_000)
    assert "line 1, column 1001: not valid YAML: exceeded maximum nesting depth." in text


def test_a_folder_in_the_place_of_a_file(lab: Lab) -> None:
    """A folder of the stack's name is no stack."""
    (lab.folder / "Pulumi.one.yaml").mkdir()
    with pytest.raises(BadInput, match='no stack "one"'):
        lab.load()


def test_environment_is_refused(lab: Lab) -> None:
    """An ESC environment is resolved by Pulumi alone, so tco would read another plan."""
    lab.stack(NODE)
    given = json.loads((lab.folder / "Pulumi.one.yaml").read_text(encoding="utf-8"))
    text = refused_text(lab, {**given, "environment": ["prod"]})
    assert "environment: an ESC environment is resolved by Pulumi only" in text


@pytest.mark.parametrize(
    ("plan", "path"),
    [
        ({"secure": "AAAB"}, "tco:plan"),
        ({"ops": {"fte": {"secure": "AAAB"}}}, "tco:plan.ops.fte"),
        ({"prices": [{"secure": "AAAB"}]}, "tco:plan.prices[0]"),
    ],
)
def test_secrets_are_refused(lab: Lab, plan: Keys, path: str) -> None:
    """A secret inside the plan would be a value that only one of the two readers sees."""
    lab.stack(NODE, **plan)
    assert f"{path}: the plan cannot hold a secret." in lab.refused()


@pytest.mark.parametrize(
    ("changes", "reported"),
    [
        (
            {"aternatives": []},
            'tco:plan.aternatives: unknown key "aternatives". Did you mean alternatives?',
        ),
        ({"ops": {"ftee": 1}}, 'tco:plan.ops.ftee: unknown key "ftee". Did you mean fte?'),
        ({"gate": {"qqq": 1}}, 'tco:plan.gate.qqq: unknown key "qqq". Known: allow_types, level'),
    ],
)
def test_unknown_key(lab: Lab, changes: Keys, reported: str) -> None:
    """A misspelled key is refused where it stands, with the key that was meant."""
    lab.stack(NODE, **changes)
    assert reported in lab.refused()


@pytest.mark.parametrize(
    ("pool", "reported"),
    [
        ({"node": 1}, 'pools.main.node: unknown key "node". Did you mean nodes?'),
        (
            {"spot": {"availabilty": 1}},
            'pools.main.spot.availabilty: unknown key "availabilty". Did you mean availability?',
        ),
    ],
)
def test_unknown_key_deep_inside(lab: Lab, pool: Keys, reported: str) -> None:
    """Nested keys are known as well as the first ones."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1, **pool}})
    assert reported in lab.refused()


def test_unknown_key_of_what_may_be_left_out(lab: Lab) -> None:
    """An unknown key two optional levels deep, and one that looks like no key at all."""
    stray: Keys = {"<one>": 1}
    owned = {"gpu": "H100", "gpus": 8, "usd": 200_000, "life_years": 4}
    power = {"idle_w": 1, "load_w": 2, "pu": 1.2, "": 1, "[key]": 1}
    lab.stack({"main": {"owned": {**owned, "power": power}, "nodes": 1}}, **stray)
    text = lab.refused()
    where = "tco:plan.services.chat.pools.main.owned.power"
    assert text.startswith(f"{lab.folder}/Pulumi.one.yaml: 4 problems\n")
    assert f'{where}.pu: unknown key "pu". Did you mean pue?' in text
    assert f'{where}.[key]: unknown key "[key]". Known: ' in text
    assert 'tco:plan.<one>: unknown key "<one>". Known: ' in text


@pytest.mark.parametrize(
    ("pool", "service", "path"),
    [
        ({}, {"serving": {"model": "unit", "gpus_per_replica": 10**400}}, "gpus_per_replica"),
        (
            {"purchase": "reserved", "commitment": {"kind": "capacity-block", "hours": 10**400}},
            {},
            "commitment.hours",
        ),
    ],
)
def test_a_count_beyond_any_number(lab: Lab, pool: Keys, service: Keys, path: str) -> None:
    """A count of 400 digits is a problem of its field."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1, **pool}}, service)
    text = lab.refused()
    assert f"{path}: " in text
    assert "should be less than or equal to 1000000000." in text


def test_all_problems_of_a_file_at_once(lab: Lab) -> None:
    """Four mistakes in one file are four lines of one message."""
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1.5}},
        {"sizing": {"target_load": 2}},
        ops={"fte": -1},
        pricing_day="soon",
    )
    text = lab.refused()
    assert text.startswith(f"{lab.folder}/Pulumi.one.yaml: 4 problems\n")
    for path in ("pricing_day", "pools.main.nodes", "sizing.target_load", "ops.fte"):
        assert f"{path}" in text


def test_faults_and_unknown_names_at_once(lab: Lab) -> None:
    """What is wrong by itself and what no catalog knows are reported in one run."""
    pools: Keys = {
        "main": {**ON_DEMAND, "nodes": -1},
        "other": {**ON_DEMAND, "instance": "bx.8x", "nodes": 1},
    }
    service: Keys = {"overflow": "api/plan", "sizing": {"target_load": 2}}
    lab.stack(pools, service, ops={"fte": {0: 1}}, finanse={}, alternatives=["api/plain"])
    text = lab.refused()
    assert text.startswith(f"{lab.folder}/Pulumi.one.yaml: 6 problems\n")
    for reported in (
        'pools.other.instance: no price for "bx.8x". Did you mean box.8x?',
        'overflow: no price for the API "api/plan". Did you mean api/plain?',
        "pools.main.nodes: -1 is below 0",
        "sizing.target_load: 2 should be less than or equal to 1.",
        "ops.fte.0: ",
        'unknown key "finanse". Did you mean finance?',
    ):
        assert reported in text


def test_every_unknown_name_of_a_service_at_once(lab: Lab) -> None:
    """Model, instance, offer, API, class and pool: one unknown name hides no other."""
    pools: Keys = {
        "main": {**ON_DEMAND, "instance": "bx.8x", "nodes": 1},
        "rented": {"offer": "acm/8x", "nodes": 1},
    }
    service: Keys = {
        "serving": {"model": "unti"},
        "overflow": "api/plan",
        "route": {"al": {"api": "api/plain"}},
        "standby": {"pool": "mian", "nodes": 1},
    }
    lab.stack(pools, service)
    text = lab.refused()
    assert text.startswith(f"{lab.folder}/Pulumi.one.yaml: 6 problems\n")
    for reported in ("unit?", "box.8x?", "acme/8x?", "api/plain?", "Did you mean all?", "main?"):
        assert reported in text


@pytest.mark.parametrize(
    ("service", "plan"),
    [
        ({}, {"prices": 7}),  # the book may hold the name
        ({}, {"price": ["mine.yaml"]}),
        ({}, {"pricing_day": "soon"}),
        ({"workload": 7}, {}),
        ({"pols": {}}, {}),
    ],
)
def test_a_fault_is_not_reported_twice(lab: Lab, service: Keys, plan: Keys) -> None:
    """What may follow from another fault is not reported beside it."""
    lab.workload()
    pools: Keys = {"main": {**ON_DEMAND, "instance": "bx.8x", "nodes": 1}}
    lab.plan({"chat": {**lab.service(pools), **service}}, **plan)
    assert lab.refused().startswith(f"{lab.folder}/Pulumi.one.yaml: 1 problem\n")


def test_a_pool_left_out_is_not_missed(lab: Lab) -> None:
    """A standby in a pool that cannot be is not reported as naming none."""
    pools: Keys = {"bad": {"nodes": 1}, "main": {**ON_DEMAND, "nodes": 1}}
    lab.stack(pools, {"standby": {"pool": "bad", "nodes": 1}})
    text = lab.refused()
    assert text.startswith(f"{lab.folder}/Pulumi.one.yaml: 1 problem\n")
    assert "pools.bad: names exactly one of instance, offer and owned." in text


def test_a_bad_plan_and_bad_files_at_once(lab: Lab) -> None:
    """The files that a plan with a fault names are read all the same."""
    lab.stack(NODE, prices=["mine.yaml"], ops={"fte": -1})
    lab.write("workloads/demand.yaml", {"classes": []})
    lab.write("prices/mine.yaml", {"source": "x", "as_of": "2026-11-01", "prces": []})
    text = lab.refused()
    for file in ("Pulumi.one.yaml", "workloads/demand.yaml", "prices/mine.yaml"):
        assert f"{lab.folder}/{file}: " in text


def test_problems_of_all_files_of_a_stack_at_once(lab: Lab) -> None:
    """A bad workload, a bad price book and an unknown one are reported together."""
    lab.stack(NODE, prices=["mine.yaml", "contract-of-2026"])
    lab.write("workloads/demand.yaml", {"classes": []})
    lab.write("prices/mine.yaml", {"source": "x", "as_of": "2026-11-01", "prces": []})
    text = lab.refused()
    assert "demand.yaml: 1 problem" in text
    assert 'unknown key "prces". Did you mean prices?' in text
    assert 'tco:plan.prices[1]: no price book "contract-of-2026". Known: mine.yaml.' in text


def test_unknown_workload(lab: Lab) -> None:
    """A misspelled workload names the nearest one there is."""
    lab.workload("chat")
    lab.stack(NODE, {"workload": "chaat"})
    (lab.folder / "workloads" / "chaat.yaml").unlink()
    assert 'services.chat.workload: no workload "chaat". Did you mean chat?' in lab.refused()


def test_a_folder_of_workloads_without_one(lab: Lab) -> None:
    """Where no workload is, the folder is named; a folder in a workload's place is called one."""
    lab.stack(NODE)
    workload = lab.folder / "workloads" / "demand.yaml"
    workload.unlink()
    assert f"Known: none in {workload.parent}." in lab.refused()
    workload.mkdir()
    assert f"{workload} is a folder, not a file." in lab.refused()


@pytest.mark.parametrize("name", ["../demand", "/etc/passwd", "../../stacks/workloads/x"])
def test_no_path_out_of_the_folder(lab: Lab, name: str) -> None:
    """A workload or a price book is a file of its folder, never one outside."""
    lab.write("demand.yaml", "classes: []")
    lab.plan({"chat": lab.service(NODE)}, prices=[name])
    assert f'no price book "{name}"' in lab.refused()
    given = json.loads((lab.folder / "Pulumi.one.yaml").read_text(encoding="utf-8"))
    plan: Any = given["config"]["tco:plan"]
    plan["services"]["chat"]["workload"] = name
    assert f'no workload "{name}"' in refused_text(lab, given)


def test_stack_names_are_sorted_and_only_stacks(lab: Lab) -> None:
    """Only Pulumi.<stack>.yaml is a stack, whatever else lies in the folder."""
    for name in ("b", "a.b", "a"):
        lab.plan({"chat": lab.service(NODE)}, name)
    for other in ("Pulumi.yaml", "Pulumi.x.yml", "notes.yaml", "Pulumi.y.yaml.bak"):
        lab.write(other, "")
    assert stack_names(lab.folder) == ["a", "a.b", "b"]


def test_digest_is_of_the_content(lab: Lab) -> None:
    """The digest names the plan, its workloads and its books, not how they are written."""
    book = lab.book(
        "mine", prices=[{"api": "x/y", "input_usd_per_mtok": 1, "output_usd_per_mtok": 2}]
    )
    lab.stack(NODE, prices=[book])
    first = lab.load().source.digest
    path = lab.folder / "Pulumi.one.yaml"
    given = json.loads(path.read_text(encoding="utf-8"))
    path.write_text("# a comment\n" + json.dumps(given, indent=4), encoding="utf-8")
    assert lab.load().source.digest == first
    lab.workload(requests_per_month=1234)
    second = lab.load().source.digest
    lab.book("mine", prices=[{"api": "x/y", "input_usd_per_mtok": 1, "output_usd_per_mtok": 3}])
    third = lab.load().source.digest
    lab.stack(NODE, prices=[book], ops={"fte": 1})
    assert len({first, second, third, lab.load().source.digest}) == 4


def test_dates_without_quotes_are_read_as_dates(lab: Lab) -> None:
    """A bare date is the same day as one in quotes."""
    lab.stack(NODE, pricing_day="QUOTES")
    path = lab.folder / "Pulumi.one.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"QUOTES"', "2026-06-17"), encoding="utf-8")
    assert lab.load().day.isoformat() == "2026-06-17"
