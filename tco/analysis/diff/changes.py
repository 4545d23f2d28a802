"""What differs between two stacks as their authors wrote them: path by path, with the cause.

Files with the same content in another form (comments, order, explicit defaults) do not differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from tco.catalog.book import Book, describe
from tco.files import as_list, as_mapping
from tco.plan.demand import Demand
from tco.plan.plan import PLAN_KEY
from tco.plan.stack_file import StackFile
from tco.plan.workload import Workload
from tco.providers.aws import REGION_KEY

__all__ = ["PRICING_DAY", "Cause", "Change", "changes_between", "similarity"]

Cause = Literal["stack", "workload", "book", "prices", "catalog"]
"""Whose change it is: the author's in a plan, a workload or a price book; or the market's, by a
later pricing day (``prices``) or a newer catalog."""
Section = Literal["plan", "region", "workload", "book"]
"""What a change is written in: the plan or the region of a stack file, a workload, a book."""
PRICING_DAY = "pricing_day"
"""The key of a plan that moves with the market and not with what is bought."""
HIDDEN = "confidential"
SECTIONS = ("hardware", "instances", "models", "prices", "benchmarks", "spot_bands", "scores")
"""The sections of a book whose rows have a key; a figure is named by itself."""
Parts = tuple[str, ...]
Location = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One path with its value on both sides, as the user would write it; None where absent.

    ``name`` is the stack's, the workload's or the book's; ``rival`` the stack whose plan changes
    where that is an alternative of the one compared.
    """

    cause: Cause
    section: Section
    name: str
    file: str
    """Relative to the stacks folder, as the head names it."""
    parts: Parts
    location: Location
    """The path inside the head's file: list items by place."""
    before: Any
    after: Any
    rival: str = ""

    @property
    def path(self) -> str:
        """The parts with dots between them, after the rival's name."""
        return ".".join((*((f"stack:{self.rival}",) if self.rival else ()), *self.parts))


@dataclass(frozen=True, kw_only=True)
class _Source:
    """One file's content on both sides."""

    cause: Cause
    section: Section
    name: str
    file: str
    before: Any
    after: Any
    parts: Parts = ()
    location: Location = ()
    hidden: bool = False

    def changes(self) -> Iterator[Change]:
        for parts, location, before, after in _differing(self.before, self.after):
            old, new = (self._shown(side) for side in (before, after))
            path = (*self.location, *location)
            yield Change(
                cause=_cause(self.cause, parts),
                section=self.section,
                name=self.name,
                file=self.file,
                parts=(*self.parts, *parts),
                location=path,
                before=old,
                after=new,
            )

    def _shown(self, value: Any) -> Any:
        """Return a value as a user would write it; of a confidential book only that it is there."""
        return HIDDEN if self.hidden and value is not None else _pruned(value)


def changes_between(before: StackFile, after: StackFile) -> list[Change]:
    """Return the changes of a stack file, its workloads and its price books."""
    return [change for source in _sources(before, after) for change in source.changes()]


def similarity(before: StackFile, after: StackFile) -> float:
    """Share of declared values that two stacks have in common, from 0 to 1."""
    before_leaves, after_leaves = (set(_leaves(_declared(side))) for side in (before, after))
    return 2 * len(before_leaves & after_leaves) / (len(before_leaves) + len(after_leaves))


def _cause(cause: Cause, parts: Parts) -> Cause:
    return "prices" if cause == "stack" and parts[:1] == (PRICING_DAY,) else cause


def _sources(before: StackFile, after: StackFile) -> Iterator[_Source]:
    file = f"Pulumi.{after.name}.yaml"
    stated: tuple[tuple[Section, str, object, object], ...] = (
        ("region", REGION_KEY, before.region, after.region),
        ("plan", PLAN_KEY, _tree(before.plan), _tree(after.plan)),
    )
    for section, key, old, new in stated:
        yield _Source(
            cause="stack",
            section=section,
            name=after.name,
            file=file,
            parts=(key,),
            location=("config", key),
            before=old,
            after=new,
        )
    for name in after.workloads.keys() & before.workloads.keys():
        old, new = (_workload(*side.workloads[name]) for side in (before, after))
        yield _Source(
            cause="workload",
            section="workload",
            name=name,
            file=f"workloads/{name}.yaml",
            before=old,
            after=new,
        )
    books = dict(zip(before.plan.prices, before.books, strict=True))
    for name, book in zip(after.plan.prices, after.books, strict=True):
        yield from _book_sources(name, books.get(name, Book()), book)


def _book_sources(name: str, before: Book, after: Book) -> Iterator[_Source]:
    """Yield a price book row by row, found by what it names; a book that is new, row by row too."""
    hidden = before.confidential or after.confidential
    old, new = dict(_rows(before)), dict(_rows(after))
    for key in dict.fromkeys((*old, *new)):
        row, where = new.get(key, (None, ()))
        then, _ = old.get(key, (None, ()))
        yield _Source(
            cause="book",
            section="book",
            name=name,
            file=f"prices/{name}",
            parts=(key,),
            location=where,
            before=then,
            after=row,
            hidden=hidden,
        )


def _rows(book: Book) -> Iterator[tuple[str, tuple[dict[str, Any], Location]]]:
    for section in SECTIONS:
        for index, row in enumerate(getattr(book, section)):
            key = describe((*row.key[1:], row.valid_from))
            yield key, (row.model_dump(mode="json"), (section, index))
    for index, discount in enumerate(book.discounts):
        key = describe((*discount.key, discount.valid_from))
        yield key, (discount.model_dump(mode="json", by_alias=True), ("discounts", index))
    for index, row in enumerate(book.figures):
        yield row.figure, (row.model_dump(mode="json"), ("figures", index))


def _workload(workload: Workload, demand: Demand) -> dict[str, Any]:
    """Return a workload with its hours summarized by their sum and peak."""
    tree = _tree(workload)
    for key in ("per_hour", "csv"):
        if tree.get(key) is not None:
            tree[key] = {
                "requests_per_month": demand.requests_per_month,
                "requests_in_busiest_hour": float(demand.requests_per_hour.max()),
                "hours": demand.requests_per_hour.tolist(),
            }
    return tree


def _tree(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")


def _differing(
    before: Any, after: Any, parts: Parts = (), location: Location = ()
) -> Iterator[tuple[Parts, Location, Any, Any]]:
    """Yield the paths at which two trees differ, as deep as both have keys."""
    if before == after:
        return
    old, new = _keyed(before), _keyed(after)
    if old is None or new is None:
        yield parts, location, before, after
        return
    places = _places(after)
    for key in dict.fromkeys((*old, *new)):
        where = (*location, *((places.get(key, key),) if key in new else ()))
        yield from _differing(old.get(key), new.get(key), (*parts, key), where)


def _keyed(value: Any) -> Mapping[str, Any] | None:
    """Return a mapping, or a list of named things by name.

    None for a leaf. Node counts are leaves.
    """
    mapping = as_mapping(value)
    if mapping is not None:
        return None if {"min", "max", "follow", "auto"} == mapping.keys() else mapping
    named = [as_mapping(item) for item in as_list(value) or ()]
    if not named or any(item is None or "name" not in item for item in named):
        return None
    return {str(item["name"]): item for item in named if item is not None}


def _places(value: Any) -> dict[str, int]:
    """Return the place of each named thing in a list."""
    items = [as_mapping(item) for item in as_list(value) or ()]
    return {str(item["name"]): index for index, item in enumerate(items) if item is not None}


def _pruned(value: Any) -> Any:
    """Return a value as a user would write it: short node counts, no empty values."""
    items, mapping = as_list(value), as_mapping(value)
    if items is not None:
        return [_pruned(item) for item in items]
    if mapping is None:
        return value
    if {"min", "max", "follow", "auto"} == mapping.keys():
        return _nodes(mapping)
    pruned = {key: _pruned(inner) for key, inner in mapping.items()}
    return {key: inner for key, inner in pruned.items() if inner not in (None, [], {}, "")}


def _nodes(span: Mapping[str, Any]) -> Any:
    if span["auto"]:
        return "auto"
    if span["min"] == span["max"]:
        return span["min"]
    return {"min": span["min"], "max": span["max"], "follow": span["follow"]}


def _declared(source: StackFile) -> dict[str, Any]:
    plan = source.plan.model_dump(mode="json", exclude_defaults=True)
    return {"region": source.region, **plan}


def _leaves(value: Any, path: str = "") -> Iterator[str]:
    mapping = as_mapping(value)
    if mapping is None or path.endswith(".nodes"):
        yield f"{path}={value!r}"
        return
    for key, inner in mapping.items():
        yield from _leaves(inner, f"{path}.{key}")
