"""Quality is compared by dated scores, and without a score nothing is claimed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tco.documents.alternatives import alternative_part
from tco.documents.quality import QualityPart
from tco.report.shown_alternatives import quality_texts
from tests.conftest import ON_DEMAND, Lab

NODE = {**ON_DEMAND, "nodes": 1}


def _score(model: str, value: float, **keys: Any) -> dict[str, Any]:
    return {"model": model, "benchmark": "mmlu-pro", "value": value, "samples": 10_000, **keys}


def _stack(lab: Lab, *scores: dict[str, Any], **plan: Any) -> None:
    prices = [lab.book("own", scores=list(scores))] if scores else []
    service = {"require": plan.pop("require", [])}
    lab.stack({"main": NODE}, service, prices=prices, **plan)


def _needs(least: float, benchmark: str = "mmlu-pro") -> list[Any]:
    return [{"min_score": {benchmark: least}}]


@pytest.mark.parametrize(
    ("scores", "lacking"),
    [
        ((), ("a known score of 80 on mmlu-pro",)),
        ((_score("plain", 79.9),), ("a score of 80 on mmlu-pro, above its 79.9",)),
        ((_score("plain", 80),), ()),
        ((_score("PLAIN", 80),), ()),  # names of models ignore case
        (
            (_score("plain", 90), _score("api/plain", 79)),
            ("a score of 80 on mmlu-pro, above its 79",),
        ),
        ((_score("plain", 90, valid_from="2020-01-01"), _score("plain", 70)), ()),
    ],
)
def test_an_alternative_below_the_required_score_or_without_one_cannot_decide(
    lab: Lab, scores: tuple[dict[str, Any], ...], lacking: tuple[str, ...]
) -> None:
    """The score of the API itself, which a book states, goes before its model's."""
    _stack(lab, _score("unit", 85), *scores, require=_needs(80))
    [api] = lab.load().alternatives
    assert (api.eligible, api.lacking) == (not lacking, lacking)


def test_the_answer_says_what_no_alternative_reaches(lab: Lab) -> None:
    """A requirement that rules every alternative out leaves self-hosting alone."""
    _stack(lab, _score("unit", 85), require=_needs(80))
    result = lab.evaluate()
    assert result.verdict.decision == "CONSTRAINED"
    part = alternative_part(result.alternatives[0], result)
    assert part.lacking == ("a known score of 80 on mmlu-pro",)


def test_another_stack_is_held_to_the_score_as_an_api_is(lab: Lab) -> None:
    """Its model needs the score on the workload that both serve."""
    _stack(
        lab,
        _score("unit", 85),
        _score("fast", 70),
        require=_needs(80),
        alternatives=["stack:two"],
    )
    service = lab.service({"main": NODE}, serving={"model": "fast"})
    lab.plan({"other": service}, name="two", prices=["own.yaml"])
    [other] = lab.load().alternatives
    assert other.lacking == ("a score of 80 on mmlu-pro, above its 70",)


def test_a_plan_whose_own_model_is_below_its_min_score_is_refused(lab: Lab) -> None:
    """No one asks more of an API than of the model that the plan itself runs."""
    _stack(lab, _score("unit", 75.9), require=_needs(80))
    assert "unit, the model of chat itself, scores 75.9, below 80 (order form" in lab.refused()


def test_an_own_model_without_a_score_is_a_warning(lab: Lab) -> None:
    """A fine-tuned model has no public score; that is said, not refused."""
    _stack(lab, _score("plain", 85), require=_needs(80))
    assert any("unit has no score on mmlu-pro" in message for message in lab.warned())


def test_a_misspelled_benchmark_is_an_error(lab: Lab) -> None:
    """It would rule out every alternative."""
    _stack(lab, _score("plain", 85), require=_needs(80, "mmlu_pro"))
    assert "no model has a score on mmlu_pro. Did you mean mmlu-pro?" in lab.refused()


def _quality(lab: Lab) -> QualityPart:
    result = lab.evaluate()
    return alternative_part(result.alternatives[0], result).quality


def test_scores_stand_side_by_side_with_the_error_of_their_samples(lab: Lab) -> None:
    """1.96 x sqrt(80 x 20 / 10,000) = 0.784 points."""
    _stack(lab, _score("unit", 80), _score("plain", 60, samples=2400))
    quality = _quality(lab)
    assert quality.status == "compared"
    assert quality.text == (
        "mmlu-pro 80 ±0.78 for unit vs. 60 ±2 for plain, 10,000 and 2,400 samples"
    )
    [both] = quality.scores
    assert both.own.error == pytest.approx(0.784)
    assert (both.own.source, both.own.as_of) == ("order form", dt.date(2026, 11, 20))
    assert not both.within_error


def test_the_memo_names_the_sources_of_the_scores(lab: Lab) -> None:
    """One line with source and day, however many alternatives have scores."""
    _stack(lab, _score("unit", 80), _score("plain", 60))
    result = lab.evaluate()
    both, sources = quality_texts([alternative_part(result.alternatives[0], result)])
    assert both.startswith("api/plain: mmlu-pro 80 ±0.78 for unit vs. 60 ±0.96 for plain")
    assert sources == (
        "Sources of the scores: unit: order form, 2026-11-20; plain: order form, 2026-11-20."
    )


def test_a_difference_within_the_error_is_none(lab: Lab) -> None:
    """sqrt(0.784^2 + 0.774^2) is 1.1 points; 80 and 80.9 are not distinguished."""
    _stack(lab, _score("unit", 80), _score("plain", 80.9))
    assert _quality(lab).text.endswith("10,000 samples, within the error")


@pytest.mark.parametrize("scores", [(), (_score("unit", 80),)])
def test_without_a_common_score_quality_is_not_compared(
    lab: Lab, scores: tuple[dict[str, Any], ...]
) -> None:
    """No score, no claim."""
    _stack(lab, *scores)
    quality = _quality(lab)
    assert quality.status == "not-compared"
    assert quality.text == "not the same model: quality not compared"


def test_a_host_of_the_same_model_needs_no_score(lab: Lab) -> None:
    """Its name has the model after the slash."""
    price = {"api": "host/unit", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    prices = [lab.book("own", prices=[price])]
    lab.stack({"main": NODE}, alternatives=["host/unit"], prices=prices)
    assert _quality(lab).status == "same-model"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0.812, "0.812 is not a score in percent, above 1 and up to 100. 0.812 as a share is 81.2"),
        (812, "812 is not a score in percent, above 1 and up to 100."),
    ],
)
def test_a_score_is_in_percent(lab: Lab, value: float, message: str) -> None:
    """A share in place of percent is named with what was probably meant."""
    _stack(lab, _score("unit", value))
    assert message in lab.refused()
