"""The hosted APIs and the other stacks that a plan names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tco.catalog.api_price import ApiPrice
from tco.catalog.book import Book
from tco.catalog.match import CatalogMatch
from tco.costing.api_bill import ApiRate, PricePath, too_long
from tco.costing.fleet_operation import operate
from tco.costing.stack import Alternative, StackModel
from tco.errors import BadInput, one_of
from tco.percent import percent_text
from tco.plan.plan import Service
from tco.plan.stack_file import stack_names
from tco.plan.workload import RequestClass
from tco.resolve.lookup import Lookup
from tco.resolve.rival_figures import with_own_figures

__all__ = ["check_jumps", "needed_rate", "resolve_alternatives"]


def needed_rate(
    todo: Lookup, path: str, api: str, spec: Service, classes: Sequence[RequestClass]
) -> ApiRate:
    """Return the prices of an API that the stack itself needs for some classes, or a problem."""
    rate = _rate(todo, api)
    if rate is None:
        raise todo.fail(path, f'no price for the API "{api}".', _known_apis(todo, api))
    lacking = [name for name in spec.require if name not in rate.row.properties]
    if lacking:
        raise todo.fail(
            path,
            f"{api} lacks {', '.join(lacking)}, which `require` asks for.",
            "Name an API that has it, or state the property in a price book.",
        )
    if why := too_long(rate.row, classes):
        raise todo.fail(path, f"{why}.", "Name an API with a longer context.")
    return rate


def _known_apis(todo: Lookup, api: str) -> str:
    return todo.known(api, todo.catalog.apis)


def _rate(todo: Lookup, api: str) -> ApiRate | None:
    found = todo.catalog.find_as(ApiPrice, ("api", api), todo.day)
    if found is None:
        # Slow to import, and needed only for an API that no book prices.
        from tco.catalog.genai import genai_api_price  # noqa: PLC0415

        row = genai_api_price(api, todo.day)
        if row is None:
            return None
        found = CatalogMatch(row, Book(name="genai-prices"))
    todo.warn_of_first_price(api, found)
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
    return ApiRate(api, found, PricePath(decay, jumps))


def check_jumps(todo: Lookup) -> None:
    """Refuse a price jump of an API that the plan does not use: it would change nothing."""
    used: dict[str, None] = {}
    for spec in todo.plan.services.values():
        named = [spec.overflow, spec.standby.api, *(route.api for route in spec.route.values())]
        used |= {name: None for name in named if name is not None and name != "refuse"}
    for alternative in todo.plan.alternatives:
        used |= dict.fromkeys(alternative.apis.values())
        used |= {alternative.api: None} if alternative.api is not None else {}
    for index, jump in enumerate(todo.plan.outlook.jumps):
        if jump.api not in used:
            path = f"outlook.jumps[{index}].api"
            todo.fail(path, f'the plan uses no API "{jump.api}".', one_of(jump.api, used))


def resolve_alternatives(
    todo: Lookup, other_stack: Callable[[str], StackModel] | None
) -> list[Alternative]:
    """Every alternative of the plan, priced or with the reason why it has no price."""
    made: list[Alternative] = []
    for index, spec in enumerate(todo.plan.alternatives):
        path = f"alternatives[{index}]"
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
            what = f'no service "{unknown[0]}"' if unknown else f"no API for {missing[0]}"
            todo.fail(
                f"{path}.{spec.name}",
                f"{what}.",
                one_of(unknown[0] if unknown else "", todo.plan.services),
            )
            continue
        names = [spec.apis.get(service, spec.api or "") for service in todo.plan.services]
        rates = [_rate(todo, name) for name in names]
        lacking = _lacking(todo, rates)
        made.append(
            Alternative(
                name=spec.name,
                rates=tuple(rates),
                eligible=not lacking,
                lacking=lacking,
                unpriced=_without_price(todo, names, rates),
            )
        )
    _check_against(todo, made)
    return made


def _check_against(todo: Lookup, made: Sequence[Alternative]) -> None:
    """Refuse a rival by name that a requirement rules out: it cannot decide."""
    for alternative in made:
        if alternative.name == todo.plan.against and not alternative.eligible:
            todo.fail(
                "against",
                f"{alternative.name} lacks {', '.join(alternative.lacking)}, which "
                "`require` asks for.",
                "Name an alternative that has it, or write against: cheapest.",
            )


def _without_price(todo: Lookup, names: Sequence[str], rates: Sequence[ApiRate | None]) -> str:
    """Why an alternative's APIs have no bill for all requests, or an empty text."""
    for spec, name, rate in zip(todo.plan.services.values(), names, rates, strict=True):
        if rate is None:
            return f"no price for {name}. {_known_apis(todo, name)}"
        if why := too_long(rate.row, todo.demand(spec).classes):
            return why
    return ""


def _lacking(todo: Lookup, rates: Sequence[ApiRate | None]) -> tuple[str, ...]:
    """Return the required properties that an alternative's API lacks for some service."""
    lacking: dict[str, None] = {}
    for spec, rate in zip(todo.plan.services.values(), rates, strict=True):
        if rate is not None:  # what an API without a price has is not known either
            has = rate.row.properties
            lacking |= {name: None for name in spec.require if name not in has}
    return tuple(lacking)


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
    return Alternative(name=name, stack=named, unpriced=_not_all_priced(named))


def _not_all_priced(other: StackModel) -> str:
    """Why another stack's bill is not the bill for all requests, or an empty text."""
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
