"""`tco prices import`: effective rates of a bill as rows for a price book."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from tco.cli.options import (
    format_option,
    max_bad_share_option,
    print_error,
    print_json,
    print_text,
    with_options,
)
from tco.errors import TcoError, printable
from tco.report.layout import columns, folded

if TYPE_CHECKING:
    from tco.bad_lines import BadLines
    from tco.billing.rates import RateTally
    from tco.catalog.catalog import Catalog
    from tco.catalog.node_price import Payment, Term
    from tco.providers.provider import Provider

__all__ = ["prices_import"]

TERMS: Final = ("6mo", "1yr", "2yr", "3yr", "5yr")
PAYMENTS: Final = ("no-upfront", "partial-upfront", "all-upfront")
HEAD: Final = """\
# Effective rates that `tco prices import` has read from bills; rows are added, never changed.
confidential: true
"""
PLANNED: Final = (
    "is a plan of tco (`tco plan --format focus`), not a bill: its prices come from the "
    "catalog and from your books. Pass an export of your provider."
)
OPEN: Final = "Set confidential: true in it, or memos and JSON show its rates."
NOTHING: Final = (
    "holds no instance-hours{about}. Rates need a bill of node-hours with the instance type "
    "on each line; Google Cloud bills cores, memory and GPUs separately."
)


class _Tag(click.ParamType[tuple[str, str]]):
    """A tag and the value that lines must have."""

    name = "KEY=VALUE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        key, equals, wanted = str(value).partition("=")
        if not (equals and key):
            self.fail(f"{value!r} is not KEY=VALUE, such as team=search.", param, ctx)
        return key, wanted


@dataclass(frozen=True, kw_only=True)
class Bill:
    """Which lines are read, and what their export does not state."""

    export: Literal["cur", "focus"]
    files: tuple[Path, ...]
    tags: dict[str, str]
    term: Term | None
    payment: Payment | None
    max_bad_share: float


def _bill_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the arguments and options of a bill, handed over as one ``bill``."""

    @functools.wraps(command)
    def read(
        *,
        export: Literal["cur", "focus"],
        files: tuple[Path, ...],
        tags: tuple[tuple[str, str], ...],
        term: Term | None,
        payment: Payment | None,
        max_bad_share: float,
        **options: Any,
    ) -> None:
        bill = Bill(
            export=export,
            files=files,
            tags=dict(tags),
            term=term,
            payment=payment,
            max_bad_share=max_bad_share,
        )
        command(bill=bill, **options)

    return with_options(
        read,
        click.argument("export", metavar="cur|focus", type=click.Choice(["cur", "focus"])),
        click.argument(
            "files",
            nargs=-1,
            required=True,
            metavar="FILE…",
            type=click.Path(path_type=Path),
        ),
        click.option(
            "--tag",
            "tags",
            type=_Tag(),
            multiple=True,
            help="Only lines with this tag. May be repeated: a line then needs every tag.",
        ),
        click.option(
            "--term",
            type=click.Choice(TERMS),
            help="The term of commitments, for exports that do not state it, such as FOCUS.",
        ),
        click.option(
            "--payment",
            type=click.Choice(PAYMENTS),
            help="The payment of commitments, for exports that do not state it, such as FOCUS.",
        ),
        max_bad_share_option("bills"),
    )


@click.command("import")
@click.option(
    "--book",
    "path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The price book to append rows to; created, as confidential, if it does not exist.",
)
@_bill_options
@click.option(
    "--instance",
    "patterns",
    multiple=True,
    metavar="PATTERN",
    help="Only instance types that match, such as 'p5.*'; may be repeated. Default: all known "
    "types.",
)
@click.option("--dry-run", is_flag=True, help="Show the changes and write nothing.")
@format_option
def prices_import(
    bill: Bill, path: Path, patterns: Sequence[str], dry_run: bool, form: str
) -> None:
    """Read effective node prices from a bill and append them to a price book.

    FILE is an AWS Cost and Usage Report (cur: legacy or 2.0) or a FOCUS export of any provider
    (focus: 1.0 to 1.2), as CSV or CSV.gz; several files count as one bill. A rate is the effective
    cost per hour: after discounts, with commitment fees spread over the usage that they covered.
    Credits, refunds, tax, support and unused commitments are listed separately. New rows are valid
    from the bill's first day; existing rows are not changed.

    Example: tco prices import focus october.csv.gz --book stacks/prices/contract.yaml
    """
    from tco.bad_lines import BadLines
    from tco.billing.price_rows import Period, price_rows
    from tco.billing.rates import RateTally
    from tco.catalog.embedded import load_catalog
    from tco.documents.prices_import import ImportedBill, prices_import_document
    from tco.refresh.book_rows import append_prices, existing_book
    from tco.refresh.proposal import node_changes

    book = existing_book(path)
    catalog = load_catalog().with_books([] if book is None else [book])
    tally, bad = RateTally(bill.term, bill.payment), BadLines()
    first, last = _read(bill, tally, bad)
    names = printable(", ".join(file.name for file in bill.files))
    period = Period(first, last, f"{bill.export.upper()} export {names}, {first} to {last}")
    rows, left_out = price_rows(tally.rates, _providers(catalog, tally), patterns, period)
    changes = node_changes([row for row, _ in rows], catalog, book, first)
    proposed = [change.price for change in changes if change.proposed]
    if proposed and not dry_run:
        append_prices(path, book, proposed, head=HEAD)
    document = prices_import_document(
        str(path),
        ImportedBill(
            format=bill.export,
            files=tuple(map(str, bill.files)),
            tags=bill.tags,
            first_day=first,
            last_day=last,
            lines=tally.lines,
            broken_lines=bad.count,
            effective_usd=tally.effective_usd,
        ),
        0 if dry_run else len(proposed),
        rates=[(change, rate) for change, (_, rate) in zip(changes, rows, strict=True)],
        left_out=left_out,
        beside=tally.beside,
    )
    if form == "json":
        print_json(document)
    else:
        from tco.report.prices_import import import_text

        print_text(import_text(document, dry_run=dry_run, width=columns()))
    if book is not None and not book.confidential:
        print_error(folded(f"{printable(path)} is not confidential. {OPEN}"))


def _providers(catalog: Catalog, tally: RateTally) -> dict[str, Provider]:
    """Return the providers of the bill's instance types that the catalog or the book knows."""
    from tco.providers.registry import provider_of

    names = {rate.bought.instance for rate in tally.rates}
    known = ((name, catalog.instance(name)) for name in names)
    return {name: provider_of(name, row.provider) for name, row in known if row is not None}


def _read(bill: Bill, tally: RateTally, bad: BadLines) -> tuple[dt.date, dt.date]:
    """Add the lines with the tags to the tally; return its days. Raises TcoError for no hours."""
    from tco.billing import read
    from tco.files import require_distinct

    require_distinct(bill.files)
    for file in bill.files:
        for line in read(file, name=bill.export, max_bad_share=bill.max_bad_share, bad=bad):
            if line.planned:
                raise TcoError(f"{printable(file)} {PLANNED}")
            if all(line.tags.get(key) == value for key, value in bill.tags.items()):
                tally.add(line)
    if tally.first_day is None or tally.last_day is None:
        about = " in lines with these tags" if bill.tags else ""
        raise TcoError(f"{', '.join(map(printable, bill.files))} {NOTHING.format(about=about)}")
    return tally.first_day, tally.last_day
