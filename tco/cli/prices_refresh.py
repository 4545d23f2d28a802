"""`tco prices refresh`: today's prices of AWS as rows for a price book."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tco.cli.exit_codes import BAD_INPUT
from tco.cli.options import (
    format_option,
    print_error,
    print_json,
    print_text,
    progress,
    today_option,
)
from tco.clock import utc_today
from tco.errors import TcoError, one_of
from tco.refresh.names import SOURCE_NAMES
from tco.report.layout import columns, folded

if TYPE_CHECKING:
    from tco.catalog.catalog import Catalog

__all__ = ["prices_refresh"]

MOST_DAYS = 90
"""AWS keeps spot prices for this long."""


@dataclass(frozen=True)
class Wanted:
    """Which prices are asked for: sources, regions, patterns of instance types, spot history."""

    sources: tuple[str, ...]
    regions: tuple[str, ...]
    patterns: tuple[str, ...]
    days: int


def _wanted_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the options that narrow a refresh, handed over as one ``wanted``."""

    @functools.wraps(command)
    def asked(
        *,
        source: tuple[str, ...],
        region: tuple[str, ...],
        instance: tuple[str, ...],
        days: int,
        **options: Any,
    ) -> None:
        command(wanted=Wanted(source or SOURCE_NAMES, region, instance, days), **options)

    for option in (
        click.option(
            "--days",
            type=click.IntRange(1, MOST_DAYS),
            default=30,
            show_default=True,
            metavar="N",
            help="Days of spot prices before today.",
        ),
        click.option(
            "--instance",
            multiple=True,
            metavar="PATTERN",
            help="Only instance types such as 'p5.*'; may be repeated. By default all known ones.",
        ),
        click.option(
            "--region",
            multiple=True,
            help="A region of AWS; may be repeated. By default that of the AWS configuration.",
        ),
        click.option(
            "--source",
            multiple=True,
            type=click.Choice(SOURCE_NAMES),
            help="Ask only this source; may be repeated.",
        ),
    ):
        asked = option(asked)
    return asked


@click.command("refresh")
@click.option(
    "--book",
    "path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The price book that rows are appended to; made where it does not exist.",
)
@_wanted_options
@click.option("--dry-run", is_flag=True, help="Show what changes, and write nothing.")
@format_option
@today_option
def prices_refresh(
    path: Path, wanted: Wanted, dry_run: bool, form: str, today: dt.date | None
) -> None:
    """Ask AWS for today's prices and append what changed to a price book.

    Needs the extra gpu-tco[aws] and credentials of AWS. A row is added with its day and its
    source, and none is changed: old plans keep their prices. Exits with 1 where something is
    missing; what arrived is written all the same.
    """
    from tco.catalog.embedded import load_catalog
    from tco.documents.prices_refresh import prices_refresh_document
    from tco.refresh.book_rows import append_prices, existing_book
    from tco.refresh.clients import AwsClients
    from tco.refresh.collect import collect
    from tco.refresh.proposal import changes
    from tco.refresh.registry import SOURCES
    from tco.refresh.source import Ask

    day = today or utc_today()
    book = existing_book(path)
    catalog = load_catalog().with_books([] if book is None else [book])
    instances = _instances(catalog, wanted.patterns)
    clients = AwsClients()
    questions = [
        (
            SOURCES[name],
            Ask(region=region, instances=instances, day=day, days=wanted.days, blocks=blocks),
        )
        for region in clients.regions(wanted.regions)
        for blocks in (_blocks(catalog, instances, region),)
        for name in dict.fromkeys(wanted.sources)
    ]
    with progress(questions, len(questions), "Asking AWS") as shown:
        collected = collect(shown, clients)
    found = changes(collected, catalog, book, day)
    rows = [change.price for change in found if change.proposed]
    if rows and not dry_run:
        append_prices(path, book, rows)
    written = 0 if dry_run else len(rows)
    document = prices_refresh_document(str(path), day, written, found, missing=collected.troubles)
    if form == "json":
        print_json(document)
    else:
        from tco.report.prices_refresh import missing_text, refresh_text

        print_text(refresh_text(document, dry_run=dry_run, width=columns()))
        if document.missing:
            print_error(folded(missing_text(document.missing)))
    if document.missing:
        sys.exit(BAD_INPUT)


def _instances(catalog: Catalog, patterns: Sequence[str]) -> frozenset[str]:
    """Return the known instance types of AWS that a pattern names. Raises TcoError for none."""
    from tco.providers.registry import provider_of

    known = [
        name
        for name in catalog.instance_names
        if provider_of(name, (row := catalog.instance(name)) and row.provider).id == "aws"
    ]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise TcoError(
                f'no known instance type of AWS is named "{pattern}". {one_of(pattern, known)} '
                "Describe another one under instances in the book."
            )
    return frozenset(
        name
        for name in known
        if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
    )


def _blocks(catalog: Catalog, instances: frozenset[str], region: str) -> frozenset[str]:
    """Return those of the instances that have a price in capacity blocks in a region."""
    return frozenset(
        name
        for name in instances
        for price in catalog.prices_of(name)
        if price.kind == "capacity-block" and price.region == region
    )
