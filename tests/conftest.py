"""What the tests share: a small catalog of round figures, and a folder to write stacks into.

Every file is written as JSON, which YAML reads. The catalog is the tests' own, so no figure
shipped with tco can change a result here. Its model `unit` makes one request a second on a node
(900 tokens in, 100 out), so 3,600 requests an hour are a load of one node.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.analysis.simulation.distribution import Z90
from tco.arrays import FloatArray
from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tco.costing.lines import CATEGORIES
from tco.costing.stack import Resolve, StackModel
from tco.errors import BadInput
from tco.plan.stack_file import read_stack
from tco.plan.workload import VOLUME_KEYS
from tco.resolve.candidates import with_every_supply
from tco.resolve.resolver import load_stack, resolve, resolve_stack

settings.register_profile(
    "tco",
    deadline=None,
    derandomize=True,
    max_examples=50,
    # A Lab is a folder whose files every example overwrites.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("tco")

# A job in the background of a script ignores Ctrl-C, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

Keys = dict[str, Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make golden` renews what the tests compare with, for a person to read in the diff."""
    parser.addoption(
        "--renew", action="store_true", help="rewrite golden files and output in README and docs"
    )


@pytest.fixture(autouse=True)
def price_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the prices that `tco prices refresh` has left in the user's home."""
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)


DAY = dt.date(2026, 11, 23)  # a Monday

# The reference article's benchmark: concurrency, output tokens per second, median ITL in ms.
ARTICLE_CURVE = [
    *[(1, 33, 30), (2, 56, 34), (3, 66, 43), (4, 98, 38), (5, 103, 46), (10, 182, 49)],
    *[(15, 245, 50), (20, 280, 62), (30, 366, 67), (40, 441, 68), (50, 471, 82), (60, 508, 86)],
    *[(80, 564, 99), (90, 569, 109), (100, 613, 117)],
    *[(120, 662, None), (150, 638, None), (200, 620, None)],
]


def _point(concurrency: float, speed: float, itl: float | None = None) -> Keys:
    point: Keys = {"concurrency": concurrency, "output_tok_s": speed}
    return point if itl is None else {**point, "itl_ms": {"p50": itl}}


def _benchmark(model: str, tokens: tuple[int, int], points: list[Keys], **keys: Any) -> Keys:
    return {
        "model": model,
        "gpu": "H100",
        "gpus": 8,
        "precision": "fp8",
        "engine": "vllm",
        "input": tokens[0],
        "output": tokens[1],
        "points": points,
        **keys,
    }


def _node(price: float, **keys: Any) -> Keys:
    return {"instance": "box.8x", "region": "r1", "usd_per_hour": price, **keys}


def _committed(price: float, kind: str, term: str, payment: str, **keys: Any) -> Keys:
    return _node(price, purchase="reserved", kind=kind, term=term, payment=payment, **keys)


def _api(name: str, price: float, **keys: Any) -> Keys:
    return {"api": name, "input_usd_per_mtok": price, "output_usd_per_mtok": price, **keys}


FIGURES: dict[str, tuple[float, str]] = {
    "burst_rate_chat": (1.15, "x"),
    "burst_rate_code_completion": (3, "x"),
    "burst_rate_agent": (1.3, "x"),
    "burst_rate_batch": (1, "x"),
    "burst_rate_unknown": (1, "x"),
    "node_mtbf_hours": (2376, "h"),  # with 24 h to replace a node: 0.99 available
    "rented_node_replace_hours": (24, "h"),
    "owned_node_repair_hours": (72, "h"),
    "boot_and_load_hours_single_gpu": (0.1, "h"),
    "boot_and_load_hours_multi_gpu": (0.25, "h"),
    "pue": (1.25, "ratio"),
    "electricity_usd_per_kwh": (0.10, "USD/kWh"),
    "owned_maintenance_per_year": (0.05, "per year"),
    "egress_bytes_per_token": (200, "B"),
    "egress_overhead_bytes_per_response": (1000, "B"),
    "rented_egress_usd_per_gb": (0.02, "USD/GB"),
    "owned_egress_usd_per_gb": (0.01, "USD/GB"),
    "aws_internet_free_gb": (100, "GB"),
    "aws_internet_usd_per_gb_first_10tb": (0.09, "USD/GB"),
    "aws_internet_usd_per_gb_next_40tb": (0.085, "USD/GB"),
    "aws_internet_usd_per_gb_next_100tb": (0.07, "USD/GB"),
    "aws_internet_usd_per_gb_above_150tb": (0.05, "USD/GB"),
    "ops_fte_at_1_node": (0.25, "FTE"),
    "ops_fte_at_4_nodes": (0.5, "FTE"),
    "ops_fte_at_16_nodes": (1.5, "FTE"),
    "ops_fte_at_100_nodes": (6, "FTE"),
    "usd_per_fte_year": (240_000, "USD/year"),
    "api_price_decay_per_year": (0, "per year"),
    "throughput_factor_per_year": (1, "x per year"),
    "node_price_factor_per_year_capacity_block": (1, "x per year"),
    "node_price_factor_per_year_on_demand": (1, "x per year"),
    "node_price_factor_per_year_spot": (1, "x per year"),
    "spot_availability": (0.85, "share"),
    "benchmark_spread": (1, "x"),
    "extrapolation_spread": (1, "x"),
    "far_extrapolation_spread": (1, "x"),
    "prediction_spread": (1, "x"),
    "disk_usd_per_gb_month": (0.08, "USD/GB"),
    "disk_gb_per_node": (1000, "GB"),
    "logs_usd_per_gb": (0.5, "USD/GB"),
    "logs_gb_per_node_month": (20, "GB"),
    "load_balancer_usd_per_month": (25, "USD/month"),
    "cloudwatch_alarm_usd_per_month": (0.1, "USD/month"),
    "cloudwatch_metric_usd_per_month": (0.3, "USD/month"),
}

BOOK: Keys = {
    "source": "made up for the tests",
    "as_of": "2026-11-01",
    "hardware": [
        {"gpu": "H100-SXM", "memory_gb": 80, "aliases": ["H100"]},
        {"gpu": "SLOW", "memory_gb": 40},
    ],
    "instances": [
        {"instance": "box.8x", "gpu": "H100", "gpus": 8},
        {"instance": "slow.8x", "gpu": "SLOW", "gpus": 8},
    ],
    "prices": [
        _node(20),
        _node(8, purchase="spot"),
        _committed(12, "savings-plan", "1yr", "no-upfront"),
        _committed(0, "savings-plan", "1yr", "all-upfront", upfront_usd=96_360),  # 11 x 8,760 h
        _node(30, purchase="reserved", kind="capacity-block"),
        {"instance": "slow.8x", "region": "r1", "usd_per_hour": 12},
        {"offer": "acme/8x", "gpu": "H100", "gpus": 8, "usd_per_gpu_hour": 2.0},
        _api("api/plain", 1.0),  # a request of `unit` costs $0.001, a full node-hour $3.60
        _api("api/dear", 10.0, properties=["eu-residency"]),  # $36.00
        _api("api/short", 0.1, context_tokens=600),  # too short for any request: no bill
    ],
    "spot_bands": [{"instance": "box.8x", "region": "r1", "interrupted_per_month": 0.1}],
    "benchmarks": [
        _benchmark("unit", (900, 100), [_point(15, 100)]),
        _benchmark("unit", (900, 100), [_point(15, 50)], gpu="SLOW"),
        _benchmark("fast", (900, 100), [_point(1500, 10_000)]),
        _benchmark("half", (900, 100), [_point(15, 50)], gpus=4),
        _benchmark("twin", (900, 100), [_point(15, 100)], gpus=16),
        _benchmark("offline", (900, 100), [{"output_tok_s": 100}]),
        # 1,000M tokens per month fill a node: 500,000 requests / (730 x 3,600 s) x 1,000 out.
        _benchmark("round", (1000, 1000), [_point(10, 5e8 / (730 * 3600))]),
        _benchmark("article", (1024, 256), [_point(1, 33), _point(100, 620)]),
        _benchmark("curve", (1024, 256), [_point(*measured) for measured in ARTICLE_CURVE]),
    ],
    "figures": [
        {"figure": name, "value": value, "unit": unit} for name, (value, unit) in FIGURES.items()
    ],
}

SMOOTH: Keys = {"factor": 1.0}


class Lab:
    """A folder of stacks with its catalog: writes plans, resolves them, evaluates them.

    What a test does not state costs nothing: no people, no platform, a private network, no
    standby; the demand is flat and perfectly smooth, and nodes may be full.
    """

    day = DAY

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self.folder = folder
        self.catalog = catalog

    def write(self, name: str, content: object) -> Path:
        """A file of the folder: text and bytes as they are, anything else as JSON."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, encoding="utf-8")
        return path

    def resolve(self, today: dt.date) -> Resolve:
        """What looks a stack file up in the catalog."""
        return partial(resolve_stack, catalog=self.catalog, today=today)

    def candidates(self, name: str, day: dt.date) -> tuple[StackModel, Callable[[int], StackModel]]:
        """A stack of the folder, and the same with every purchase option up to a term."""
        source = read_stack(self.folder, name)
        return (
            resolve(source, self.catalog, day),
            partial(with_every_supply, source, self.catalog, day),
        )

    def workload(self, name: str = "demand", **keys: Any) -> str:
        """A workload file. Without a volume: half a node of the model `unit`."""
        volume: Keys = {"requests_per_month": 0.5 * 730 * 3600}
        if keys.keys() & set(VOLUME_KEYS):
            volume = {}
        tokens = {"name": "all", "share": 1, "input": 900, "output": 100}
        content = {"classes": [tokens], "burst": SMOOTH, **volume, **keys}
        self.write(f"workloads/{name}.yaml", content)
        return name

    def nodes_by_hour(self, nodes: Sequence[float], name: str = "demand", **keys: Any) -> str:
        """A workload that fills this many nodes of the model `unit` in each hour of a day."""
        return self.workload(name, per_hour=[3600.0 * node for node in nodes] * 7, **keys)

    def book(self, name: str, **keys: Any) -> str:
        """A user's price book."""
        content = {"source": "order form", "as_of": "2026-11-20", **keys}
        self.write(f"prices/{name}.yaml", content)
        return f"{name}.yaml"

    def service(self, pools: Keys, **keys: Any) -> Keys:
        """A service of the model `unit` on the workload `demand`."""
        return {
            "workload": "demand",
            "serving": {"model": "unit"},
            "pools": pools,
            "sizing": {"target_load": 1.0},
            "egress": {"to": "private"},
            **keys,
        }

    def stack(self, pools: Keys, service: Keys | None = None, **plan: Any) -> str:
        """The stack `one` with the service `chat`; other keys are the plan's."""
        return self.plan({"chat": self.service(pools, **(service or {}))}, **plan)

    def plan(self, services: Keys, name: str = "one", **keys: Any) -> str:
        """A stack file with its services."""
        for service in services.values():
            if not (self.folder / "workloads" / f"{service['workload']}.yaml").exists():
                self.workload(service["workload"])
        plan: Keys = {
            "pricing_day": DAY.isoformat(),
            "services": services,
            "alternatives": ["api/plain"],
            "ops": {"fte": 0},
            "platform": {},
            **keys,
        }
        self.write(f"Pulumi.{name}.yaml", {"config": {"aws:region": "r1", "tco:plan": plan}})
        return name

    def load(self, name: str = "one") -> StackModel:
        """A stack of the folder, resolved."""
        return load_stack(self.folder, name, self.catalog, DAY)

    def warned(self, name: str = "one") -> list[str]:
        """The messages of a stack's cautions."""
        return [warning.message for warning in self.load(name).warnings]

    def evaluate(self, name: str = "one") -> Evaluation:
        """A stack of the folder, evaluated."""
        return evaluate(self.load(name), DAY)

    def refused(self, name: str = "one") -> str:
        """The text with which a stack is refused."""
        with pytest.raises(BadInput) as caught:
            self.load(name)
        return str(caught.value)


def cost_by_category(result: Evaluation) -> dict[str, float]:
    """USD per month by category of the ledger; 0 where there is no line."""
    return {
        category: sum(line.usd_per_month for line in result.lines if line.line.category == category)
        for category in CATEGORIES
    }


def caps_of(result: Evaluation) -> list[str]:
    """The messages of what caps a verdict."""
    return [cap.message for cap in result.verdict.caps]


def owned(usd: float, **keys: Any) -> Keys:
    """One owned node that costs nothing but its price, unless stated."""
    free = {"usd_per_month": 0, "electricity": "included"}
    node = {"gpu": "H100", "gpus": 8, "usd": usd, "life_years": 4, "maintenance_per_year": 0}
    return {"owned": {**node, "colocation": free, **keys}, "nodes": 1}


def around(likely: float, sigma: float) -> list[float]:
    """The range whose lognormal has so wide a logarithm: P10 and P90 are 1.2816 sigma out."""
    return [likely * math.exp(-Z90 * sigma), likely, likely * math.exp(Z90 * sigma)]


def at_start(usd: float, months: int) -> FloatArray:
    """An upfront paid once, in the first of a given number of months."""
    return np.array([usd, *([0.0] * (months - 1))])


ON_DEMAND: Keys = {"instance": "box.8x"}
FOLLOWING: Keys = {"min": 0, "max": 100, "follow": "load"}


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The tests' own catalog."""
    return Catalog(books=(Book.model_validate(BOOK),), name="tests")


@pytest.fixture
def lab(tmp_path: Path, catalog: Catalog) -> Lab:
    """An empty folder of stacks."""
    return Lab(tmp_path, catalog)
