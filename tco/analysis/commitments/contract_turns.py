"""The months in which a contract's terms for a stack begin or end."""

from __future__ import annotations

from collections.abc import Iterator

from tco.analysis.evaluation import Evaluation

__all__ = ["contract_turns"]


def contract_turns(result: Evaluation) -> Iterator[tuple[str, int]]:
    """Yield what is bought, and each month of the horizon that has other terms than before.

    Months count from the pricing day. Of the alternatives only the one that decides counts.
    """
    nodes = [
        (pool.node, price.steps, price.terms)
        for _, _, _, pool in result.stack.pools()
        for price in pool.supply.list_prices
    ]
    rates = result.rival.alternative.rates if result.rival is not None else ()
    apis = [
        (rate.api, rate.found.discounts.steps, rate.found.discounts.terms)
        for rate in rates
        if rate is not None
    ]
    for name, steps, terms in (*nodes, *apis):
        ends = terms.months if terms is not None else None
        for month in (*(month for month, _ in steps), *filter(None, (ends,))):
            if month < result.stack.horizon_months:
                yield name, month
