"""How long a search may take, and what it left out for want of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Budget"]


@dataclass(frozen=True)
class Budget:
    """Seconds from now on, infinite by default; ``skipped`` has what was not searched, in words."""

    seconds: float = float("inf")
    clock: Callable[[], float] = time.monotonic
    skipped: dict[str, None] = field(default_factory=dict[str, None])
    start: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", self.clock())

    @property
    def left(self) -> float:
        """Seconds that are left, 0 at least."""
        return max(0.0, self.start + self.seconds - self.clock())

    def allows(self, search: str) -> bool:
        """Return whether there is time for something; note it as skipped where there is none."""
        if self.left > 0:
            return True
        self.skipped[search] = None
        return False
