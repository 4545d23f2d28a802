"""Figures outside their plausible range close the gate until the reviewed file confirms them."""

from __future__ import annotations

from typing import Any

import pytest

from tco.analysis.evaluation import Evaluation
from tco.catalog.plausibility.finding import PlausibilityFinding
from tests.conftest import ON_DEMAND, Keys, Lab

OFFER: Keys = {"offer": "mine/8x", "gpu": "H100", "gpus": 8}
NODE: Keys = {"instance": "box.8x", "region": "r1"}


def priced(lab: Lab, row: Keys, *, confidential: bool = False, **plan: Any) -> Evaluation:
    """A full node at a price of the user's own, against an API that costs $36 for the same."""
    lab.workload(requests_per_month=730 * 3600)
    book = lab.book("contract", prices=[row], confidential=confidential)
    pool: Keys = {**ON_DEMAND, "nodes": 1}
    if "offer" in row:
        pool = {"offer": row["offer"], "nodes": 1}
    if row.get("purchase") == "spot":
        pool |= {"purchase": "spot", "spot": {"interruptions_per_node_hour": 0.001}}
    lab.stack({"main": pool}, alternatives=["api/dear"], prices=[book], **plan)
    return lab.evaluate()


def only(result: Evaluation) -> PlausibilityFinding:
    [finding] = result.stack.findings
    return finding


@pytest.mark.parametrize(
    ("row", "mistake"),
    [
        ({**OFFER, "usd_per_hour": 2.15}, "Per GPU instead of per node?"),
        ({**OFFER, "usd_per_gpu_hour": 40}, "Per node instead of per GPU?"),
        ({**OFFER, "usd_per_hour": 16_000}, "Per month instead of per hour?"),
        (
            {**OFFER, "usd_per_gpu_hour": 215},
            "Cents, or no decimal point?",
        ),
        ({**OFFER, "usd_per_hour": 0}, "Is the figure missing?"),
        ({**NODE, "usd_per_hour": 2.5}, "Per GPU instead of per node?"),
        ({**NODE, "usd_per_hour": 2000}, "Cents, or no decimal point?"),
        ({**NODE, "usd_per_hour": 0.2}, "A misplaced decimal point?"),
        ({**NODE, "usd_per_hour": 0.8, "purchase": "spot"}, "Per GPU instead of per node?"),
        ({**NODE, "usd_per_hour": 60}, "The price of several nodes, or a decimal point?"),
        ({**NODE, "usd_per_hour": 200, "purchase": "spot"}, "The price of several nodes, or a"),
    ],
)
def test_a_node_price_off_the_market(lab: Lab, row: Keys, mistake: str) -> None:
    """It is no yes and closes the gate; the message names both values and the mistake."""
    result = priced(lab, row)
    finding = only(result)
    assert finding.id == "node-price"
    assert finding.mistake.startswith(mistake)
    assert result.verdict.decision in ("UNKNOWN", "DO_NOT")
    condition = next(
        condition for condition in result.gate.conditions if condition.id == "plausible"
    )
    assert not condition.holds
    assert not result.gate.open
    assert finding.place in condition.detail
    assert f"{finding.stated} is outside {finding.expected}" in condition.detail


@pytest.mark.parametrize(
    "row",
    [
        {**OFFER, "usd_per_gpu_hour": 1.2},
        {**OFFER, "usd_per_gpu_hour": [1.5, 2.0, 4.0]},
        {**NODE, "usd_per_hour": 8},
        {**NODE, "usd_per_hour": 4, "purchase": "spot"},
    ],
)
def test_a_price_of_the_market(lab: Lab, row: Keys) -> None:
    """Contracts well below the list price are not questioned."""
    assert priced(lab, row).stack.findings == ()


def test_a_prepaid_term_is_compared_with_its_upfront(lab: Lab) -> None:
    """No hourly rate, and all of the term upfront: $96,360 a year are $11 an hour."""
    row = {**NODE, "purchase": "reserved", "kind": "savings-plan", "term": "1yr"}
    book = lab.book(
        "prepaid",
        prices=[{**row, "payment": "all-upfront", "usd_per_hour": 0, "upfront_usd": 90_000}],
    )
    lab.workload()
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"], prices=[book])
    assert lab.evaluate().stack.findings == ()
    lab.book(
        "prepaid",
        prices=[{**row, "payment": "all-upfront", "usd_per_hour": 0, "upfront_usd": 90}],
    )
    assert only(lab.evaluate()).path == "prices.prepaid.box.8x.upfront_usd"


CHEAP: Keys = {**OFFER, "usd_per_gpu_hour": 0.8}
PATH = "prices.contract.mine/8x.usd_per_gpu_hour"


def confirmation(value: float) -> list[Keys]:
    return [{"path": PATH, "value": value, "reason": "order form 4711"}]


def test_a_confirmation_opens_the_gate(lab: Lab) -> None:
    """It holds for the value that it names, and is shown with its reason."""
    assert priced(lab, CHEAP).verdict.decision == "UNKNOWN"
    result = priced(lab, CHEAP, confirm=confirmation(0.8))
    assert (result.verdict.decision, result.gate.open) == ("RECOMMEND", True)
    detail = next(
        condition.detail for condition in result.gate.conditions if condition.id == "plausible"
    )
    assert detail == f"{PATH}: 0.8 USD per GPU-hour confirmed, order form 4711"


def test_a_confirmation_lapses_with_the_value(lab: Lab) -> None:
    """Another price is another decision, and the message says that one was confirmed before."""
    result = priced(lab, CHEAP, confirm=confirmation(0.7))
    assert not result.gate.open
    assert "confirmation of 0.7 does not hold" in only(result).message


def test_a_row_confirms_itself(lab: Lab) -> None:
    """A price book's own reason holds for every stack that names the book."""
    result = priced(lab, {**CHEAP, "confirm": "order form 4711"})
    assert result.gate.open
    assert only(result).confirmed == "order form 4711"


def test_a_confidential_price_is_not_shown(lab: Lab) -> None:
    """The finding says that a figure is off, never which."""
    result = priced(lab, CHEAP, confidential=True)
    assert "0.8" not in only(result).message
    assert "a confidential value is outside" in only(result).message


def test_an_override_waives_no_implausible_figure(lab: Lab) -> None:
    """Its limit would be compared with a total that no one believes."""
    override = {
        "reason": "pilot",
        "approved_by": "the CTO",
        "expires": "2026-12-31",
        "max_usd_per_month": 1e6,
    }
    result = priced(lab, CHEAP, gate={"override": override})
    assert not result.gate.open
    assert "cannot waive implausible figures" in result.gate.conditions[-1].detail


def test_an_alternative_stack_is_judged_as_well(lab: Lab) -> None:
    """A rival that costs a thousand times too much would give a yes."""
    book = lab.book("rival", prices=[{**OFFER, "usd_per_hour": 16_000}])
    lab.workload()
    rival = {"chat": lab.service({"main": {"offer": "mine/8x", "nodes": 1}})}
    lab.plan(rival, name="rival", prices=[book])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["stack:rival"])
    result = lab.evaluate()
    assert (result.verdict.decision, result.gate.open) == ("UNKNOWN", False)
    assert only(result).path == "prices.rival.mine/8x.usd_per_hour"


@pytest.mark.parametrize(
    ("keys", "value", "unit"),
    [
        ({"requests_per_day": 1}, 1, "requests/day"),
        ({"requests_per_second": 1e-5}, 1e-5, "requests/second"),
        ({"users": {"active": 2, "requests_per_user_day": 1}}, 2 * 730 / 24, "requests/month"),
    ],
)
def test_a_volume_that_idles_a_node_is_reported_in_its_unit(
    lab: Lab, keys: Keys, value: float, unit: str
) -> None:
    """A volume per day is compared per day; that of users, which has two factors, per month."""
    lab.workload(**keys)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    finding = only(lab.evaluate())
    assert finding.id == "demand"
    assert (finding.value.likely, finding.unit) == (pytest.approx(value), unit)
