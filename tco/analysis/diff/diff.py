"""What a branch changes: stacks before and after, the plan's share of it apart from the prices'.

`before` is the base unchanged, `after` the head unchanged. In between lies the base's plan with its
own price books at the head's market (pricing day, catalog): from `before` to there is what newer
prices add, from there to `after` what the author changes, price books included. The two add up to
the whole change. Of the author's part, what the price books add is that of the base's plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tco.analysis.diff.changes import Cause, Change, changes_between, similarity
from tco.analysis.diff.line_pairs import LinePair, line_pairs
from tco.analysis.diff.side import Side
from tco.analysis.diff.weakening import Weakening, weakenings
from tco.analysis.evaluation import Evaluation
from tco.errors import BadInput, Problem
from tco.natural_order import natural

__all__ = ["StackDiff", "Status", "diff_stacks"]

Status = Literal["added", "removed", "renamed", "changed", "unchanged"]
RENAMED_FROM = 0.8
"""Two stacks that declare so much in common are one stack under a new name."""


@dataclass(frozen=True, kw_only=True)
class StackDiff:
    """One stack on both sides. ``problems`` say why its older side could not be read."""

    name: str
    status: Status
    before: Evaluation | None
    after: Evaluation | None
    repriced: Evaluation | None
    """The base's plan at the head's prices."""
    rebooked: Evaluation | None = None
    """The base's plan at the head's prices, with the head's price books; None where unknown."""
    changes: tuple[Change, ...] = ()
    causes: tuple[Cause, ...] = ()
    same_workload: tuple[str, ...] = ()
    renamed_from: str | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def plan_usd_per_month(self) -> float | None:
        """What the plan changes, both sides at the head's prices; None where a side is unknown."""
        if self.problems:
            return None
        return _less(self.after, self.repriced if self.after is not None else self.before)

    @property
    def books_usd_per_month(self) -> float | None:
        """What price books and benchmarks add to the base's plan; None where a side is unknown.

        It is a part of what the plan changes.
        """
        if "book" not in self.causes:
            return 0.0
        return None if self.rebooked is None else _less(self.rebooked, self.repriced)

    @property
    def prices_usd_per_month(self) -> float | None:
        """What newer prices add to the base's plan; None where a side is unknown."""
        if self.problems:
            return None
        return 0.0 if self.after is None else _less(self.repriced, self.before)

    @property
    def ceiling_usd_per_month(self) -> float | None:
        """What the plan changes of the ceiling at the head's prices; None where unknown."""
        if self.problems:
            return None
        base = self.repriced if self.after is not None else self.before
        after, before = (
            side.ceiling.usd_per_month if side is not None else 0.0 for side in (self.after, base)
        )
        return after - before

    @property
    def weakenings(self) -> list[Weakening]:
        """What makes the gate weaker than before."""
        return weakenings(self.before, self.after)

    @property
    def lines(self) -> list[LinePair]:
        """The ledger's lines, each beside the line of the other side that it replaces.

        None where the older side could not be read: what is unknown is not zero.
        """
        return [] if self.problems else line_pairs(self.before, self.after)


def diff_stacks(base: Side, head: Side) -> list[StackDiff]:
    """Return every stack of both sides, by name. Raises BadInput for what the head breaks.

    A stack that is broken on both sides in the same way is not a change: it is left out, unless
    its files lie where neither side knows what they hold.
    """
    renamed = _renamed(base, head)
    problems: dict[Problem, None] = {}
    diffs: list[StackDiff] = []
    for name in sorted({*base.names, *head.names} - set(renamed.values()), key=natural):
        try:
            found = _diff(base, head, name, renamed.get(name))
        except BadInput as error:
            problems |= dict.fromkeys(error.problems)
            continue
        diffs += [found] if found is not None else []
    if problems:
        raise BadInput(problems)
    return _with_neighbors(diffs, head)


def _diff(base: Side, head: Side, name: str, renamed_from: str | None) -> StackDiff | None:
    older = renamed_from or name
    if name not in head.names:
        return _removed(base, name)
    if older not in base.names:
        return StackDiff(
            name=name, status="added", before=None, after=head.evaluation(name), repriced=None
        )
    try:
        after = head.evaluation(name)
    except BadInput as error:
        if _broken_alike(base, older, error):
            return None
        raise
    try:
        return _both(base, head, older, after)
    except BadInput as error:
        return StackDiff(
            name=name,
            status="changed",
            before=None,
            after=after,
            repriced=None,
            problems=error.problems,
        )


def _removed(base: Side, name: str) -> StackDiff:
    try:
        return StackDiff(
            name=name, status="removed", before=base.evaluation(name), after=None, repriced=None
        )
    except BadInput as error:
        return StackDiff(
            name=name,
            status="removed",
            before=None,
            after=None,
            repriced=None,
            problems=error.problems,
        )


def _broken_alike(base: Side, name: str, error: BadInput) -> bool:
    if not all(problem.comparable for problem in error.problems):
        return False
    try:
        base.evaluation(name)
    except BadInput as then:
        mine, theirs = (
            {(problem.path, problem.message) for problem in e.problems} for e in (error, then)
        )
        return mine == theirs
    return False


def _both(base: Side, head: Side, older: str, after: Evaluation) -> StackDiff:
    """Return a stack that both sides have. What cannot differ is not evaluated twice."""
    name = after.stack.name
    changes = _changes(base, head, older, name)
    same_catalog = base.catalog_version == head.catalog_version
    causes = set[Cause](change.cause for change in changes)
    before = repriced = after
    rebooked = None
    if changes or not same_catalog:
        before = base.evaluation(older)
        moved = not same_catalog or "prices" in causes
        repriced = base.evaluation_at(head, older, name) if moved else before
        if "book" in causes:
            apart = causes & {"stack", "workload"}
            rebooked = _rebooked(base, head, older, name) if apart else after
    if not same_catalog and _catalog_matters(base, head, older, before):
        causes.add("catalog")
    status = "renamed" if older != name else "changed" if causes else "unchanged"
    order: tuple[Cause, ...] = ("stack", "workload", "book", "prices", "catalog")
    return StackDiff(
        name=name,
        status=status,
        before=before,
        after=after,
        repriced=repriced,
        rebooked=rebooked,
        changes=tuple(changes),
        causes=tuple(cause for cause in order if cause in causes),
        renamed_from=older if older != name else None,
    )


def _rebooked(base: Side, head: Side, older: str, name: str) -> Evaluation | None:
    """Return the base's plan with the head's books; None where they do not price it."""
    try:
        return base.evaluation_at(head, older, name, with_books=True)
    except BadInput:
        return None


def _catalog_matters(base: Side, head: Side, name: str, before: Evaluation) -> bool:
    """Return whether the head's catalog alone moves a stack of the base."""
    at_base = Side(
        folder=base.folder,
        resolve=head.resolve,
        catalog_version=head.catalog_version,
        asked=base.asked,
        unreadable=base.unreadable,
    )
    return _outcome(at_base.evaluation(name)) != _outcome(before)


def _outcome(result: Evaluation) -> tuple[object, ...]:
    rivals = [alternative.usd_per_month for alternative in result.alternatives]
    return (result.usd_per_month, result.verdict.decision, result.gate.open, *rivals)


def _changes(base: Side, head: Side, older: str, name: str) -> list[Change]:
    """Return the changes of a stack and of the stacks that it names as alternatives."""
    before, after = base.file(older), head.file(name)
    changes = changes_between(before, after)
    for rival in [
        alternative.stack
        for alternative in after.plan.named_alternatives
        if alternative.stack is not None
    ]:
        if rival in base.names and rival in head.names:
            theirs = changes_between(base.file(rival), head.file(rival))
            known = {(change.file, change.parts) for change in changes}
            changes += [
                replace(their, rival=rival) if their.section in ("plan", "region") else their
                for their in theirs
                if (their.file, their.parts) not in known
            ]
    return changes


def _renamed(base: Side, head: Side) -> dict[str, str]:
    """Match new names with old ones: the most similar first, each used once."""
    removed = [name for name in base.names if name not in head.names]
    new = [name for name in head.names if name not in base.names]
    pairs = sorted(
        ((_alike(base, head, old, name), name, old) for name in new for old in removed),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[str, str] = {}
    for alike, name, old in pairs:
        if alike >= RENAMED_FROM and name not in found and old not in found.values():
            found[name] = old
    return found


def _alike(base: Side, head: Side, old: str, new: str) -> float:
    try:
        return similarity(base.file(old), head.file(new))
    except BadInput:
        return 0.0


def _with_neighbors(diffs: Sequence[StackDiff], head: Side) -> list[StackDiff]:
    """Return the stacks, each with the others of the head that serve the same workloads."""
    served = {diff.name: _workloads(head, diff.name) for diff in diffs if diff.after is not None}
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, workloads in served.items():
        alike.setdefault(workloads, []).append(name)

    def others(name: str) -> tuple[str, ...]:
        return tuple(other for other in alike.get(served.get(name, ()), ()) if other != name)

    return [replace(diff, same_workload=others(diff.name)) for diff in diffs]


def _workloads(side: Side, name: str) -> tuple[str, ...]:
    return tuple(sorted(spec.workload for spec in side.file(name).plan.services.values()))


def _less(after: Evaluation | None, before: Evaluation | None) -> float | None:
    """Return the difference of two months; a side that is not there costs nothing."""
    sides = [0.0 if total is None else total.usd_per_month for total in (after, before)]
    mine, theirs = sides
    return None if mine is None or theirs is None else mine - theirs
