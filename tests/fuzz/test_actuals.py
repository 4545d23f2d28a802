"""`tco actual` on billing exports of every kind, changed and damaged, and on odd measurements."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tco.documents.actual import ActualDocument
from tests.fuzz.oracle import CLOSED, OK, Runner
from tests.fuzz.samples import copy_stacks
from tests.fuzz.shares import share
from tests.fuzz.test_bills import bills

STACK = "aws-mixed"
MONTHS = ("2026-05", "2019-12", "2026-05", "2019-12", "2026-11")
COUNTS = ("1", "5.1B", "9e14", "1T", "chat=4B")
SHARES = ("0.0001", "0.5", "100%")
SPEEDS = ("0.001", "600", "1e9")


@st.composite
def options(draw: st.DrawFn) -> list[str]:
    """What was measured beside a bill, mostly as no one measures it."""
    found = ["--month", draw(st.sampled_from(MONTHS)), "--untagged"]
    if draw(st.booleans()):
        found += ["--served", draw(st.sampled_from(COUNTS))]
        found += draw(
            st.sampled_from(
                [
                    [],
                    *(["--utilization", each] for each in SHARES),
                    *(["--throughput", each] for each in SPEEDS),
                ]
            )
        )
    if draw(st.booleans()):
        found += ["--labor-hours", draw(st.sampled_from(("0", "100000", "120")))]
    return found


@share(0.2)
@given(bills(), options(), st.sampled_from(["table", "json", "markdown"]))
def test_actuals(runner: Runner, content: bytes, measured: list[str], form: str) -> None:
    """The effects add up to the variance, whatever the bill holds; what is wrong is said."""
    if not (runner.folder / "stacks").exists():
        copy_stacks(runner.folder / "stacks", [STACK])
    runner.write("bill.csv", content)
    asked = ("--billing", "bill.csv", "--scenarios", "0", "--today", "2026-12-05")
    answer = runner("actual", STACK, *asked, *measured, "--update", "--format", form)
    if form == "json" and answer.code in (OK, CLOSED):
        found = ActualDocument.model_validate(answer.json)
        for part in (found, *found.lines):
            usd = [effect.usd for effect in part.effects]
            size = max([1.0, *map(abs, usd), abs(part.planned_usd), abs(part.actual_usd)])
            assert abs(sum(usd) - part.variance_usd) <= 1e-9 * size
