"""`tco commitments`."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest

from tests.cli.conftest import BAD_INPUT, CLOSED, OK, Shell
from tests.conftest import ON_DEMAND, Keys

TERMS = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
POOL: Keys = {"instance": "box.8x", "purchase": "reserved", "nodes": 1, "commitment": TERMS}
BOUGHT: Keys = {**POOL, "commitment": {**TERMS, "id": "sp-1", "start": "2026-01-31"}}


def test_the_table_says_what_ends_when(shell: Shell) -> None:
    """A row for each choice, of the whole stack, and what is cheapest."""
    shell.lab.stack({"main": BOUGHT})
    answer = shell("commitments", "one")
    assert answer.code == OK
    assert "main: 1 x box.8x, savings-plan 1yr no-upfront" in answer.out
    assert "ends on 2027-01-31, in 69 days" in answer.out
    rows = [line.split() for line in answer.out.splitlines()]
    assert ["renew", "$8,760"] in [row[:2] for row in rows]
    assert ["on", "demand", "$14,600"] in [row[:3] for row in rows]


def test_a_start_without_an_id_is_not_bought(shell: Shell) -> None:
    """The calendar counts from the stated day, and says what the gate waits for."""
    shell.lab.stack({"main": {**POOL, "commitment": {**TERMS, "start": "2026-01-31"}}})
    text = " ".join(shell("commitments", "one").out.split())
    assert "ends on 2027-01-31, in 69 days, if it is bought: without commitment.id" in text
    assert "commitment.id" in shell("gate", "one").out


def test_only_stacks_that_commit_are_listed_by_default(shell: Shell) -> None:
    """A stack on demand is named where it is asked for."""
    shell.lab.stack({"main": BOUGHT})
    everything = shell("commitments", "--format", "json").json
    assert [stack["stack"] for stack in everything["stacks"]] == ["one"]
    assert "two: no commitments." in shell("commitments", "two").out


def test_the_exit_code_says_that_the_verdict_no_longer_stands(shell: Shell) -> None:
    """Renewing at $18 an hour is not worth what $12 was, against an API at $36 a node-hour."""
    row = {"instance": "box.8x", "region": "r1", **TERMS, "purchase": "reserved"}
    then, now = ({**row, "usd_per_hour": usd} for usd in (12, 18))
    book = shell.lab.book(
        "moved", prices=[{**then, "valid_from": "2026-01-01"}, {**now, "valid_from": "2026-11-22"}]
    )
    keys: Keys = {"pricing_day": "2026-11-20", "alternatives": ["api/dear"], "prices": [book]}
    shell.lab.nodes_by_hour([0.4] * 24, burst={"factor": 1.0})
    shell.lab.stack({"main": BOUGHT}, **keys)
    answer = shell("commitments", "one", "--format", "json")
    assert answer.code == CLOSED
    assert answer.json["stacks"][0]["stands"] is False
    assert "no longer holds" in shell("commitments", "one").out


def test_the_calendar_file_is_read_by_another_program(shell: Shell) -> None:
    """One all-day event with a reminder 30 days before; the same again is the same file."""
    shell.lab.stack({"main": BOUGHT})
    file = shell.lab.folder / "ends.ics"
    assert shell("commitments", "one", "--ics", str(file)).code == OK
    first = file.read_bytes()
    assert all(len(line) <= 75 for line in first.split(b"\r\n"))
    [event] = icalendar.Calendar.from_ical(first).events
    assert event.start == dt.date(2027, 1, 31)
    assert event.summary == "Commitment ends: one, main: 1 x box.8x, savings-plan 1yr no-upfront"
    assert "renew: $8,760 a month" in event.description
    [alarm] = event.alarms.times
    assert alarm.trigger == dt.date(2027, 1, 1)
    shell("commitments", "one", "--ics", str(file))
    assert file.read_bytes() == first


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_calendar_without_a_known_end_is_not_written(shell: Shell, form: str) -> None:
    """What is not bought yet has no day; the message says what to state."""
    shell.lab.stack({"main": POOL})
    file = shell.lab.folder / "ends.ics"
    answer = shell("commitments", "one", "--ics", str(file), "--format", form)
    assert answer.code == BAD_INPUT
    assert "commitment.start" in answer.err + answer.out
    assert not file.exists()


def test_a_confidential_upfront_is_not_shown(shell: Shell) -> None:
    """Totals of the stack are shown, what one pool's nodes cost at once is not."""
    upfront = {**TERMS, "payment": "all-upfront"}
    row = {"instance": "box.8x", "region": "r1", **upfront, "purchase": "reserved"}
    prices = [{**row, "usd_per_hour": 0, "upfront_usd": 54_321}]
    book = shell.lab.book("secret", confidential=True, prices=prices)
    shell.lab.stack({"main": {**POOL, "commitment": upfront}}, prices=[book])
    text = shell("commitments", "one").out
    assert "confidential" in text
    assert "54,321" not in text
    [found] = shell("commitments", "one", "--format", "json").json["stacks"][0]["commitments"]
    assert found["choices"][0]["upfront_usd"] is None


def test_the_end_of_a_discount_is_shown(shell: Shell) -> None:
    """With the month of the stack under the terms of then."""
    off = {"instance": "box.*", "percent_off": 25, "until": "2027-03-31"}
    book = shell.lab.book("contract", discounts=[off])
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[book])
    words = " ".join(shell("commitments", "one").out.split())
    assert "box.8x: other terms by 2027-04-23: $14,600 a month instead of $10,950 a month" in words
