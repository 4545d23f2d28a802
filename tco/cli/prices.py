"""`tco prices`: the catalog's figures, with their sources and ages."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tco.cli.books import book_option, catalog_with
from tco.cli.options import format_option, print_json, print_text, today_option
from tco.cli.prices_import import prices_import
from tco.cli.prices_refresh import prices_refresh
from tco.clock import utc_today
from tco.defaults import OLD_PRICE_DAYS
from tco.errors import TcoError, one_of
from tco.report.layout import columns

if TYPE_CHECKING:
    from tco.catalog.catalog import Catalog
    from tco.catalog.curve_coverage import Coverage
    from tco.catalog.listing import FigureEntry
    from tco.documents.prices import PricesDocument

__all__ = ["prices"]

KINDS: Final = (
    *("node", "api", "provisioned", "benchmark", "figure"),
    *("spot-band", "hardware", "instance", "score", "discount"),
)


@click.group()
def prices() -> None:
    """Show the catalog: every figure with its source and age."""


prices.add_command(prices_import)
prices.add_command(prices_refresh)


@prices.command("list")
@click.argument("words", nargs=-1, metavar="[WORD]…")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    metavar="KIND",
    help=f"Only figures of this kind: {', '.join(KINDS)}.",
)
@click.option(
    "--older-than", type=click.IntRange(min=0), metavar="DAYS", help="Only figures older than this."
)
@click.option(
    "--region",
    metavar="PATTERN",
    help="Compare node prices (on demand, reserved, spot, capacity blocks) in the matching "
    "regions, such as 'eu-*'. A WORD is then a node, a family such as p5, or a part of "
    "a name.",
)
@format_option
@book_option
@today_option
def prices_list(
    words: Sequence[str],
    kind: str | None,
    older_than: int | None,
    region: str | None,
    form: str,
    books: Sequence[Path],
    today: dt.date | None,
) -> None:
    """List figures whose name contains every WORD, with value, date and age.

    With --kind benchmark, also shows which models and GPUs the shipped throughput curves cover.
    With --kind api, or if the catalog has no match, also lists prices of the package genai-prices,
    which a plan uses for an API that is not in the catalog.
    """
    from tco.catalog.curve_coverage import matching_coverage

    if region is not None:
        _print_nodes(words, region, form, books, today=today or utc_today())
        return
    from tco.report.prices import figures_text

    rows = _figures(catalog_with(books), today or utc_today(), words, kind, older_than=older_than)
    covered = matching_coverage(words) if kind == "benchmark" and older_than is None else []
    _print_figures(rows, words, form, figures_text, covered=covered)


def _print_nodes(
    words: Sequence[str], region: str, form: str, books: Sequence[Path], today: dt.date
) -> None:
    """Nodes side by side as text or as JSON. Raises TcoError for none."""
    from tco.catalog.node_query import node_table

    catalog = catalog_with(books)
    rows = node_table(catalog, words, region, today)
    if not rows:
        regions = sorted(
            {row.region for row in node_table(catalog, words, "*", today) if row.region}
        )
        hint = one_of(region, regions) if regions else "See `tco prices list --kind node`."
        raise TcoError(f"no price of {' '.join(words) or 'a node'} in {region}. {hint}")
    from tco.documents.prices import node_prices_document

    document = node_prices_document(rows)
    if form == "json":
        print_json(document)
    else:
        from tco.report.node_table import node_table_text

        print_text(node_table_text(document.nodes))


@prices.command("show")
@click.argument("words", nargs=-1, required=True, metavar="WORD…")
@format_option
@book_option
@today_option
def prices_show(
    words: Sequence[str], form: str, books: Sequence[Path], today: dt.date | None
) -> None:
    """Show everything about the figures whose name contains every WORD."""
    from tco.report.prices import figures_in_full

    rows = _figures(catalog_with(books), today or utc_today(), words, None, older_than=None)
    _print_figures(rows, words, form, figures_in_full)


def _figures(
    catalog: Catalog,
    today: dt.date,
    words: Sequence[str],
    kind: str | None,
    older_than: int | None,
) -> list[FigureEntry]:
    """Return the catalog's figures, with those of genai-prices where they are asked for."""
    from tco.catalog.listing import figure_rows

    books = [*catalog.every_book, catalog.hosts_book(today)]
    rows = figure_rows(books, today, words, kind, older_than=older_than)
    if kind == "api" or (kind is None and not rows):
        from tco.catalog.genai import genai_listed

        package = genai_listed(today, words, without=catalog.apis)
        rows += figure_rows([package], today, words, kind, older_than=older_than)
    return rows


def _print_figures(
    rows: Sequence[FigureEntry],
    words: Sequence[str],
    form: str,
    text_of: Callable[[PricesDocument, int], str],
    covered: Sequence[Coverage] = (),
) -> None:
    """Print figures, and what curves cover, as text or as JSON. Raises TcoError for none."""
    if not rows and not covered:
        raise TcoError(f"no figure matches {' '.join(words) or 'that'}. See `tco prices list`.")
    from tco.documents.prices import prices_document

    document = prices_document(rows, covered)
    if form == "json":
        print_json(document)
    else:
        from tco.report.models import models_text

        shown = [text_of(document, columns())] if rows else []
        print_text("\n".join([*shown, models_text(document.coverage)] if covered else shown))


@prices.command("check")
@click.option(
    "--max-age",
    type=click.IntRange(min=0),
    default=OLD_PRICE_DAYS,
    show_default=True,
    metavar="DAYS",
    help="List figures older than this.",
)
@format_option
@book_option
@today_option
def prices_check(max_age: int, form: str, books: Sequence[Path], today: dt.date | None) -> None:
    """Check the catalog for faulty figures and list old ones.

    A fault is a missing source or date, a duplicate figure or measurement, an impossible value, or
    a benchmark that exceeds what its GPUs can do. Old figures do not fail the check.
    """
    from tco.catalog.check import check_catalog
    from tco.throughput.check import check_curves, impossible_benchmarks

    catalog = catalog_with(books)
    checked = check_catalog(catalog, today or utc_today(), max_age)
    curves = check_curves()
    checked = replace(
        checked,
        faults=(*checked.faults, *impossible_benchmarks(catalog), *curves.faults),
        measurements=curves.measurements,
        implausible_measurements=curves.implausible,
    )
    from tco.documents.prices import prices_check_document

    document = prices_check_document(checked)
    if form == "json":
        print_json(document)
    else:
        from tco.report.prices import check_text

        print_text(check_text(document, max_age, columns()))
    if checked.faults:
        sys.exit(1)
