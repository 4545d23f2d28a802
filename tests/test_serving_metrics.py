"""The names of engines' metrics are valid for Prometheus and are listed once."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from tco.resolve.throughput import ENGINES
from tco.serving_metrics import SERVING_METRICS, ServingMetrics, metrics_of

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def names(metrics: ServingMetrics) -> list[str]:
    """All metric names of an engine."""
    return [
        metrics.prompt_tokens,
        *metrics.cached_prompt_tokens,
        metrics.generation_tokens,
        metrics.requests,
        *([metrics.prompt_length] if metrics.prompt_length else []),
        metrics.running,
        metrics.waiting,
    ]


def test_every_engine_that_a_plan_may_name_has_metrics() -> None:
    """A plan's engine can be watched, whichever of them it is."""
    assert set(SERVING_METRICS) == set(ENGINES)


@pytest.mark.parametrize("engine", SERVING_METRICS)
def test_names_are_valid_and_distinct(engine: str) -> None:
    """A misspelled name would give a rule that never fires."""
    metrics = SERVING_METRICS[engine]
    found = names(metrics)
    assert metrics.engine == engine
    assert all(NAME.fullmatch(name) and name.startswith(engine) for name in found)
    assert len(set(found)) == len(found)
    assert all(
        name.endswith("_total")
        for name in (
            metrics.prompt_tokens,
            *metrics.cached_prompt_tokens,
            metrics.generation_tokens,
            metrics.requests,
        )
    ), "counters"
    assert metrics.source
    dt.date.fromisoformat(metrics.as_of)


def test_an_engine_has_its_metrics_under_each_of_its_names() -> None:
    """Benchmarks write TensorRT-LLM in two ways; an engine without metrics is not one of them."""
    assert metrics_of("tensorrt-llm") is metrics_of("trtllm") is SERVING_METRICS["trtllm"]
    assert metrics_of("inferencex-best") is None
