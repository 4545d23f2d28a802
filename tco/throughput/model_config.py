"""A model's spec out of the ``config.json`` that is published with its weights on Hugging Face.

Parameters are counted from the layout: attention (grouped, compressed as in DeepSeek's MLA, or
linear), feed-forward layers, routed and shared experts, embeddings. Active parameters leave out the
embedding table, of which a token reads one row. Norms, biases and vision towers are left out; the
counts are within 2% of the published ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tco.catalog.specs import Attention, ModelSpec
from tco.errors import BadInput, Problem
from tco.files import as_list, as_mapping

__all__ = ["ConfiguredModel", "spec_of_config"]

NOT_COUNTED = ("compress_ratios", "attention_k_eq_v")
"""Fields of attention layouts whose parameters and KV cache are not counted here."""
LLAMA_4_LOCAL_SHARE = 0.75
"""Share of Llama 4's layers that attend within a chunk; its config does not say."""


class ConfiguredModel(NamedTuple):
    """A spec out of a config, and the precision that its weights are published in."""

    spec: ModelSpec
    precision: str


def spec_of_config(config: Mapping[str, Any], shown: str, model: str) -> ConfiguredModel:
    """Return the spec of a config that was read. Raises BadInput for what is missing."""
    fields = _Fields(as_mapping(config.get("text_config")) or config, shown)
    fields.refuse(NOT_COUNTED)
    layers = fields.whole("num_hidden_layers")
    hidden = fields.whole("hidden_size")
    embedding = fields.whole("vocab_size") * hidden
    tied = bool(fields.get("tie_word_embeddings", config.get("tie_word_embeddings", False)))
    attention, elements, kv_heads = _attention_layout(fields, layers)
    experts, shared, dense, per_expert, moe_layers = _feed_forward(fields, layers, hidden)
    per_token = ("num_experts_per_tok", "experts_per_token", "top_k_experts")
    top = fields.whole(*per_token) if experts else 0
    nonexpert = _attention_parameters(fields, layers, hidden) + dense + shared + embedding
    routed = moe_layers * experts * per_expert
    windowed, window = _window(fields, layers)
    spec = ModelSpec(
        model=model,
        total_params_b=(nonexpert + routed + (0 if tied else embedding)) / 1e9,
        active_params_b=(nonexpert + moe_layers * top * per_expert) / 1e9,
        nonexpert_params_b=nonexpert / 1e9 if experts else 0.0,
        experts=experts,
        experts_per_token=top,
        layers=layers,
        kv_elements=float(elements),
        kv_heads=kv_heads,
        attention=attention,
        window_share=windowed,
        window_tokens=window,
        sparse_tokens=fields.optional("index_topk"),
        source=shown,
    )
    return ConfiguredModel(spec, _precision(config))


class _Fields:
    """The fields of a config, with an error that names the missing one."""

    def __init__(self, fields: Mapping[str, Any], shown: str) -> None:
        self._fields = fields
        self._shown = shown

    def get(self, name: str, default: Any = None) -> Any:
        return self._fields.get(name, default)

    def refuse(self, names: Iterable[str]) -> None:
        """Raise BadInput for a layout that is not counted."""
        for name in names:
            if self.get(name):
                hint = "State the model's parameters, layers and KV elements in a price book."
                text = "is an attention layout that cannot be read from a config."
                raise BadInput([Problem(self._shown, name, text, hint)])

    def optional(self, *names: str, default: int = 0) -> int:
        """Return the first of the named whole numbers that is there, or the default."""
        for name in names:
            value = self._fields.get(name)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
        return default

    def whole(self, *names: str) -> int:
        """Return the first of the named whole numbers. Raises BadInput where none is there."""
        value = self.optional(*names)
        if value <= 0:
            hint = f"A model's config.json states {names[0]} as a whole number above 0."
            raise BadInput([Problem(self._shown, names[0], "is missing.", hint)])
        return value

    def layer_types(self) -> list[str]:
        return [str(layer) for layer in as_list(self.get("layer_types")) or []]

    @property
    def head_width(self) -> int:
        """Return the width of an attention head."""
        heads = self.whole("num_attention_heads")
        return self.optional("head_dim") or self.whole("hidden_size") // heads

    def attending_layers(self, layers: int) -> int:
        """Return how many layers keep a KV cache; linear attention keeps none."""
        types = self.layer_types()
        if types:
            return sum(layer != "linear_attention" for layer in types)
        return layers // self.optional("full_attention_interval", default=1)


def _attention_layout(fields: _Fields, layers: int) -> tuple[Attention, int, int]:
    """Return the kind of attention, the KV elements per token, and the KV heads."""
    compressed = fields.optional("kv_lora_rank")
    if compressed:
        per_layer = compressed + fields.optional("qk_rope_head_dim")
        if fields.optional("index_topk"):
            per_layer += fields.optional("index_head_dim")
        return "MLA", layers * per_layer, 1
    heads = fields.optional("num_key_value_heads") or fields.whole("num_attention_heads")
    attending = fields.attending_layers(layers)
    kind: Attention = "hybrid" if attending < layers else "GQA"
    return kind, attending * 2 * heads * fields.head_width, heads


def _attention_parameters(fields: _Fields, layers: int, hidden: int) -> int:
    """Return the parameters of all attention layers."""
    heads = fields.whole("num_attention_heads")
    if fields.optional("kv_lora_rank"):
        return layers * _compressed_attention(fields, hidden, heads)
    width = fields.head_width
    kv_heads = fields.optional("num_key_value_heads") or heads
    gates = 2 if fields.get("attn_output_gate") else 1
    full = hidden * width * (heads * (1 + gates) + 2 * kv_heads)
    attending = fields.attending_layers(layers)
    keys = fields.optional("linear_num_key_heads") * fields.optional("linear_key_head_dim")
    values = fields.optional("linear_num_value_heads") * fields.optional("linear_value_head_dim")
    linear = hidden * (2 * keys + 3 * values + 2 * fields.optional("linear_num_value_heads"))
    return attending * full + (layers - attending) * linear


def _compressed_attention(fields: _Fields, hidden: int, heads: int) -> int:
    """Return the parameters of one MLA layer, the index of sparse attention included."""
    rope, plain = fields.optional("qk_rope_head_dim"), fields.optional("qk_nope_head_dim")
    value, rank = fields.whole("v_head_dim"), fields.whole("kv_lora_rank")
    query_rank = fields.optional("q_lora_rank")
    queries = heads * (plain + rope)
    query = query_rank * (hidden + queries) if query_rank else hidden * queries
    keys = hidden * (rank + rope) + rank * heads * (plain + value)
    index_heads, index_width = fields.optional("index_n_heads"), fields.optional("index_head_dim")
    index = query_rank * index_heads * index_width + hidden * (index_width + index_heads)
    return query + keys + heads * value * hidden + index


def _feed_forward(fields: _Fields, layers: int, hidden: int) -> tuple[int, int, int, int, int]:
    """Return experts per layer, shared and dense parameters, those of an expert, MoE layers."""
    experts = fields.optional("n_routed_experts", "num_local_experts", "num_experts")
    if not experts:
        return 0, 0, layers * 3 * hidden * fields.whole("intermediate_size"), 0, 0
    step = max(fields.optional("interleave_moe_layer_step"), 1)
    dense_layers = fields.optional("first_k_dense_replace") or layers - layers // step
    moe_layers = layers - dense_layers
    width = fields.whole("moe_intermediate_size", "intermediate_size")
    per_expert = 3 * hidden * width
    shared_width = fields.optional(
        "shared_expert_intermediate_size",
        "shared_intermediate_size",
        default=width * fields.optional("n_shared_experts"),
    )
    if fields.optional("interleave_moe_layer_step"):
        shared_width = width
    dense_width = fields.optional("intermediate_size_mlp", "intermediate_size")
    router = hidden * experts
    shared = moe_layers * (3 * hidden * shared_width + router)
    return experts, shared, dense_layers * 3 * hidden * dense_width, per_expert, moe_layers


def _window(fields: _Fields, layers: int) -> tuple[float, int]:
    """Return the share of KV layers with a sliding window, and its tokens."""
    chunk = fields.optional("attention_chunk_size")
    if chunk:
        return LLAMA_4_LOCAL_SHARE, chunk
    sliding = sum("sliding" in layer for layer in fields.layer_types())
    window = fields.optional("sliding_window")
    if not sliding or not window or fields.get("use_sliding_window") is False:
        return 0.0, 0
    return sliding / layers, window


def _precision(config: Mapping[str, Any]) -> str:
    """Return the catalog's name of the format that the weights are published in."""
    text = as_mapping(config.get("text_config")) or {}
    quantized = as_mapping(config.get("quantization_config") or text.get("quantization_config"))
    if quantized is None:
        return "bf16"
    named = f"{quantized.get('quant_method')} {quantized.get('quant_algo')}".lower()
    if "mixed_precision" in named:
        named = str(quantized.get("quantized_layers")).lower()
    for name in ("nvfp4", "mxfp4", "fp8"):
        if name in named:
            return name
    if "awq" in named:
        return "awq-int4"
    bits = quantized.get("bits", _group_bits(quantized))
    return "int8" if bits == 8 else "int4"


def _group_bits(quantized: Mapping[str, Any]) -> object:
    """Return the bits of a weight of compressed-tensors' first group, or None."""
    groups = as_mapping(quantized.get("config_groups")) or {}
    first = as_mapping(next(iter(groups.values()), None)) or {}
    return (as_mapping(first.get("weights")) or {}).get("num_bits")
