"""`tco models`."""

from __future__ import annotations

from tco.cli.exit_codes import BAD_INPUT, OK
from tests.cli.conftest import Tco


def test_models_lists_what_was_measured(tco_command: Tco) -> None:
    """A line per model and GPU whose names hold every word, with replicas, loads and newest day."""
    answer = tco_command("models", "gpt-oss-120b", "h100")
    assert answer.code == OK
    [_, line, count] = answer.out.splitlines()
    assert line.split()[:3] == ["gpt-oss-120b", "H100-SXM", "1,2,4,8"]
    assert count.startswith("1 pair of 1 model")


def test_models_as_json(tco_command: Tco) -> None:
    """The JSON has every pair, with numbers unrounded."""
    content = tco_command("models", "--format", "json").json
    assert content["schema"] == "tco.models/1"
    pairs = [(pair["model"], pair["gpu"]) for pair in content["coverage"]]
    assert len(pairs) == len(set(pairs)) > 100
    assert all(pair["points"] >= pair["closed_loop_points"] for pair in content["coverage"])


def test_models_of_nothing_is_reported(tco_command: Tco) -> None:
    """Words that nothing matches fail with what to run instead."""
    answer = tco_command("models", "no-such-model")
    assert answer.code == BAD_INPUT
    assert "See `tco models`" in answer.err
