"""`tco actual`: compare a plan with its bill."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tco.cli.actual_options import BillOptions, Stated, bill_options, measured_options
from tco.cli.exit_codes import CLOSED
from tco.cli.options import (
    EvaluationOptions,
    formats_option,
    print_json,
    print_text,
    question_options,
)

if TYPE_CHECKING:
    from tco.actual.period import Period
    from tco.bad_lines import BadLines
    from tco.billing import BilledLine
    from tco.documents.actual import ActualDocument
    from tco.plan.stack_file import StackFile

__all__ = ["actual"]


@click.command()
@click.argument("stack")
@bill_options
@measured_options
@click.option(
    "--update",
    is_flag=True,
    help="Propose updates of the plan from the month's actual volume, throughput, "
    "utilization and labor, as a diff of its files; write nothing.",
)
@click.option("--write", is_flag=True, help="Propose the same updates and write them to the files.")
@formats_option(
    "table",
    "json",
    "markdown",
    text="A table, JSON for programs, or a Markdown paragraph for the memo.",
)
@question_options
def actual(
    stack: str,
    *,
    billed: BillOptions,
    stated: Stated,
    update: bool,
    write: bool,
    form: str,
    question: EvaluationOptions,
) -> None:
    """Compare a stack's plan with its bill, and re-evaluate it with actual values.

    Splits the variance into price, volume, throughput and utilization. Bill lines are matched to
    the stack by the tag tco:stack, which the Pulumi program sets. Exits with 0, with 1 for bad
    input, or with 3 if the verdict no longer holds today.

    Example: tco actual chat --month 2026-10 --billing focus.csv.gz --served 5.1B
    """
    from tco.actual.actual import ActualQuestion, compare_with_bill
    from tco.actual.file_edits import file_edits
    from tco.actual.period import period_of
    from tco.actual.proposals import proposals
    from tco.bad_lines import BadLines
    from tco.catalog.embedded import load_catalog
    from tco.documents.actual import actual_document
    from tco.files import write_text
    from tco.plan.stack_file import read_stack
    from tco.resolve.resolver import resolve_stack

    today = question.today
    period = period_of(billed.month, today, billed.through)
    source = read_stack(question.folder, stack)
    measured = stated.within(period, billed.max_bad_share)
    broken = tuple(BadLines() for _ in billed.exports)
    lines, is_estimated = _bill(billed, source, period, broken)
    asked = ActualQuestion(
        period=period,
        today=today,
        scenarios=question.scenarios,
        seed=question.seed,
        untagged=billed.untagged,
        is_estimated=is_estimated,
        broken=broken,
    )
    resolve = partial(resolve_stack, catalog=load_catalog(), today=today)
    found = compare_with_bill(source, resolve, lines, measured=measured, question=asked)
    edits = file_edits(proposals(found)) if update or write else ()
    if write:
        for edit in edits:
            write_text(Path(edit.file).resolve(), edit.after)
    document = actual_document(found, edits, written=write)
    _show(document, form, update=update or write)
    if not document.verdict.stands:
        sys.stdout.flush()
        sys.exit(CLOSED)


def _bill(
    billed: BillOptions, source: StackFile, period: Period, broken: Sequence[BadLines]
) -> tuple[Iterable[BilledLine], bool]:
    """Return the lines of the bill, and whether they may still change."""
    if billed.exports:
        from tco.billing import read
        from tco.files import require_distinct

        require_distinct(billed.exports)
        parts = zip(billed.exports, broken, strict=True)
        share = billed.max_bad_share
        reading = (read(path, bad=bad, max_bad_share=share) for path, bad in parts)
        return chain.from_iterable(reading), False
    from tco.actual.cost_explorer import cost_explorer_bill
    from tco.refresh.clients import AwsClients

    pools = [pool for service in source.plan.services.values() for pool in service.pools.values()]
    found = cost_explorer_bill(
        AwsClients(),
        source.name,
        {pool.instance for pool in pools if pool.instance is not None},
        period,
        untagged=billed.untagged,
    )
    return found.lines, found.is_estimated


def _show(document: ActualDocument, form: str, *, update: bool) -> None:
    if form == "json":
        print_json(document)
        return
    from tco.report.actual import actual_markdown, actual_text, proposals_text
    from tco.report.layout import columns

    width = columns()
    text = actual_markdown(document) if form == "markdown" else actual_text(document, width)
    print_text(text + (proposals_text(document, width) if update else ""))
