"""The functions of the library that load what the others take: the catalog, and stacks."""

from __future__ import annotations

import datetime as dt
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tco.catalog import embedded
from tco.catalog.catalog import Catalog
from tco.clock import utc_today

if TYPE_CHECKING:  # a program that prices resources waits for no evaluation
    from tco.costing.stack import StackModel

__all__ = ["load_catalog", "load_stack", "stack_from_plan"]

# ruff: noqa: PLC0415  each function loads what only it needs


def load_catalog(*books: str | Path) -> Catalog:
    """Return the embedded catalog, with price books on top.

    Args:
        books: Files of price books; a later one wins over an earlier one, and all of them over the
            embedded figures.

    Returns:
        The catalog. ``catalog.version`` names its newest day and its digest.

    Raises:
        BadInput: A book cannot be read, or holds what no book may.
    """
    if not books:
        return _embedded()
    from tco.catalog.book import read_book

    return _embedded().with_books([read_book(Path(book), str(book)) for book in books])


@cache
def _embedded() -> Catalog:
    return embedded.load_catalog()


def load_stack(
    folder: str | Path,
    name: str,
    *,
    catalog: Catalog | None = None,
    today: dt.date | None = None,
) -> StackModel:
    """Read a stack file and look up every figure that its plan needs.

    Args:
        folder: The folder of the stack files, with ``workloads/`` and ``prices/`` in it.
        name: The stack's name: NAME of ``Pulumi.NAME.yaml``.
        catalog: The catalog below the books that the plan lists; by default the embedded one.
        today: The pricing day of a plan that states none; by default today.

    Returns:
        The stack, ready to be evaluated.

    Raises:
        BadInput: Every problem of the stack file, of its workloads and of its price books, and
            every name and price that is unknown.
    """
    from tco.resolve.resolver import load_stack as load

    return load(Path(folder), name, catalog or _embedded(), today or utc_today())


def stack_from_plan(
    plan: dict[str, Any],
    folder: str | Path,
    *,
    name: str = "plan",
    region: str | None = None,
    catalog: Catalog | None = None,
    today: dt.date | None = None,
) -> StackModel:
    """Make a stack of a plan that a program holds, and look up every figure that it needs.

    Args:
        plan: What a stack file has under ``tco:plan``: the keys of ``tco schema stack``.
        folder: The folder with the ``workloads/`` and ``prices/`` that the plan names.
        name: The name of the stack; problems name its file ``Pulumi.NAME.yaml``.
        region: What a stack file has under ``aws:region``.
        catalog: The catalog below the books that the plan lists; by default the embedded one.
        today: The pricing day of a plan that states none; by default today.

    Returns:
        The stack, ready to be evaluated.

    Raises:
        BadInput: Every problem of the plan, of its workloads and of its price books, and every
            name and price that is unknown.
    """
    from tco.plan.plan import PLAN_KEY
    from tco.plan.stack_file import stack_from
    from tco.providers.aws import REGION_KEY
    from tco.resolve.resolver import resolve_read

    config = {PLAN_KEY: plan, REGION_KEY: region}
    read = partial(stack_from, config, Path(folder), name)
    return resolve_read(read, catalog or _embedded(), today or utc_today())
