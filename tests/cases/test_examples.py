"""The example stacks show each way the math can end: refused, near the line, closed."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from tco.analysis.evaluation import Evaluation, evaluate
from tco.catalog.catalog import load_catalog
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


@pytest.mark.parametrize(
    ("name", "rival", "hosted"),
    [
        ("article-premium", "article/premium-15", "article/v4-pro-as-quoted"),
        ("aws-premium", "openai/gpt-5.5-us", "fireworks/glm-5.3-us"),
        ("r1-h200", "aws/deepseek-r1", "novita/deepseek-r1-0528"),
    ],
)
def test_hosted_open_weights_turn_the_answer(
    tmp_path: Path, name: str, rival: str, hosted: str
) -> None:
    """The comments of the examples are true: a hosted open model beside the rival wins."""
    shutil.copytree(STACKS, tmp_path, dirs_exist_ok=True)
    file = tmp_path / f"Pulumi.{name}.yaml"
    text = file.read_text(encoding="utf-8")
    assert f"alternatives: [{rival}" in text
    file.write_text(text.replace(f"[{rival}", f"[{hosted}, {rival}"), encoding="utf-8")
    verdict = example(name, tmp_path).verdict
    assert (verdict.decision, verdict.against) == ("DO_NOT", hosted)


@pytest.mark.parametrize(("name", "decision"), [("r1-h200", "RECOMMEND"), ("r1-b200", "RECOMMEND")])
def test_self_hosting_wins_against_the_same_weights(name: str, decision: str) -> None:
    """Measured throughput alone carries the answer: nothing caps the verdict."""
    verdict = example(name).verdict
    assert (verdict.decision, verdict.against, verdict.caps) == (decision, "aws/deepseek-r1", ())
