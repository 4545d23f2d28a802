"""The Prometheus metrics of serving engines: their exact names, by engine, with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

__all__ = ["SERVING_METRICS", "ServingMetrics", "metrics_of"]

OTHER_NAMES: Final = {"tensorrt-llm": "trtllm"}


@dataclass(frozen=True, kw_only=True)
class ServingMetrics:
    """What an engine exposes about its demand. Names are those of samples, as queries use them.

    Counters count since the start of a process, and start again from 0 with it.
    """

    engine: str
    """The engine, as ``serving.engine`` names it."""
    path: str
    """Where the server of the engine exposes the metrics."""
    prompt_tokens: str
    """Counter of prompt tokens, those from a cache included."""
    cached_prompt_tokens: tuple[str, ...]
    """Counters of prompt tokens from a cache, the newest name first; a server has one of them."""
    generation_tokens: str
    """Counter of generated tokens."""
    requests: str
    """Counter of the requests that ended."""
    prompt_length: str
    """Histogram of the prompt tokens of a request; empty where there is none."""
    running: str
    """Gauge of the requests in work."""
    waiting: str
    """Gauge of the requests in the queue."""
    model_label: str
    """The label with the name under which the model is served."""
    since: str
    """The first version with the token counters; empty where all current versions have them."""
    source: str
    as_of: str


SERVING_METRICS: Final[Mapping[str, ServingMetrics]] = MappingProxyType(
    {
        "vllm": ServingMetrics(
            engine="vllm",
            path="/metrics",
            prompt_tokens="vllm:prompt_tokens_total",
            cached_prompt_tokens=(
                "vllm:prompt_tokens_cached_total",
                "vllm:prefix_cache_hits_total",
                "vllm:gpu_prefix_cache_hits_total",
            ),
            generation_tokens="vllm:generation_tokens_total",
            requests="vllm:request_success_total",
            prompt_length="vllm:request_prompt_tokens",
            running="vllm:num_requests_running",
            waiting="vllm:num_requests_waiting",
            model_label="model_name",
            since="",
            source="https://docs.vllm.ai/en/v0.32.0/usage/metrics/; "
            "vllm-project/vllm vllm/v1/metrics/loggers.py@005a810b",
            as_of="2026-11-28",
        ),
        "sglang": ServingMetrics(
            engine="sglang",
            path="/metrics",
            prompt_tokens="sglang:prompt_tokens_total",
            cached_prompt_tokens=("sglang:cached_tokens_total",),
            generation_tokens="sglang:generation_tokens_total",
            requests="sglang:num_requests_total",
            prompt_length="sglang:prompt_tokens_histogram",
            running="sglang:num_running_reqs",
            waiting="sglang:num_queue_reqs",
            model_label="model_name",
            since="",
            source="https://docs.sglang.io/docs/references/production_metrics.md; "
            "sgl-project/sglang python/sglang/srt/metrics/collector.py@00ae9c15",
            as_of="2026-11-28",
        ),
        "trtllm": ServingMetrics(
            engine="trtllm",
            path="/prometheus/metrics",
            prompt_tokens="trtllm_prompt_tokens_total",
            cached_prompt_tokens=("trtllm_prompt_cached_tokens_total",),
            generation_tokens="trtllm_generation_tokens_total",
            requests="trtllm_request_success_total",
            prompt_length="",
            running="trtllm_num_requests_running",
            waiting="trtllm_num_requests_waiting",
            model_label="model_name",
            since="1.3.0",
            source="https://nvidia.github.io/TensorRT-LLM/latest/examples/prometheus_metrics.html; "
            "NVIDIA/TensorRT-LLM pull requests 12545 (tokens) and 12636 (cached tokens)",
            as_of="2026-11-28",
        ),
    }
)
"""By the engine of a plan. vLLM writes counters without `_total`; its samples have the suffix.

vLLM and SGLang count a prompt's tokens whole, whether a cache had some of them or not.
"""


def metrics_of(engine: str) -> ServingMetrics | None:
    """Return the metrics of an engine, as a plan or a benchmark names it; None for another one."""
    return SERVING_METRICS.get(OTHER_NAMES.get(engine, engine))
