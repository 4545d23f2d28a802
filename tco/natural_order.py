"""The order in which people read names that hold numbers."""

from __future__ import annotations

import re

__all__ = ["natural"]


def natural(name: str) -> list[str | int]:
    """Return a key that sorts numbers inside names by value: team-2 before team-10."""
    parts = re.split(r"([0-9]+)", name)
    return [int(part) if index % 2 else part for index, part in enumerate(parts)]
