"""Specs of GPUs and models, and the figures of the throughput method, with their sources.

``data/throughput`` holds them: ``gpu_specs.csv``, ``model_specs.csv`` and ``figures.csv``
(constants and spreads of the method). Each file is read once, on first use.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Literal

from tco.errors import TcoError
from tco.ranges import Range, point

__all__ = [
    "Attention",
    "GpuSpec",
    "ModelSpec",
    "figure",
    "gpu_specs",
    "model_specs",
]

Attention = Literal["MLA", "GQA", "hybrid", ""]
"""How a model attends: compressed, grouped, or mostly linear; empty where it is not known."""


EXACT = point(1.0)


@dataclass(frozen=True, kw_only=True)
class GpuSpec:
    """A GPU: memory in GB, GB/s of memory and of the link in one direction, dense TFLOPS.

    ``step_factor`` is how much longer a decode step takes than the estimator's constants say: the
    maturity of the vendor's software. ``tuned_runs`` says whether any benchmark project has run
    this GPU; without such runs only community results exist.
    """

    gpu: str
    memory_gb: float
    memory_gb_s: float
    bf16_tflops: float
    fp8_tflops: float = 0.0
    fp4_tflops: float = 0.0
    link_gb_s: float = 32.0
    has_fabric: bool = False
    step_factor: Range = EXACT
    tuned_runs: bool = False
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """A model: parameters in 1e9, layers, KV elements per token over all layers.

    ``nonexpert_params_b`` are the parameters that every token reads. Without experts these are
    the active ones; with experts and no stated value it follows from total and active. ``layers``
    and ``kv_elements`` are 0 where they are not published: then no throughput can be estimated.
    ``weights_gb`` by precision are those a user states; otherwise they follow from the parameters.
    """

    model: str
    total_params_b: float
    active_params_b: float
    nonexpert_params_b: float = 0.0
    experts: int = 0
    experts_per_token: int = 0
    layers: int = 0
    kv_elements: float = 0.0
    kv_heads: int = 8
    attention: Attention = ""
    window_share: float = 0.0
    window_tokens: int = 0
    sparse_tokens: int = 0
    source: str = ""
    weights_gb: Mapping[str, float] = field(default_factory=dict[str, float], compare=False)

    @property
    def nonexpert_b(self) -> float:
        """Return the parameters that every token reads, in 1e9."""
        if not self.experts:
            return self.active_params_b
        return self.nonexpert_params_b or self.total_params_b - self.routed_b

    @property
    def routed_b(self) -> float:
        """Return the parameters of all routed experts, in 1e9."""
        if not self.experts:
            return 0.0
        if self.nonexpert_params_b:
            per_expert = (self.active_params_b - self.nonexpert_params_b) / self.experts_per_token
        else:
            unused = self.experts - self.experts_per_token
            per_expert = (self.total_params_b - self.active_params_b) / unused
        return per_expert * self.experts

    @property
    def has_layout(self) -> bool:
        """Return whether layers and KV size are known, so that steps can be estimated."""
        return self.layers > 0 and self.kv_elements > 0


def _table(name: str) -> list[dict[str, str]]:
    file = resources.files("tco.catalog") / "data" / "throughput" / name
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


@lru_cache(maxsize=1)
def gpu_specs() -> dict[str, GpuSpec]:
    """Return the GPUs whose memory, bandwidth and TFLOPS are published, by name."""
    return {
        row["gpu"]: GpuSpec(
            gpu=row["gpu"],
            memory_gb=float(row["memory_gb"]),
            memory_gb_s=float(row["memory_gb_s"]),
            bf16_tflops=float(row["bf16_tflops"]),
            fp8_tflops=float(row["fp8_tflops"] or 0),
            fp4_tflops=float(row["fp4_tflops"] or 0),
            link_gb_s=float(row["link_gb_s"]),
            has_fabric=row["link"] == "fabric",
            step_factor=Range(
                float(row["step_low"]), float(row["step_factor"]), float(row["step_high"])
            ),
            tuned_runs=row["tuned_runs"] == "yes",
            source=row["source"],
        )
        for row in _table("gpu_specs.csv")
    }


@lru_cache(maxsize=1)
def model_specs() -> dict[str, ModelSpec]:
    """Return the models whose parameters are published, by name."""
    return {row["model"]: _model(row) for row in _table("model_specs.csv")}


def _model(row: dict[str, str]) -> ModelSpec:
    attention = row["attention"]
    known = attention if attention in ("MLA", "GQA", "hybrid") else ""
    return ModelSpec(
        model=row["model"],
        total_params_b=float(row["total_params_b"]),
        active_params_b=float(row["active_params_b"]),
        nonexpert_params_b=float(row["nonexpert_params_b"] or 0),
        experts=int(row["routed_experts"] or 0),
        experts_per_token=int(row["experts_per_token"] or 0),
        layers=int(row["layers"] or 0),
        kv_elements=float(row["kv_elements_per_token"] or 0),
        kv_heads=int(row["kv_heads"] or 8),
        attention=known,
        window_share=float(row["window_share"] or 0),
        window_tokens=int(row["window_tokens"] or 0),
        sparse_tokens=int(row["sparse_tokens"] or 0),
        source=row["source"],
    )


@lru_cache(maxsize=1)
def _figures() -> dict[str, Range]:
    return {
        row["figure"]: Range(float(row["low"]), float(row["value"]), float(row["high"]))
        for row in _table("figures.csv")
    }


def figure(name: str) -> Range:
    """Return a constant or spread of the method. Raises TcoError for an unknown name."""
    found = _figures().get(name)
    if found is None:
        raise TcoError(f"data/throughput/figures.csv lacks the figure {name}.")
    return found
