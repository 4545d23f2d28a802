"""On-demand prices of EC2 instance types that the catalog does not have, for ``tco price``.

A file per region: some are shipped in ``data/ec2``, and ``tco prices refresh`` keeps files of its
own on this machine, outside of every checkout. No plan reads them: it depends on the catalog and on
its price books alone.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tco.catalog.match import CatalogMatch
from tco.catalog.node_price import NodePrice
from tco.errors import BadInput, TcoError, printable
from tco.files import read_text, unreadable, validated, write_text
from tco.json_reader import load_json
from tco.ranges import point

__all__ = ["PriceCache", "cache_folder"]

REGION: Final = re.compile(r"[a-z]{2}[a-z0-9-]{1,40}")
"""A region's name, as part of the name of a file."""
SCHEMA: Final = "tco.ec2-prices/1"


class RegionPrices(NamedTuple):
    """The prices of a region on the day on which AWS was asked, by instance type."""

    as_of: dt.date
    source: str
    usd_per_hour: Mapping[str, float]


def cache_folder() -> Path | None:
    """Return where this user's cache is, or None for a user without a home."""
    stated = (os.environ.get("XDG_CACHE_HOME", ""), os.path.expanduser("~/.cache"))  # noqa: PTH111  no error without a home
    found = next((Path(folder) for folder in stated if Path(folder).is_absolute()), None)
    return None if found is None else found / "tco" / "prices"


class UsedPrices(NamedTuple):
    """Prices of a region that were used, the day they are of, and whether they are shipped."""

    region: str
    as_of: dt.date
    shipped: bool


class PriceCache:
    """The prices of shipped files and of a folder; a region's are read when it is asked for."""

    def __init__(self, folder: Path | None) -> None:
        """Take the folder that holds a file per region; none of them has to exist."""
        self._folder = folder
        self._read: dict[str, dict[bool, RegionPrices]] = {}
        self.used: set[UsedPrices] = set()
        self.problems: list[str] = []
        """Why a file was not read."""

    def path(self, region: str) -> Path | None:
        """Return the file of a region; None for what is not a region."""
        if self._folder is None or not REGION.fullmatch(region):
            return None
        return self._folder / f"ec2-{region}.json"

    def write(self, region: str, day: dt.date, source: str, prices: Mapping[str, float]) -> Path:
        """Replace what is known of a region. Raises TcoError where that is not possible."""
        path = self.path(region)
        if path is None:
            raise TcoError("there is no home folder for the price cache. Set XDG_CACHE_HOME.")
        content: dict[str, Any] = {
            "schema": SCHEMA,
            "region": region,
            "as_of": day.isoformat(),
            "source": source,
            "usd_per_hour": dict(sorted(prices.items())),
        }
        write_text(path, json.dumps(content, indent=1) + "\n")
        return path

    def newer(
        self,
        found: CatalogMatch[NodePrice] | None,
        instance: str,
        region: str,
        *,
        catalog: Catalog,
        day: dt.date,
    ) -> CatalogMatch[NodePrice] | None:
        """Return the on-demand price on a day: the newest of the catalog's and the files'.

        A price of the user's books stays, and their discounts hold for a file's price too.
        """
        files = [
            (shipped, prices)
            for shipped, prices in self._region(region).items()
            if instance in prices.usd_per_hour and prices.as_of <= day
        ]
        shipped, cached = max(files, key=lambda file: file[1].as_of, default=(False, None))
        if cached is None or not _is_older(found, cached):
            return found
        self.used.add(UsedPrices(region, cached.as_of, shipped))
        row = NodePrice(
            instance=instance,
            region=region,
            usd_per_hour=point(cached.usd_per_hour[instance]),
            source=cached.source if shipped else f"{cached.source}, cached on this machine",
            as_of=cached.as_of,
            valid_from=cached.as_of,
        )
        return catalog.at_discount(CatalogMatch(row, Book(name=f"ec2-{region}.json")), day)

    def _region(self, region: str) -> Mapping[bool, RegionPrices]:
        """Return the files of a region, the shipped one by True and this machine's by False."""
        if region not in self._read:
            found = {True: _shipped(region), False: self._own(region)}
            self._read[region] = {key: file for key, file in found.items() if file is not None}
        return self._read[region]

    def _own(self, region: str) -> RegionPrices | None:
        path = self.path(region)
        try:
            return _read(path) if path is not None and path.exists() else None
        except BadInput as error:
            self.problems.append(
                f"{printable(path)} is not used: {error.problems[0].message} Write it again with "
                f"`tco prices refresh --source aws-on-demand --region {region}`."
            )
            return None


def _shipped(region: str) -> RegionPrices | None:
    """Return the prices that are shipped with tco, or None for a region without any."""
    if not REGION.fullmatch(region):
        return None
    file = resources.files("tco.catalog") / "data" / "ec2" / f"ec2-{region}.json"
    if not file.is_file():
        return None
    content = json.loads(file.read_text(encoding="utf-8"))
    # what ships is checked by a test: building a validator takes longer than all the rest
    day = dt.date.fromisoformat(content["as_of"])
    return RegionPrices(day, content["source"], content["usd_per_hour"])


def _is_older(found: CatalogMatch[NodePrice] | None, cached: RegionPrices) -> bool:
    """Return whether a price of the catalog, or none, is older than the cached one."""
    if found is None or found.first_known:
        return True
    seen = found.row.as_of
    return found.origin == "catalog" and (seen is None or seen < cached.as_of)


def _read(path: Path) -> RegionPrices:
    """Return the prices of a file. Raises BadInput for one that tco did not write."""
    from tco.catalog.cached_region import CachedRegion  # noqa: PLC0415  few machines have a file

    shown = str(path)
    try:
        content = load_json(read_text(path, shown))
    except ValueError as error:
        raise unreadable(shown, f"not valid JSON: {error}.") from None
    found = validated(CachedRegion, content, shown)
    return RegionPrices(found.as_of, found.source, found.usd_per_hour)
