"""The names of the sources, known before any is imported."""

from __future__ import annotations

from typing import Final

__all__ = ["API", "AWS_SOURCE_NAMES", "SOURCE_NAMES"]

AWS_SOURCE_NAMES: Final = (
    "aws-on-demand",
    "aws-spot",
    "aws-savings-plans",
    "aws-capacity-blocks",
)
API: Final = "api"
"""Hosted APIs, from the installed package genai-prices."""
SOURCE_NAMES: Final = (*AWS_SOURCE_NAMES, API)
