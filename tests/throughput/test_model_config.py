"""A model's spec out of a config.json: against the published counts, and what is refused.

``configs/`` holds the layout fields of configs as they are published on Hugging Face.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tco.catalog.specs import ModelSpec, model_specs
from tco.errors import BadInput
from tco.throughput.model_config import spec_of_config

CONFIGS = Path(__file__).parent / "configs"
PRECISIONS = {
    "deepseek-r1": "fp8",
    "glm-5": "fp8",
    "gpt-oss-120b": "mxfp4",
    "kimi-k2.5": "nvfp4",
    "llama-3.1-70b": "bf16",
    "llama-4-maverick": "bf16",
    "minimax-m2.5": "fp8",
    "mixtral-8x7b": "bf16",
    "qwen3-235b-a22b": "bf16",
    "qwen3.5-397b-a17b": "bf16",
    "qwen3.6-27b": "nvfp4",
}


def layout(spec: ModelSpec) -> tuple[object, ...]:
    """What is counted exactly."""
    return (
        *(spec.experts, spec.experts_per_token, spec.layers, spec.kv_elements, spec.kv_heads),
        *(spec.attention, spec.window_share, spec.window_tokens, spec.sparse_tokens),
    )


@pytest.mark.parametrize(("model", "precision"), PRECISIONS.items())
def test_a_config_gives_the_catalogs_spec(model: str, precision: str) -> None:
    """Parameters are within 1% of the catalog's, and the layout and the format are exact."""
    config = json.loads((CONFIGS / f"{model}.json").read_text())
    made = spec_of_config(config, "config.json", model)
    expected = model_specs()[model]
    for name in ("total_params_b", "active_params_b", "nonexpert_b"):
        assert getattr(made.spec, name) == pytest.approx(getattr(expected, name), rel=0.01), name
    assert layout(made.spec) == layout(expected)
    assert made.precision == precision


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "num_hidden_layers: is missing. A model's config.json states num_hidden_layers"),
        ('{"num_hidden_layers": true}', "num_hidden_layers: is missing."),
        ('{"compress_ratios": [4]}', "compress_ratios: is an attention layout that cannot be read"),
    ],
)
def test_what_is_no_config_is_refused(text: str, problem: str) -> None:
    """A file without a layout is refused with the field that is missing."""
    with pytest.raises(BadInput) as caught:
        spec_of_config(json.loads(text), "config.json", "mine")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("quantized", "precision"),
    [
        ({"quant_method": "awq", "bits": 4}, "awq-int4"),
        ({"quant_method": "gptq", "bits": 4}, "int4"),
        ({"quant_method": "gptq", "bits": 8}, "int8"),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "nvfp4"),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {"group_0": {"weights": {"num_bits": 4}}},
            },
            "int4",
        ),
    ],
)
def test_the_published_format(quantized: dict[str, object], precision: str) -> None:
    """The quantization of a config is known by the catalog's name of the format."""
    config = json.loads((CONFIGS / "llama-3.1-70b.json").read_text())
    made = spec_of_config({**config, "quantization_config": quantized}, "config.json", "mine")
    assert made.precision == precision
