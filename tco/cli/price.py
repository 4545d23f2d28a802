"""`tco price`: what any Pulumi program provides, priced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from tco.cli.books import book_option, catalog_with
from tco.cli.collector import without_collector
from tco.cli.options import DAY, format_option, print_error, print_json, print_text
from tco.clock import utc_today
from tco.report.layout import folded

__all__ = ["price"]


@click.command()
@click.argument("file", metavar="FILE|-")
@format_option
@book_option
@click.option(
    "--pricing-day",
    "--today",
    "day",
    type=DAY,
    default=None,
    help="Price as of this date (default: today).",
)
@click.option(
    "--no-cache",
    is_flag=True,
    help="Ignore the EC2 prices that `tco prices refresh` has cached on this machine.",
)
@without_collector()
def price(
    file: str, form: str, books: Sequence[Path], day: dt.date | None, *, no_cache: bool
) -> None:
    """Price the resources of any Pulumi program, in any language.

    FILE is the output of `pulumi preview --json --show-sames` or of `pulumi stack export`; with -,
    tco reads standard input. Every resource is listed as priced, free, paid by use, or unpriced.
    """
    from tco.iac.estimate.documents import read_file, shown_as

    document = read_file(file)  # what is loaded next takes the memory that its bytes took
    from tco.catalog.price_cache import PriceCache, cache_folder
    from tco.iac.estimate.pricing import priced

    cache = PriceCache(None if no_cache else cache_folder())
    result = priced(document, catalog_with(books), day or utc_today(), cache=cache)
    del document  # and what is printed the memory of its resources
    for problem in cache.problems:
        print_error(folded(problem))
    if form == "json":
        from tco.iac.estimate.price_document import priced_document

        print_json(priced_document(result))
    else:
        from tco.iac.estimate.price_summary import price_summary
        from tco.report.price import price_text

        print_text(price_text(price_summary(result), shown_as(file)))
