"""The memo's first page: what a reader who stops there must have seen."""

from __future__ import annotations

import pytest

from tco.documents.memo import memo_document
from tco.documents.stack import StackSummary, stack_summary
from tco.report.memo import memo
from tco.report.view import stack_view
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned


def first_page(lab: Lab) -> str:
    """The memo up to its ledger, without Markdown's backslashes."""
    text = memo(memo_document(lab.evaluate()))
    return text.split("## What it costs")[0].replace("\\", "")


def summarized(lab: Lab) -> StackSummary:
    return stack_summary(lab.evaluate())


EXPIRED: Keys = {
    "reason": "pilot",
    "approved_by": "cfo",
    "expires": "2026-11-01",
    "max_usd_per_month": 100_000,
}
UNMET: dict[str, Keys] = {
    "business-case": {},
    "demand-served": {"nodes": 1, "requests": 3 * 730 * 3600},
    "prices-fresh": {"gate": {"max_price_age_days": 5}},
    "ceiling": {"gate": {"max_usd_per_month": 1}},
    "override": {"gate": {"override": EXPIRED}},
}


@pytest.mark.parametrize("condition", UNMET)
def test_every_unmet_condition_of_the_gate_is_on_the_first_page(lab: Lab, condition: str) -> None:
    """A closed gate's reasons are read with the answer, not at the end of the memo."""
    case = UNMET[condition]
    if "requests" in case:
        lab.workload(requests_per_month=case["requests"])
    nodes = case.get("nodes", FOLLOWING)
    lab.stack({"main": {**ON_DEMAND, "nodes": nodes}}, gate=case.get("gate", {}))
    conditions = summarized(lab).gate.conditions
    unmet = [one for one in conditions if not one.holds]
    page = first_page(lab)
    assert condition in {one.id for one in unmet}
    assert "**Gate closed.** Not met:" in page
    for one in unmet:
        assert f"- {one.text[0].upper()}{one.text[1:]}" in page


def test_a_gate_that_an_override_opens_names_what_is_not_met(lab: Lab) -> None:
    """An open gate is not proof that its conditions hold."""
    override = {**EXPIRED, "expires": "2027-01-01"}
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, gate={"override": override})
    page = first_page(lab)
    assert "**Gate open by an override.** Not met:\n\n- The business case does not hold" in page
    headline = stack_view(summarized(lab)).gate_headline
    assert headline.startswith(
        "The gate is open by an override, although the business case does not hold"
    )


def test_an_open_gate_takes_no_room_on_the_first_page(lab: Lab) -> None:
    """Where every condition holds, there is nothing to list."""
    lab.workload(requests_per_month=730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    assert "Not met" not in first_page(lab)


@pytest.mark.parametrize(
    ("nodes", "status", "words"),
    [
        (FOLLOWING, "not-reached", "not reached up to "),
        (1, "never", "never with this fleet (full at "),
    ],
)
def test_not_reached_in_the_scan_is_not_never(
    lab: Lab, nodes: Keys | int, status: str, words: str
) -> None:
    """A fleet that grows may win beyond the scan; a full one wins at no volume it can serve."""
    most = {**FOLLOWING, "max": 10_000} if nodes == FOLLOWING else nodes
    lab.stack({"main": {**ON_DEMAND, "nodes": most}})
    stack = summarized(lab)
    assert stack.alternatives[0].break_even.volume_status == status
    [row] = stack_view(stack).alternatives
    assert row.wins.startswith(words)
    assert row.wins in memo(memo_document(lab.evaluate()))


def test_a_payback_after_the_horizon_is_not_never(lab: Lab) -> None:
    """The months are counted up to the horizon, so what is later is not known to be never."""
    lab.stack({"own": owned(2_000_000)})
    stack = summarized(lab)
    assert stack.alternatives[0].break_even.payback_months.status == "never"
    view = stack_view(stack)
    assert view.alternatives[0].payback == "not within 48 months"
    assert "it does not pay back the upfront cost within 48 months" in view.horizon
