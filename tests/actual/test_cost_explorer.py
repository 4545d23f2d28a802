"""`tco actual --cost-explorer` on AWS as botocore's Stubber plays it.

The answers have the shapes of GetCostAndUsage and ListCostAllocationTags in botocore's model of
the service `ce` (2017-10-25); a group of a tag has the key `KEY$VALUE`, with no value for what has
no such tag.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import BAD_INPUT, OK, USAGE, Answer, Shell, shell, tco_command
from tests.conftest import FOLLOWING, ON_DEMAND
from tests.refresh.conftest import Aws, aws

__all__ = ["aws", "shell", "tco_command"]

CE = ("ce", "us-east-1")
MINE = {"Tags": {"Key": "tco:stack", "Values": ["one"], "MatchOptions": ["EQUALS"]}}
NOT_MINE = {"Tags": {"Key": "tco:stack", "MatchOptions": ["ABSENT"]}}
Group = tuple[tuple[str, ...], float, float | None]


def dimension(key: str, *values: str) -> dict[str, Any]:
    return {"Dimensions": {"Key": key, "Values": [*values], "MatchOptions": ["EQUALS"]}}


RUNNING = dimension("USAGE_TYPE_GROUP", "EC2: Running Hours")
KINDS = ("Credit", "Refund", "Tax", "Support")
USAGE_ONLY = {"Not": dimension("RECORD_TYPE", *KINDS, "SavingsPlanNegation")}
POOL = {"Type": "TAG", "Key": "tco:pool"}


def asked(
    wanted: list[Any], *groups: str | dict[str, str], metrics: tuple[str, ...] = (), **more: str
) -> Any:
    """The parameters of a call for October."""
    return {
        "TimePeriod": {"Start": "2026-10-01", "End": "2026-11-01"},
        "Granularity": "MONTHLY",
        "Filter": {"And": wanted},
        "GroupBy": [
            {"Type": "DIMENSION", "Key": group} if isinstance(group, str) else group
            for group in groups
        ],
        "Metrics": list(metrics or ("NetAmortizedCost", "UsageQuantity")),
        **more,
    }


def page(*groups: Group, metric: str = "NetAmortizedCost", unit: str = "USD", **more: Any) -> Any:
    """An answer with groups of keys, cost and quantity."""

    def metrics(usd: float, quantity: float | None) -> dict[str, Any]:
        cost = {metric: {"Amount": f"{usd:.10f}", "Unit": unit}}
        used = {"UsageQuantity": {"Amount": f"{quantity:.10f}", "Unit": "N/A"}} if quantity else {}
        return {**cost, **used}

    return {
        "ResultsByTime": [
            {
                "TimePeriod": {"Start": "2026-10-01", "End": "2026-11-01"},
                "Total": {},
                "Groups": [
                    {"Keys": [*keys], "Metrics": metrics(usd, quantity)}
                    for keys, usd, quantity in groups
                ],
                "Estimated": more.pop("estimated", False),
            }
        ],
        **more,
    }


NODES = asked([MINE, RUNNING, USAGE_ONLY], POOL, "INSTANCE_TYPE")
REST = asked([MINE, {"Not": RUNNING}, USAGE_ONLY], "USAGE_TYPE", "SERVICE")
APART = asked([MINE, dimension("RECORD_TYPE", *KINDS)], "RECORD_TYPE", metrics=("UnblendedCost",))
HINT = asked(
    [{"And": [NOT_MINE, dimension("INSTANCE_TYPE", "box.8x")]}, RUNNING, USAGE_ONLY],
    POOL,
    "INSTANCE_TYPE",
)
Ask = Callable[..., Answer]


@pytest.fixture
def ask(shell: Shell, aws: Aws) -> Ask:
    """`tco actual one --cost-explorer` for October."""
    lab = shell.lab
    pools = {"base": {**ON_DEMAND, "nodes": 1}, "burst": {**ON_DEMAND, "nodes": FOLLOWING}}
    lab.plan({"chat": lab.service(pools, egress={"to": "internet"})}, "one")

    def run(*options: str) -> Answer:
        bill = ("--month", "2026-10", "--cost-explorer", "--scenarios", "0")
        return shell("actual", "one", *bill, *options)

    return run


def answers(aws: Aws, response: Any, params: Any) -> None:
    aws.answers(*CE, "get_cost_and_usage", response, params)


def lines_of(answer: Answer) -> dict[str, Any]:
    assert answer.code == OK, answer.err
    return {line["pool"] or line["part"]: line for line in answer.json["lines"]}


def test_the_bill_is_asked_for_by_the_tags_of_the_stack(ask: Ask, aws: Aws) -> None:
    """Nodes by pool, transfer and disks by usage type, the rest apart, the untagged as a hint."""
    answers(
        aws,
        page((("tco:pool$base", "box.8x"), 14_000.0, 744.0), estimated=True, NextPageToken="2"),
        NODES,
    )
    answers(aws, page((("tco:pool$burst", "box.8x"), 500.0, 25.0)), {**NODES, "NextPageToken": "2"})
    answers(
        aws,
        page(
            (("USE1-DataTransfer-Out-Bytes", "Amazon Elastic Compute Cloud"), 9.0, 100.0),
            (("USE1-EBS:VolumeUsage.gp3", "EC2 - Other"), 80.0, 1000.0),
            (("USE1-LCUUsage", "Amazon Elastic Load Balancing"), 12.5, 3.0),
        ),
        REST,
    )
    answers(aws, page((("Credit",), -40.0, None), metric="UnblendedCost"), APART)
    answers(aws, page((("tco:pool$", "box.8x"), 60.0, 3.0)), HINT)
    answer = ask("--format", "json")
    lines, found = lines_of(answer), answer.json
    assert (lines["base"]["actual_usd"], lines["base"]["actual_quantity"]) == (14_000, 744)
    assert (lines["burst"]["actual_usd"], lines["burst"]["actual_quantity"]) == (500, 25)
    assert (lines["egress"]["actual_usd"], lines["egress"]["actual_quantity"]) == (9, 100)
    assert lines["platform"]["actual_usd"] == 92.5
    assert found["apart"] == [{"kind": "credit", "usd": -40, "of_stack": True}]
    assert found["untagged"] == [{"instance": "box.8x", "usd": 60, "node_hours": 3}]
    assert "AWS marks these costs as an estimate: the invoice is not final yet." in found["notes"]


def test_untagged_costs_are_asked_for_on_demand(ask: Ask, aws: Aws) -> None:
    """With --untagged everything without a stack's tag counts, by instance type."""
    others = [NOT_MINE]
    answers(aws, page(), NODES)
    answers(aws, page(), REST)
    answers(aws, page(metric="UnblendedCost"), APART)
    answers(
        aws,
        page((("tco:pool$", "box.8x"), 1_000.0, 50.0)),
        asked([*others, RUNNING, USAGE_ONLY], POOL, "INSTANCE_TYPE"),
    )
    answers(aws, page(), asked([*others, {"Not": RUNNING}, USAGE_ONLY], "USAGE_TYPE", "SERVICE"))
    apart = asked(
        [*others, dimension("RECORD_TYPE", *KINDS)], "RECORD_TYPE", metrics=("UnblendedCost",)
    )
    answers(aws, page(metric="UnblendedCost"), apart)
    lines = lines_of(ask("--untagged", "--format", "json"))
    assert sum(lines[pool]["actual_usd"] for pool in ("base", "burst")) == 1_000


TAG = {"TagKey": "tco:stack", "Type": "UserDefined"}


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([], "The tag is not activated as a cost allocation tag. Activate tco:stack and tco:pool"),
        ([{**TAG, "Status": "Inactive"}], "The tag is not activated as a cost allocation tag."),
        (
            [{**TAG, "Status": "Active", "LastUpdatedDate": "2026-11-02T10:00:00Z"}],
            "The tag is a cost allocation tag since 2026-11-02; costs before its activation",
        ),
    ],
)
def test_an_empty_answer_says_whether_the_tag_is_activated(
    ask: Ask, aws: Aws, tags: list[dict[str, str]], message: str
) -> None:
    """The usual cause of a bill of nothing is a tag that no one activated."""
    answers(aws, page(), NODES)
    answers(aws, page(), REST)
    aws.answers(
        *CE,
        "list_cost_allocation_tags",
        {"CostAllocationTags": tags},
        {"TagKeys": ["tco:stack"]},
    )
    answer = ask()
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    text = " ".join(answer.err.split())
    assert "Cost Explorer has no costs with the tag tco:stack=one in 2026-10." in text
    assert message in text


def test_an_empty_answer_without_the_permission_to_ask_why(ask: Ask, aws: Aws) -> None:
    """A member account may not list the tags: the message says what is missing, and both causes."""
    answers(aws, page(), NODES)
    answers(aws, page(), REST)
    aws.fails(*CE, "list_cost_allocation_tags", "AccessDeniedException")
    text = " ".join(ask().err.split())
    assert "It is not known whether the tag is activated as a cost allocation tag" in text
    assert "lack the permission ce:ListCostAllocationTags" in text


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDeniedException", "the credentials lack the permission ce:GetCostAndUsage."),
        ("LimitExceededException", "AWS still throttles after 8 attempts."),
        ("ThrottlingException", "AWS still throttles after 8 attempts."),
        ("DataUnavailableException", "Cost Explorer has no data of the account. Enable it"),
        ("BillExpirationException", "no longer keeps that month. Use an export: --billing FILE."),
        ("ExpiredTokenException", "the AWS credentials have expired."),
    ],
)
def test_what_aws_refuses_is_said_in_plain_words(
    ask: Ask, aws: Aws, code: str, message: str
) -> None:
    """No traceback: what went wrong, and what to do."""
    aws.fails(*CE, "get_cost_and_usage", code)
    answer = ask()
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert message in " ".join(answer.err.split())


def test_another_currency_is_refused(ask: Ask, aws: Aws) -> None:
    """An account of AWS China is billed in CNY, which no plan is in."""
    answers(aws, page((("tco:pool$base", "box.8x"), 14_000.0, 744.0), unit="CNY"), NODES)
    assert "Cost Explorer reports costs in CNY, but a plan is in USD." in " ".join(
        ask().err.split()
    )


def test_without_credentials_nothing_is_asked(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variables that set them."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    answer = ask()
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert "no AWS credentials were found. Set AWS_PROFILE" in " ".join(answer.err.split())


@pytest.mark.parametrize("options", [(), ("--billing", "bill.csv", "--cost-explorer")])
def test_one_source_of_the_bill_is_stated(shell: Shell, options: tuple[str, ...]) -> None:
    """Neither of the two, or both, is bad usage."""
    answer = shell("actual", "one", "--month", "2026-10", *options)
    assert answer.code == USAGE
    assert "--billing FILE or --cost-explorer" in " ".join(answer.err.split())


def test_a_part_of_a_month_is_asked_for_by_its_days(ask: Ask, aws: Aws) -> None:
    """The end of the time period is exclusive: the day after the last that is compared."""
    days = {"Start": "2026-10-01", "End": "2026-10-11"}
    for params in (NODES, REST):
        answers(
            aws,
            page((("tco:pool$base", "box.8x"), 1.0, 1.0)) if params is NODES else page(),
            {**params, "TimePeriod": days},
        )
    answers(aws, page(metric="UnblendedCost"), {**APART, "TimePeriod": days})
    answers(aws, page(), {**HINT, "TimePeriod": days})
    answer = ask("--through", "2026-10-10", "--format", "json")
    assert answer.json["hours"] == 240
    assert dt.date.fromisoformat(answer.json["last_day"]) == dt.date(2026, 10, 10)
