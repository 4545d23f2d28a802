"""The command line: the library's functions by name, with their errors told in one line."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import cast

import click

import tco
from tco.analysis.evaluation import Evaluation, evaluate
from tco.catalog.catalog import load_catalog
from tco.catalog.rows import Term
from tco.cli.comment import comment
from tco.cli.diff import diff
from tco.cli.exit_codes import BAD_INPUT, CLOSED, INTERRUPTED, OK, READER_GONE
from tco.cli.options import (
    FOLDER,
    EvaluationOptions,
    columns,
    folded,
    format_option,
    print_error,
    print_json,
    print_text,
    progress,
    question_options,
)
from tco.cli.prices import price, prices
from tco.cli.sweep import sweep
from tco.errors import BadInput, Problem, TcoError, printable
from tco.files import write_text
from tco.plan.pools import TERM_MONTHS
from tco.plan.stack_file import read_stack, stack_names
from tco.resolve.resolver import load_stack

__all__ = ["cli", "main"]


def _print_version(ctx: click.Context, param: click.Parameter, asked: bool) -> None:
    """Print the version of tco, with the newest day and the digest of its catalog."""
    del param
    if asked and not ctx.resilient_parsing:
        click.echo(f"tco {tco.__version__}, catalog {load_catalog().version}")
        ctx.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version of tco and of its catalog, and exit.",
)
def cli() -> None:
    """Should a team self-host its model? The full monthly cost of every stack, against an API.

    Reads stack files (Pulumi.STACK.yaml), prices them from the embedded catalog and your own
    price books, and says what it costs, where it breaks even and what would flip it. Planning never
    touches the network.
    """


@cli.command()
@click.argument("stacks", nargs=-1, metavar="[STACK]…")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown", "csv", "focus"]),
    default="table",
    show_default=True,
    help="A table to read, JSON for programs, the memo in Markdown, the lines as CSV, or FOCUS "
    "1.2 rows.",
)
@question_options
def plan(stacks: Sequence[str], form: str, question: EvaluationOptions) -> None:
    """Full monthly cost, alternatives, break-even, verdict.

    Of all stacks by default.
    """
    results = _evaluated(stacks, question)
    if form == "json":
        from tco.report.plan_json import plan_json

        print_json(plan_json(results))
        return
    if form == "markdown":
        from tco.report.memo import memo

        print_text("\n".join(memo(one) for one in results))
        return
    if form in ("csv", "focus"):
        _export(results, form)
        return
    from tco.report.table import stack_text, summary
    from tco.report.view import stack_view

    views = [stack_view(one) for one in results]
    for view in views:
        print_text(stack_text(view, columns()) + ("\n" if len(views) > 1 else ""))
    if len(views) > 1:
        print_text(summary(views))


def _export(results: Sequence[Evaluation], form: str) -> None:
    """Rows for a spreadsheet or a FinOps tool; what neither can hold is told on stderr."""
    from tco.report.csv_text import lines_csv
    from tco.report.focus import focus_csv

    print_text(lines_csv(results) if form == "csv" else focus_csv(results))
    missing = [one for result in results for one in result.unpriced]
    if form == "focus" and missing:
        names = "; ".join(f"{one.name}: {one.reason}" for one in missing)
        print_error(f"Not in the rows, for it has no price: {names}")


@cli.command()
@click.argument("stacks", nargs=-1, required=True, metavar="STACK STACK…")
@format_option
@question_options
def compare(stacks: Sequence[str], form: str, question: EvaluationOptions) -> None:
    """Stacks on the same workload, side by side."""
    if len(set(stacks)) < 2:
        raise click.UsageError("compare needs at least two different stacks.")
    results = _evaluated(list(dict.fromkeys(stacks)), question)
    _refuse_different_workloads(results)
    if form == "json":
        from tco.report.plan_json import plan_json

        print_json(plan_json(results))
        return
    from tco.report.table import comparison, comparison_rows
    from tco.report.view import category_totals, stack_view

    views = [stack_view(one) for one in results]
    rows = comparison_rows(views, [category_totals(one) for one in results])
    print_text(comparison(views, rows))


@cli.command()
@click.argument("stacks", nargs=-1, metavar="[STACK]…")
@click.option("--out", type=FOLDER, help="Write STACK.md into this folder instead of printing.")
@click.option(
    "--template",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A Jinja template of your own.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown"]),
    default="markdown",
    show_default=True,
    help="The form of the memo.",
)
@question_options
def memo(
    stacks: Sequence[str],
    out: Path | None,
    template: Path | None,
    form: str,
    question: EvaluationOptions,
) -> None:
    """The memo for whoever decides, printed or written to files.

    Of all stacks by default.
    """
    from tco.report.memo import memo as memo_text

    del form
    results = _evaluated(stacks, question)
    texts = {one.stack.name: memo_text(one, template) for one in results}
    if out is None:
        print_text("\n".join(texts.values()))
        return
    for name, text in texts.items():
        write_text(out / f"{name}.md", text)
    print_error(f"{len(texts)} memo{'s' if len(texts) > 1 else ''} in {printable(out)}")


@cli.command()
@click.argument("stack")
@format_option
@question_options
def gate(stack: str, form: str, question: EvaluationOptions) -> None:
    """Whether the math is closed.

    Exit 0 if the gate is open (or advisory), 3 if it is closed.
    """
    [result] = _evaluated([stack], question)
    advisory = result.gate.level == "advisory"
    if form == "json":
        from tco.report.plan_json import gate_json

        print_json(gate_json(result))
    else:
        from tco.report.table import gate_text
        from tco.report.view import stack_view

        print_text(gate_text(stack_view(result), advisory=advisory))
    if not result.gate.open and not advisory:
        sys.exit(CLOSED)


@cli.command()
@click.argument("stack")
@click.option(
    "--max-term",
    type=click.Choice(list(TERM_MONTHS)),
    default=max(TERM_MONTHS, key=lambda term: TERM_MONTHS[term]),
    show_default=True,
    help="Commit no longer than this.",
)
@click.option(
    "--write",
    is_flag=True,
    help="Pin the cheapest mix that has nodes into the stack file, in whole numbers.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Stop searching after this long, and report what was not searched.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table to read, or the JSON of tco.optimize/1.",
)
@question_options
def optimize(
    stack: str,
    max_term: str,
    form: str,
    write: bool,
    time_limit: float,
    question: EvaluationOptions,
) -> None:
    """The cheapest mix of nodes and APIs, node rank by node rank."""
    from tco.analysis.optimization.budget import Budget
    from tco.analysis.optimization.optimize import optimize as cheapest
    from tco.report.optimum import optimum_json, optimum_text, pinned_line
    from tco.resolve.candidates import with_every_supply
    from tco.resolve.resolver import resolve

    source, catalog = read_stack(question.folder, stack), load_catalog()
    day = source.plan.pricing_day or question.today
    found = cheapest(
        resolve(source, catalog, day),
        partial(with_every_supply, source, catalog, day),
        TERM_MONTHS[cast("Term", max_term)],
        question.scenarios,
        question.seed,
        Budget(time_limit),
    )
    if form == "json":
        print_json(optimum_json(found))
    else:
        print_text(optimum_text(found))
    if write:
        from tco.report.stack_file_writer import pinned

        path = Path(source.file)
        write_text(path.resolve(), pinned(found, path))  # a link was read, so it stays inside
        print_error(pinned_line(found, path))


for command in (diff, comment, sweep, prices, price):
    cli.add_command(command)


def _evaluated(names: Iterable[str], question: EvaluationOptions) -> list[Evaluation]:
    """The evaluations of stacks, all of them or none: the problems of every file at once."""
    folder, today = question.folder, question.today
    wanted = list(dict.fromkeys(names)) or stack_names(folder)
    catalog = load_catalog()
    results: list[Evaluation] = []
    problems: dict[Problem, None] = {}
    with progress(wanted, len(wanted), "Evaluating", hidden=len(wanted) < 5) as bar:
        for name in bar:
            try:
                stack = load_stack(folder, name, catalog, today)
                results.append(evaluate(stack, today, question.scenarios, question.seed))
            except BadInput as error:
                problems |= dict.fromkeys(error.problems)
            except OverflowError as error:
                problems[Problem(str(folder / f"Pulumi.{name}.yaml"), "", f"{error}.")] = None
    if problems:
        raise BadInput(problems)
    return results


def _refuse_different_workloads(results: Sequence[Evaluation]) -> None:
    """Only stacks that serve the same requests can stand side by side."""
    first = results[0].stack
    mine = sorted(spec.workload for spec in first.plan.services.values())
    problems: list[Problem] = []
    for one in results[1:]:
        theirs = sorted(spec.workload for spec in one.stack.plan.services.values())
        if theirs != mine:
            told = f"{one.stack.name} serves {_named(theirs)}, but {first.name} {_named(mine)}."
            where = "tco:plan.services"
            hint = "Compare stacks on the same workload."
            problems.append(Problem(one.stack.file, where, told, hint))
    if problems:
        raise BadInput(problems)


def _named(workloads: Sequence[str]) -> str:
    return f"the workload{'s' if len(workloads) > 1 else ''} {' and '.join(workloads)}"


def _wants_json(arguments: Sequence[str]) -> bool:
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


def _writes(arguments: Sequence[str]) -> bool:
    return any(one == "--write" or one.split("=")[0] == "--out" for one in arguments)


def _tell(error: TcoError, arguments: Sequence[str]) -> None:
    """An error as text on stderr, or as JSON on stdout where JSON was asked for."""
    if not _wants_json(arguments):
        print_error(folded(f"{error}"))
        if isinstance(error, BadInput) and _writes(arguments):
            print_error("Nothing was written.")
        return
    problems = error.problems if isinstance(error, BadInput) else [Problem("", "", str(error))]
    print_json(
        {
            "schema": "tco.error/1",
            "problems": [
                {"file": one.file, "path": one.path, "message": one.message, "hint": one.hint}
                for one in problems
            ],
        }
    )


def main() -> None:
    """Run the command line and exit: 0 done, 1 bad input, 2 bad usage, 3 gate closed.

    130 after an interrupt, and 141 where the reader of a pipe has gone, as a program that SIGPIPE
    ends.
    """
    arguments, stdout = sys.argv[1:], sys.stdout
    try:
        code = cli.main(arguments, prog_name="tco", standalone_mode=False)
    except SystemExit as done:  # of a command, or of click, which mutes a closed pipe first
        code = READER_GONE if sys.stdout is not stdout else done.code
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.Abort:
        print_error("Interrupted.")
        code = INTERRUPTED
    except click.ClickException as error:
        _show_usage(error)
        code = error.exit_code
    except TcoError as error:
        _tell(error, arguments)
        code = BAD_INPUT
    except OverflowError as error:  # a demand beyond what any fleet serves
        _tell(TcoError(f"{error}."), arguments)
        code = BAD_INPUT
    except OSError as error:
        _tell_unwritable(error)
        code = BAD_INPUT
    sys.exit(code if isinstance(code, int) else OK)


def _show_usage(error: click.ClickException) -> None:
    """Print what click refuses; an argument in it cannot steer a terminal."""
    text = io.StringIO()
    error.show(text)
    print_error("\n".join(map(printable, text.getvalue().rstrip("\n").split("\n"))))


def _tell_unwritable(error: OSError) -> None:
    """A full disk or a closed device on one line; what is still buffered is dropped."""
    what = error.filename or "the output"
    print_error(folded(f"{printable(what)} cannot be written: {error.strerror}."))
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
