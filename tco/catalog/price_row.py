"""A row of a book's ``prices``: of a node, of an API by the token, or of its provisioned units."""

from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Tag

from tco.catalog.api_price import ApiPrice
from tco.catalog.node_price import NodePrice
from tco.catalog.provisioned_price import ProvisionedPrice

__all__ = ["PriceRow"]


def _price_form(value: Any) -> str:
    if isinstance(value, ApiPrice):
        return "<api>"
    if isinstance(value, ProvisionedPrice):
        return "<provisioned>"
    if not (isinstance(value, dict) and "api" in value):
        return "<node>"
    return "<provisioned>" if "purchase" in value else "<api>"


def _named(row: NodePrice) -> NodePrice:
    if (row.instance is None) == (row.offer is None):
        raise ValueError("names exactly one of instance, offer and api.")
    return row


PriceRow = Annotated[
    Annotated[NodePrice, AfterValidator(_named), Tag("<node>")]
    | Annotated[ApiPrice, Tag("<api>")]
    | Annotated[ProvisionedPrice, Tag("<provisioned>")],
    Discriminator(_price_form),
]
