"""What is plausible: ranges with their sources, read once from ``data/plausibility``."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from tco.ranges import Range

__all__ = ["Band", "gpu_hour_band"]

CLASSES = ((32.0, "24 GB"), (64.0, "48 GB"), (110.0, "96 GB"), (200.0, "192 GB"))
"""The class of a GPU that has no range of its own, by its memory in GB."""


class Band(NamedTuple):
    """A plausible range and what it is based on."""

    low: float
    high: float
    basis: str

    def holds(self, value: Range) -> bool:
        """Return whether a figure is plausible at both of its ends."""
        return self.low <= value.low and value.high <= self.high

    def scaled(self, low: float, high: float, basis: str = "") -> Band:
        """Return the band with its ends multiplied."""
        return Band(self.low * low, self.high * high, basis or self.basis)


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of ``data/plausibility``."""
    file = resources.files("tco.catalog") / "data" / "plausibility" / name
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


@lru_cache(maxsize=1)
def _gpu_hours() -> dict[str, Band]:
    return {
        row["gpu"]: Band(float(row["low"]), float(row["high"]), f"the market of {row['gpu']}")
        for row in table("gpu_hours.csv")
    }


def gpu_hour_band(gpu: str, memory_gb: float | None) -> Band:
    """Return the plausible USD per GPU-hour on demand; an unlisted GPU takes its class."""
    bands = _gpu_hours()
    if gpu in bands:
        return bands[gpu]
    memory = memory_gb or 0.0
    name = next((name for most, name in CLASSES if 0 < memory <= most), "any")
    band = bands[name]
    if not memory:
        return Band(min(one.low for one in bands.values()), band.high, "any GPU")
    return Band(band.low, band.high, f"GPUs of {name}")
