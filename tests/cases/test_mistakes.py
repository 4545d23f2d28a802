"""Mistakes that people make in their files: refused, reported with the gate closed, or right.

The stacks are small and real: the shipped catalog, a contract for eight H100, a node of one's own.
"""

from __future__ import annotations

import copy
import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
import yaml

from tco.analysis.evaluate import evaluate
from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.catalog.plausibility.finding import PlausibilityFinding
from tco.errors import BadInput
from tco.resolve.resolver import load_stack

TODAY = dt.date(2026, 11, 25)
Keys = tuple[str | int, ...]

STACK: dict[str, Any] = {
    "pricing_day": "2026-11-23",
    "services": {
        "chat": {
            "workload": "chat",
            "serving": {"model": "llama-3.3-70b", "precision": "fp8", "engine": "vllm"},
            "pools": {"main": {"offer": "mine/8xh100", "nodes": 2}},
            "sizing": {"target_load": 0.8},
            "standby": {"availability": 0.999, "mtbf_hours": 5000, "mttr_hours": 12},
            "overflow": "mine/llama",
            "egress": {"bytes_per_output_token": 260, "overhead_bytes": 1500},
        }
    },
    "alternatives": ["mine/llama"],
    "ops": {"fte": 0.5, "usd_per_fte_year": 250_000, "setup_usd": 5000, "api_fte": 0.1},
    "platform": {"usd_per_month": 300, "usd_per_node_month": 80, "licence_usd_per_gpu_year": 900},
    "finance": {"discount_rate": 0.1, "horizon": 24},
    "outlook": {
        "api_price_decay_per_year": 0.3,
        "jumps": [{"api": "mine/llama", "month": 6, "factor": 0.5}],
    },
    "prices": ["contract.yaml"],
    "gate": {"probability": 0.8},
}
OWNED: dict[str, Any] = {
    "gpu": "H100-SXM",
    "gpus": 8,
    "usd": 300_000,
    "life_years": 4,
    "residual": 0.15,
    "maintenance_per_year": 0.05,
    "power": {"idle_w": 2500, "load_w": 7000, "pue": 1.3, "usd_per_kwh": 0.12},
    "colocation": {"kw": 10.2, "usd_per_kw_month": 190, "electricity": "metered"},
}
WORKLOAD: dict[str, Any] = {
    "requests_per_month": 20_000_000,
    "shape": {"kind": "office", "peak_to_mean": 2.5},
    "classes": [{"name": "all", "share": 1, "input": 1024, "output": 256, "cached": 0.3}],
    "growth_per_year": 0.3,
    "objectives": {"itl_ms": {"p50": 50}, "ttft_ms": {"p50": 2000}},
    "burst": {"quantile": 0.99},
}
BOOK: dict[str, Any] = {
    "source": "order form 4711",
    "as_of": "2026-11-01",
    "prices": [
        {"offer": "mine/8xh100", "gpu": "H100-SXM", "gpus": 8, "usd_per_hour": 18.0},
        {
            **{"instance": "p5.48xlarge", "region": "us-east-1", "usd_per_hour": 33.1},
            **{"purchase": "reserved", "kind": "savings-plan"},
            **{"term": "1yr", "payment": "no-upfront"},
        },
        {"instance": "p5.48xlarge", "region": "us-east-1", "usd_per_hour": 20, "purchase": "spot"},
        {
            **{"api": "mine/llama", "input_usd_per_mtok": 0.6, "output_usd_per_mtok": 0.9},
            **{"cached_input_usd_per_mtok": 0.1, "batch_discount": 0.5, "context_tokens": 128_000},
            "usd_per_request": 0.001,
        },
        {
            "api": "deepseek/deepseek-v4-pro",
            "input_usd_per_mtok": 0.5,
            "output_usd_per_mtok": 1.5,
            "tiers": [
                {
                    "above_prompt_tokens": 200_000,
                    "input_usd_per_mtok": 1.0,
                    "output_usd_per_mtok": 3.0,
                }
            ],
        },
    ],
    "benchmarks": [
        {
            **{"model": "llama-3.3-70b", "gpu": "H100-SXM", "gpus": 4, "precision": "fp8"},
            **{"engine": "vllm", "input": 1024, "output": 256},
            "points": [
                {"concurrency": 1, "output_tok_s": 80, "itl_ms": 12, "ttft_ms": 60},
                {"concurrency": 32, "output_tok_s": 1200, "itl_ms": 25, "ttft_ms": 400},
            ],
        }
    ],
    "figures": [{"figure": "pue", "value": 1.2, "unit": "ratio"}],
    "hardware": [{"gpu": "H100-SXM", "memory_gb": 80, "tdp_w": 700, "aliases": ["H100"]}],
}
FILES = {
    "stack": ("Pulumi.one.yaml", ("config", "tco:plan")),
    "workload": ("workloads/chat.yaml", ()),
    "book": ("prices/contract.yaml", ()),
}

MAIN: Keys = ("services", "chat", "pools", "main")
OWN: Keys = (*MAIN, "owned")
CHAT: Keys = ("services", "chat")
CLASS: Keys = ("classes", 0)
OFFER, RESERVED, SPOT, API, LISTED = (("prices", index) for index in range(5))
BENCHMARK: Keys = ("benchmarks", 0)
POINT: Keys = (*BENCHMARK, "points", 1)
IN, OUT = "input_usd_per_mtok", "output_usd_per_mtok"


class Mistake(NamedTuple):
    """A value in a file, what happens, and a part of the message; None if it is accepted."""

    file: Literal["stack", "workload", "book"]
    keys: Keys
    value: Any
    outcome: Literal["error", "warning", "accepted"]
    says: str = ""


MISTAKES = [
    # Prices of nodes
    Mistake("book", (*OFFER, "usd_per_hour"), 2.15, "warning", "Per GPU instead of per node?"),
    Mistake("book", (*OFFER, "usd_per_hour"), 3310, "warning", "Cents, or no decimal point?"),
    Mistake("book", (*OFFER, "usd_per_hour"), 13_140, "warning", "Per month instead of per hour?"),
    Mistake("book", (*OFFER, "usd_per_hour"), 0.01, "warning", "thousand times too low"),
    Mistake("book", (*OFFER, "usd_per_hour"), 0, "warning", "Is the figure missing?"),
    Mistake("book", (*OFFER, "usd_per_hour"), [2, 18, 20], "warning", "outside 7.36 to"),
    Mistake("book", (*OFFER, "usd_per_hour"), [14, 18, 22], "accepted"),
    Mistake("book", (*OFFER, "usd_per_hour"), -18, "error", "below 0"),
    Mistake("book", (*OFFER, "usd_per_hour"), "18", "error", "Write it without quotes"),
    Mistake("book", (*OFFER, "gpus"), 1, "accepted"),  # $18 for one H100 is dear, and on sale
    Mistake("book", (*OFFER, "gpus"), 800, "warning", "outside 1 to 72"),
    Mistake("book", (*OFFER, "egress_usd_per_gb"), 9, "warning", "Cents instead of dollars?"),
    Mistake("book", (*OFFER, "egress_usd_per_gb"), 90, "warning", "Per TB instead of per GB?"),
    Mistake("book", (*OFFER, "egress_usd_per_gb"), 0, "accepted"),  # many clouds charge nothing
    Mistake(
        "book", (*RESERVED, "usd_per_hour"), 0.331, "warning", "0.2 to 1.5 times the list price"
    ),
    Mistake("book", (*RESERVED, "usd_per_hour"), 4.1, "warning", "Per GPU instead of per node?"),
    Mistake("book", (*RESERVED, "usd_per_hour"), 3310, "warning", "Cents, or no decimal point?"),
    Mistake("book", (*RESERVED, "usd_per_hour"), 14, "accepted"),  # a quarter of the list price
    Mistake(
        "book", (*SPOT, "usd_per_hour"), 62, "warning", "0.08 to 1.1 times the on-demand price"
    ),
    Mistake("book", (*SPOT, "usd_per_hour"), 2.5, "warning", "Per GPU instead of per node?"),
    Mistake("book", (*SPOT, "usd_per_hour"), 8, "accepted"),
    # Prices of APIs
    Mistake("book", (*API, IN), 0.0006, "warning", "Per 1,000 tokens instead of per million?"),
    Mistake("book", (*API, IN), 0.0000006, "error", "Per token instead of per million?"),
    Mistake("book", (*API, IN), 600, "warning", "Cents instead of dollars?"),
    Mistake("book", (*API, OUT), 0.0009, "warning", "Per 1,000 tokens instead of per million?"),
    Mistake("book", (*API, OUT), 90_000, "error", "outside 0.02 to 400"),
    Mistake("book", (*API, OUT), 0.1, "warning", "Are input and output swapped?"),
    Mistake("book", (*API, "cached_input_usd_per_mtok"), 1.2, "warning", "cache hits swapped?"),
    Mistake("book", (*API, "cached_input_usd_per_mtok"), 0, "accepted"),  # hits may be free
    Mistake("book", (*API, "batch_discount"), 50, "error", "A discount of 50% is 0.5"),
    Mistake("book", (*API, "batch_discount"), 0.005, "warning", "outside 0.02 to 0.95"),
    Mistake("book", (*API, "context_tokens"), 128, "error", "accepts at most 128"),
    Mistake(
        "book",
        (*API, "usd_per_request"),
        10,
        "warning",
        "Per 1,000 requests instead of per request?",
    ),
    Mistake("book", (*LISTED, IN), 0.05, "warning", "0.2 to 1.5 times the list price"),
    Mistake("book", (*LISTED, OUT), 15, "warning", "0.2 to 1.5 times the list price"),
    Mistake("book", (*LISTED, "tiers", 0, IN), 100, "warning", "input and output swapped"),
    Mistake("book", (*LISTED, "tiers", 0, "above_prompt_tokens"), 200, "warning", "Thousands of"),
    # Throughput
    Mistake("book", (*POINT, "output_tok_s"), 38_000_000, "error", "peak FLOPS"),
    Mistake("book", (*POINT, "output_tok_s"), 3000, "warning", "Little's law"),
    Mistake("book", (*POINT, "output_tok_s"), 1.2, "warning", "Little's law"),
    Mistake("book", (*POINT, "itl_ms"), 0.025, "warning", "Seconds instead of milliseconds?"),
    Mistake("book", (*POINT, "ttft_ms"), 0.4, "warning", "Seconds instead of milliseconds?"),
    Mistake("book", (*POINT, "concurrency"), 320, "warning", "Little's law"),
    Mistake("book", (*BENCHMARK, "input"), 1_024_000, "error", "peak FLOPS"),
    Mistake("book", (*BENCHMARK, "output"), 256_000, "warning", "outside 4 to 64,000"),
    Mistake("book", ("figures", 0, "value"), 130, "warning", "times the catalog's"),
    Mistake("book", ("hardware", 0, "memory_gb"), 80_000, "error", "MB instead of GB?"),
    Mistake("book", ("hardware", 0, "tdp_w"), 0.7, "error", "kW instead of W?"),
    # An owned node
    Mistake("stack", (*OWN, "power"), {"idle_w": 2.5, "load_w": 7}, "error", "kW instead of W?"),
    Mistake("stack", (*OWN, "power", "load_w"), 700_000, "warning", "outside 1,400 to 14,600"),
    Mistake("stack", (*OWN, "power", "idle_w"), 2.5, "warning", "kW instead of W?"),
    Mistake("stack", (*OWN, "power", "usd_per_kwh"), 12, "error", "Cents instead of dollars?"),
    Mistake("stack", (*OWN, "power", "usd_per_kwh"), 0.9, "warning", "outside 0.01 to 0.7"),
    Mistake("stack", (*OWN, "power", "usd_per_kwh"), 0, "accepted"),  # a solar plant of one's own
    Mistake("stack", (*OWN, "power", "pue"), 13, "error", "outside 1 to 3"),
    Mistake("stack", (*OWN, "usd"), 30_000, "warning", "Per GPU instead of per node?"),
    Mistake("stack", (*OWN, "usd"), 3_000_000, "warning", "outside 40,000 to 960,000"),
    Mistake("stack", (*OWN, "usd"), 300, "error", "thousand times too low"),
    Mistake("stack", (*OWN, "residual"), 15, "error", "a share lies between 0 and 1"),
    Mistake("stack", (*OWN, "maintenance_per_year"), 0.0005, "warning", "outside 0.003 to 0.3"),
    Mistake("stack", (*OWN, "life_years"), 48, "error", "less than or equal to 20"),
    Mistake("stack", (*OWN, "life_years"), 16, "warning", "outside 1 to 12"),
    Mistake("stack", (*OWN, "colocation", "kw"), 10_200, "error", "W instead of kW?"),
    Mistake("stack", (*OWN, "colocation", "usd_per_kw_month"), 0.26, "warning", "Per hour instead"),
    # People, platform, finance, outlook
    Mistake("stack", ("ops", "fte"), 50, "warning", "A percentage instead of a share"),
    Mistake("stack", ("ops", "fte"), 0.0005, "warning", "thousand times too low"),
    Mistake("stack", ("ops", "fte"), 5, "accepted"),
    Mistake("stack", ("ops", "fte"), {1: 0.5, 4: 75}, "warning", "A percentage instead"),
    Mistake("stack", ("ops", "usd_per_fte_year"), 200, "error", "Thousands of dollars?"),
    Mistake("stack", ("ops", "usd_per_fte_year"), 12_000, "warning", "Per month instead of per"),
    Mistake("stack", ("ops", "usd_per_fte_year"), 60_000, "accepted"),
    Mistake("stack", ("ops", "setup_usd"), 5e9, "warning", "outside 20 to 20,000,000"),
    Mistake("stack", ("ops", "api_fte"), 25, "warning", "A percentage instead"),
    Mistake("stack", ("platform", "usd_per_node_month"), 80_000, "warning", "outside 0.5 to"),
    Mistake("stack", ("platform", "usd_per_month"), 0, "accepted"),  # it runs on what is there
    Mistake("stack", ("platform", "licence_usd_per_gpu_year"), 0.9, "warning", "outside 20 to"),
    Mistake("stack", ("finance", "discount_rate"), 10, "error", "a share lies between 0 and 1"),
    Mistake("stack", ("finance", "discount_rate"), 0.001, "warning", "divided twice?"),
    Mistake("stack", ("finance", "horizon"), 3650, "error", "less than or equal to 240"),
    Mistake("stack", ("outlook", "api_price_decay_per_year"), 30, "error", "between 0 and 1"),
    Mistake("stack", ("outlook", "jumps", 0, "factor"), 50, "warning", "A percentage instead"),
    Mistake("stack", ("gate", "probability"), 80, "error", "less than 1"),
    Mistake("stack", ("gate", "probability"), 0.08, "warning", "outside 0.5 to"),
    # Fleet and standby
    Mistake("stack", (*MAIN, "offer"), "runpod/1xl40s-secure", "error", "does not fit 1 x L40S"),
    Mistake("stack", (*MAIN, "nodes"), 2000, "warning", "times what the busiest hour needs"),
    Mistake("stack", (*MAIN, "nodes"), 1.5, "error", "is not a number of nodes"),
    Mistake("stack", (*MAIN, "nodes"), 16, "accepted"),
    Mistake("stack", (*CHAT, "sizing", "target_load"), 80, "error", "less than or equal to 1"),
    Mistake("stack", (*CHAT, "sizing", "target_load"), 0.08, "warning", "outside 0.3 to 1"),
    Mistake("stack", (*CHAT, "standby", "availability"), 99.9, "error", "less than 1"),
    Mistake("stack", (*CHAT, "standby", "availability"), 0.01, "warning", "outside 0.9 to"),
    Mistake("stack", (*CHAT, "standby", "mtbf_hours"), 5, "warning", "Days instead of hours?"),
    Mistake("stack", (*CHAT, "standby", "mttr_hours"), 0.01, "warning", "outside 0.02 to"),
    Mistake("stack", (*CHAT, "egress", "bytes_per_output_token"), 260_000, "warning", "outside 1"),
    # Demand
    Mistake("workload", ("requests_per_month",), 4, "warning", "Millions of requests?"),
    Mistake(
        "workload", ("requests_per_month",), 20_000, "warning", "Per day instead of per month?"
    ),
    Mistake("workload", ("requests_per_month",), 2_000_000, "accepted"),
    Mistake("workload", (*CLASS, "input"), 0.001024, "error", "Millions of tokens instead"),
    Mistake("workload", (*CLASS, "input"), 1.024, "warning", "Thousands of tokens instead"),
    Mistake("workload", (*CLASS, "output"), 0.256, "error", "Thousands of tokens instead"),
    Mistake("workload", (*CLASS, "output"), 2, "warning", "outside 5 to 64,000"),
    Mistake("workload", (*CLASS, "input"), 1_000_000, "error", "accepts at most 128,000"),
    Mistake("workload", (*CLASS, "reasoning"), 0.5, "error", "outside 4 to 200,000"),
    Mistake("workload", (*CLASS, "cached"), 30, "error", "a share lies between 0 and 1"),
    Mistake("workload", (*CLASS, "cached"), 0.0003, "warning", "outside 0.003 to"),
    Mistake("workload", (*CLASS, "share"), 100, "error", "less than or equal to 1"),
    Mistake("workload", ("growth_per_year",), 80, "error", "A percentage instead of a share?"),
    Mistake("workload", ("growth_per_year",), 8, "warning", "outside -0.95 to 6"),
    Mistake("workload", ("growth_per_year",), 1.5, "accepted"),
    Mistake(
        "workload",
        ("objectives", "itl_ms", "p50"),
        0.1,
        "error",
        "Seconds instead of milliseconds?",
    ),
    Mistake("workload", ("objectives", "itl_ms"), {"p99": 0.05}, "error", "Seconds instead of"),
    Mistake("workload", ("objectives", "itl_ms", "p50"), 50_000, "warning", "Microseconds instead"),
    Mistake(
        "workload",
        ("objectives", "ttft_ms", "p50"),
        2,
        "warning",
        "Seconds instead of milliseconds?",
    ),
    Mistake("workload", ("shape",), {"kind": "office"}, "error", "office needs peak_to_mean"),
    Mistake("workload", ("shape",), {"kind": "diurnal"}, "error", "diurnal needs peak_to_mean"),
    Mistake("workload", ("shape", "peak_to_mean"), 250, "error", "already fall into Monday"),
    Mistake("workload", ("burst",), {"factor": 250}, "warning", "A percentage instead"),
    Mistake("workload", ("burst", "quantile"), 99, "error", "less than 1"),
    Mistake("workload", ("burst", "quantile"), 0.01, "warning", "outside 0.5 to"),
]


@cache
def shipped() -> Catalog:
    """Return the shipped catalog, read once."""
    return load_catalog()


def written(folder: Path, change: Mistake | None) -> None:
    """Write the three files, one of them with a mistake."""
    plan = copy.deepcopy(STACK)
    if change is not None and change.file == "stack" and change.keys[:5] == OWN:
        plan["services"]["chat"]["pools"]["main"] = {"owned": copy.deepcopy(OWNED), "nodes": 2}
        plan["finance"] = {}
    documents = {"stack": plan, "workload": copy.deepcopy(WORKLOAD), "book": copy.deepcopy(BOOK)}
    if change is not None:
        holder: Any = documents[change.file]
        for key in change.keys[:-1]:
            holder = holder[key]
        holder[change.keys[-1]] = change.value
    for name, (file, above) in FILES.items():
        content: Any = documents[name]
        for key in reversed(above):
            content = {key: content}
        path = folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def judged(folder: Path, change: Mistake | None) -> tuple[str, list[PlausibilityFinding], str]:
    """Return error, warning or accepted, what was found, and what is said about it."""
    written(folder, change)
    try:
        stack = load_stack(folder, "one", shipped(), TODAY)
    except BadInput as error:
        return "error", [], str(error)
    found = list(stack.findings)
    return (
        ("warning" if found else "accepted"),
        found,
        " ".join(finding.message for finding in found),
    )


@pytest.mark.parametrize("change", MISTAKES, ids=lambda change: f"{change.keys[-1]}={change.value}")
def test_a_mistake(tmp_path: Path, change: Mistake) -> None:
    """It is refused, reported with what was probably meant, or right, as the table says."""
    outcome, found, text = judged(tmp_path, change)
    assert (outcome, change.says in text) == (change.outcome, True), text
    if outcome == "warning":
        assert str(tmp_path / FILES[change.file][0]) in {finding.file for finding in found}
        assert all(finding.line is not None for finding in found)


def test_a_file_without_mistakes_is_not_questioned(tmp_path: Path) -> None:
    """The values that the mistakes replace are plausible; so is the owned node."""
    assert judged(tmp_path, None)[0] == "accepted"
    usual = Mistake("stack", (*OWN, "gpus"), 8, "accepted")
    assert judged(tmp_path, usual)[0] == "accepted"


def test_the_gate_names_every_implausible_figure(tmp_path: Path) -> None:
    """Two mistakes in two files are both in the reason why the gate is closed."""
    written(tmp_path, Mistake("stack", ("ops", "fte"), 50, "warning"))
    workload = tmp_path / "workloads/chat.yaml"
    workload.write_text(workload.read_text("utf-8").replace("p50: 50", "p50: 5000"), "utf-8")
    result = evaluate(load_stack(tmp_path, "one", shipped(), TODAY), TODAY, 0)
    condition = next(
        condition for condition in result.gate.conditions if condition.id == "plausible"
    )
    assert not condition.holds
    assert "ops.fte" in condition.detail
    assert "workloads.chat.objectives.itl_ms.p50" in condition.detail
