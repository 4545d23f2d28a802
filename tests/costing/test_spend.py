"""Contracts on the bill of a month: commitments whose shortfall is billed, tiers by the amount."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.analysis.evaluation import Evaluation
from tco.analysis.optimization.optimize import optimize
from tco.catalog.spend_terms import SpendTerms
from tco.costing.spend import bills_under_terms, shortfall_usd, tiered_usd
from tco.documents.horizon_turn import turn_sentence
from tests.conftest import DAY, Keys, Lab

TIERS = ((50_000.0, 0.9), (200_000.0, 0.8))
OFF: list[Keys] = [
    {"above_usd_per_month": 1000, "percent_off": 10},
    {"above_usd_per_month": 2000, "percent_off": 50},
]


def terms(name: str = "x/*", **keys: object) -> SpendTerms:
    return SpendTerms(**{"name": name, "provider": "x", "is_api": True, **keys})  # pyright: ignore[reportArgumentType]


def evaluated(
    lab: Lab, *discounts: Keys, load: float = 1.5, overflow: str = "api/plain"
) -> Evaluation:
    """A node that serves 1 of 1.5 nodes' load, the rest at `api/plain`: $1,314 a month."""
    lab.workload(requests_per_month=load * 730 * 3600)
    contract = lab.book("contract", discounts=list(discounts))
    main = {"instance": "box.8x", "nodes": 1}
    rivals = ["api/plain", "api/dear"]
    keys: Keys = {"finance": {"discount_rate": 0}, "alternatives": rivals}
    lab.stack({"main": main}, {"overflow": overflow}, prices=[contract], **keys)
    return lab.evaluate()


def lines(result: Evaluation) -> dict[str, float]:
    return {line.line.name: line.usd_per_month for line in result.lines if line.usd_per_month}


def month(result: Evaluation, name: str) -> float | None:
    [found] = [rival for rival in result.alternatives if rival.name == name]
    return found.usd_per_month


def test_tiers_in_numbers() -> None:
    """$250,000: 50,000 + 150,000 x 0.9 + 50,000 x 0.8; $60,000 after $40,000 elsewhere."""
    assert float(tiered_usd(terms(tiers=TIERS), 250_000.0)) == 225_000
    assert float(tiered_usd(terms(tiers=TIERS), 50_000.0)) == 50_000
    elsewhere = terms(tiers=TIERS, other_usd=40_000.0)
    assert float(tiered_usd(elsewhere, 60_000.0)) == pytest.approx(10_000 + 50_000 * 0.9)


def test_a_shortfall_in_numbers() -> None:
    """$34,000 of $50,000 committed: 16,000 are billed anyway; none with 30,000 elsewhere."""
    assert shortfall_usd(terms(committed_usd=50_000.0), 34_000.0) == 16_000
    assert shortfall_usd(terms(committed_usd=50_000.0), 68_000.0) == 0
    assert shortfall_usd(terms(committed_usd=50_000.0, other_usd=30_000.0), 34_000.0) == 0


def test_two_bills_share_a_contract() -> None:
    """3,000 + 1,000 of 10,000: each bears its part of the 6,000; a third is under no contract."""
    both = terms(committed_usd=10_000.0)
    bills = bills_under_terms([3000.0, 500.0, 1000.0], [both, None, both], (), 0.0)
    assert [float(usd) for usd in bills] == pytest.approx([7500, 500, 2500])


def test_what_is_signed_is_owed_by_every_bill() -> None:
    """Bills under no contract still add up to themselves and the whole commitment."""
    bills = bills_under_terms([300.0, 100.0], [None, None], [terms(committed_usd=1000.0)], 0.0)
    assert sum(float(usd) for usd in bills) == pytest.approx(1400)


def test_a_commitment_ends_with_its_contract() -> None:
    """Three months at the least amount, then what is used."""
    each = terms(committed_usd=1000.0, months=3)
    [usd] = bills_under_terms([400.0], [each], (), np.arange(5.0))
    assert np.asarray(usd).tolist() == [1000, 1000, 1000, 400, 400]


def test_the_shortfall_is_a_line_and_part_of_the_alternative(lab: Lab) -> None:
    """50% off and $10,000 committed: $657 of overflow, $9,343 unused; as alternative $10,000."""
    offer: Keys = {"api": "api/plain", "percent_off": 50, "committed_usd_per_month": 10_000}
    result = evaluated(lab, offer)
    assert lines(result) == pytest.approx(
        {
            "box.8x": 14_600,
            "overflow at api/plain": 657,
            "unused commitment: api/plain": 9343,
        }
    )
    assert month(result, "api/plain") == pytest.approx(10_000)
    assert month(result, "api/dear") == pytest.approx(39_420)
    [note] = [text for text in lab.warned() if "bills" in text]
    assert note == (
        "api/plain: the contract bills at least $10,000 per month if anything is bought under it."
    )


def test_an_offer_binds_who_takes_it_and_a_signed_contract_everyone(lab: Lab) -> None:
    """A stack that does not name the API owes what is signed, and so do other APIs."""
    for signed, own, dear in ((False, 14_600, 13_140), (True, 24_600, 23_140)):
        offer = {"api": "api/plain", "committed_usd_per_month": 10_000, "signed": signed}
        result = evaluated(lab, offer, load=0.5, overflow="refuse")
        assert result.usd_per_month == pytest.approx(own)
        assert month(result, "api/plain") == pytest.approx(10_000)
        assert month(result, "api/dear") == pytest.approx(dear)


def test_a_negotiated_rate_counts_toward_its_books_commitment(lab: Lab) -> None:
    """A row of the book keeps its price, and what it costs is spent under the contract."""
    row = {"api": "api/plain", "input_usd_per_mtok": 0.5, "output_usd_per_mtok": 0.5}
    offer = {"api": "api/*", "percent_off": 20, "committed_usd_per_month": 5000}
    lab.workload(requests_per_month=0.5 * 730 * 3600)
    contract = lab.book("contract", prices=[row], discounts=[offer])
    lab.stack({"main": {"instance": "box.8x", "nodes": 1}}, prices=[contract])
    assert month(lab.evaluate(), "api/plain") == pytest.approx(5000)  # $657 used


def test_tiers_scale_the_lines_of_their_contract(lab: Lab) -> None:
    """$1,314 of overflow: 1,000 + 314 x 0.9; all at the API $3,942: 1,000 + 900 + 1,942 x 0.5."""
    result = evaluated(lab, {"api": "api/*", "tiers": OFF})
    assert lines(result)["overflow at api/plain"] == pytest.approx(1282.6)
    assert month(result, "api/plain") == pytest.approx(2871)


def test_nodes_under_a_commitment(lab: Lab) -> None:
    """10% off $14,600 are $13,140 of $20,000; with $6,860 elsewhere nothing is unused."""
    offer = {"instance": "*", "percent_off": 10, "committed_usd_per_month": 20_000}
    assert lines(evaluated(lab, offer))["unused commitment: contract"] == pytest.approx(6860)
    filled = lines(evaluated(lab, {**offer, "other_usd_per_month": 6860}))
    assert "unused commitment: contract" not in filled


@pytest.mark.parametrize(
    "offer",
    [
        {"api": "api/plain", "percent_off": 50, "committed_usd_per_month": 10_000},
        {"api": "api/plain", "committed_usd_per_month": 10_000, "signed": True},
        {"api": "api/*", "tiers": OFF},
        {"instance": "*", "percent_off": 10, "committed_usd_per_month": 20_000},
    ],
)
def test_the_optimizer_prices_contracts_as_the_ledger_does(lab: Lab, offer: Keys) -> None:
    """The declared stack costs the same to both, and the optimum no more."""
    result = evaluated(lab, offer)
    found = optimize(*lab.candidates("one", DAY), scenarios=0)
    assert found.declared_usd == pytest.approx(result.usd_per_month)
    assert found.optimum_usd is not None
    assert found.declared_usd is not None
    assert found.optimum_usd <= found.declared_usd + 1e-6


def test_tiers_leave_no_bound_on_other_mixes(lab: Lab) -> None:
    """What services spend together may reach a tier: no sum of theirs bounds it."""
    evaluated(lab, {"api": "api/*", "tiers": OFF})
    assert optimize(*lab.candidates("one", DAY), scenarios=0).bound_usd is None


def test_break_even_values_of_a_bill_with_a_floor_are_unknown(lab: Lab) -> None:
    """Neither price nor load moves such a bill in a straight line; people and capital do."""
    result = evaluated(lab, {"api": "api/plain", "committed_usd_per_month": 10_000})
    [limits] = [
        alternative.thresholds
        for alternative in result.alternatives
        if alternative.name == "api/plain"
    ]
    assert limits.api_price_factor.status == limits.utilization.status == "unknown"
    assert limits.fte.status != "unknown"


def test_break_even_volumes_meet_the_floor(lab: Lab) -> None:
    """A node at $14,600 beats a commitment of $20,000 from the first token on."""
    offer: Keys = {"api": "api/plain", "committed_usd_per_month": 20_000}
    result = evaluated(lab, offer, load=0.5, overflow="refuse")
    [wins] = [
        alternative.wins_mtok_per_month
        for alternative in result.alternatives
        if alternative.name == "api/plain"
    ]
    assert wins
    assert wins[0][0] == 0


AMOUNT = st.floats(0, 1e6)


@given(AMOUNT, AMOUNT, AMOUNT)
def test_more_spend_never_costs_less(spend: float, more: float, other: float) -> None:
    """Tiers lower what is paid, never below 0, and never so that more costs less."""
    contract = terms(tiers=TIERS, other_usd=other)
    less, all_ = (float(tiered_usd(contract, usd)) for usd in (spend, spend + more))
    assert -1e-6 <= less <= spend + 1e-6
    assert less <= all_ + 1e-6


@given(AMOUNT, AMOUNT, st.floats(0, 1e6))
def test_a_commitment_is_a_floor(a: float, b: float, committed: float) -> None:
    """Bills under one contract add up to the larger of their sum and the commitment."""
    both = terms(committed_usd=committed)
    bills = bills_under_terms([a, b], [both, both], (), 0.0)
    assert sum(float(usd) for usd in bills) == pytest.approx(max(a + b, committed))


def test_a_shortfall_at_one_end_of_a_price_alone(lab: Lab) -> None:
    """A price whose low end alone leaves something unused has a line with these bounds."""
    row = {"api": "api/plain", "input_usd_per_mtok": [0.5, 1, 2], "output_usd_per_mtok": 1}
    books = [
        lab.book("list", prices=[row]),
        lab.book("contract", discounts=[{"api": "api/plain", "committed_usd_per_month": 1000}]),
    ]
    lab.workload(requests_per_month=1.5 * 730 * 3600)
    pools = {"main": {"instance": "box.8x", "nodes": 1}}
    lab.stack(pools, {"overflow": "api/plain"}, prices=books)
    [unused] = [
        line for line in lab.evaluate().lines if line.line.name == "unused commitment: api/plain"
    ]
    assert (unused.low, unused.usd_per_month) == (0, 0)
    assert unused.high == pytest.approx(1000 - 1314 * (0.9 * 0.5 + 0.1))


def test_the_end_of_a_contract_turns_the_answer(lab: Lab) -> None:
    """Nodes that cost their commitment for 2 months and their hours for 10: cheaper over a year."""
    offer = {"instance": "*", "committed_usd_per_month": 30_000, "until": "2027-01-22"}
    contract = lab.book("contract", discounts=[offer])
    lab.workload(requests_per_month=0.9 * 730 * 3600)
    pools = {"main": {"instance": "box.8x", "nodes": 1}}
    lab.stack(pools, prices=[contract], alternatives={"only": ["api/dear"]})
    result = lab.evaluate()
    assert result.horizon_turn is not None
    assert result.horizon_turn.cause == "node-prices"
    assert turn_sentence(result).endswith("the terms of a contract end after 2 months.")


def test_scenarios_keep_the_floor(lab: Lab) -> None:
    """Whatever an uncertain price is drawn as, a month costs the commitment at least."""
    price = [0.5, 1, 2]
    row = {"api": "own/api", "input_usd_per_mtok": price, "output_usd_per_mtok": price}
    lab.workload(requests_per_month=730 * 3600)
    books = [
        lab.book("list", prices=[row]),
        lab.book("contract", discounts=[{"api": "own/*", "committed_usd_per_month": 3000}]),
    ]
    pools = {"main": {"instance": "box.8x", "nodes": 1}}
    lab.stack(pools, prices=books, alternatives=["own/api"], finance={"discount_rate": 0})
    [own] = [rival for rival in lab.evaluate().alternatives if rival.name == "own/api"]
    assert own.uncertainty is not None
    assert own.uncertainty.bill.p10 == pytest.approx(12 * 3000)
    assert own.uncertainty.bill.p90 > 12 * 3000
    assert own.usd_per_month == 3000
