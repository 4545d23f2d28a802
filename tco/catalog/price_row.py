"""A row of a book's ``prices``: a node's, or an API's."""

from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Tag

from tco.catalog.api_price import ApiPrice
from tco.catalog.node_price import NodePrice

__all__ = ["PriceRow"]


def _price_form(value: Any) -> str:
    if isinstance(value, ApiPrice):
        return "<api>"
    return "<api>" if isinstance(value, dict) and "api" in value else "<node>"


def _named(row: NodePrice) -> NodePrice:
    if (row.instance is None) == (row.offer is None):
        raise ValueError("names exactly one of instance, offer and api.")
    return row


PriceRow = Annotated[
    Annotated[NodePrice, AfterValidator(_named), Tag("<node>")] | Annotated[ApiPrice, Tag("<api>")],
    Discriminator(_price_form),
]
