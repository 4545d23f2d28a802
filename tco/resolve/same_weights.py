"""The hosts of the weights that a stack runs: its alternatives before any that the plan names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tco.catalog.api_price import ApiPrice
from tco.catalog.match import CatalogMatch
from tco.costing.api_bill import unbillable
from tco.costing.api_rate import ApiRate
from tco.costing.requirements import lacking_of
from tco.costing.service_model import ServiceModel
from tco.costing.stack import Alternative, Relation
from tco.plan.plan import Plan
from tco.plan.service import Service
from tco.resolve.lookup import Lookup

__all__ = ["are_same_weights", "same_weights"]

RateOf = Callable[[CatalogMatch[ApiPrice]], ApiRate]


BILL_DECIMALS = 15
"""USD of a request that differ past this place differ by rounding: such hosts go by name."""


def same_weights(
    todo: Lookup, services: Sequence[ServiceModel], rate_of: RateOf, named: Iterable[str]
) -> list[Alternative]:
    """Return the hosts of the models that the services run, then of newer versions of them.

    With one service every host of its model is an alternative, the cheapest for the service's
    requests first; with several the cheapest hosts together are one. Of each newer version the
    cheapest host is shown. An API that the plan names is not repeated.
    """
    taken = set(named)
    if len(services) < len(todo.plan.services):
        return []  # a service has a problem of its own
    if len(services) == 1:
        [service] = services
        hosts = _hosts(todo, service, service.model, rate_of)
        found = [_alternative(todo, [rate], "same-weights") for rate in hosts]
        versions = (
            _hosts(todo, service, version, rate_of)[:1]
            for version in todo.catalog.hosts.newer(service.model)
        )
        newer = [
            _alternative(todo, [rate], "newer-version")
            for rate in sorted(
                (rate for best in versions for rate in best), key=_order(todo, service)
            )
        ]
        return [alternative for alternative in (*found, *newer) if alternative.name not in taken]
    best = [_hosts(todo, service, service.model, rate_of)[:1] for service in services]
    if not all(best):
        return []
    together = _alternative(todo, [rate for [rate] in best], "same-weights")
    return [] if together.name in taken else [together]


def are_same_weights(
    todo: Lookup, services: Sequence[ServiceModel], alternative: Alternative
) -> bool | None:
    """Return whether an alternative that the plan names serves the models of the services.

    None where that is not known: an API of the user's own book need not be named for its model.
    """
    if alternative.stack is not None:
        theirs = _models(alternative.stack.plan, alternative.stack.services)
        return _models(todo.plan, services) == theirs
    if len(alternative.rates) != len(services):
        return None
    for service, rate in zip(services, alternative.rates, strict=True):
        if rate is None:
            return None
        if not todo.catalog.is_host_of(rate.api, service.model):
            return None if rate.found.origin == "book" else False
    return True


def _models(plan: Plan, services: Sequence[ServiceModel]) -> list[tuple[str, str]]:
    """Return each workload with the model that serves it."""
    return sorted((plan.services[service.name].workload, service.model) for service in services)


def _hosts(todo: Lookup, service: ServiceModel, model: str, rate_of: RateOf) -> list[ApiRate]:
    """Return the hosts that can serve a service's requests, those with what it requires first."""
    classes = service.demand.classes
    rates = [
        rate_of(match)
        for match in todo.catalog.hosts_of(model, todo.day)
        if not unbillable(match.row, classes)
    ]
    return sorted(rates, key=_order(todo, service))


def _order(todo: Lookup, service: ServiceModel) -> Callable[[ApiRate], tuple[bool, float, str]]:
    """Return what sorts hosts: what the service requires, the bill of its requests, the name."""
    spec, demand = todo.plan.services[service.name], service.demand

    def order(rate: ApiRate) -> tuple[bool, float, str]:
        usd = round(float(rate.usd_of(demand.classes, demand, todo.day)), BILL_DECIMALS)
        return bool(_lacking([spec], [rate])), usd, rate.api

    return order


def _alternative(todo: Lookup, rates: Sequence[ApiRate], relation: Relation) -> Alternative:
    lacking = _lacking(todo.plan.services.values(), rates)
    return Alternative(
        name=" + ".join(rate.api for rate in rates),
        rates=tuple(rates),
        relation=relation,
        same_model=relation == "same-weights",
        eligible=not lacking and relation == "same-weights",
        lacking=lacking,
    )


def _lacking(specs: Iterable[Service], rates: Sequence[ApiRate]) -> tuple[str, ...]:
    """Return what the services require and their hosts do not have."""
    missing = (
        name
        for spec, rate in zip(specs, rates, strict=True)
        for name in lacking_of(spec.require, rate)
    )
    return tuple(dict.fromkeys(missing))
