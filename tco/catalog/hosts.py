"""Hosts of open weights: ``data/hosts.csv``, one line per host and model, sorted by model.

A plan asks for one model, so only its lines are parsed. ``data/newer_versions.csv`` names the newer
versions of a model's family.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

from tco.catalog.api_price import ApiPrice
from tco.catalog.book import Book
from tco.errors import TcoError

__all__ = ["Hosts"]

HOSTS_FILE: Final = "hosts.csv"
NEWER_FILE: Final = "newer_versions.csv"


class _Line(NamedTuple):
    """One line of ``hosts.csv``; an empty cell is not stated. Prices are USD per million tokens."""

    model: str
    api: str
    input: str
    cached_input: str
    output: str
    cache_write: str
    batch_discount: str
    context: str
    precision: str
    properties: str
    valid_from: str
    until: str
    source: str
    as_of: str
    estimate: str


@dataclass(frozen=True)
class Hosts:
    """The hosted prices of open weights in a data folder; none without a folder."""

    folder: Traversable | None = None

    @cached_property
    def book(self) -> Book:
        """The book that the rows belong to; without rows there is nothing to validate."""
        return Book.model_construct(name=HOSTS_FILE)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of both files; empty without any."""
        text = self._prices + "".join(self._text(NEWER_FILE))
        return hashlib.sha256(text.encode()).hexdigest() if text else ""

    def of_model(self, model: str, day: dt.date) -> list[ApiPrice]:
        """Return the prices of every host that sells a model's weights on a day."""
        lines = [line for line in self._lines if line.startswith(f"{model},")]
        return [price for price in map(_price, _read(lines, day)) if _holds(price, day)]

    def sells(self, model: str, api: str) -> bool:
        """Return whether ``host/model`` is known to sell a model's weights, on any day."""
        return f"\n{model},{api}," in self._prices

    def named(self, api: str, day: dt.date) -> ApiPrice | None:
        """Return the price of ``host/model`` on a day, or None where no host sells it."""
        lines = [line for line in self._lines if f",{api}," in line]
        return next((_price(line) for line in _read(lines, day) if line.api == api), None)

    def every(self, day: dt.date) -> list[ApiPrice]:
        """Return every price that is not withdrawn on a day."""
        return [_price(line) for line in _read(self._lines, day)]

    @cached_property
    def apis(self) -> list[str]:
        """The names of all hosted models, as ``host/model``."""
        return [line.split(",", 2)[1] for line in self._lines]

    @cached_property
    def models(self) -> frozenset[str]:
        """The models that have a host."""
        return frozenset(line.split(",", 1)[0] for line in self._lines)

    def newer(self, model: str) -> list[str]:
        """Return the newer versions of a model's family, oldest first."""
        return [newer for older, newer in self._versions if older == model]

    @cached_property
    def _versions(self) -> list[list[str]]:
        """Pairs of an older and a newer model."""
        return [line.split(",") for line in self._text(NEWER_FILE).splitlines()[1:]]

    @cached_property
    def _prices(self) -> str:
        return self._text(HOSTS_FILE)

    @cached_property
    def _lines(self) -> list[str]:
        header, *lines = self._prices.splitlines() or [",".join(_Line._fields)]
        if header != ",".join(_Line._fields):
            raise TcoError(f"{HOSTS_FILE}: the columns are not {', '.join(_Line._fields)}.")
        return lines

    def _text(self, name: str) -> str:
        if self.folder is None or not (self.folder / name).is_file():
            return ""
        return (self.folder / name).read_text(encoding="utf-8")


def _read(lines: list[str], day: dt.date) -> list[_Line]:
    """Return the lines of hosts that still sell the model on a day."""
    rows = (_Line(*cells) for cells in csv.reader(lines))
    return [row for row in rows if not row.until or day.isoformat() < row.until]


def _holds(price: ApiPrice, day: dt.date) -> bool:
    return price.valid_from is None or price.valid_from <= day


def _price(line: _Line) -> ApiPrice:
    stated = {
        "cached_input_usd_per_mtok": line.cached_input,
        "cache_write_usd_per_mtok": line.cache_write,
        "batch_discount": line.batch_discount,
    }
    notes = [
        f"served in {line.precision}" if line.precision else "",
        f"withdrawn on {line.until}" if line.until else "",
    ]
    return ApiPrice.model_validate(
        {
            "api": line.api,
            "input_usd_per_mtok": float(line.input),
            "output_usd_per_mtok": float(line.output),
            **{key: float(value) for key, value in stated.items() if value},
            "context_tokens": int(line.context) if line.context else None,
            "properties": tuple(line.properties.split()),
            "source": line.source,
            "as_of": line.as_of,
            "valid_from": line.valid_from or None,
            "estimate": bool(line.estimate),
            "note": "; ".join(note for note in notes if note),
        }
    )
