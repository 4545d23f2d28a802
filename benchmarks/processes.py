"""Whole processes measured in turn, so that a drift of the machine's speed hits both alike.

Seconds are CPU seconds: other load on the machine does not count.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Used", "compiled", "in_turn", "used"]


@dataclass(frozen=True)
class Used:
    """What a process has used: seconds of the processor, and memory at its peak."""

    seconds: float
    peak_bytes: int


def compiled(folder: str) -> dict[str, str]:
    """Return the environment of a machine on which Python keeps what it compiled, here in a folder.

    Where it may not, every start compiles all sources again, and that is what would be timed.
    """
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": folder}


def in_turn(
    first: Sequence[str],
    second: Sequence[str],
    runs: int,
    variables: Mapping[str, str] | None = None,
) -> tuple[float, float, float]:
    """Median seconds of two commands, run A B A B … after a warm-up, and their median ratio.

    ``variables`` are environment variables of the first.
    """
    with tempfile.TemporaryDirectory() as folder:
        env = compiled(folder)
        ours = {**env, **(variables or {})}
        pairs = [(used(first, ours).seconds, used(second, env).seconds) for _ in range(runs + 1)]
    return (
        statistics.median(a for a, _ in pairs[1:]),
        statistics.median(b for _, b in pairs[1:]),
        statistics.median(a / b for a, b in pairs[1:]),
    )


def used(command: Sequence[str], env: Mapping[str, str]) -> Used:
    """Run a command and return what it used. Raises CalledProcessError where it fails."""
    with subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
