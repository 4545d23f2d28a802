"""Whole processes timed in turn, so that a drift of the machine's speed hits both alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence

__all__ = ["compiled", "in_turn"]


def compiled(folder: str) -> dict[str, str]:
    """The environment of a machine on which Python keeps what it compiled, here in a folder.

    Where it may not, every start compiles all sources again, and that is what would be timed.
    """
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": folder}


def in_turn(first: Sequence[str], second: Sequence[str], runs: int) -> tuple[float, float, float]:
    """Median seconds of two commands, run A B A B … after a warm-up, and their median ratio."""
    with tempfile.TemporaryDirectory() as folder:
        env = compiled(folder)
        pairs = [(_seconds(first, env), _seconds(second, env)) for _ in range(runs + 1)][1:]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def _seconds(command: Sequence[str], env: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        command, check=True, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return time.perf_counter() - start
