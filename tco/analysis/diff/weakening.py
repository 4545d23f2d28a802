"""How a branch weakens the gate: every key that limits spending, with its weaker direction.

`KEYS` lists the keys of `gate`; the others are guardrails, confirmations and the stack itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tco.analysis.decision.spending_limits import ceiling_limit_usd, unplanned_limit_usd
from tco.analysis.evaluation import Evaluation
from tco.catalog.book import describe
from tco.plan.gate import Gate, Override
from tco.plan.plan import PLAN_KEY, Plan
from tco.plan.provision import Guardrails
from tco.plan.stack_file import StackFile
from tco.ranges import Range

__all__ = ["KEYS", "Weakening", "weakenings"]


@dataclass(frozen=True)
class Weakening:
    """A key that limits spending, with both values as JSON; None if it is absent."""

    key: str
    before: Any
    after: Any


def _of_range(value: Range) -> tuple[float, ...]:
    return (value.low, value.likely, value.high)


LOOSENESS: Mapping[str, Callable[[Gate], tuple[float, ...]]] = {
    "level": lambda gate: (gate.level == "advisory",),
    "probability": lambda gate: (-gate.probability,),
    "max_unserved_share": lambda gate: (gate.max_unserved_share,),
    "max_price_age_days": lambda gate: (gate.max_price_age_days,),
    "max_throughput_age_days": lambda gate: (gate.max_throughput_age_days,),
    "max_premium_usd_per_month": lambda gate: _of_range(gate.max_premium_usd_per_month),
}
"""How permissive the gate is by a key: it is weaker if any of the numbers is higher."""

LIMITS: Mapping[str, Callable[[Evaluation], float]] = {
    "max_usd_per_month": lambda side: ceiling_limit_usd(side.stack.plan.gate, side.facts),
    "max_unplanned_usd_per_month": lambda side: unplanned_limit_usd(
        side.stack.plan.gate, side.priced_usd_per_month
    ),
}
"""Limits that follow from the plan without a key of their own, as they hold for a stack."""

KEYS = frozenset({*LOOSENESS, *LIMITS, "allow_types", "shares_workload", "override"})
"""The keys of `gate` that are compared."""


def weakenings(before: Evaluation | None, after: Evaluation | None) -> list[Weakening]:
    """Return what makes the gate of a stack weaker than before; None is a stack that is absent.

    A new stack is weak if its level, an override or another fleet lets its nodes pass the
    conditions.
    """
    if after is None:
        return list(_removed(before.stack.plan)) if before is not None else []
    new, old = after.stack.source, before.stack.source if before is not None else None
    return [
        *_provisioned_ungated(old.plan if old is not None else None, new.plan),
        *_override(old.plan.gate.override if old is not None else None, new.plan.gate.override),
        *_shared(old.plan.gate if old is not None else None, new.plan.gate),
        *(_changed(before, after) if before is not None else ()),
    ]


def _removed(plan: Plan) -> Iterator[Weakening]:
    """Yield a plan that is removed while its nodes are provisioned."""
    if plan.provision is not None and plan.gate.level == "mandatory":
        yield Weakening(PLAN_KEY, plan.provision.kind, None)


def _provisioned_ungated(before: Plan | None, after: Plan) -> Iterator[Weakening]:
    """Yield nodes that are provisioned for the first time, under a gate that refuses nothing."""
    was = before.provision if before is not None else None
    if was is None and after.provision is not None and after.gate.level == "advisory":
        yield Weakening("provision", None, f"{after.provision.kind}, advisory")


def _changed(before: Evaluation, after: Evaluation) -> Iterator[Weakening]:
    old, new = before.stack.source, after.stack.source
    yield from _looser(old.plan.gate, new.plan.gate)
    yield from _limits(before, after)
    yield from _added("gate.allow_types", set(old.plan.gate.allow_types), new.plan.gate.allow_types)
    yield from _guardrails(old.plan, new.plan)
    yield from _added("confirm", set(_confirmed(old)), tuple(_confirmed(new)))


def _looser(before: Gate, after: Gate) -> Iterator[Weakening]:
    for key, looseness in LOOSENESS.items():
        if any(new > old for old, new in zip(looseness(before), looseness(after), strict=True)):
            yield Weakening(f"gate.{key}", _json(before, key), _json(after, key))


def _json(gate: Gate, key: str) -> Any:
    return gate.model_dump(mode="json")[key]


def _limits(before: Evaluation, after: Evaluation) -> Iterator[Weakening]:
    """Yield a limit in USD that is stated, or left out, above the one that held before."""
    for key, limit in LIMITS.items():
        old, new = (getattr(side.stack.plan.gate, key) for side in (before, after))
        if old != new and limit(after) > limit(before):
            yield Weakening(f"gate.{key}", old, new)


def _override(before: Override | None, after: Override | None) -> Iterator[Weakening]:
    """Yield an override that is new, ends later or allows more."""
    if after is None:
        return
    if before is None:
        yield Weakening("gate.override", None, after.model_dump(mode="json"))
        return
    if after.expires > before.expires:
        yield Weakening(
            "gate.override.expires", before.expires.isoformat(), after.expires.isoformat()
        )
    old, new = (_of_range(side.max_usd_per_month) for side in (before, after))
    if any(more > less for less, more in zip(old, new, strict=True)):
        sides = [side.model_dump(mode="json")["max_usd_per_month"] for side in (before, after)]
        yield Weakening("gate.override.max_usd_per_month", *sides)


def _shared(before: Gate | None, after: Gate) -> Iterator[Weakening]:
    """Yield a workload that is shared on purpose for the first time."""
    was = before.shares_workload if before is not None else None
    if was is None and after.shares_workload is not None:
        yield Weakening("gate.shares_workload", None, after.shares_workload)


def _added(key: str, before: set[str], after: tuple[str, ...]) -> Iterator[Weakening]:
    for value in after:
        if value not in before:
            yield Weakening(key, None, value)


def _guardrails(before: Plan, after: Plan) -> Iterator[Weakening]:
    """Yield guardrails that are off, and recipients who are no longer notified of spending."""
    if after.guardrails is False:
        if before.guardrails is not False:
            yield Weakening("guardrails", "on" if before.guardrails else None, "off")
        return
    old, new = (side.guardrails or Guardrails() for side in (before, after))
    emails = set(old.budget_emails) - set(new.budget_emails)
    if emails:
        yield Weakening(
            "guardrails.budget_emails", list(old.budget_emails), list(new.budget_emails)
        )
    if old.sns_topic_arn is not None and old.sns_topic_arn != new.sns_topic_arn:
        yield Weakening("guardrails.sns_topic_arn", old.sns_topic_arn, new.sns_topic_arn)
    if old.tripwires and not new.tripwires:
        yield Weakening("guardrails.tripwires", True, False)


def _confirmed(source: StackFile) -> Iterator[str]:
    """Yield the figures that the plan or a price book confirms, as they would be written."""
    for stated in source.plan.confirm:
        yield f"{stated.path}: {stated.model_dump(mode='json')['value']}"
    for name, book in zip(source.plan.prices, source.books, strict=True):
        for row in book.stated:
            if row.confirm is not None:
                yield f"prices/{name}: {describe((*row.key[1:], row.valid_from))}"
