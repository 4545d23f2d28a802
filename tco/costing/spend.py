"""What is due under a contract for a month's spend: tiers of discounts, and a minimum.

METHOD.md, "Contract prices".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from tco.arrays import FloatArray, Quantity, ratio
from tco.catalog.sourced import SourcedValue
from tco.catalog.spend_terms import SpendTerms
from tco.costing.lines import CostLine, LineKind
from tco.ranges import point

__all__ = ["bills_under_terms", "lines_under_terms", "shortfall_usd", "tiered_usd"]

API_COMMITMENT = LineKind("api-commitment", "api", "month")
NODE_COMMITMENT = LineKind("node-commitment", "compute", "month")


def tiered_usd(terms: SpendTerms, usd: Quantity) -> Quantity:
    """Return what is paid of a month's spend: less above each amount.

    >>> terms = SpendTerms(name="", provider="", is_api=True, tiers=((100.0, 0.9), (200.0, 0.8)))
    >>> float(tiered_usd(terms, 250.0))  # 100 + 100 x 0.9 + 50 x 0.8
    230.0
    """
    return _paid(terms, terms.other_usd + usd) - _paid(terms, terms.other_usd)


def _paid(terms: SpendTerms, usd: Quantity) -> Quantity:
    paid, below = usd, 1.0
    for above, share in terms.tiers:
        paid = paid - (below - share) * np.maximum(usd - above, 0.0)
        below = share
    return paid


def shortfall_usd(terms: SpendTerms, usd: Quantity) -> FloatArray:
    """Return what is billed of a commitment although nothing is bought for it."""
    return np.maximum(terms.committed_usd - terms.other_usd - usd, 0.0)


def _due(terms: SpendTerms, usd: Quantity, month: Quantity) -> tuple[FloatArray, FloatArray]:
    """Return the share of a spend that is paid, and the shortfall, while the contract holds."""
    holds = np.asarray(month) < (np.inf if terms.months is None else terms.months)
    spend = np.asarray(usd + 0.0 * np.asarray(month), float)
    paid = np.where(holds, tiered_usd(terms, spend), spend)
    share = np.where(spend > 0, ratio(paid, spend), 1.0)
    return share, np.where(holds, shortfall_usd(terms, paid), 0.0)


def bills_under_terms(
    bills: Sequence[Quantity],
    terms: Sequence[SpendTerms | None],
    signed: Iterable[SpendTerms],
    month: Quantity,
) -> list[Quantity]:
    """Return the bills of APIs under their contracts, and under those that are owed anyway.

    A shortfall is spread over the bills of its contract by their size; evenly where they are 0,
    and over all of them where none is of its contract.
    """
    billed = list(bills)
    for each in dict.fromkeys((*(held for held in terms if held is not None), *signed)):
        indexes = [index for index, held in enumerate(terms) if held == each]
        usd = sum((billed[index] for index in indexes), start=0.0)
        share, short = _due(each, usd, month)
        for index in indexes or range(len(billed)):
            weight = (
                np.where(
                    np.asarray(usd) > 0, billed[index] / np.maximum(usd, 1e-300), 1 / len(indexes)
                )
                if indexes
                else 1 / len(billed)
            )
            paid = billed[index] * share if indexes else billed[index]
            billed[index] = paid + short * weight
    return billed


def lines_under_terms(
    lines: Sequence[CostLine], signed: Iterable[SpendTerms], month: Quantity
) -> list[CostLine]:
    """Return the lines of a month at the prices of their tiers, and one for each commitment.

    It is there whatever the figures are, so that a line has one place in every scenario.
    """
    made = list(lines)
    used = [line.terms for line in lines if line.terms is not None]
    for terms in dict.fromkeys((*used, *signed)):
        indexes = [index for index, line in enumerate(made) if line.terms == terms]
        share, short = _due(terms, sum((made[index].usd for index in indexes), start=0.0), month)
        if terms.tiers:
            for index in indexes:
                made[index] = replace(made[index], usd_per_unit=made[index].usd_per_unit * share)
        if terms.committed_usd > 0:
            provider = made[indexes[0]].provider if indexes else terms.provider
            made.append(_shortfall_line(terms, provider, short))
    return made


def _shortfall_line(terms: SpendTerms, provider: str, usd: FloatArray) -> CostLine:
    committed = SourcedValue(
        name=f"{terms.name}: commitment",
        value=point(terms.committed_usd),
        unit="USD/month",
        source=terms.source,
        as_of=terms.as_of,
        confidential=terms.is_confidential,
        origin="book",
    )
    return CostLine(
        kind=API_COMMITMENT if terms.is_api else NODE_COMMITMENT,
        name=f"unused commitment: {terms.name}",
        provider=provider,
        sku=terms.name,
        quantity=1.0,
        usd_per_unit=usd,
        figures=(committed,),
    )
