"""What was measured, as its owner states it: no result file names GPU, precision and engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

__all__ = ["Setup"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """The configuration of a measurement. Lengths and day fill what the files do not state."""

    model: str
    gpu: str
    gpus: int
    precision: str
    engine: str
    engine_version: str | None = None
    parallelism: str | None = None
    speculative: str | None = None
    input: int | None = None
    output: int | None = None
    as_of: dt.date | None = None
    confirm: str | None = None
