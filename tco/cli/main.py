"""The command line: the commands by name, how their errors are printed, and the exit codes."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import click

import tco
from tco.cli.exit_codes import BAD_INPUT, INTERRUPTED, OK, READER_GONE
from tco.cli.lazy import LazyGroup
from tco.cli.options import print_error, print_json
from tco.errors import BadInput, TcoError, printable
from tco.report.layout import folded

__all__ = ["cli", "main"]

COMMANDS: Final = {
    "actual": ("Compare a stack's plan with its bill, and re-evaluate it with actual values."),
    "alerts": "Show when to review a plan, and write alert rules for it.",
    "calibrate": "Write what a benchmark tool measured into a price book.",
    "comment": "Post a comparison as a pull request comment and keep it up to date.",
    "commitments": "Show when commitments end, and what renewing or dropping them costs.",
    "compare": "Compare stacks on the same workload side by side.",
    "diff": "Show what a branch changes: every stack before and after, and why.",
    "gate": "Check whether the gate is open: whether the business case holds.",
    "memo": "Print or write the decision memo.",
    "models": "List which models were measured on which GPUs.",
    "optimize": "Find the cheapest mix of nodes and APIs, node by node.",
    "plan": "Show full monthly cost, alternatives, break-even and verdict.",
    "price": "Price the resources of any Pulumi program, in any language.",
    "prices": "Show the catalog: every figure with its source and age.",
    "schema": "Print the JSON Schema of an input file or of a command's JSON output.",
    "sweep": "Evaluate a stack over a range of one or two inputs.",
    "workload": "Write workload files from request logs and metrics.",
}
"""The first line of each command's help, known before the command is imported."""


def _print_version(ctx: click.Context, param: click.Parameter, asked: bool) -> None:
    """Print the version of tco, with the newest day and the digest of its catalog."""
    del param
    if asked and not ctx.resilient_parsing:
        from tco.catalog.embedded import load_catalog

        click.echo(f"tco {tco.__version__}, catalog {load_catalog().version}")
        ctx.exit()


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80}
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version of tco and of its catalog, and exit.",
)
def cli() -> None:
    """Decide whether to self-host a model: the full monthly cost of a stack vs. an API.

    Reads stack files (Pulumi.STACK.yaml), prices them from the embedded catalog and your own
    price books, and shows what it costs, where it breaks even and what would change the answer.
    Planning never uses the network.
    """


cli.add_lazily(COMMANDS)


def _wants_json(arguments: Sequence[str]) -> bool:
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


def _writes(arguments: Sequence[str]) -> bool:
    return any(argument == "--write" or argument.split("=")[0] == "--out" for argument in arguments)


def _report_error(error: TcoError, arguments: Sequence[str]) -> None:
    """Print an error as text on stderr, or as JSON on stdout where JSON was asked for."""
    if not _wants_json(arguments):
        print_error(folded(f"{error}"))
        if isinstance(error, BadInput) and _writes(arguments):
            print_error("Nothing was written.")
        return
    from tco.documents.error import error_document

    print_json(error_document(error))


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
        _report_error(error, arguments)
        code = BAD_INPUT
    except OverflowError as error:  # a demand beyond what any fleet serves
        _report_error(TcoError(f"{error}."), arguments)
        code = BAD_INPUT
    except OSError as error:
        _report_unwritable(error)
        code = BAD_INPUT
    sys.exit(code if isinstance(code, int) else OK)


def _show_usage(error: click.ClickException) -> None:
    """Print what click refuses; an argument in it cannot steer a terminal."""
    text = io.StringIO()
    error.show(text)
    print_error("\n".join(map(printable, text.getvalue().rstrip("\n").split("\n"))))


def _report_unwritable(error: OSError) -> None:
    """Report a full disk or a closed device on one line; drop what is still buffered."""
    output = error.filename or "the output"
    print_error(folded(f"{printable(output)} cannot be written: {error.strerror}."))
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
