"""A model of the user's own in a price book: its fit, its estimate, its benchmarks."""

from __future__ import annotations

import pytest

from tco.throughput.provenance import Provenance
from tests.conftest import ON_DEMAND, Keys, Lab

MINE: Keys = {
    **{"model": "mine", "total_params_b": 235, "active_params_b": 22, "layers": 94},
    **{"kv_elements_per_token": 96_256, "kv_heads": 4, "weights_gb": {"fp8": 237}},
}
ROW: Keys = {
    **{"model": "mine", "gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "vllm"},
    **{"input": 900, "output": 100, "points": [{"concurrency": 15, "output_tok_s": 100}]},
}
POOLS: Keys = {"main": {**ON_DEMAND, "nodes": 1}}


def stack(lab: Lab, serving: Keys | None = None, **book: object) -> None:
    """A stack that serves the model of a price book on eight H100."""
    service = {"serving": {"model": "mine", **(serving or {})}}
    lab.stack(POOLS, service, prices=[lab.book("own", **book)])


def test_a_model_in_a_price_book_is_estimated(lab: Lab) -> None:
    """The layout of a model is enough for an estimate, in the precision of its weights."""
    stack(lab, models=[MINE])
    [node] = lab.load().services[0].groups[0].nodes
    assert node.provenance is Provenance.ESTIMATED
    assert node.configuration.precision == "fp8"
    assert node.replica is not None
    assert node.replica.weights_gb == 237


def test_stated_weights_decide_what_fits(lab: Lab) -> None:
    """Weights of a book win over what the parameters give; the error names the smallest count."""
    stack(lab, {"gpus_per_replica": 2}, models=[MINE])
    reported = "mine does not fit 2 x H100-SXM. At fp8 the smallest count that fits is 4."
    assert reported in lab.refused()
    stack(lab, models=[{**MINE, "weights_gb": {"fp8": 900}}])
    assert "At fp8 the smallest count that fits is 16." in lab.refused()


def test_a_benchmark_of_what_does_not_fit_is_refused(lab: Lab) -> None:
    """No measurement makes 900 GB of weights run on 640 GB."""
    stack(lab, models=[{**MINE, "weights_gb": {"fp8": 900}}], benchmarks=[ROW])
    reported = "mine fp8 has 900 GB of weights; 8 x H100-SXM hold 640 GB."
    assert f"{reported} The smallest count that fits is 16." in lab.refused()


def test_a_model_without_layout(lab: Lab) -> None:
    """Its own benchmark answers; whether other lengths fit is not known, and noted."""
    stack(lab, benchmarks=[ROW])
    assert not any("GPU memory holds" in text for text in lab.warned())
    stack(lab, benchmarks=[{**ROW, "input": 400}])
    assert any("whether GPU memory holds requests of this length" in text for text in lab.warned())


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"layers": 94}, "layers needs total_params_b, the parameters in billions."),
        (
            {"active_params_b": 22},
            "active_params_b needs total_params_b, the parameters in billions.",
        ),
        (
            {"total_params_b": 20, "active_params_b": 22},
            "active_params_b 22 is above total_params_b 20.",
        ),
        (
            {"total_params_b": 20, "layers": 30},
            "layers and kv_elements_per_token go together.",
        ),
        (
            {"total_params_b": 20, "experts": 8},
            "experts and experts_per_token go together.",
        ),
        (
            {"total_params_b": 20, "active_params_b": 2, "experts": 8, "experts_per_token": 8},
            "experts_per_token 8 is not below experts 8.",
        ),
        (
            {"total_params_b": 20, "experts": 8, "experts_per_token": 2},
            "a model with experts needs active_params_b below total_params_b.",
        ),
    ],
)
def test_an_inconsistent_layout_is_refused(lab: Lab, keys: Keys, message: str) -> None:
    """What contradicts itself, or says nothing without the parameters, is one clear error."""
    stack(lab, models=[{"model": "mine", **keys}])
    assert message in lab.refused()


def test_a_benchmark_states_its_configuration(lab: Lab) -> None:
    """Version, parallelism, mode and speculative decoding name a row, and a plan may pin them."""
    fast = [{"concurrency": 15, "output_tok_s": 200}]
    rows = [
        {**ROW, "engine_version": "0.18", "parallelism": "TP8", "as_of": "2026-10-01"},
        {**ROW, "engine_version": "0.19", "parallelism": "tp8", "points": fast},
        {**ROW, "speculative": "mtp", "points": [{"concurrency": 15, "output_tok_s": 300}]},
        {**ROW, "mode": "disaggregated", "points": [{"concurrency": 15, "output_tok_s": 400}]},
    ]

    def tok_s(**serving: object) -> float:
        stack(lab, serving, benchmarks=rows)
        return lab.load().services[0].groups[0].node_output_tok_s

    assert tok_s() == pytest.approx(200)
    assert tok_s(engine_version="0.18", parallelism="tp8") == pytest.approx(100)
    assert tok_s(speculative="mtp") == pytest.approx(300)
    assert tok_s(mode="disaggregated", gpus_per_replica=8) == pytest.approx(400)


def test_stated_prefill_and_hits_replace_the_rule(lab: Lab) -> None:
    """prefill_share 0.4 and hits 10 times as fast: a full cache saves 0.4 x 0.9 of node time."""

    def work(cached: float) -> float:
        tokens = {"name": "all", "share": 1, "input": 900, "output": 100, "cached": cached}
        lab.workload(classes=[tokens])
        stated = {"prefill_share": 0.4, "cached_prefill_speedup": 10}
        stack(lab, models=[MINE], benchmarks=[{**ROW, **stated}])
        return lab.load().services[0].groups[0].speeds[0].work

    assert 1 - work(1.0) / work(0.0) == pytest.approx(0.4 * 0.9)
