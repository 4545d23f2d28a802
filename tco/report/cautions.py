"""What a reader must mind: the warnings of the model, and days that cannot be what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tco.analysis.evaluation import Evaluation
from tco.catalog.catalog import FIRST_KNOWN, Sourced

__all__ = ["cautions"]

TOLD_ONE_BY_ONE = 1


def cautions(result: Evaluation, figures: Iterable[Sourced]) -> tuple[str, ...]:
    """The warnings of an evaluation, each cause once."""
    early = [text for text in result.stack.warnings if FIRST_KNOWN in text]
    if len(early) <= TOLD_ONE_BY_ONE:
        early = []
    day = result.stack.day
    said = [
        *_pricing_day(result),
        *([f"prices of {day} are not known: {_first_ones(early)}"] if early else []),
        *(text for text in result.stack.warnings if text not in early),
        *_seen_later(result, figures),
    ]
    return tuple(dict.fromkeys(said))


def _pricing_day(result: Evaluation) -> Iterator[str]:
    day, today = result.stack.day, result.today
    if day > today:
        yield (
            f"the pricing day {day} is after today, {today}: prices of {day} are not known, "
            "the last known ones count."
        )


def _first_ones(early: Iterable[str]) -> str:
    names = dict.fromkeys(text.split(f": {FIRST_KNOWN}")[0] for text in early)
    return f"the first known ones count, as estimates ({', '.join(names)})."


def _seen_later(result: Evaluation, figures: Iterable[Sourced]) -> Iterator[str]:
    """Figures with a day that has not come: a slip of the keyboard, and never stale."""
    today = result.today
    later = [one for one in figures if one.as_of is not None and one.as_of > today]
    if later:
        more = f" and {len(later) - 1} more figures" if len(later) > 1 else ""
        day = f"{'were' if more else 'was'} seen on {later[0].as_of}, after today, {today}"
        yield f"{later[0].name}{more} {day}: check as_of."
