"""The example stacks show each way the decision can end: refused, near the line, closed."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.catalog.embedded import load_catalog
from tco.documents.narrative import opening
from tco.resolve.resolver import load_stack

STACKS = Path(__file__).parents[2] / "stacks"
TODAY = dt.date(2026, 11, 25)


def example(name: str, folder: Path = STACKS) -> Evaluation:
    """An example stack as of a day on which its prices are fresh."""
    return evaluate(load_stack(folder, name, load_catalog(), TODAY), TODAY)


def test_one_example_opens_its_gate() -> None:
    """`aws-premium` wins in at least 80% of the scenarios, without an override."""
    result = example("aws-premium")
    assert result.verdict.decision == "RECOMMEND"
    assert result.gate.open
    assert result.gate.override is None


def test_one_example_is_near_the_line() -> None:
    """`article-premium` is recommended by a narrow margin: a little less and the gate is shut."""
    result = example("article-premium")
    assert result.verdict.decision == "RECOMMEND"
    assert result.verdict.caps == ()
    assert 0.8 <= (result.verdict.probability or 0.0) < 0.9


def with_alternatives(folder: Path, name: str, alternatives: str) -> Evaluation:
    """An example with other alternatives, in a copy of its folder."""
    shutil.copytree(STACKS, folder, dirs_exist_ok=True)
    file = folder / f"Pulumi.{name}.yaml"
    text = file.read_text(encoding="utf-8")
    changed = re.sub(r"    alternatives: .*", f"    alternatives: {alternatives}", text)
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    return example(name, folder)


@pytest.mark.parametrize(
    ("name", "alternatives", "hosted"),
    [
        ("article-premium", "[article/premium-15]", "deepinfra/deepseek-v3"),
        ("aws-premium", "[openai/gpt-5.5-us, fireworks/glm-5.3-us]", "fireworks/glm-5.3-us"),
    ],
)
def test_hosted_open_weights_turn_the_answer(
    tmp_path: Path, name: str, alternatives: str, hosted: str
) -> None:
    """The comments of the examples are true: a hosted open model beside the rival wins."""
    verdict = with_alternatives(tmp_path, name, alternatives).verdict
    assert (verdict.decision, verdict.against) == ("DO_NOT", hosted)


@pytest.mark.parametrize(
    ("name", "decision"), [("minimax-b200", "RECOMMEND"), ("minimax-b200-less", "LEAN")]
)
def test_self_hosting_wins_against_every_host_of_the_same_weights(name: str, decision: str) -> None:
    """Against the cheapest host, which the plan does not name; measured throughput, no cap."""
    verdict = example(name).verdict
    assert (verdict.decision, verdict.against, verdict.caps) == (
        decision,
        "avian/minimax-m2.5",
        (),
    )


@pytest.mark.parametrize(
    ("name", "against"),
    [
        ("article-today", "deepinfra/deepseek-v3"),
        ("gpt-oss-h100", "quicksilverpro/gpt-oss-120b"),
        ("llama-h100", "novita/llama-3.3-70b"),
        ("llama-l40s", "novita/llama-3.3-70b"),
        ("qwen-card", "nscale/qwen3-32b"),
        ("r1-h200", "deepinfra/deepseek-r1-0528"),
        ("r1-b200", "deepinfra/deepseek-r1-0528"),
    ],
)
def test_a_host_of_the_same_weights_is_cheaper(name: str, against: str) -> None:
    """Each of these examples says why not: a host that the plan does not name costs less."""
    verdict = example(name).verdict
    assert (verdict.decision, verdict.against) == ("DO_NOT", against)


@pytest.mark.parametrize(
    ("name", "host", "role"),
    [
        ("r1-h200", "deepinfra/deepseek-r1-0528", "decides"),
        ("article-premium", "deepinfra/deepseek-v3", "left-out"),
        ("aws-premium", "aws-us-east-1/deepseek-v3.2", "newer-version"),
        ("minimax-b200", "empiriolabs/minimax-m2.7", "newer-version"),
    ],
)
def test_the_memo_says_which_host_turns_the_answer(name: str, host: str, role: str) -> None:
    """Whether it decides, is left out by the plan, or hosts a newer version."""
    result = example(name)
    assert result.hosted is not None
    assert (result.hosted.host, result.hosted.role) == (host, role)
    assert host in opening(result)


def test_the_memo_of_aws_premium_carries_what_its_requirement_costs() -> None:
    """A "Yes" beside a host of the same weights at a quarter of the cost names it and the price."""
    result = example("aws-premium")
    paragraph = opening(result)
    assert result.ruled_out is not None
    assert result.ruled_out.name == "deepinfra/deepseek-r1-0528"
    assert "openai/gpt-5.5-us is not the same model as deepseek-r1" in paragraph
    assert "requirement us-residency rules out deepinfra/deepseek-r1-0528 (same model)" in paragraph
    assert "the constraint costs $168,000 per month" in paragraph


def test_a_host_that_costs_more_today_is_said_to_cost_less_over_the_horizon() -> None:
    """API prices fall: minimax-m2.7 costs $67,500 vs. $60,900 today, and less in a year."""
    text = opening(example("minimax-b200"))
    assert "$67,500 per month, less than self-hosting over 12 months" in text


def test_the_articles_own_numbers_are_not_touched_by_hosts() -> None:
    """`only` keeps the alternatives to those that the article compares with."""
    result = example("article-50")
    assert [alternative.name for alternative in result.alternatives] == [
        "article/v4-pro-as-quoted",
        "article/v4-pro-after-cut",
    ]
