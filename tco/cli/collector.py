"""The cycle collector of a command, off while it creates many objects that all stay."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["without_collector"]


@contextmanager
def without_collector() -> Generator[None]:
    """Create objects without the collector, which would look through all of them many times."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
