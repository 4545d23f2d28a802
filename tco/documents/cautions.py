"""What a reader must know first: the model's cautions, and days that are not possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tco.analysis.evaluation import Evaluation
from tco.catalog.sourced import SourcedValue
from tco.costing.caution import Caution

__all__ = ["cautions"]

MOST_FIRST_PRICES = 1
"""More figures of a later day than this are one caution."""


def cautions(result: Evaluation, figures: Iterable[SourcedValue]) -> tuple[Caution, ...]:
    """Return the cautions of an evaluation, each cause once."""
    first_prices = [warning for warning in result.stack.warnings if warning.kind == "first-price"]
    merged = len(first_prices) > MOST_FIRST_PRICES
    found = [
        *_pricing_day(result),
        *([_first_prices(result, first_prices)] if merged else []),
        *(
            warning
            for warning in result.stack.warnings
            if not merged or warning.kind != "first-price"
        ),
        *_confirmed(result),
        *_seen_later(result, figures),
    ]
    return tuple(dict.fromkeys(found))


def _pricing_day(result: Evaluation) -> Iterator[Caution]:
    day, today = result.stack.day, result.today
    if day > today:
        yield Caution(
            "future-pricing-day",
            f"the pricing day {day} is after today ({today}), so the latest known prices are used.",
        )


def _first_prices(result: Evaluation, found: Sequence[Caution]) -> Caution:
    names = ", ".join(dict.fromkeys(caution.subject for caution in found))
    return Caution(
        "first-price",
        f"no prices of {result.stack.day} are known, so the earliest known ones are used as "
        f"estimates ({names}).",
        names,
    )


def _confirmed(result: Evaluation) -> Iterator[Caution]:
    """Yield a caution for each unusual figure that the reviewed files confirm."""
    for finding in result.stack.findings:
        if finding.confirmed:
            message = (
                f"{finding.path}: {finding.stated} is unusual and was confirmed: "
                f"{finding.confirmed}."
            )
            yield Caution("confirmed", message, finding.path)


def _seen_later(result: Evaluation, figures: Iterable[SourcedValue]) -> Iterator[Caution]:
    """Yield a caution for figures of a day to come: a typing error, and never stale."""
    today = result.today
    later = [figure for figure in figures if figure.as_of is not None and figure.as_of > today]
    if later:
        more = f" and {len(later) - 1} more figures" if len(later) > 1 else ""
        day = f"{'are' if more else 'is'} dated {later[0].as_of}, after today ({today})"
        message = f"{later[0].name}{more} {day}. Check as_of."
        yield Caution("future-figure", message, later[0].name)
