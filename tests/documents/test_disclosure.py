"""A confidential book shows its totals and never its rates, in any face."""

from __future__ import annotations

import json
import re

import pytest

from tco.analysis.optimization.optimize import optimize
from tco.documents.alerts import alerts_document
from tco.documents.charges import charges_document
from tco.documents.gate import gate_document
from tco.documents.memo import memo_document
from tco.documents.optimize import optimize_document
from tco.documents.plan import stack_part
from tco.documents.stack import stack_summary
from tco.report.alerts import alerts_text
from tco.report.csv_text import lines_csv
from tco.report.focus import focus_csv
from tco.report.memo import memo
from tco.report.optimum import optimum_text
from tco.report.preview import pool_text
from tco.report.table import stack_text
from tests.conftest import DAY, ON_DEMAND, Keys, Lab

RATES = (
    *("12.3456", "12.35", "11.1213", "11.12", "14.5657", "14.57"),  # a node-hour
    *("2.3457", "2.35", "2.1213", "2.12", "2.9878", "2.99"),  # a million tokens
    *("0.0023457", "0.00235"),  # a request
    *("8.44", "8.4445"),  # a full node-hour at the API
    "0.0778",  # a gigabyte of disk
    "37.5",  # percent off
)
OFF = 37.5


def books(lab: Lab, *, by_discount: bool, confidential: bool) -> list[str]:
    """The price books of rates that are negotiated one by one, or by a discount off a list."""
    off = 1 - OFF / 100 if by_discount else 1
    hour = [usd / off for usd in (11.1213, 12.3456, 14.5657)]
    price = [usd / off for usd in (2.1213, 2.3457, 2.9878)]
    node: Keys = {"instance": "box.8x", "region": "r1", "usd_per_hour": hour}
    api: Keys = {"api": "own/api", "input_usd_per_mtok": price, "output_usd_per_mtok": price}
    disk = {"figure": "disk_usd_per_gb_month", "value": 0.0778, "unit": "USD/GB"}
    rows, shut = [node, api], {"confidential": confidential, "figures": [disk]}
    if not by_discount:
        return [lab.book("own", prices=rows, **shut)]
    patterns: tuple[Keys, ...] = ({"instance": "box.*"}, {"api": "own/*"})
    discounts = [{**pattern, "percent_off": OFF} for pattern in patterns]
    return [lab.book("list", prices=rows), lab.book("own", discounts=discounts, **shut)]


def faces(lab: Lab, *, confidential: bool, by_discount: bool = False) -> dict[str, str]:
    """Everything that is written of a stack whose every rate is in a book of its own."""
    own = books(lab, by_discount=by_discount, confidential=confidential)
    lab.workload(requests_per_month=1.7 * 730 * 3600)
    service = {"overflow": "own/api"}
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    lab.plan({"chat": lab.service(pools, **service)}, "two", prices=own)
    rivals = ["own/api", "api/dear", "stack:two"]
    lab.stack(pools, service, prices=own, alternatives=rivals, platform=None, against="own/api")
    result = lab.evaluate()
    shown = stack_summary(result)
    found = optimize(*lab.candidates("one", DAY), scenarios=0)
    return {
        "memo": memo(memo_document(result)),
        "table": stack_text(shown),
        "plan": stack_part(result).model_dump_json(),
        "gate": gate_document(result).model_dump_json(),
        "csv": lines_csv([shown]),
        "focus": focus_csv([charges_document(result)]),
        "optimum": optimum_text(optimize_document(found)),
        "optimum_json": optimize_document(found).model_dump_json(),
        "preview": pool_text(shown, "main"),
        "alerts": alerts_document(result).model_dump_json(),
        "alerts_text": alerts_text(alerts_document(result)),
    }


def reported_in(text: str) -> list[str]:
    """The rates that are in a text as numbers of their own."""
    numbers = set(re.findall(r"\d[\d.]*", text))
    return [rate for rate in RATES if rate in numbers]


@pytest.mark.parametrize("by_discount", [False, True])
def test_no_face_shows_a_confidential_rate(lab: Lab, *, by_discount: bool) -> None:
    """Neither a rate, nor its range, nor what follows from one alone stands anywhere."""
    open_, shut = (
        faces(lab, confidential=hidden, by_discount=by_discount) for hidden in (False, True)
    )
    assert [face for face, text in open_.items() if not reported_in(text)] == []
    assert {face: reported_in(text) for face, text in shut.items()} == {face: [] for face in shut}
    assert "9,012" in shut["memo"]


def test_what_is_hidden_is_null_and_the_total_stays(lab: Lab) -> None:
    """In JSON a confidential line has no price and no quantity, and its month as ever."""
    [open_, shut] = (
        json.loads(faces(lab, confidential=hidden)["plan"]) for hidden in (False, True)
    )
    for before, after in zip(open_["lines"], shut["lines"], strict=True):
        secret = after["usd_per_unit"] is None
        assert secret == (before["name"] in ("box.8x", "overflow at own/api", "disks"))
        assert (after["quantity"] is None) == secret
        assert after["usd_per_month"] == before["usd_per_month"]
    assert shut["uncertainty"]["p50"] == open_["uncertainty"]["p50"]
    ranges = {
        figure["name"]: figure["likely"] for figure in shut["uncertainty"]["against"][0]["inputs"]
    }
    assert ranges == {"box.8x: on-demand": None, "own/api: input": None, "own/api: output": None}
    assert shut["ranks"][0][0]["usd_per_hour"] == {"on-demand": None, "api": None}


def test_a_line_names_every_source(lab: Lab) -> None:
    """A line of several figures names the sources of all, three at most, and its oldest day."""
    rows = [{"instance": "box.8x", "region": "r1", "usd_per_hour": 8, "purchase": "spot"}]
    book = lab.book("own", prices=rows, as_of="2026-11-10")
    pool: Keys = {**ON_DEMAND, "purchase": "spot", "nodes": 1}
    lab.stack({"main": pool}, prices=[book])
    lines = stack_part(lab.evaluate()).model_dump(mode="json")["lines"]
    assert lines[0]["source"] == "order form; made up for the tests"
    assert lines[0]["as_of"] == "2026-11-01"
    rent = next(line for line in lines if line["name"] == "included in the instance price")
    assert (rent["source"], rent["as_of"]) == ("order form", "2026-11-10")


@pytest.mark.parametrize("priced", [True, False])
def test_the_catalog_is_the_published_one(lab: Lab, *, priced: bool) -> None:
    """The digest of the catalog does not change with a user's own book."""
    api = {"api": "own/api", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    books = [lab.book("own", prices=[api])] if priced else []
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=books)
    assert stack_part(lab.evaluate()).catalog == lab.catalog.version


def test_a_tripwire_of_one_pool_does_not_show_the_rate_of_another(lab: Lab) -> None:
    """All rents have one factor, so the factor of a public one times a mean gives a secret away."""
    node: Keys = {"instance": "slow.8x", "region": "r1", "usd_per_hour": 13}
    own = lab.book("own", prices=[node], confidential=True)
    lab.workload(requests_per_month=1.4 * 730 * 3600)
    pools: Keys = {
        "main": {**ON_DEMAND, "nodes": 1},
        "slow": {"instance": "slow.8x", "nodes": 1},
    }
    lab.stack(pools, prices=[own], alternatives=["api/dear"])
    wires = alerts_document(lab.evaluate()).review.tripwires
    rents = [wire for wire in wires if wire.kind in ("node_price", "usd_per_gpu_hour")]
    assert len(rents) == 3
    assert all(wire.confidential and wire.now is None for wire in rents)
    assert all(wire.threshold is None for wire in rents if wire.kind == "node_price")
