"""The standard streams, made usable however the caller left them."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Final

__all__ = ["make_usable"]

LAST_STREAM: Final = 2


def make_usable() -> None:
    """Put the null device in place of closed streams, and escape what an encoding lacks.

    A command whose output goes nowhere still computes, and its exit code says what it found. No
    file that it opens takes the number of a closed stream.
    """
    while True:
        handle = os.open(os.devnull, os.O_RDWR)
        if handle > LAST_STREAM:
            os.close(handle)
            break
    # Python has None for a stream that was closed when it started.
    null = Path(os.devnull)
    sys.stdin = sys.stdin or null.open(encoding="utf-8")
    sys.stdout = sys.stdout or null.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or null.open("w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
