"""Alert rules that Prometheus loads, and expressions that measure what the plan means."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    VectorSelector,
)

from tco.documents.alerts import AlertsDocument, alerts_document
from tco.report.alerts import alerts_text, prometheus_rules
from tco.serving_metrics import SERVING_METRICS
from tests.conftest import ON_DEMAND, Keys, Lab

GOLDEN = Path(__file__).parents[1] / "golden" / "alerts.rules.yml"
KEYS = {"alert", "expr", "for", "labels", "annotations"}
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
VLLM = SERVING_METRICS["vllm"]
OUTPUT = 100 / 1000
"""The share of the tests' tokens that are output."""


def document(lab: Lab, *, requests: float = 0.9, **options: Any) -> AlertsDocument:
    """The alerts of one node at $20 an hour against an API at $7 per 1M."""
    lab.workload(requests_per_month=requests * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, **against(lab))
    return alerts_document(lab.evaluate(), **options)


def two_services(lab: Lab, **options: Any) -> AlertsDocument:
    """The alerts of two services, each on a node of its own."""
    lab.workload("other", requests_per_month=0.8 * 730 * 3600)
    lab.workload(requests_per_month=0.9 * 730 * 3600)
    lab.plan(
        {
            "chat": lab.service({"main": {**ON_DEMAND, "nodes": 1}}),
            "more": lab.service({"second": {**ON_DEMAND, "nodes": 1}}, workload="other"),
        },
        **against(lab),
    )
    return alerts_document(lab.evaluate(), **options)


def against(lab: Lab) -> Keys:
    """An API at $7 per 1M as the one alternative."""
    prices: list[Keys] = [{"api": "mid/api", "input_usd_per_mtok": 7, "output_usd_per_mtok": 7}]
    return {"prices": [lab.book("prices", prices=prices)], "alternatives": ["mid/api"]}


def rules(document: AlertsDocument) -> list[dict[str, Any]]:
    """The rules of a file as Prometheus reads them."""
    [group] = yaml.safe_load(prometheus_rules(document))["groups"]
    assert set(group) == {"name", "interval", "rules"}
    assert promql_parser.parse_duration(group["interval"]) > dt.timedelta()
    return list(group["rules"])


def expression(document: AlertsDocument, alert: str) -> BinaryExpr:
    """The comparison of one rule, without the condition that a week was seen."""
    [rule] = [rule for rule in rules(document) if rule["alert"] == alert]
    found: Expr = promql_parser.parse(rule["expr"])
    assert isinstance(found, BinaryExpr)
    while str(found.op) == "and":
        found = found.lhs
        assert isinstance(found, BinaryExpr)
    return found


def value(expr: Expr, rates: Mapping[str, float]) -> float:
    """What an expression is worth where each counter has a rate."""
    if isinstance(expr, ParenExpr):
        return value(expr.expr, rates)
    if isinstance(expr, NumberLiteral):
        return expr.val
    if isinstance(expr, BinaryExpr):
        left, right = value(expr.lhs, rates), value(expr.rhs, rates)
        return {"+": left + right, "*": left * right, "/": left / right}[str(expr.op)]
    assert isinstance(expr, AggregateExpr)
    assert str(expr.op) == "sum"
    assert isinstance(expr.expr, Call)
    assert expr.expr.func.name == "rate"
    [series] = expr.expr.args
    assert isinstance(series, MatrixSelector)
    assert series.range == dt.timedelta(days=7)
    return rates[name_of(series.vector_selector)]


def name_of(series: VectorSelector) -> str:
    """The counter of a series, with the value of its label where it has one."""
    labels = [matcher.value for matcher in series.matchers.matchers]
    return ":".join([str(series.name), *labels])


@pytest.mark.parametrize("engine", SERVING_METRICS)
@pytest.mark.parametrize("requests", [0.9, 0.3])
def test_rules_are_what_prometheus_loads(lab: Lab, engine: str, requests: float) -> None:
    """One wrong key, duration, label or expression, and Prometheus rejects the whole file."""
    found = rules(document(lab, requests=requests, engine=engine))
    assert {rule["alert"] for rule in found} >= {"TcoServingMetricsAbsent", "TcoReviewDue"}
    for rule in found:
        assert set(rule) <= KEYS
        assert LABEL.fullmatch(rule["alert"])
        assert promql_parser.parse_duration(rule.get("for", "1d")) == dt.timedelta(days=1)
        assert all(map(LABEL.fullmatch, (*rule["labels"], *rule["annotations"])))
        assert rule["labels"]["severity"] in ("warning", "info")
        promql_parser.parse(rule["expr"])


@pytest.mark.parametrize("stack", ["one", "two"])
def test_promtool_accepts_the_file(lab: Lab, tmp_path: Path, stack: str) -> None:
    """Where promtool is installed, it has the last word."""
    shown = document(lab) if stack == "one" else two_services(lab)
    path = tmp_path / "rules.yml"
    path.write_text(prometheus_rules(shown), encoding="utf-8")
    promtool = shutil.which("promtool")
    if promtool is not None:
        checked = subprocess.run(
            [promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_planned_rate_gives_the_planned_utilization(lab: Lab) -> None:
    """The rule divides what the engine counts by what the plan means by a full fleet."""
    shown = document(lab)
    compared = expression(shown, "TcoUtilizationBelowBreakEven")
    planned = 0.9 * 1000 * OUTPUT
    assert str(compared.op) == "<"
    assert value(compared.lhs, {VLLM.generation_tokens: planned}) == pytest.approx(0.9)
    [wire] = [wire for wire in shown.review.tripwires if wire.kind == "utilization"]
    assert value(compared.rhs, {}) == pytest.approx(wire.threshold, rel=1e-5)


def test_the_planned_rates_give_the_planned_volume(lab: Lab) -> None:
    """Prompts count whole and a month has 730 hours, as in the plan."""
    compared = expression(document(lab), "TcoVolumeBelowBreakEven")
    rate = 0.9 * 1000
    rates = {VLLM.generation_tokens: rate * OUTPUT, VLLM.prompt_tokens: rate * (1 - OUTPUT)}
    assert value(compared.lhs, rates) == pytest.approx(0.9 * 730 * 3600 * 1000 / 1e6)


def test_services_are_distinguished_by_a_label(lab: Lab) -> None:
    """Two services with one engine have the same counters: each rule reads its own."""
    compared = expression(two_services(lab), "TcoUtilizationBelowBreakEven")
    rates = {f"{VLLM.generation_tokens}:{name}": share * 100 for name, share in SHARES.items()}
    assert value(compared.lhs, rates) == pytest.approx((0.9 + 0.8) / 2)


SHARES = {"chat": 0.9, "more": 0.8}


def test_labels_replace_the_default_ones(lab: Lab) -> None:
    """A label's value is text, whatever it is made of."""
    odd = 'a "quoted" \\ name\nwith {braces}'
    shown = document(lab, labels={"chat": {"model_name": odd, "job": "vllm"}})
    compared = expression(shown, "TcoUtilizationBelowBreakEven")
    found: list[VectorSelector] = []
    promql_parser.walk(
        compared, lambda node: found.append(node) if isinstance(node, VectorSelector) else None
    )
    assert {
        (matcher.name, matcher.value) for node in found for matcher in node.matchers.matchers
    } == {("model_name", odd), ("job", "vllm")}


@pytest.mark.parametrize(
    ("requests", "alerts", "severity"),
    [
        (
            0.9,
            ["TcoUtilizationBelowBreakEven", "TcoVolumeBelowBreakEven"],
            "warning",
        ),
        (0.3, ["TcoUtilizationAboveBreakEven", "TcoVolumeAboveBreakEven"], "info"),
    ],
)
def test_an_alert_is_a_warning_where_crossing_it_costs_money(
    lab: Lab, requests: float, alerts: list[str], severity: str
) -> None:
    """A plan that loses is shown the chance to win, not warned of it."""
    crossed = [
        rule
        for rule in rules(document(lab, requests=requests))
        if rule["labels"]["tco_tripwire"] in ("utilization", "volume")
    ]
    assert [rule["alert"] for rule in crossed] == alerts
    assert {rule["labels"]["severity"] for rule in crossed} == {severity}


def test_an_engine_without_known_metrics_is_said(lab: Lab) -> None:
    """A plan on another engine says how to name the one that runs."""
    measured: Keys = {
        "model": "mine",
        "gpu": "H100",
        "gpus": 8,
        "precision": "fp8",
        "engine": "homemade",
        "input": 900,
        "output": 100,
        "points": [{"concurrency": 15, "output_tok_s": 100}],
    }
    keys = against(lab)
    keys["prices"] = [*keys["prices"], lab.book("mine", benchmarks=[measured])]
    lab.workload(requests_per_month=0.9 * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"serving": {"model": "mine"}}, **keys)
    shown = alerts_document(lab.evaluate())
    assert [rule.alert for rule in shown.rules] == ["TcoReviewDue"]
    assert any("--engine: vllm, sglang, trtllm" in text for text in shown.unwatched)
    assert alerts_document(lab.evaluate(), "sglang").rules[0].expr.count("sglang:")


def test_a_plan_without_tripwires_says_why(lab: Lab) -> None:
    """The text of a plan that nothing can change still has its day."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=[])
    text = alerts_text(alerts_document(lab.evaluate()))
    assert "Review by 20" in text
    assert "There is no alternative with a price" in text
    assert "what " not in text.splitlines()[3]


@pytest.mark.parametrize("width", [80, 120])
def test_the_text_fits(lab: Lab, width: int) -> None:
    """No line is wider than the terminal."""
    for shown in (document(lab), two_services(lab)):
        assert max(map(len, alerts_text(shown, width).splitlines())) <= width


def test_names_are_no_templates(lab: Lab) -> None:
    """Prometheus fills templates in annotations; an API's name is not one."""
    prices: list[Keys] = [
        {"api": "x/{{ $value }}", "input_usd_per_mtok": 7, "output_usd_per_mtok": 7}
    ]
    lab.workload(requests_per_month=0.9 * 730 * 3600)
    lab.stack(
        {"main": {**ON_DEMAND, "nodes": 1}},
        prices=[lab.book("prices", prices=prices)],
        alternatives=["x/{{ $value }}"],
    )
    summary = rules(alerts_document(lab.evaluate()))[0]["annotations"]["summary"]
    assert 'x/{{ "{{" }} $value }}' in summary


def test_the_file_is_as_it_was(lab: Lab, pytestconfig: pytest.Config) -> None:
    """The whole file, for a person to read in the diff."""
    text = prometheus_rules(document(lab, labels={"chat": {"job": "vllm"}}))
    if pytestconfig.getoption("--renew"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
