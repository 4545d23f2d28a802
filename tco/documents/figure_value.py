"""What a figure of the catalog says, by its kind, for a list of figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from tco.catalog.api_price import ApiPrice
from tco.catalog.benchmark import Benchmark
from tco.catalog.book import AnyRow
from tco.catalog.discount import Discount
from tco.catalog.figure import Figure
from tco.catalog.hardware import SpotBand
from tco.catalog.node_price import NodePrice, Term
from tco.catalog.node_table import effective_usd_per_hour
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.catalog.score import Score
from tco.ranges import Range

__all__ = [
    "Amount",
    "BenchmarkReach",
    "ContractTerms",
    "FigureValue",
    "NodeHour",
    "ScoreValue",
    "TokenPrices",
    "figure_value",
]


@dataclass(frozen=True)
class Amount:
    """A number and its unit."""

    value: Range
    unit: str


@dataclass(frozen=True)
class NodeHour:
    """A node's price: recurring and, of a reservation, upfront for a term."""

    usd_per_hour: Range
    upfront_usd: Range | None
    term: Term | None
    effective_usd_per_hour: float
    """With the upfront spread over the term."""


@dataclass(frozen=True)
class TokenPrices:
    """An API's prices in USD per Mtok, by their short names."""

    usd_per_mtok: Mapping[str, Range]


@dataclass(frozen=True)
class BenchmarkReach:
    """The highest throughput of a benchmark, and the number of its points."""

    output_tok_s: float
    points: int
    kind: str


@dataclass(frozen=True)
class ScoreValue:
    """A model's score in percent, and the number of samples."""

    percent: float
    samples: int


@dataclass(frozen=True)
class ContractTerms:
    """What a discount takes off, by tiers of the month's bill too, and what it bills at least."""

    percent_off: float | None
    tiers: tuple[tuple[float, float], ...]
    """USD per month with the percentage off what is above."""
    committed_usd_per_month: float | None
    until: dt.date | None


FigureValue = Amount | NodeHour | TokenPrices | BenchmarkReach | ScoreValue | ContractTerms


def figure_value(row: AnyRow | Discount) -> FigureValue | None:
    """Return what a row says; None for one that only names things, such as a GPU."""
    found: FigureValue | None = None
    match row:
        case NodePrice():
            effective = effective_usd_per_hour(row)
            found = NodeHour(row.usd_per_node_hour, row.upfront_usd, row.term, effective)
        case ApiPrice():
            prices = {
                "in": row.input_usd_per_mtok,
                "cached": row.cached_input_usd_per_mtok,
                "out": row.output_usd_per_mtok,
            }
            found = TokenPrices(
                {name: price for name, price in prices.items() if price is not None}
            )
        case ProvisionedPrice():
            found = Amount(row.usd_per_unit_hour, f"USD/{row.unit}-h")
        case Figure():
            found = Amount(row.value, row.unit)
        case SpotBand():
            found = Amount(row.interrupted_per_month, "interrupted a month")
        case Benchmark():
            speeds = [point.output_tok_s.likely for point in row.points if point.output_tok_s]
            found = BenchmarkReach(max(speeds, default=0.0), len(row.points), row.kind)
        case Score():
            found = ScoreValue(row.value, row.samples)
        case Discount():
            found = ContractTerms(
                row.percent_off,
                tuple((tier.above_usd_per_month, tier.percent_off) for tier in row.tiers),
                row.committed_usd_per_month,
                row.until,
            )
        case _:
            pass
    return found
