"""Days that cannot be what they say are reported, each cause once."""

from __future__ import annotations

import datetime as dt

from tco.analysis.evaluate import evaluate
from tco.documents.plan import stack_part
from tco.documents.stack import stack_summary
from tco.resolve.resolver import load_stack
from tests.conftest import DAY, ON_DEMAND, Keys, Lab

NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}


def _minded(lab: Lab, today: dt.date = DAY) -> str:
    stack = load_stack(lab.folder, "one", lab.catalog, today)
    return "\n".join(stack_summary(evaluate(stack, today, 0)).warnings)


def test_a_day_before_the_first_prices_is_reported_once(lab: Lab) -> None:
    """Many figures younger than the pricing day are one note that names them."""
    node = {"instance": "box.8x", "region": "r1", "usd_per_hour": 20, "valid_from": "2026-10-01"}
    api = {"api": "own/api", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    later = [node, {**api, "valid_from": "2026-10-01"}]
    box = {"instance": "own.8x", "gpu": "H100", "gpus": 8}
    book = lab.book("late", instances=[box], prices=[{**later[0], "instance": "own.8x"}, later[1]])
    pool: Keys = {"main": {"instance": "own.8x", "nodes": 1}}
    lab.stack(pool, prices=[book], alternatives=["own/api"], pricing_day="2020-11-20")
    said = _minded(lab)
    reported = "no prices of 2020-11-20 are known, so the earliest known ones are used as estimates"
    assert f"{reported} (own.8x, own/api)." in said
    assert "the first price known" not in said


def test_cautions_are_distinguished_by_kind(lab: Lab) -> None:
    """A name that reads like a message does not make one: only its kind merges a caution."""
    later = {"valid_from": "2026-10-01", "region": "r1", "usd_per_hour": 20}
    name = "own: the first price known is of"
    boxes = [{"instance": node, "gpu": "H100", "gpus": 8} for node in (name, "own.8x")]
    prices = [{**later, "instance": box["instance"]} for box in boxes]
    book = lab.book("late", instances=boxes, prices=prices)
    pools: Keys = {node: {"instance": node, "nodes": 1} for node in (name, "own.8x")}
    lab.plan({"chat": lab.service(pools)}, "one", prices=[book], pricing_day="2020-11-20")
    found = stack_summary(lab.evaluate())
    assert [caution.subject for caution in found.cautions if caution.kind == "first-price"] == [
        f"{name}, own.8x"
    ]
    kinds = {caution.kind: caution.severity for caution in found.cautions}
    assert kinds["first-price"] == "warning"
    assert kinds["no-standby"] == "info"
    assert stack_part(lab.evaluate()).model_dump(mode="json")["cautions"] == [
        caution.model_dump() for caution in found.cautions
    ]


def test_a_pricing_day_to_come(lab: Lab) -> None:
    """No one knows the prices of a day after today."""
    lab.stack(NODE, pricing_day="2027-01-01")
    assert "the pricing day 2027-01-01 is after today (2026-11-23)" in _minded(lab)


def test_figures_seen_after_today(lab: Lab) -> None:
    """A figure whose day has not come is a slip of the keyboard, and would never be stale."""
    api = {"api": "own/api", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    book = lab.book("late", prices=[api], as_of="2027-11-20")
    lab.stack(NODE, prices=[book], alternatives=["own/api"])
    reported = "more figures are dated 2027-11-20, after today (2026-11-23). Check as_of."
    assert reported in _minded(lab)
    assert "after today" not in _minded(lab, dt.date(2027, 11, 20))
