"""On-demand prices of EC2 instance types from the AWS price list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from tco.ranges import point
from tco.refresh.source import Ask, Client, Fetched, Source, Trouble

__all__ = ["AWS_ON_DEMAND"]

NAME: Final = "aws-on-demand"
ENDPOINT: Final = "us-east-1"
"""The price list has endpoints in few regions; each knows the prices of all."""
PRODUCT: Final = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "licenseModel": "No License required",
    "marketoption": "OnDemand",
    "locationType": "AWS Region",
}
"""A plain Linux instance, paid while it runs: one product of each instance type in a region.

Without the last one, Local Zones and Wavelength Zones, which have the code of their region, count.
"""


def _fetch(ask: Ask, client: Client) -> Fetched:
    pages = client("pricing", ENDPOINT).get_paginator("get_products")
    filters = {**PRODUCT, "regionCode": ask.region}
    found: dict[str, dict[tuple[float, str], str]] = {}
    fetched = Fetched()
    for page in pages.paginate(
        ServiceCode="AmazonEC2",
        Filters=[{"Type": "TERM_MATCH", "Field": k, "Value": v} for k, v in filters.items()],
    ):
        for text in page["PriceList"]:
            item: dict[str, Any] = json.loads(text)
            instance = _instance(item, filters)
            if instance is not None:
                for price in _hourly(item):
                    found.setdefault(instance, {})[price] = item["product"]["sku"]
    for instance, prices in sorted(found.items()):
        (amount, currency), sku = next(iter(prices.items()))
        certain = len(prices) == 1 and currency == "USD"
        if certain:
            fetched.listed[instance] = amount
        if instance in ask.instances and certain:
            fetched.prices.append(
                ask.price(instance, usd_per_hour=point(amount), source=f"AWS Price List, SKU {sku}")
            )
        elif instance in ask.instances:
            fetched.troubles.append(Trouble(NAME, ask.region, instance, _unusable(prices)))
    return fetched


def _unusable(prices: dict[tuple[float, str], str]) -> str:
    listed = (f"{amount:g} {unit} (SKU {sku})" for (amount, unit), sku in sorted(prices.items()))
    return (
        f"the price list has {', '.join(listed)}, not one price in USD. Write its price into "
        "the book by hand."
    )


def _instance(item: dict[str, Any], filters: dict[str, str]) -> str | None:
    """Return the instance type of a product, or None where it is not the plain one."""
    attributes: dict[str, str] = item["product"]["attributes"]
    plain = all(attributes.get(key, value) == value for key, value in filters.items())
    return attributes.get("instanceType") if plain else None


def _hourly(item: dict[str, Any]) -> Iterator[tuple[float, str]]:
    """Yield price and currency of a product's first hour; 0 is one that is not sold on demand."""
    for term in item.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            if dimension["unit"] != "Hrs" or float(dimension.get("beginRange", 0)) > 0:
                continue
            for currency, amount in dimension["pricePerUnit"].items():
                if float(amount) > 0:
                    yield float(amount), currency


AWS_ON_DEMAND: Final = Source(
    NAME, "pricing:GetProducts", _fetch, lambda price: price.purchase == "on-demand"
)
