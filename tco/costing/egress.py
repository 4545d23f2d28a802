"""Egress: the volume, and tiers that are cumulative over the account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tco.arrays import FloatArray, Quantity
from tco.catalog.sourced import SourcedValue
from tco.scenario import Scenario
from tco.units import BYTES_PER_GB

__all__ = ["Band", "EgressTerms", "response_gb", "tiered_usd"]


@dataclass(frozen=True)
class Band:
    """A price band: up to how many GB of the month (cumulative), and USD per GB inside it."""

    up_to_gb: float
    usd_per_gb: SourcedValue


@dataclass(frozen=True, kw_only=True)
class EgressTerms:
    """How much a service sends, and at which price."""

    bytes_per_output_token: SourcedValue
    overhead_bytes: SourcedValue
    gb_per_month: SourcedValue | None
    bands: tuple[Band, ...]
    free_gb: float
    claims_free_tier: bool
    destination: Literal["internet", "private"]
    label: str


def response_gb(
    requests: Quantity, tokens_per_response: Quantity, bytes_per_token: Quantity, overhead: Quantity
) -> Quantity:
    """Return the GB sent: requests x (O x bytes per output token + overhead in bytes) / 1e9."""
    return requests * (tokens_per_response * bytes_per_token + overhead) / BYTES_PER_GB


def tiered_usd(
    gb: Quantity,
    bands: Sequence[Band],
    free_gb: float,
    *,
    claimed: bool,
    scenario: Scenario,
    before: Quantity = 0.0,
) -> FloatArray:
    """Return the USD for ``gb`` sent in a month after the ``before`` GB of the same account.

    The free GB are the first of the account. Unless the stack claims them they count as used up:
    cost(free + before + gb) - cost(free + before) (METHOD, The ledger). The result has the shape
    of ``gb``.
    """
    start = before if claimed else free_gb + before
    end = start + gb
    usd, floor = np.zeros_like(end), 0.0
    for band in bands:
        inside = np.minimum(end, band.up_to_gb) - np.maximum(start, floor)
        usd = usd + np.maximum(inside, 0.0) * scenario.value(band.usd_per_gb)
        floor = band.up_to_gb
        if np.all(end < floor):
            break
    return usd
