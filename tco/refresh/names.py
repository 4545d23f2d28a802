"""The names of the sources, known before any is imported."""

from __future__ import annotations

from typing import Final

__all__ = ["SOURCE_NAMES"]

SOURCE_NAMES: Final = (
    "aws-on-demand",
    "aws-spot",
    "aws-savings-plans",
    "aws-capacity-blocks",
)
