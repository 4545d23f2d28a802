"""One load that a benchmark tool measured, whatever its file looks like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Run", "Statistics"]

Statistics = Mapping[str, float]
"""A latency in ms by statistic: mean, p50, p90, p95, p99."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What one run of a tool measured; None is what its file does not state.

    A closed loop has a concurrency. A run at a request rate has the served rate and ``e2e_ms``.
    ``configuration`` is what a tool calls the system under test.
    """

    file: str
    output_tok_s: float
    concurrency: float | None = None
    request_rate: float | None = None
    input: float | None = None
    output: float | None = None
    ttft_ms: Statistics = field(default_factory=dict[str, float])
    itl_ms: Statistics = field(default_factory=dict[str, float])
    e2e_ms: Statistics = field(default_factory=dict[str, float])
    model: str | None = None
    day: dt.date | None = None
    engine_version: str | None = None
    gpus: int | None = None
    configuration: str | None = None
    mode: Literal["disaggregated"] | None = None
    speculative: str | None = None
    is_drafted: bool = False
    """Whether a run used speculative decoding, whatever its kind."""
