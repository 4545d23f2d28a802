"""What is plausible: ranges with their sources, read once from ``data/plausibility``."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from tco.ranges import Range

__all__ = ["Band", "Bound", "Mistake", "bounds", "gpu_hour_band"]

CLASSES = ((32.0, "24 GB"), (64.0, "48 GB"), (110.0, "96 GB"), (200.0, "192 GB"))
"""The class of a GPU that has no range of its own, by its memory in GB."""


class Mistake(NamedTuple):
    """What a figure would be multiplied by, and the question that this raises."""

    factor: float
    question: str


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


class Bound(NamedTuple):
    """The band of a key; a value below the floor or above the ceiling is rejected.

    ``takes_zero`` marks figures that may be 0 on purpose: nothing is paid, no one is needed.
    """

    band: Band
    unit: str
    floor: float
    ceiling: float
    takes_zero: bool
    mistakes: tuple[Mistake, ...]

    def holds(self, value: Range) -> bool:
        """Return whether a figure is plausible."""
        return self.band.holds(value) or (self.takes_zero and value.high == 0 == value.low)

    def rejects(self, value: Range) -> bool:
        """Return whether a figure is impossible in this unit."""
        return value.low < self.floor or value.high > self.ceiling


def _table(name: str) -> list[dict[str, str]]:
    file = resources.files("tco.catalog") / "data" / "plausibility" / name
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


@lru_cache(maxsize=1)
def bounds() -> dict[str, Bound]:
    """Return the bounds by key: the class of the keys and the key, such as ``Power.pue``."""
    return {row["key"]: _bound(row) for row in _table("bounds.csv")}


def _bound(row: dict[str, str]) -> Bound:
    pairs = (pair.split("=", 1) for pair in row["mistakes"].split(";") if pair)
    return Bound(
        band=Band(float(row["low"]), float(row["high"]), "the usual range"),
        unit=row["unit"],
        floor=float(row["floor"] or "-inf"),
        ceiling=float(row["ceiling"] or "inf"),
        takes_zero=row["zero"] == "yes",
        mistakes=tuple(Mistake(float(factor), question) for factor, question in pairs),
    )


@lru_cache(maxsize=1)
def _gpu_hours() -> dict[str, Band]:
    return {
        row["gpu"]: Band(float(row["low"]), float(row["high"]), f"the market of {row['gpu']}")
        for row in _table("gpu_hours.csv")
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
        return Band(min(band.low for band in bands.values()), band.high, "any GPU")
    return Band(band.low, band.high, f"GPUs of {name}")
