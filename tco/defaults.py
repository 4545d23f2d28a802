"""The defaults of an evaluation, in a module that does not load it."""

from __future__ import annotations

from typing import Final

__all__ = ["MOST_SCENARIOS", "OLD_PRICE_DAYS", "SCENARIOS", "SEED"]

OLD_PRICE_DAYS: Final = 180
"""From this age on, a price is too old to decide on."""
MOST_SCENARIOS: Final = 10_000_000
SCENARIOS: Final = 10_000
SEED: Final = 1
"""Any fixed seed will do: the same plan gives the same memo."""
