"""The fields of a row that hold money, by what they are the price of."""

from __future__ import annotations

__all__ = ["DISCOUNTED", "MONEY_FIELDS", "TOKEN_PRICES"]

NODE_PRICES = ("usd_per_hour", "usd_per_gpu_hour", "upfront_usd")
TOKEN_PRICES = (
    "input_usd_per_mtok",
    "cached_input_usd_per_mtok",
    "output_usd_per_mtok",
    "reasoning_usd_per_mtok",
    "cache_write_usd_per_mtok",
    "cache_write_1h_usd_per_mtok",
    "cache_storage_usd_per_mtok_hour",
)
DISCOUNTED = frozenset({*NODE_PRICES, *TOKEN_PRICES, "usd_per_request"})
"""The prices that a discount lowers; traffic from a node is priced apart from the node."""
SPEND_TERMS = ("committed_usd_per_month", "other_usd_per_month", "above_usd_per_month")
MONEY_FIELDS = DISCOUNTED | {"egress_usd_per_gb", "usd_per_unit_hour", *SPEND_TERMS}
"""Every field with an amount, which a book may state in its own currency."""
