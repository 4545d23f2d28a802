"""The reference article of 17 June 2026: its table reproduced, and what it left out.

One 8xH100 node; its two-point reading of the benchmark is 33 output tok/s at one request and 620
at a hundred. $22.32 an hour ($2.79 per GPU-hour) is what its $10.00 at full use implies.
"""

from __future__ import annotations

import pytest

from tco.analysis.breakeven.thresholds import Threshold
from tco.analysis.evaluation import Evaluation
from tests.conftest import ON_DEMAND, Keys, Lab, cost_by_category, owned

FULL_MTOK = 620 * 3600 * 730 / 1e6  # 1,629.36M output tokens per month
BUNDLE = 2380 / 620  # input tokens served per output token: 3.839


def article(lab: Lab, share: float, *, gpu_hour: float = 2.79, **keys: object) -> Evaluation:
    """The article's node at a share of 620 tok/s, perfectly smooth, with its input bundled."""
    lab.workload(
        requests_per_month=share * FULL_MTOK * 1e6 / 620,
        classes=[{"name": "all", "share": 1, "input": 2380, "output": 620, **keys}],
    )
    points = [{"concurrency": 1, "output_tok_s": 33}, {"concurrency": 100, "output_tok_s": 620}]
    serving = {"gpu": "H100", "gpus": 8, "precision": "awq", "engine": "vllm"}
    shape = {"model": "bundle", "input": 2380, "output": 620}
    node = {"instance": "box.8x", "region": "r1", "usd_per_hour": 8 * gpu_hour}

    def api(name: str, miss: float, hit: float, out: float) -> Keys:
        prices = {"input_usd_per_mtok": miss, "cached_input_usd_per_mtok": hit}
        return {"api": name, **prices, "output_usd_per_mtok": out}

    rivals = [
        api("v4-pro/before", 1.74, 0.0145, 3.48),
        api("v4-pro/after", 0.435, 0.003625, 0.87),
        api("output/3.48", 0, 0, 3.48),
        api("output/15", 0, 0, 15),
        api("output/30", 0, 0, 30),
    ]
    book = lab.book(
        "article",
        prices=[node, *rivals],
        benchmarks=[{**shape, **serving, "points": points}],
    )
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        {"serving": {"model": "bundle"}},
        prices=[book],
        alternatives=[rival["api"] for rival in rivals],
    )
    return lab.evaluate()


def rival(result: Evaluation, name: str) -> float:
    """USD per 1M output tokens of an alternative."""
    found = next(alternative for alternative in result.alternatives if alternative.name == name)
    return (found.usd_per_month or 0) / result.output_mtok_per_month


@pytest.mark.parametrize(
    ("share", "mtok", "usd_per_mtok"),
    [(1.0, 1_629.36, 10), (0.5, 814.68, 20), (0.2, 325.872, 50), (0.05, 81.468, 200)],
)
def test_published_table(lab: Lab, share: float, mtok: float, usd_per_mtok: float) -> None:
    """$22.32 x 730 over 1,629.36M tokens is $10.00 per 1M output, and 1/share times as much."""
    result = article(lab, share)
    assert result.output_mtok_per_month == pytest.approx(mtok)
    assert result.utilization == pytest.approx(share)
    compute = cost_by_category(result)["compute"]
    assert compute / result.output_mtok_per_month == pytest.approx(usd_per_mtok)


@pytest.mark.parametrize(
    ("gpu_hour", "usd_per_mtok"),
    [(2.00, 7.168), (2.29, 8.208), (2.50, 8.961), (3.00, 10.753), (3.12, 11.183)],
)
def test_other_gpu_hours(lab: Lab, gpu_hour: float, usd_per_mtok: float) -> None:
    """$/1M = node $/h x 1e6 / (3,600 x 620): 16 / 2.232 = 7.168."""
    result = article(lab, 1.0, gpu_hour=gpu_hour)
    compute = cost_by_category(result)["compute"]
    assert compute / result.output_mtok_per_month == pytest.approx(usd_per_mtok, abs=5e-4)


def test_one_month_has_one_length(lab: Lab) -> None:
    """16 x 720 and 24 x 730 stood in one range; here both ends have 730 hours."""
    rents = [article(lab, 1.0, gpu_hour=price).priced_usd_per_month for price in (2.0, 3.0)]
    assert rents == pytest.approx([11_680, 17_520])


def test_output_only_gpu_hour(lab: Lab) -> None:
    """To beat $3.48 with the input left out of the API's bill takes $0.971 per GPU-hour."""
    limits = {
        alternative.name: alternative.thresholds for alternative in article(lab, 1.0).alternatives
    }
    # 3.48 x 2.232 / 8
    assert limits["output/3.48"].usd_per_gpu_hour.value == pytest.approx(0.971, abs=5e-4)


@pytest.mark.parametrize(("name", "share"), [("output/15", 0.6667), ("output/30", 0.3333)])
def test_premium_utilization_at_ten_dollars(lab: Lab, name: str, share: float) -> None:
    """At $10.00 fully used, $15 is beaten above 66.7% of a node and $30 above 33.3%."""
    found = {
        alternative.name: alternative.thresholds.utilization
        for alternative in article(lab, 0.5, gpu_hour=2.79).alternatives
    }
    assert found[name].value == pytest.approx(share, abs=5e-4)


def test_api_bills_the_input_that_the_node_absorbs(lab: Lab) -> None:
    """2,380 of 3,000 tok/s are input: the API bills 3.48 + 3.839 x 1.74 = $10.16, not $3.48."""
    result = article(lab, 1.0)
    assert pytest.approx(3.48 + BUNDLE * 1.74) == rival(result, "v4-pro/before")
    assert rival(result, "v4-pro/before") == pytest.approx(10.16, abs=0.005)
    assert rival(result, "v4-pro/after") == pytest.approx(2.54, abs=0.005)


def test_api_bill_at_four_to_one(lab: Lab) -> None:
    """At the benchmark's own 1,024 in / 256 out it is 3.48 + 4 x 1.74 = $10.44."""
    prices = {"input_usd_per_mtok": 1.74, "output_usd_per_mtok": 3.48}
    lab.workload(classes=[{"name": "all", "share": 1, "input": 1024, "output": 256}])
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        {"serving": {"model": "article"}},
        prices=[lab.book("rival", prices=[{"api": "api/plain", **prices}])],
    )
    assert rival(lab.evaluate(), "api/plain") == pytest.approx(10.44)


@pytest.mark.parametrize(
    ("gpu_hour", "share"), [(2.79, 0.984), (2.00, 0.706), (2.50, 0.882), (3.00, None)]
)
def test_parity_with_the_bundle(lab: Lab, gpu_hour: float, share: float | None) -> None:
    """Against the whole bundle the node is at parity at 98.4% of use, not at three times its cost.

    10.00 / 10.16 = 98.4%; at $3.00 per GPU-hour 10.75 / 10.16 = 105.8%: never.
    """
    result = article(lab, 0.5, gpu_hour=gpu_hour)
    found = result.alternatives[0].thresholds.utilization
    if share is None:
        assert found == Threshold("never")
    else:
        assert found.value == pytest.approx(share, abs=5e-4)


@pytest.mark.parametrize(("name", "usd"), [("v4-pro/before", 6.43), ("v4-pro/after", 1.61)])
def test_cache_hits_at_their_own_price(lab: Lab, name: str, usd: float) -> None:
    """56.3 % hits: 3.48 + 3.839 x (.437 x 1.74 + .563 x .0145) = $6.43; after the cut $1.61."""
    assert rival(article(lab, 1.0, cached=0.563), name) == pytest.approx(usd, abs=0.005)


@pytest.mark.parametrize(
    ("tokens", "tok_s", "usd"),
    [((1024, 256), 440, 14.1), ((1024, 1024), 373, 16.6), ((1024, 4096), 279, 22.2)],
)
def test_lengths_matter_as_much_as_the_gpu(
    lab: Lab, tokens: tuple[int, int], tok_s: float, usd: float
) -> None:
    """The same node costs $14.1, $16.6 or $22.2 per 1M output by the measured lengths of R1.

    22.32 x 1e6 / (3,600 x 279) = 22.2: of the three shapes, the workload's own counts.
    """
    shapes = {(1024, 256): 440, (1024, 1024): 373, (1024, 4096): 279}
    serving = {"model": "r1", "gpu": "H100", "gpus": 8, "precision": "awq", "engine": "vllm"}
    benchmarks = [
        {
            **serving,
            "input": given,
            "output": made,
            "points": [{"concurrency": 100, "output_tok_s": speed}],
        }
        for (given, made), speed in shapes.items()
    ]
    node = {"instance": "box.8x", "region": "r1", "usd_per_hour": 22.32}
    classes = [{"name": "all", "share": 1, "input": tokens[0], "output": tokens[1]}]
    lab.workload(requests_per_month=tok_s * 3600 * 730 / tokens[1], classes=classes)
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        {"serving": {"model": "r1"}},
        prices=[lab.book("r1", prices=[node], benchmarks=benchmarks)],
    )
    result = lab.evaluate()
    assert result.utilization == pytest.approx(1)
    assert result.fleets[0].extrapolated is False
    found = cost_by_category(result)["compute"] / result.output_mtok_per_month
    assert found == pytest.approx(usd, abs=0.05)


@pytest.mark.parametrize(
    ("itl_ms", "tok_s", "usd"), [(50, 245, 25.3), (82, 471, 13.16), (None, 662, 9.37)]
)
def test_latency_decides_the_cost(lab: Lab, itl_ms: float | None, tok_s: float, usd: float) -> None:
    """ITL <= 50 ms leaves 245 tok/s: $25.3 per 1M output, not $10; 15 requests are 40% of 620.

    Fifty requests at once (82 ms) are 76%: concurrency and throughput are not proportional.
    """
    objectives = {} if itl_ms is None else {"itl_ms": {"p50": itl_ms}}
    node = {"instance": "box.8x", "region": "r1", "usd_per_hour": 22.32}
    lab.workload(
        requests_per_month=tok_s * 3600 * 730 / 256,
        classes=[{"name": "all", "share": 1, "input": 1024, "output": 256}],
        objectives=objectives,
    )
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        {"serving": {"model": "curve"}},
        prices=[lab.book("node", prices=[node])],
    )
    result = lab.evaluate()
    assert result.fleets[0].node_output_tok_s == pytest.approx(tok_s)
    found = cost_by_category(result)["compute"] / result.output_mtok_per_month
    assert found == pytest.approx(usd, abs=0.05)


@pytest.mark.parametrize(
    ("watts", "usd_per_kwh", "usd"),
    [(6_000, 0.16, 700.8), (8_000, 0.205, 1_197.2), (6_000, 0.12, 525.6), (8_000, 0.13, 759.2)],
)
def test_power_of_a_month(lab: Lab, watts: float, usd_per_kwh: float, usd: float) -> None:
    """ "$700-1,200" are 16 and 20.5 cents a kWh over 730 hours; at 12-13 cents $526-759."""
    power = {"idle_w": watts, "load_w": watts, "pue": 1, "usd_per_kwh": usd_per_kwh}
    lab.stack({"own": owned(200_000, colocation=None, power=power)})
    assert cost_by_category(lab.evaluate())["power"] == pytest.approx(usd)


def test_redundancy_and_people(lab: Lab) -> None:
    """A second node and half a person make $32.91 per 1M output of what alone costs $12.80.

    (2 x 20 x 730 + 8,333) / (0.7 x 1,629.36M) = 37,533 / 1,140.55 = 32.91.
    """
    requests = 0.7 * FULL_MTOK * 1e6 / 256
    classes = [{"name": "all", "share": 1, "input": 1024, "output": 256}]
    lab.workload(requests_per_month=requests, classes=classes)
    service: Keys = {"serving": {"model": "article"}, "standby": {"pool": "main", "nodes": 1}}
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        service,
        ops={"fte": 0.5, "usd_per_fte_year": 200_000},
    )
    result = lab.evaluate()
    assert result.usd_per_month == pytest.approx(37_533, abs=0.5)
    assert (result.usd_per_month or 0) / result.output_mtok_per_month == pytest.approx(
        32.91, abs=0.005
    )
    compute = cost_by_category(result)["compute"]
    assert compute / result.output_mtok_per_month == pytest.approx(12.80, abs=0.005)


def test_weights_that_do_not_fit_are_reported(lab: Lab) -> None:
    """1.6T parameters at one byte each do not fit 8 x 80 GB, whatever a benchmark claims."""
    weights = {"model": "unit", "weights_gb": {"fp8": 1600}}
    serving = {"model": "unit", "precision": "fp8"}
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        {"serving": serving},
        prices=[lab.book("weights", models=[weights])],
    )
    reported = "unit fp8 has 1,600 GB of weights; 8 x H100-SXM hold 640 GB."
    assert f"{reported} The smallest count that fits is 32." in lab.refused()
