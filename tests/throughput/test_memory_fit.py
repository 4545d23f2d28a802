"""What fits: weights, requests beside them, sessions whose cache stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.specs import gpu_specs, model_specs
from tco.throughput.configuration import Parallelism
from tco.throughput.memory_fit import memory_fit, resident_sessions, smallest_fit
from tco.throughput.outlook import boot_hours, speculative_gain, throughput_growth
from tco.throughput.replica import Replica


def replica(model: str, gpu: str, gpus: int, precision: str) -> Replica:
    """A replica with plain tensor parallelism."""
    return Replica(
        model=model_specs()[model],
        gpu=gpu_specs()[gpu],
        gpus=gpus,
        precision=precision,
        parallelism=Parallelism(gpus),
    )


def test_c_max_by_hand() -> None:
    """Llama 70B fp8 on 2 x H100, 1,000/1,000: (160 x 0.9 - 69.5)/(163,840 x 1,500/1e9) = 303.1."""
    fit = memory_fit(replica("llama-3.3-70b", "H100-SXM", 2, "fp8"), 1500)
    assert fit.sequences == pytest.approx((144 - 69.5) / (163_840 * 1500 / 1e9))
    assert fit.weights_gb == pytest.approx(69.5)
    assert fit.runs
    assert not fit.is_tight


@pytest.mark.parametrize(
    ("model", "gpu", "precision", "count"),
    [
        ("llama-3.3-70b", "L40S", "bf16", 4),
        ("llama-3.3-70b", "H100-SXM", "fp8", 1),
        ("llama-3.3-70b", "H100-SXM", "bf16", 2),
        ("deepseek-r1", "H100-SXM", "fp8", 16),
        ("deepseek-r1", "H200-SXM", "fp8", 8),
        ("gpt-oss-120b", "H100-SXM", "mxfp4", 1),
        ("kimi-k2.5", "H100-SXM", "int4", 8),
    ],
)
def test_the_smallest_count_that_fits(model: str, gpu: str, precision: str, count: int) -> None:
    """What does not fit does not run: the smallest power of two whose memory holds the weights."""
    assert smallest_fit(replica(model, gpu, 1, precision), 1500) == count


def test_compressed_attention_is_held_by_every_gpu() -> None:
    """DeepSeek's KV cache has one head: 8-way tensor parallelism holds it eight times."""
    single, eight = (replica("deepseek-r1", "H200-SXM", gpus, "fp8") for gpus in (1, 8))
    assert (single.kv_copies, eight.kv_copies) == (1, 8)


@given(st.floats(100, 50_000), st.floats(1, 4))
def test_longer_contexts_never_fit_more(context: float, factor: float) -> None:
    """Fewer requests of a longer context fit, and as many sessions as requests of one context."""
    setup = replica("qwen3-32b", "H100-SXM", 2, "fp8")
    assert memory_fit(setup, context * factor).sequences <= memory_fit(setup, context).sequences
    assert resident_sessions(setup, context) == memory_fit(setup, context).sequences


def test_boot_reads_the_weights_and_warms_up() -> None:
    """671 GB: 671/9 + 110 s at best, 671/1 + 250 s at worst."""
    hours = boot_hours(671)
    assert hours.low == pytest.approx((671 / 9 + 110) / 3600)
    assert hours.high == pytest.approx((671 + 250) / 3600)
    assert hours.low < hours.likely < hours.high


def test_speculative_decoding_gains_less_at_high_load() -> None:
    """x1.48 at concurrency 4, x1.24 at 32, x1.09 at 256."""
    assert list(speculative_gain(np.array([4, 32, 256]))) == [1.48, 1.24, 1.09]


def test_throughput_improves_faster_in_the_first_half_year() -> None:
    """A new model gains x1.6 in six months, then 5% a year; a settled one 5% a year."""
    months = np.array([0.0, 6.0, 18.0])
    new = throughput_growth(months, 1.05, first_half_year=1.6, young_months=6)
    assert new == pytest.approx([1, 1.6, 1.6 * 1.05])
    half = throughput_growth(months, 1.05, first_half_year=1.6, young_months=3)
    assert half == pytest.approx([1, 1.6**0.5 * 1.05**0.25, 1.6**0.5 * 1.05**1.25])
    assert throughput_growth(months, 1.05) == pytest.approx([1, 1.05**0.5, 1.05**1.5])
