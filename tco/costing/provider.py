"""Who sends the invoice: the providers of nodes and APIs."""

from __future__ import annotations

__all__ = ["AWS", "INTERNAL", "vendor_of"]

AWS = "AWS"
INTERNAL = "Internal"
"""What the company pays itself: people and owned nodes."""


def vendor_of(catalog_id: str) -> str:
    """Return the vendor of an offer or an API, the first part of its id.

    >>> vendor_of("acme/8xH100")
    'acme'
    """
    return catalog_id.partition("/")[0]
