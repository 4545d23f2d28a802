"""Whole processes timed in turn, so that a drift of the machine's speed hits both alike."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Sequence

__all__ = ["in_turn"]


def in_turn(first: Sequence[str], second: Sequence[str], runs: int) -> tuple[float, float, float]:
    """Median seconds of two commands, run A B A B … after a warm-up, and their median ratio."""
    pairs = [(_seconds(first), _seconds(second)) for _ in range(runs + 1)][1:]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def _seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start
