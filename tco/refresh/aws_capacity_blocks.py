"""Prices of capacity blocks: instances that are paid upfront and held for some days."""

from __future__ import annotations

from typing import Any, Final

from tco.errors import TcoError
from tco.ranges import point
from tco.refresh.clients import aws_errors
from tco.refresh.source import Ask, Client, Fetched, Source, Trouble
from tco.units import SECONDS_PER_HOUR

__all__ = ["AWS_CAPACITY_BLOCKS"]

NAME: Final = "aws-capacity-blocks"
ACTION: Final = "ec2:DescribeCapacityBlockOfferings"
ZONE: Final = "availability-zone"
HOURS: Final = 24
"""The shortest block: its price of an hour is also that of a longer one."""


def _fetch(ask: Ask, client: Client) -> Fetched:
    pages = client("ec2", ask.region).get_paginator("describe_capacity_block_offerings")
    fetched = Fetched()
    for instance in sorted(ask.blocks):
        try:
            with aws_errors(ACTION):
                offers = [
                    offer
                    for page in pages.paginate(
                        InstanceType=instance, InstanceCount=1, CapacityDurationHours=HOURS
                    )
                    for offer in page["CapacityBlockOfferings"]
                    if _is_plain(offer)
                ]
        except TcoError as error:
            fetched.troubles.append(Trouble(NAME, ask.region, instance, f"{error}"))
            continue
        rates = sorted(map(_hourly, offers))
        if rates:
            highest = f", up to {rates[-1]:g} USD" if rates[-1] > rates[0] else ""
            fetched.prices.append(
                ask.price(
                    instance,
                    usd_per_hour=point(rates[0]),
                    purchase="reserved",
                    kind="capacity-block",
                    source=f"AWS capacity block offerings of {HOURS} h: {len(rates)}{highest}",
                )
            )
    if fetched.troubles and len(fetched.troubles) == len(ask.blocks):
        raise TcoError(fetched.troubles[0].message)
    return fetched


def _is_plain(offer: dict[str, Any]) -> bool:
    """Return whether an offering is in USD, with shared tenancy, in a zone of the region itself."""
    return (
        offer["CurrencyCode"] == "USD"
        and offer.get("Tenancy", "default") == "default"
        and offer.get("ZoneType", ZONE) == ZONE
    )


def _hourly(offer: dict[str, Any]) -> float:
    """Return what a node-hour of an offering costs; one that starts at once has odd minutes."""
    hours = (offer["EndDate"] - offer["StartDate"]).total_seconds() / SECONDS_PER_HOUR
    return round(float(offer["UpfrontFee"]) / (hours * offer["InstanceCount"]), 6)


AWS_CAPACITY_BLOCKS: Final = Source(
    NAME, ACTION, _fetch, lambda price: price.kind == "capacity-block"
)
