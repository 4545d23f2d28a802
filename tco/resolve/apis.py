"""The hosted APIs and the other stacks that a plan names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tco.catalog.api_price import ApiPrice
from tco.catalog.match import CatalogMatch
from tco.costing.api_bill import unbillable
from tco.costing.api_rate import ApiRate, PricePath
from tco.costing.fleet_operation import operate
from tco.costing.requirements import lacking_of, lacking_of_stack, model_of
from tco.costing.service_model import ServiceModel
from tco.costing.stack import Alternative, StackModel
from tco.errors import BadInput, did_you_mean, one_of
from tco.percent import percent_text
from tco.plan.service import Service
from tco.plan.stack_names import stack_names
from tco.plan.workload import RequestClass
from tco.resolve.lookup import Lookup
from tco.resolve.provisioned import provisioned_alternatives, units_named, with_units
from tco.resolve.rival_figures import with_own_figures
from tco.resolve.same_weights import are_same_weights, same_weights
from tco.resolve.scores import api_scores

__all__ = ["check_jumps", "needed_rate", "resolve_alternatives"]

MOST_LISTED = 6
"""Names that a message lists where there may be many."""


def needed_rate(
    todo: Lookup, path: str, api: str, spec: Service, classes: Sequence[RequestClass]
) -> ApiRate:
    """Return the prices of an API that the stack itself needs for some classes, or a problem."""
    rate = _rate(todo, api)
    if rate is None and (units := units_named(todo, api)) is not None:
        raise todo.fail(
            path,
            f"{api} is billed by provisioned units, which are bought in advance for a whole "
            "term: they cannot take overflow, standby traffic or routed classes.",
            f"Name the API that is billed by the token: {units.row.api}.",
        )
    if rate is None:
        raise todo.fail(path, f'no price for the API "{api}".', _known_apis(todo, api))
    lacking = lacking_of(spec.require, rate)
    if lacking:
        raise todo.fail(
            path,
            f"{api} lacks {', '.join(lacking)}, which `require` asks for.",
            "Name an API that has it, or state the property or the score in a price book.",
        )
    if why := unbillable(rate.row, classes):
        raise todo.fail(path, f"{why}.", "Name another API, or state its prices in a book.")
    return rate


def _known_apis(todo: Lookup, api: str) -> str:
    return todo.source.unnamed(api) or todo.catalog.meant_api(api)


def _rate(todo: Lookup, api: str) -> ApiRate | None:
    found = todo.catalog.api_price(api, todo.day)
    return None if found is None else _rate_of(todo, found)


def _alternative_rate(todo: Lookup, name: str) -> ApiRate | None:
    """Return the prices of an API, or of one with provisioned units by its alternative's name."""
    units = units_named(todo, name)
    if units is None:
        return _rate(todo, name)
    by_token = _rate(todo, units.row.api)
    return None if by_token is None else with_units(by_token, units)


def _rate_of(todo: Lookup, found: CatalogMatch[ApiPrice]) -> ApiRate:
    api = found.row.api
    todo.warn_of_first_price(api, found)
    if found.row.tool_fees:
        todo.warn("tool-fees", f"{api}: the bill does not include {found.row.tool_fees}.", api)
    outlook = todo.plan.outlook
    decay = (
        todo.stated(
            "outlook.api_price_decay_per_year", outlook.api_price_decay_per_year, "per year"
        )
        if outlook.api_price_decay_per_year is not None
        else todo.figure("api_price_decay_per_year")
    )
    jumps = tuple(
        (jump.month, todo.stated(f"{api}: price jump in month {jump.month}", jump.factor, "x"))
        for jump in outlook.jumps
        if jump.api == api
    )
    return ApiRate(
        api=api,
        found=found,
        path=PricePath(decay, jumps, found.discounts.steps),
        model=todo.catalog.scored_model(model_of(api)),
        scores=api_scores(todo, api),
    )


def check_jumps(todo: Lookup, alternatives: Sequence[Alternative]) -> None:
    """Refuse a price jump of an API that the plan does not use: it would change nothing."""
    used = {
        rate.api: None
        for alternative in alternatives
        for rate in alternative.rates
        if rate is not None
    }
    for spec in todo.plan.services.values():
        named = [spec.overflow, spec.standby.api, *(route.api for route in spec.route.values())]
        used |= {name: None for name in named if name is not None and name != "refuse"}
    for alternative in todo.plan.named_alternatives:
        used |= dict.fromkeys(alternative.apis.values())
        used |= {alternative.api: None} if alternative.api is not None else {}
    for index, jump in enumerate(todo.plan.outlook.jumps):
        if jump.api not in used:
            path = f"outlook.jumps[{index}].api"
            todo.fail(path, f'the plan uses no API "{jump.api}".', one_of(jump.api, used))


def resolve_alternatives(
    todo: Lookup,
    services: Sequence[ServiceModel],
    other_stack: Callable[[str], StackModel] | None,
) -> tuple[list[Alternative], list[Alternative]]:
    """Return the alternatives, and the hosts of the same weights that the plan leaves out.

    What the plan names comes first, each priced or with the reason why it has no price.
    """
    made = [
        replace(alternative, same_model=are_same_weights(todo, services, alternative))
        for alternative in _named_alternatives(todo, other_stack)
    ]
    hosts = same_weights(
        todo,
        services,
        lambda found: _rate_of(todo, found),
        [alternative.name for alternative in made],
    )
    if todo.plan.adds_hosts:
        made += hosts
        made += provisioned_alternatives(todo, services, made)
    _check_against(todo, made)
    return made, [] if todo.plan.adds_hosts else hosts


def _named_alternatives(
    todo: Lookup, other_stack: Callable[[str], StackModel] | None
) -> list[Alternative]:
    made: list[Alternative] = []
    form = "alternatives" if todo.plan.adds_hosts else "alternatives.only"
    for index, spec in enumerate(todo.plan.named_alternatives):
        path = f"{form}[{index}]"
        if spec.stack is not None and other_stack is None:
            continue  # an alternative itself: only its own cost is asked for
        if spec.stack == todo.source.name:
            todo.fail(path, "a stack cannot be an alternative to itself.")
            continue
        if spec.stack is not None and other_stack is not None:
            made.append(_other_stack(todo, path, spec.name, spec.stack, other_stack=other_stack))
            continue
        unknown = [name for name in spec.apis if name not in todo.plan.services]
        missing = [name for name in todo.plan.services if spec.apis and name not in spec.apis]
        if unknown or missing:
            problem = f'no service "{unknown[0]}"' if unknown else f"no API for {missing[0]}"
            todo.fail(
                f"{path}.{spec.name}",
                f"{problem}.",
                one_of(unknown[0] if unknown else "", todo.plan.services),
            )
            continue
        names = [spec.apis.get(service, spec.api or "") for service in todo.plan.services]
        rates = [_alternative_rate(todo, name) for name in names]
        for api in dict.fromkeys(
            name for name, rate in zip(names, rates, strict=True) if rate is None
        ):
            todo.fail(path, f'no price for the API "{api}".', _known_apis(todo, api))
        lacking = _lacking(todo, rates)
        _note_storage(todo, rates)
        made.append(
            Alternative(
                name=spec.name,
                rates=tuple(rates),
                eligible=not lacking,
                lacking=lacking,
                unpriced=_without_price(todo, rates),
            )
        )
    return made


def _check_against(todo: Lookup, made: Sequence[Alternative]) -> None:
    """Refuse a name that is not an alternative's, or that may not decide."""
    against = todo.plan.against
    found = next((alternative for alternative in made if alternative.name == against), None)
    names = [alternative.name for alternative in made]
    if found is None and against != "cheapest":
        listed = ", ".join(names[:MOST_LISTED]) or "(none)"
        todo.fail(
            "against",
            f"{against} is not one of the alternatives {listed}.",
            did_you_mean(against, names),
        )
    elif found is not None and found.relation == "newer-version":
        todo.fail(
            "against",
            f"{against} hosts a newer version of the model, which does not decide by itself.",
            "List it under alternatives, or write against: cheapest.",
        )
    elif found is not None and not found.eligible:
        todo.fail(
            "against",
            f"{against} lacks {', '.join(found.lacking)}, which `require` asks for.",
            "Name an alternative that has it, or write against: cheapest.",
        )


def _without_price(todo: Lookup, rates: Sequence[ApiRate | None]) -> str:
    """Return why an alternative's APIs have no bill for all requests, or an empty text."""
    for spec, rate in zip(todo.plan.services.values(), rates, strict=True):
        if rate is not None and (why := unbillable(rate.row, todo.demand(spec).classes)):
            return why
    return ""


def _note_storage(todo: Lookup, rates: Sequence[ApiRate | None]) -> None:
    """Note an API that charges for stored tokens where no class says how long they are stored."""
    for spec, rate in zip(todo.plan.services.values(), rates, strict=True):
        if rate is None or rate.row.cache_storage_usd_per_mtok_hour is None:
            continue
        for request in todo.demand(spec).classes:
            if request.uses_cache and request.stored_token_hours.high == 0:
                todo.warn(
                    "cache-storage",
                    f"{rate.api} charges for the storage of cached tokens, which is not billed: "
                    f"the class {request.name} of {spec.workload} states no stored_token_hours.",
                    rate.api,
                )


def _lacking(todo: Lookup, rates: Sequence[ApiRate | None]) -> tuple[str, ...]:
    """Return the required properties that an alternative's API lacks for some service."""
    missing = (
        name
        for spec, rate in zip(todo.plan.services.values(), rates, strict=True)
        if rate is not None  # what an API without a price has is not known either
        for name in lacking_of(spec.require, rate)
    )
    return tuple(dict.fromkeys(missing))


def _other_stack(
    todo: Lookup,
    path: str,
    name: str,
    stack: str,
    other_stack: Callable[[str], StackModel],
) -> Alternative:
    known = stack_names(todo.source.folder)
    if stack not in known:
        todo.fail(path, f'no stack "{stack}".', one_of(stack, known))
        return Alternative(name=name, unpriced="not resolved")
    try:
        other = other_stack(stack)
    except BadInput as error:
        todo.problems += error.problems
        return Alternative(name=name, unpriced="not resolved")
    own = [spec.workload for spec in todo.plan.services.values()]
    theirs = [spec.workload for spec in other.plan.services.values()]
    if sorted(own) != sorted(theirs):
        todo.fail(
            path,
            f"{name} serves the workloads {', '.join(theirs)}, this stack {', '.join(own)}.",
            "Only stacks on the same workloads can be compared.",
        )
    named = with_own_figures(other, todo.figures_stated)
    lacking = lacking_of_stack(todo.plan.services.values(), other)
    return Alternative(
        name=name,
        stack=named,
        eligible=not lacking,
        lacking=lacking,
        unpriced=_not_all_priced(named),
    )


def _not_all_priced(other: StackModel) -> str:
    """Return why another stack's bill is not the bill for all requests, or an empty text."""
    if other.unpriced:
        return f"{other.unpriced[0].name}: {other.unpriced[0].reason}"
    done = operate(other)
    if done.served(other)[0]:
        return ""
    shares = [
        float(done.unserved_share(service, index)[0])
        for index, service in enumerate(other.services)
    ]
    most = percent_text(max(shares), 1)
    return f"{most} of its requests find every node full, and it has no overflow API"
