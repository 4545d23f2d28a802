"""`tco plan`: the tables, and the JSON that programs read."""

from __future__ import annotations

import click
import pytest

from tests.cli.conftest import OK, Shell
from tests.conftest import ON_DEMAND


def test_plan_prints_a_table_for_every_stack(shell: Shell) -> None:
    """Without a name all stacks are planned, each in full, with a summary at the end."""
    answer = shell("plan")
    assert answer.code == OK
    assert answer.err == ""
    assert "box.8x" in answer.out
    *_, head, first, second, note = answer.out.splitlines()
    assert [line.split()[0] for line in (head, first, second)] == ["stack", "one", "two"]
    assert note == "wins: share of the scenarios in which self-hosting is cheaper"


def test_stacks_are_listed_as_people_count(shell: Shell) -> None:
    """A number inside a name sorts by its value."""
    for name in ("node-20", "node-100", "node-5", "node"):
        shell.lab.plan({"chat": shell.lab.service({"main": {**ON_DEMAND, "nodes": 1}})}, name)
    found = shell("plan", "--format", "json", "--scenarios", "0").json["stacks"]
    assert [stack["stack"] for stack in found] == [
        "node",
        "node-5",
        "node-20",
        "node-100",
        "one",
        "two",
    ]


def test_a_wide_terminal_has_room_for_the_last_column(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal of 200 columns gets 120 of them, one of 40 and a pipe get 80."""
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/short", "api/plain"])
    piped = shell("plan", "one").out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    wide = click.unstyle(shell("plan", "one").out)
    assert 80 < max(len(line) for line in wide.splitlines()) <= 120
    monkeypatch.setenv("COLUMNS", "40")
    assert click.unstyle(shell("plan", "one").out) == piped


def test_plan_of_one_stack_has_no_summary(shell: Shell) -> None:
    """One stack is one table."""
    answer = shell("plan", "one")
    assert "$14,600" in answer.out
    assert "two" not in answer.out.split()
    assert "$1M out" not in answer.out


def test_a_stack_named_twice_is_planned_once(shell: Shell) -> None:
    """Naming a stack twice does not show it twice."""
    stacks = shell("plan", "one", "one", "--format", "json").json["stacks"]
    assert [stack["stack"] for stack in stacks] == ["one"]


def test_plan_as_markdown_is_the_memo(shell: Shell) -> None:
    """The Markdown of a plan is what the memo command prints."""
    markdown = shell("plan", "one", "--format", "markdown")
    assert markdown.out == shell("memo", "one").out
    assert markdown.out.startswith("# ")


# The JSON contract

STACK_KEYS = {
    *("stack", "pricing_day", "hours_per_month", "catalog", "plan_digest", "warnings"),
    *("services", "lines", "unpriced", "priced_usd_per_month", "usd_per_month"),
    *("usd_per_mtok_output", "usd_per_mtok_total", "usd_per_request", "alternatives"),
    *("verdict", "uncertainty", "gate"),
}
FLEET_KEYS = {
    *("nodes", "standby_nodes", "node_hours", "utilization", "unserved_share", "overflow_share"),
    *("node_output_tok_s", "concurrency", "extrapolated", "slo"),
}
LINE_KEYS = {
    *("category", "kind", "provider", "sku", "purchase", "service", "pool", "name"),
    *("quantity", "unit", "usd_per_unit"),
    *("usd_per_month", "low", "high", "region", "commitment_status", "source", "as_of"),
    "estimate",
}
BREAK_EVEN_KEYS = {
    *("wins_mtok_per_month", "utilization", "usd_per_gpu_hour", "api_price_factor", "fte"),
    *("capex_usd", "payback_months", "volume_status"),
}


def test_plan_json_has_every_key_of_the_contract(shell: Shell) -> None:
    """Programs read these keys: they stay, and others may be added."""
    answer = shell("plan", "--format", "json")
    assert answer.code == OK
    assert answer.json["schema"] == "tco.plan/1"
    for stack in answer.json["stacks"]:
        assert stack.keys() >= STACK_KEYS
        [service] = stack["services"]
        assert service.keys() >= {"name", "volume", "fleet"}
        volume = {"requests", "input_mtok", "cached_input_mtok", "output_mtok"}
        assert service["volume"].keys() >= volume
        assert service["fleet"].keys() >= FLEET_KEYS
        assert all(line.keys() >= LINE_KEYS for line in stack["lines"])
        [rival] = stack["alternatives"]
        priced = {"name", "usd_per_month", "usd_per_mtok_output", "usd_per_mtok_total"}
        assert rival.keys() >= {*priced, "source", "as_of", "break_even"}
        assert rival["break_even"].keys() >= BREAK_EVEN_KEYS
        for name in BREAK_EVEN_KEYS - {"wins_mtok_per_month", "volume_status"}:
            assert rival["break_even"][name].keys() == {"status", "value"}
        assert stack["verdict"].keys() >= {
            *("decision", "against", "probability", "reasons", "flips")
        }
        assert stack["gate"].keys() >= {"open", "level", "conditions", "override"}
        assert all(
            condition.keys() >= {"id", "name", "holds", "detail"}
            for condition in stack["gate"]["conditions"]
        )


def test_plan_json_adds_up(shell: Shell) -> None:
    """The lines add up to the priced total, and unit costs are the total over the volume."""
    [stack] = shell("plan", "one", "--format", "json").json["stacks"]
    total = sum(line["usd_per_month"] for line in stack["lines"])
    assert stack["priced_usd_per_month"] == pytest.approx(total)
    assert stack["usd_per_month"] == pytest.approx(14_600)
    volume = stack["services"][0]["volume"]
    assert volume["requests"] == pytest.approx(0.5 * 730 * 3600)
    assert stack["usd_per_request"] == pytest.approx(14_600 / volume["requests"])
    assert stack["usd_per_mtok_output"] == pytest.approx(14_600 / volume["output_mtok"])
    tokens = volume["input_mtok"] + volume["output_mtok"]
    assert stack["usd_per_mtok_total"] == pytest.approx(14_600 / tokens)


def test_cached_input_is_part_of_the_input(shell: Shell) -> None:
    """`input_mtok` is the full prompt: cache hits are in it, and shown beside it."""
    classes = [{"name": "all", "share": 1, "input": 900, "output": 100, "cached": 0.4}]
    shell.lab.workload(requests_per_month=1_000_000, classes=classes)
    [stack] = shell("plan", "one", "--format", "json").json["stacks"]
    volume = stack["services"][0]["volume"]
    assert volume["input_mtok"] == pytest.approx(900)
    assert volume["cached_input_mtok"] == pytest.approx(360)


def test_an_unpriced_stack_has_no_total(shell: Shell) -> None:
    """With anything unpriced the total is null, never the priced part of it."""
    shell.lab.workload(requests_per_month=5 * 730 * 3600)  # five nodes' worth on one node
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    [stack] = shell("plan", "one", "--format", "json").json["stacks"]
    assert stack["usd_per_month"] is None
    assert stack["usd_per_mtok_output"] is None
    assert stack["priced_usd_per_month"] == pytest.approx(14_600)
    assert stack["unpriced"][0].keys() == {"name", "reason"}
    assert stack["verdict"]["decision"] == "UNKNOWN"


def test_json_is_the_same_every_time(shell: Shell) -> None:
    """Nothing in it depends on the clock or on chance: an unchanged plan changes nothing."""
    assert shell("plan", "--format", "json").out == shell("plan", "--format", "json").out
