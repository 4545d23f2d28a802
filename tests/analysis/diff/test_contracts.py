"""What a branch changes in a contract: its discounts are the author's, its period the market's."""

from __future__ import annotations

import pytest

from tests.conftest import Keys
from tests.repository import Repo

MONTH = 20 * 730
OFF: Keys = {"instance": "box.*", "percent_off": 10}


def test_a_changed_discount_is_the_authors_change(repo: Repo) -> None:
    """10% becomes 25%: listed with both values, and the whole change is the plan's."""
    repo.book("own", discounts=[OFF])
    repo.pool(1, prices=["own.yaml"])
    repo.branch()
    repo.book("own", discounts=[{**OFF, "percent_off": 25}])
    found = repo.changed()
    assert found.changed_because == ("book",)
    assert (found.delta.plan, found.delta.prices) == (pytest.approx(-0.15 * MONTH), 0)
    [change] = found.changes
    assert (change.before, change.after) == (10, 25)
    assert change.path == "discount box.* on-demand reserved.percent_off"


def test_a_new_discount_lowers_the_ceiling(repo: Repo) -> None:
    """A pool that may grow to 4 nodes costs at most 4 at the discounted price."""
    repo.pool({"min": 1, "max": 4, "follow": "load"})
    repo.branch()
    repo.book("own", discounts=[OFF])
    repo.pool({"min": 1, "max": 4, "follow": "load"}, prices=["own.yaml"])
    found = repo.changed()
    assert found.before is not None
    assert found.after is not None
    assert found.before.ceiling_usd_per_month == pytest.approx(4 * MONTH)
    assert found.after.ceiling_usd_per_month == pytest.approx(0.9 * 4 * MONTH)


def test_a_later_pricing_day_ends_a_discount(repo: Repo) -> None:
    """No one changed the contract: that the list price counts again is the prices' share."""
    repo.book("own", discounts=[{**OFF, "until": "2026-10-31"}])
    repo.pool(1, prices=["own.yaml"], pricing_day="2026-10-01")
    repo.branch()
    repo.pool(1, prices=["own.yaml"], pricing_day="2026-11-23")
    found = repo.changed()
    assert found.changed_because == ("prices",)
    assert (found.delta.plan, found.delta.prices) == (0, pytest.approx(0.1 * MONTH))


def test_a_confidential_discount_is_not_shown(repo: Repo) -> None:
    """The comment says that a discount changed, and neither of its percentages."""
    repo.book("own", confidential=True, discounts=[{**OFF, "percent_off": 12.25}])
    repo.pool(1, prices=["own.yaml"])
    repo.branch()
    repo.book("own", confidential=True, discounts=[{**OFF, "percent_off": 17.75}])
    text = repo.compare().model_dump_json()
    assert "12.25" not in text
    assert "17.75" not in text
    [change] = repo.changed().changes
    assert (change.before, change.after) == ("confidential", "confidential")


def test_a_new_confirmation_of_a_discount_weakens_the_gate(repo: Repo) -> None:
    """An unusual percentage closes the gate; a branch that confirms it says so."""
    much = {**OFF, "percent_off": 85}
    repo.book("own", discounts=[much])
    repo.pool(1, prices=["own.yaml"])
    repo.branch()
    repo.book("own", discounts=[{**much, "confirm": "order form 4711"}])
    [weakening] = repo.changed().weakened
    assert weakening.key == "confirm"
    assert weakening.after == "prices/own.yaml: box.* on-demand reserved"
