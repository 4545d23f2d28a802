"""Provisioned throughput of the APIs that a plan names: an alternative of its own for each term."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tco.catalog.match import CatalogMatch
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.costing.api_rate import ApiRate
from tco.costing.provisioned import provisioned_use
from tco.costing.service_model import ServiceModel
from tco.costing.stack import Alternative
from tco.resolve.lookup import Lookup

__all__ = ["provisioned_alternatives", "units_named", "with_units"]


def with_units(rate: ApiRate, units: CatalogMatch[ProvisionedPrice]) -> ApiRate:
    """Return the prices of an API with provisioned units, on which there is no discount."""
    return replace(rate, provisioned=units, path=replace(rate.path, steps=()))


def units_named(todo: Lookup, name: str) -> CatalogMatch[ProvisionedPrice] | None:
    """Return the price of the provisioned units that an alternative is named after, or None."""
    named = todo.catalog.provisioned_price(name, todo.day)
    if named is not None:
        todo.warn_of_first_price(name, named)
    return named


def provisioned_alternatives(
    todo: Lookup, services: Sequence[ServiceModel], made: Sequence[Alternative]
) -> Iterator[Alternative]:
    """Yield the alternatives with units where these cost less than the same API by the token.

    They are those of alternatives that are one API, and that are not named by the plan themselves.
    """
    taken = {alternative.name for alternative in made}
    for alternative in made:
        rates = [
            rate for rate in alternative.rates if rate is not None and rate.provisioned is None
        ]
        if alternative.unpriced or len({rate.api for rate in rates}) != 1:
            continue
        if not len(rates) == len(alternative.rates) == len(services):
            continue
        for units in todo.catalog.provisioned_prices(rates[0].api, todo.day):
            bought = tuple(with_units(rate, units) for rate in rates)
            if units.row.name not in taken and _any_bought(todo, services, bought):
                yield replace(alternative, name=units.row.name, rates=bought)


def _any_bought(todo: Lookup, services: Sequence[ServiceModel], rates: Sequence[ApiRate]) -> bool:
    return any(
        provisioned_use(rate, service.demand, todo.day).units[0] > 0
        for rate, service in zip(rates, services, strict=True)
    )
