"""`tco actual`: the plan held against the bill."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import click

from tco.cli.exit_codes import CLOSED
from tco.cli.log_column import Column
from tco.cli.options import (
    DAY,
    EvaluationOptions,
    Number,
    print_json,
    print_text,
    question_options,
)

if TYPE_CHECKING:
    from tco.actual.measured import Measured
    from tco.actual.period import Period
    from tco.bad_lines import BadLines
    from tco.billing import BilledLine
    from tco.documents.actual import ActualDocument
    from tco.plan.stack_file import StackFile

__all__ = ["actual"]

MOST_LABOR_HOURS = 100_000


class _Month(click.ParamType[dt.date]):
    """A month on the command line, as its first day."""

    name = "YYYY-MM"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        from tco.actual.period import month_start

        try:
            return value if isinstance(value, dt.date) else month_start(str(value))
        except ValueError as error:
            self.fail(f"{error}", param, ctx)


class _Served(click.ParamType[tuple[str, "float | Path"]]):
    """Tokens served by one service, or by all of them: a count in millions, or a file."""

    name = "[SERVICE=]TOKENS|FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float | Path]:
        from tco.actual.measured import is_token_count, mtok_of

        service, _, figure = str(value).rpartition("=")
        path = Path(figure)
        if not is_token_count(figure) and path.exists():
            return service, path
        try:
            return service, mtok_of(figure)
        except ValueError as error:
            self.fail(f"{error} There is no file of that name.", param, ctx)


class _ByService(click.ParamType[tuple[str, float]]):
    """A figure of one service, or of all of them."""

    def __init__(self, name: str, read: Callable[[str], float]) -> None:
        self.name = f"[SERVICE=]{name}"
        self._read = read

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        service, _, figure = str(value).rpartition("=")
        try:
            return service, self._read(figure)
        except ValueError as error:
            self.fail(f"{error}", param, ctx)


def _above_zero(text: str) -> float:
    from tco.actual.measured import speed_of

    return speed_of(text)


def _share(text: str) -> float:
    from tco.actual.measured import share_of

    return share_of(text)


def _measured_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the options of what was measured besides the bill, handed over as ``stated``."""

    @functools.wraps(command)
    def asked(
        *,
        served: Sequence[tuple[str, float | Path]],
        model: str | None,
        columns: Sequence[tuple[str, str]],
        throughput: Sequence[tuple[str, float]],
        utilization: Sequence[tuple[str, float]],
        labor_hours: float | None,
        **options: Any,
    ) -> None:
        stated = Stated(
            served=served,
            model=model,
            columns=dict(columns),
            output_tok_s=_each_once("--throughput", throughput),
            utilization=_each_once("--utilization", utilization),
            labor_hours=labor_hours,
        )
        command(stated=stated, **options)

    for option in (
        click.option(
            "--labor-hours",
            type=Number(0, MOST_LABOR_HOURS),
            metavar="N",
            help="Hours of work on the stack in the month, beyond what an API needs. No bill holds "
            "them; without N they count as planned.",
        ),
        click.option(
            "--utilization",
            type=_ByService("SHARE", _share),
            multiple=True,
            help="The measured share of the node-hours in which nodes served, such as 0.55.",
        ),
        click.option(
            "--throughput",
            type=_ByService("TOK_S", _above_zero),
            multiple=True,
            help="Measured output tokens per second of a node at load. With this or --utilization "
            "the two effects are separate.",
        ),
        click.option(
            "--served",
            type=_Served(),
            multiple=True,
            help="Input and output tokens served in the month, such as 5.1B, or a file that tco "
            "workload import reads: a log, a usage export, metrics. May be repeated.",
        ),
        click.option(
            "--model", metavar="NAME", help="The model whose metrics --served counts in its files."
        ),
        click.option(
            "--column",
            "columns",
            type=Column(),
            multiple=True,
            help="Name a column of the log: timestamp=, prompt= or completion=.",
        ),
    ):
        asked = option(asked)
    return asked


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What was measured besides the bill, as the command line states it."""

    served: Sequence[tuple[str, float | Path]]
    model: str | None
    columns: Mapping[str, str]
    output_tok_s: Mapping[str, float]
    utilization: Mapping[str, float]
    labor_hours: float | None

    def within(self, period: Period, max_bad_share: float) -> Measured:
        """Return the figures, with what files say of a period. Raises BadInput."""
        from tco.actual.measured import Measured

        mtok = dict(_each_once("--served", [pair for pair in self.served if _is_count(pair)]))
        files: dict[str, list[Path]] = {}
        for service, path in self.served:
            if isinstance(path, Path):
                files.setdefault(service, []).append(path)
        notes: list[str] = []
        for service, paths in files.items():
            from tco.actual.served_files import served_in

            if service in mtok:
                raise click.UsageError("--served is a count and a file for the same service.")
            found = served_in(paths, period, self.model, self.columns, max_bad_share=max_bad_share)
            mtok[service] = found.mtok
            notes += found.notes
        return Measured(
            served_mtok=mtok,
            output_tok_s=self.output_tok_s,
            utilization=self.utilization,
            labor_hours=self.labor_hours,
            notes=tuple(notes),
        )


def _is_count(pair: tuple[str, float | Path]) -> TypeGuard[tuple[str, float]]:
    return not isinstance(pair[1], Path)


def _each_once(option: str, given: Sequence[tuple[str, float]]) -> Mapping[str, float]:
    names = [name for name, _ in given]
    if len(set(names)) < len(names):
        raise click.UsageError(f"{option} is given twice for the same service.")
    return dict(given)


@dataclass(frozen=True, kw_only=True)
class BillOptions:
    """Where the bill is, and which of its lines count."""

    month: dt.date
    through: dt.date | None
    exports: Sequence[Path]
    """Empty for Cost Explorer."""
    untagged: bool
    max_bad_share: float


def _bill_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the options of the bill, handed over as one ``billed``."""

    @functools.wraps(command)
    def asked(
        *,
        month: dt.date,
        through: dt.date | None,
        exports: Sequence[Path],
        cost_explorer: bool,
        untagged: bool,
        max_bad_share: float,
        **options: Any,
    ) -> None:
        if bool(exports) == cost_explorer:
            raise click.UsageError("state where the bill is: --billing FILE or --cost-explorer.")
        billed = BillOptions(
            month=month,
            through=through,
            exports=exports,
            untagged=untagged,
            max_bad_share=max_bad_share,
        )
        command(billed=billed, **options)

    for option in (
        click.option(
            "--max-bad-share",
            type=Number(0, 1),
            default=0.01,
            show_default=True,
            metavar="SHARE",
            help="Refuse an export or a log with a higher share of broken lines.",
        ),
        click.option(
            "--untagged",
            is_flag=True,
            help="Count lines without a tco:stack tag as this stack's, nodes by instance type.",
        ),
        click.option(
            "--through",
            type=DAY,
            help="Compare the month only through this day, with the plan scaled to it.",
        ),
        click.option(
            "--cost-explorer",
            is_flag=True,
            help="Ask AWS Cost Explorer by the stack's tags instead; needs gpu-tco[aws].",
        ),
        click.option(
            "--billing",
            "exports",
            type=click.Path(path_type=Path),
            multiple=True,
            help="The billing export: FOCUS or a Cost and Usage Report of AWS, CSV or CSV.gz. May "
            "be repeated for an export in parts.",
        ),
        click.option(
            "--month", type=_Month(), required=True, help="The month, UTC, such as 2026-10."
        ),
    ):
        asked = option(asked)
    return asked


@click.command()
@click.argument("stack")
@_bill_options
@_measured_options
@click.option(
    "--update",
    is_flag=True,
    help="Propose what the month teaches the plan (volume, throughput, utilization, labor), as a "
    "diff of its files; write nothing.",
)
@click.option("--write", is_flag=True, help="Propose the same and write it to the files.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="A table, JSON for programs, or the paragraph for the memo in Markdown.",
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
    """Compare a stack's plan with its bill, and evaluate it again as the month was.

    Splits the difference into price, volume, throughput and utilization. Lines of the bill are
    the stack's by the tag tco:stack, which the Pulumi program sets. Exit 0; 1 for bad input; 3
    where the verdict would not stand today.

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
