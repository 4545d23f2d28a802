"""How many examples a test takes, as a share of the run's."""

from __future__ import annotations

from hypothesis import settings

__all__ = ["share"]


def share(part: float) -> settings:
    """Fewer examples for what takes longer."""
    usual = settings.default
    assert usual is not None
    return settings(max_examples=max(1, round(usual.max_examples * part)))
