"""Lines of a bill, as the tests write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tco.actual.actual import Actual, ActualQuestion, compare_with_bill
from tco.actual.measured import Measured
from tco.actual.period import Period, period_of
from tco.billing.record import BilledLine, CostCategory, LineKind
from tco.plan.stack_file import read_stack
from tests.conftest import Lab

__all__ = ["MINE", "OCTOBER", "TODAY", "billed", "compare", "node_hours"]

TODAY = dt.date(2026, 11, 28)
OCTOBER = period_of(dt.date(2026, 10, 1), TODAY)
MINE = {"tco:stack": "one"}


def billed(day: int, usd: float, **keys: Any) -> BilledLine:
    """A line of October 2026 with the tag of the stack `one`; by default of something else."""
    start = dt.date(2026, 10, day)
    common: dict[str, Any] = {
        "day": start,
        "last_day": start,
        "kind": LineKind.USAGE,
        "provider": "AWS",
        "service": "Amazon Elastic Compute Cloud",
        "category": CostCategory.OTHER,
        "effective_usd": usd,
        "billed_usd": usd,
        "tags": MINE,
    }
    return BilledLine(**{**common, **keys})


def node_hours(hours: float, rate: float, **keys: Any) -> BilledLine:
    """Node-hours of `box.8x` on October 1."""
    common: dict[str, Any] = {
        "category": CostCategory.COMPUTE,
        "instance": "box.8x",
        "region": "r1",
        "purchase": "on-demand",
        "quantity": hours,
        "unit": "h",
    }
    return billed(1, hours * rate, **{**common, **keys})


def compare(
    lab: Lab,
    lines: Iterable[BilledLine],
    measured: Measured | None = None,
    *,
    period: Period = OCTOBER,
    untagged: bool = False,
) -> Actual:
    """The stack `one` against lines of a bill."""
    question = ActualQuestion(period=period, today=TODAY, scenarios=0, seed=1, untagged=untagged)
    source = read_stack(lab.folder, "one")
    return compare_with_bill(
        source,
        lab.resolve(TODAY),
        iter(lines),
        measured=measured or Measured(),
        question=question,
    )
