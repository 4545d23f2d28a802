"""Spot prices of EC2 instance types: what they were in the last days, by the hours they held."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from tco.catalog.hours_held import HIGH, LOW, MEDIAN, HeldPrices, price_at
from tco.catalog.node_price import NodePrice
from tco.numbers import plain
from tco.ranges import Range, point
from tco.refresh.source import Ask, Client, Fetched, Source
from tco.units import SECONDS_PER_HOUR

__all__ = ["AWS_SPOT"]

NAME: Final = "aws-spot"
Quote = tuple[dt.datetime, float]


def _fetch(ask: Ask, client: Client) -> Fetched:
    end = dt.datetime.combine(ask.day, dt.time(), dt.UTC)
    start = end - dt.timedelta(days=ask.days)
    pages = client("ec2", ask.region).get_paginator("describe_spot_price_history")
    own_zone = re.compile(f"{re.escape(ask.region)}[a-z]")
    quotes: dict[str, dict[str, list[Quote]]] = {}
    for page in pages.paginate(
        InstanceTypes=sorted(ask.instances),
        ProductDescriptions=["Linux/UNIX"],
        StartTime=start,
        EndTime=end,
    ):
        for entry in page["SpotPriceHistory"]:
            if not own_zone.fullmatch(entry["AvailabilityZone"]):
                continue  # a Local Zone or a Wavelength Zone has prices of its own
            zones = quotes.setdefault(entry["InstanceType"], {})
            quote = (entry["Timestamp"], float(entry["SpotPrice"]))
            zones.setdefault(entry["AvailabilityZone"], []).append(quote)
    fetched = Fetched()
    for instance, zones in sorted(quotes.items()):
        held = {zone: [*_held(zones[zone], start, end)] for zone in sorted(zones)}
        if any(held.values()):
            fetched.prices.append(_price(ask, instance, held))
    return fetched


def _price(ask: Ask, instance: str, held: Mapping[str, HeldPrices]) -> NodePrice:
    """Return the price over all zones, with the note that has each zone's own."""
    zones = [
        f"{zone} {plain(price_at(prices, MEDIAN), 5)} (P90 {plain(price_at(prices, HIGH), 5)})"
        for zone, prices in held.items()
        if prices
    ]
    return ask.price(
        instance,
        usd_per_hour=_range([pair for prices in held.values() for pair in prices]),
        purchase="spot",
        source=f"AWS spot price history of {ask.days} days before {ask.day}, Linux/UNIX",
        note=f"median by zone: {', '.join(zones)}",
    )


def _held(
    quotes: Sequence[Quote], start: dt.datetime, end: dt.datetime
) -> Iterator[tuple[float, float]]:
    """Yield each price of a zone with the hours of the window for which it held."""
    for (moment, usd), (following, _) in pairwise([*sorted(quotes), (end, 0.0)]):
        hours = (min(following, end) - max(moment, start)).total_seconds() / SECONDS_PER_HOUR
        if hours > 0:
            yield usd, hours


def _range(held: HeldPrices) -> Range:
    """Return P10, median and P90; where the median is one of them, the middle of the two."""
    low, median, high = (price_at(held, share) for share in (LOW, MEDIAN, HIGH))
    if low == high:
        return point(low)
    return Range(low, median if low < median < high else round((low * high) ** 0.5, 6), high)


AWS_SPOT: Final = Source(
    NAME, "ec2:DescribeSpotPriceHistory", _fetch, lambda price: price.purchase == "spot"
)
