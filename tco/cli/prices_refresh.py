"""`tco prices refresh`: today's prices of AWS and of hosted APIs as rows for a price book."""

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
    with_options,
)
from tco.clock import utc_today
from tco.errors import TcoError, one_of
from tco.refresh.names import API, AWS_SOURCE_NAMES, SOURCE_NAMES
from tco.report.layout import columns, folded

if TYPE_CHECKING:
    from tco.catalog.book import Book
    from tco.catalog.catalog import Catalog
    from tco.refresh.api_change import ApiProposal
    from tco.refresh.collect import Collected

__all__ = ["prices_refresh"]

MOST_DAYS = 90
"""AWS keeps spot prices for this long."""


@dataclass(frozen=True, kw_only=True)
class PriceSelection:
    """Which prices are asked for."""

    sources: tuple[str, ...]
    regions: tuple[str, ...]
    instances: tuple[str, ...]
    """Patterns of instance types."""
    models: tuple[str, ...]
    """Patterns of hosted APIs or their models."""
    days: int
    """Days of spot history."""


def _wanted_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the options that narrow a refresh, handed over as one ``wanted``."""

    @functools.wraps(command)
    def asked(
        *,
        source: tuple[str, ...],
        region: tuple[str, ...],
        instance: tuple[str, ...],
        model: tuple[str, ...],
        days: int,
        **options: Any,
    ) -> None:
        default = (API,) if model else AWS_SOURCE_NAMES
        wanted = PriceSelection(
            sources=tuple(dict.fromkeys(source)) or default,
            regions=region,
            instances=instance,
            models=model,
            days=days,
        )
        _require_a_use(wanted)
        command(wanted=wanted, **options)

    return with_options(
        asked,
        click.option(
            "--source",
            multiple=True,
            type=click.Choice(SOURCE_NAMES),
            help="Query only this source; may be repeated. Default: all AWS sources, or api "
            "with --model.",
        ),
        click.option(
            "--region",
            multiple=True,
            help="An AWS region; may be repeated. Default: the region of the AWS configuration.",
        ),
        click.option(
            "--instance",
            multiple=True,
            metavar="PATTERN",
            help=(
                "Only instance types that match, such as 'p5.*'; may be repeated. Default: "
                "all known types."
            ),
        ),
        click.option(
            "--model",
            multiple=True,
            metavar="PATTERN",
            help="Only hosted APIs that match, such as 'deepseek/*', or all hosts of a "
            "model, such as glm-5.2; may be repeated. Default: all known APIs.",
        ),
        click.option(
            "--days",
            type=click.IntRange(1, MOST_DAYS),
            default=30,
            show_default=True,
            metavar="N",
            help="Days of spot price history to read.",
        ),
    )


def _require_a_use(wanted: PriceSelection) -> None:
    """Raise TcoError for an option that none of the sources reads."""
    if wanted.models and API not in wanted.sources:
        raise TcoError(f"--model selects hosted APIs. Add --source {API}, or omit --model.")
    if (wanted.instances or wanted.regions) and wanted.sources == (API,):
        raise TcoError(
            "--instance and --region select AWS nodes, but no AWS source is queried. Add an "
            "AWS --source, or omit them."
        )


@click.command("refresh")
@click.option(
    "--book",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The price book to append rows to; created if it does not exist. Without it, prices "
    "are only shown, and EC2 prices are cached for `tco price`.",
)
@_wanted_options
@click.option("--dry-run", is_flag=True, help="Show the changes and write nothing.")
@format_option
@today_option
def prices_refresh(
    path: Path | None, wanted: PriceSelection, dry_run: bool, form: str, today: dt.date | None
) -> None:
    """Look up today's prices and append what changed to a price book.

    Node prices come from AWS, which needs the extra gpu-tco[aws] and credentials. --source api
    reads the prices of hosted APIs from the installed package genai-prices instead, offline;
    upgrade the package first. Rows are added with their date and source and never changed, so old
    plans keep their prices. Exits with 1 if some prices are missing; the others are written anyway.
    """
    from tco.catalog.embedded import load_catalog
    from tco.documents.prices_refresh import prices_refresh_document
    from tco.refresh.book_rows import append_prices, book_of_list_prices
    from tco.refresh.proposal import changes

    day = today or utc_today()
    book = None if path is None else book_of_list_prices(path)
    catalog = load_catalog().with_books([] if book is None else [book])
    apis = _of_apis(catalog, book, wanted, day)
    collected = _collected(catalog, wanted, day)
    nodes = changes(collected, catalog, book, day)
    rows = [change.price for change in (*nodes, *apis.changes) if change.proposed]
    written = 0
    if rows and path is not None and not dry_run:
        append_prices(path, book, rows)
        written = len(rows)
    document = prices_refresh_document(
        path,
        day,
        written,
        nodes=nodes,
        apis=apis,
        missing=collected.troubles,
        cached=[] if dry_run else _cached(collected, day),
    )
    if form == "json":
        print_json(document)
    else:
        from tco.report.prices_refresh import missing_text, refresh_text

        print_text(refresh_text(document, dry_run=dry_run, width=columns()))
        if document.missing:
            print_error(folded(missing_text(document.missing)))
    if document.missing:
        sys.exit(BAD_INPUT)


def _of_apis(
    catalog: Catalog, book: Book | None, wanted: PriceSelection, day: dt.date
) -> ApiProposal:
    """Return the prices of hosted APIs; none where they are not asked for."""
    from tco.refresh.api_change import ApiProposal

    if API not in wanted.sources:
        return ApiProposal()
    from tco.refresh.api_prices import api_changes

    return api_changes(catalog, book, wanted.models, day)


def _cached(collected: Collected, day: dt.date) -> list[tuple[str, int, Path]]:
    """Write the prices of all instance types to the cache: regions, types and files.

    A cache that cannot be written is one of the troubles; the book has its rows.
    """
    from tco.catalog.price_cache import PriceCache, cache_folder
    from tco.refresh.source import Trouble

    cache = PriceCache(cache_folder())
    cached: list[tuple[str, int, Path]] = []
    for region, prices in collected.listed.items():
        try:
            file = cache.write(region, day, "AWS Price List", prices)
        except TcoError as error:
            collected.troubles.append(Trouble("price cache", region, None, f"{error}"))
        else:
            cached.append((region, len(prices), file))
    return cached


def _collected(catalog: Catalog, wanted: PriceSelection, day: dt.date) -> Collected:
    """Return the prices of AWS and what is missing. Raises TcoError where nothing is left."""
    from tco.refresh.collect import Collected, all_troubles, collect

    names = [name for name in wanted.sources if name != API]
    if not names:
        return Collected()
    from tco.refresh.clients import AwsClients
    from tco.refresh.registry import SOURCES
    from tco.refresh.source import Ask

    instances = _instances(catalog, wanted.instances)
    clients = AwsClients()
    questions = [
        (
            SOURCES[name],
            Ask(region=region, instances=instances, day=day, days=wanted.days, blocks=blocks),
        )
        for region in clients.regions(wanted.regions)
        for blocks in (_blocks(catalog, instances, region),)
        for name in names
    ]
    with progress(questions, len(questions), "Asking AWS") as shown:
        collected = collect(shown, clients)
    if not collected.complete and API not in wanted.sources:
        raise TcoError(all_troubles(collected.troubles))
    return collected


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
