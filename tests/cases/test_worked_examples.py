"""Known answers, each through a whole stack, with its arithmetic beside the expected value.

Examples of a single formula stand with its tests: annuity and owned node in `test_finance`,
spares and availability in `test_standby`, egress bands in `test_egress`, burst quantiles in
`test_poisson`, fleet by quantile, load by rank and the diurnal fleet in `test_fleet`, latency
limits in `test_operating_point`.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from tco.analysis.breakeven.thresholds import Threshold
from tco.analysis.cashflow.projection import payback_months
from tco.analysis.optimization.ranks import API
from tests.conftest import ON_DEMAND, Keys, Lab, at_start, cost_by_category, owned

FOLLOWING_FREELY: Keys = {"nodes": {"min": 0, "max": 20, "follow": "load"}, "boot_hours": 0}


def node_price(lab: Lab, usd_per_hour: float, *rows: Keys) -> str:
    """A price book with the on-demand price of the node, and other rows."""
    node = {"instance": "box.8x", "region": "r1", "usd_per_hour": usd_per_hour}
    return lab.book("nodes", prices=[node, *rows])


def api_price(name: str, miss: float, out: float, hit: float | None = None) -> Keys:
    """A row of a price book: an API by its input, output and cache-hit price."""
    row: Keys = {"api": name, "input_usd_per_mtok": miss, "output_usd_per_mtok": out}
    return row if hit is None else {**row, "cached_input_usd_per_mtok": hit}


# Reserved base


@pytest.mark.parametrize(
    ("reserved", "usd_per_day"),
    [
        *[(0, 300), (1, 280.8), (2, 261.6), (3, 262.4), (4, 263.2), (5, 284), (6, 304.8)],
        *[(7, 325.6), (8, 346.4), (9, 377.2), (10, 408)],
    ],
)
def test_reserved_base(lab: Lab, reserved: int, usd_per_day: float) -> None:
    """A reserved base under on-demand peaks costs least at two nodes of the ten.

    120 node-hours a day are needed; 2 reserved: 2 x 24 x 1.70 + (120 - 48) x 2.50 = 261.60.
    """
    commitment = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
    plan = {"purchase": "reserved", "kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
    base_price = {"instance": "box.8x", "region": "r1", "usd_per_hour": 1.70, **plan}
    lab.nodes_by_hour([2] * 8 + [4] * 8 + [8] * 4 + [10] * 4)
    base = {**ON_DEMAND, "purchase": "reserved", "nodes": reserved, "commitment": commitment}
    pools: Keys = {"base": base, "peak": {**ON_DEMAND, **FOLLOWING_FREELY}}
    lab.stack(pools, prices=[node_price(lab, 2.50, base_price)])
    compute = cost_by_category(lab.evaluate())["compute"]
    assert compute / (730 / 24) == pytest.approx(usd_per_day)


# Spot


def test_spot_node_hour(lab: Lab) -> None:
    """A spot node-hour costs its obtained hours, their boots and the on-demand hours between.

    .85 x 1.00 x (1 + 1/20 x .25) + .15 x 2.50 = 1.235625
    """
    spot = {"availability": 0.85, "interruptions_per_node_hour": 0.05}
    pool = {**ON_DEMAND, "purchase": "spot", "nodes": 1, "spot": spot, "boot_hours": 0.25}
    price = {"instance": "box.8x", "region": "r1", "purchase": "spot", "usd_per_hour": 1.00}
    lab.stack({"main": pool}, prices=[node_price(lab, 2.50, price)])
    assert cost_by_category(lab.evaluate())["compute"] == pytest.approx(730 * 1.235625)


# Several crossovers


def _crossovers(lab: Lab, **service: object) -> list[tuple[float, float | None]]:
    """Where 5,000 + 15,000 a node of 1,000M tokens wins against $17 per 1M."""
    classes = [{"name": "all", "share": 1, "input": 1000, "output": 1000}]
    lab.workload(requests_per_month=2_500_000, classes=classes)
    prices = [node_price(lab, 15_000 / 730, api_price("api/plain", 17, 17))]
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": "auto"}},
        {"serving": {"model": "round"}, **service},
        prices=prices,
        platform={"usd_per_month": 5_000},
    )
    return lab.evaluate().alternatives[0].wins_mtok_per_month


def test_several_crossovers(lab: Lab) -> None:
    """Break-even is eight intervals: n nodes win from (5,000 + 15,000 n)/17 up to 1,000 n.

    n = 3: 50,000/17 = 2,942 to 3,000; n = 2: 35,000/17 = 2,059 > 2,000, never;
    n = 10: 155,000/17 = 9,118 < 10,000, where the next node is won at once (10,000 = 170,000/17).
    """
    found = _crossovers(lab)
    expected = [((5_000 + 15_000 * n) / 17, 1_000.0 * n) for n in range(3, 10)]
    assert [round(low) for low, _ in expected] == [2941, 3824, 4706, 5588, 6471, 7353, 8235]
    assert found[:-1] == [pytest.approx(value) for value in expected]
    assert found[-1] == (pytest.approx(155_000 / 17), None)


def test_first_crossover_with_a_spare_node(lab: Lab) -> None:
    """One standby node moves the first win from 2,942M to 10,883M: (20,000 + 15,000 x 11)/17."""
    found = _crossovers(lab, standby={"pool": "main", "nodes": 1})
    assert found[0][0] == pytest.approx(185_000 / 17)
    assert math.ceil(found[0][0]) == 10_883


# Payback


@pytest.mark.parametrize(
    ("growth", "decay", "months"),
    [
        *[(0.0, 0.0, 25), (0.0, 0.2, None)],
        *[(0.5, 0.0, 17), (0.5, 0.2, 20), (0.5, 0.3, 24), (0.5, 0.4, 32), (0.5, 0.5, None)],
    ],
)
def test_payback_table(lab: Lab, growth: float, decay: float, months: int | None) -> None:
    """$300,000 pay back by the API's bill less the running cost, if API prices do not fall first.

    Flat: 300,000 / (20,000 - 8,000) = 25 months. The bill of month t is
    20,000 x ((1 + growth)(1 - decay))^(t/12), t = 0 first; the running cost stays $8,000.
    """
    bills = 20_000 * ((1 + growth) * (1 - decay)) ** (np.arange(60) / 12)
    found = payback_months(at_start(300_000, len(bills)), bills - 8_000)
    assert (None if found is None else math.ceil(found)) == months

    lab.workload(requests_per_month=20_000_000, growth_per_year=growth)  # x $0.001
    rack = {"usd_per_month": 8_000, "electricity": "included"}
    lab.stack(
        {"own": owned(300_000, life_years=5, colocation=rack)},
        {"serving": {"model": "fast"}},
        outlook={"api_price_decay_per_year": decay},
    )
    [rival] = lab.evaluate().alternatives
    shown = rival.thresholds.payback_months
    assert (shown.status, shown.value) == (
        ("never", None) if found is None else ("at", pytest.approx(found))
    )


# Busy-hour rule


@pytest.mark.parametrize(
    ("miss", "out", "value", "share"),
    [
        (1.74, 3.48, 22.68, 0.88),
        (0.435, 0.87, 5.67, None),
        (1.40, 4.40, 21.82, 0.92),
        (3, 15, 59.19, 0.34),
        (5, 30, 109.80, 0.18),
    ],
)
def test_busy_hour_rule(
    lab: Lab, miss: float, out: float, value: float, share: float | None
) -> None:
    """A $20 node is worth keeping if its busy share exceeds 20 over the API's price of a full hour.

    620 tok/s x 3,600 s = 2.232M output tokens and 3.839 x as many input tokens an hour:
    2.232 x (3.48 + 3.839 x 1.74) = 22.68; 20 / 22.68 = 88%.
    """
    tokens = {"input": 3839, "output": 1000}
    curve = {"gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "vllm", **tokens}
    points = [{"concurrency": 100, "output_tok_s": 620}]
    book = lab.book(
        "busy",
        prices=[api_price("api/plain", miss, out)],
        benchmarks=[{"model": "busy", **curve, "points": points}],
    )
    lab.workload(
        requests_per_month=0.5 * 0.620 * 3600 * 730,  # half of the node's
        classes=[{"name": "all", "share": 1, **tokens}],
    )
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        {"serving": {"model": "busy"}},
        prices=[book],
    )
    result = lab.evaluate()
    [[first]] = result.ranks
    assert first.usd_per_hour[API] / first.busy_share == pytest.approx(value, abs=0.005)
    needed = result.alternatives[0].thresholds.utilization
    if share is None:
        assert needed == Threshold("never")
    else:
        assert needed.status == "at"
        assert needed.value == pytest.approx(20 / value, rel=1e-3)
        assert round(needed.value or 0, 2) == share


# Lenovo LP2368 (2026), configuration A


@pytest.mark.parametrize(
    ("cloud_usd_per_hour", "hours", "months"),
    [
        (98.32, 2_720.4, 3.7),  # 250,141.80 / (98.32 - 6.37)
        (62.92, 4_423.4, 6.1),
        (43.16, 6_799.2, 9.3),
        (39.32, 7_591.6, 10.4),
        (20.00, 18_352.3, 25.1),  # a neocloud at 8 x $2.50: the rival chosen decides
    ],
)
def test_lenovo_break_even_hours(
    lab: Lab, cloud_usd_per_hour: float, hours: float, months: float
) -> None:
    """A bought 8xH100 pays back in capex / (cloud price - running price) hours of use."""
    rack = {"usd_per_month": 6.37 * 730, "electricity": "included"}
    cloud = lab.service({"rent": {**ON_DEMAND, "nodes": 1}})
    lab.plan({"chat": cloud}, "cloud", prices=[node_price(lab, cloud_usd_per_hour)])
    lab.stack(
        {"own": owned(250_141.80, life_years=5, colocation=rack)}, alternatives=["stack:cloud"]
    )
    found = lab.evaluate().alternatives[0].thresholds.payback_months.value or 0.0
    assert found * 730 == pytest.approx(hours, abs=0.05)
    assert found == pytest.approx(months, abs=0.05)


# Pan et al., arXiv 2509.18101


@pytest.mark.parametrize(
    ("hardware", "electricity", "tok_s", "miss", "out", "months"),
    [
        (240_000, 126.72, 800, 1.25, 10, 69.3),  # Kimi-K2 on 16 x A100 against GPT-5
        (240_000, 126.72, 800, 15, 75, 8.65),  # Opus
        (240_000, 126.72, 800, 3, 15, 44.0),  # Sonnet
        (2_000, 13.20, 200, 1.25, 10, 2.26),  # EXAONE 32B on one 5090 against GPT-5
        (2_000, 13.20, 200, 15, 75, 0.2875),
        (2_000, 13.20, 200, 3, 15, 1.45),
    ],
)
def test_pan_et_al_payback(
    lab: Lab,
    hardware: float,
    electricity: float,
    tok_s: float,
    miss: float,
    out: float,
    months: float,
) -> None:
    """t* = hardware / (API - electricity), the API billing Q x (p_in + 2 p_out)/3.

    Q = 800 tok/s x 3,600 x 176 h = 506.88M; x (1.25 + 20)/3 = $3,590.40;
    240,000 / (3,590.40 - 126.72) = 69.3 months.
    """
    mtok = tok_s * 3600 * 176 / 1e6
    lab.workload(
        requests_per_month=mtok * 1e6 / 3000,
        classes=[{"name": "all", "share": 1, "input": 1000, "output": 2000}],
    )
    rack = {"usd_per_month": electricity, "electricity": "included"}
    lab.stack(
        {"own": owned(hardware, life_years=10, colocation=rack)},
        {"serving": {"model": "fast"}},
        prices=[lab.book("rival", prices=[api_price("api/plain", miss, out)])],
    )
    [rival] = lab.evaluate().alternatives
    assert rival.usd_per_month == pytest.approx(mtok * (miss + 2 * out) / 3)
    assert rival.thresholds.payback_months.value == pytest.approx(months, rel=0.005)
