"""A node that is paid for: what it would sell for is what keeping it costs."""

from __future__ import annotations

from typing import Any

import pytest

from tco.analysis.evaluation import Evaluation
from tests.conftest import Keys, Lab, owned

PRICE = 300_000


def kept(lab: Lab, pool: Keys, **plan: Any) -> Evaluation:
    lab.workload()
    lab.stack({"own": pool}, alternatives=["api/plain"], **plan)
    return lab.evaluate()


def sunk(resale_usd: float | list[float], **keys: object) -> Keys:
    """One node that is paid for and costs nothing but its resale value, unless stated."""
    node = owned(PRICE, sunk=True, resale_usd=resale_usd, **keys)
    del node["owned"]["usd"]
    return node


def compute(result: Evaluation) -> float:
    return sum(line.usd_per_month for line in result.lines if line.line.category == "compute")


def test_it_costs_what_it_would_sell_for(lab: Lab) -> None:
    """$96,000 given up over 48 months are $2,000 a month without interest, whatever it cost."""
    result = kept(lab, sunk(96_000), finance={"discount_rate": 0})
    assert compute(result) == pytest.approx(2000)
    assert result.stack.findings == ()


def test_it_costs_less_than_a_new_one(lab: Lab) -> None:
    """The money spent is spent: only what the node can still be sold for counts."""
    assert compute(kept(lab, sunk(96_000))) < compute(kept(lab, owned(PRICE)))


def test_a_node_that_sells_for_nothing_is_free_to_keep(lab: Lab) -> None:
    """Its power and its people remain, and the whole evaluation works on a price of 0."""
    assert compute(kept(lab, sunk(0))) == 0


def test_the_memo_says_so(lab: Lab) -> None:
    """A reader who misses the purchase price learns why it is not there."""
    kinds = {caution.kind: caution for caution in kept(lab, sunk(96_000)).stack.warnings}
    assert "their purchase price is not counted" in kinds["sunk"].message
    assert kinds["sunk"].severity == "info"


@pytest.mark.parametrize(
    ("keys", "plan", "message"),
    [
        ({"usd": PRICE, "sunk": True, "resale_usd": 1}, {}, "instead of usd and residual"),
        ({"sunk": True, "resale_usd": 1, "residual": 0.1}, {}, "instead of usd and residual"),
        ({"sunk": True}, {}, "sunk: true and resale_usd go together"),
        ({"usd": PRICE, "resale_usd": 1}, {}, "sunk: true and resale_usd go together"),
        ({}, {}, "needs usd, or sunk: true with resale_usd"),
        (
            {"sunk": True, "resale_usd": 96_000},
            {"finance": {"horizon": 60}},
            "the horizon of 60 months exceeds the remaining life of a node that is paid for",
        ),
    ],
)
def test_what_does_not_go_together(lab: Lab, keys: Keys, plan: Keys, message: str) -> None:
    """A price and a resale value at once would count the node twice."""
    node = owned(PRICE)
    del node["owned"]["usd"]
    node["owned"] |= keys
    lab.workload()
    lab.stack({"own": node}, **plan)
    assert message in lab.refused()


def test_an_implausible_resale_value_is_reported(lab: Lab) -> None:
    """More than the GPUs cost when they were new is a mistake."""
    [finding] = kept(lab, sunk(5_000_000)).stack.findings
    assert finding.path == "services.chat.pools.own.owned.resale_usd"
