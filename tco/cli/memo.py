"""`tco memo`: the memo for the people who decide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tco.cli.evaluated import evaluated
from tco.cli.options import (
    FOLDER,
    EvaluationOptions,
    formats_option,
    print_error,
    print_text,
    question_options,
)
from tco.errors import printable

__all__ = ["memo"]


@click.command()
@click.argument("stacks", nargs=-1, metavar="[STACK]…")
@click.option("--out", type=FOLDER, help="Write STACK.md to this folder instead of printing.")
@click.option(
    "--template",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Your own Jinja template.",
)
@formats_option("markdown", text="Format of the memo.")
@question_options
def memo(
    stacks: Sequence[str],
    out: Path | None,
    template: Path | None,
    form: str,
    question: EvaluationOptions,
) -> None:
    """Print or write the decision memo.

    Without STACK, covers all stacks.
    """
    from tco.documents.memo import memo_document
    from tco.files import write_text
    from tco.report.memo import memo as memo_text

    del form
    results = evaluated(stacks, question)
    texts = {result.stack.name: memo_text(memo_document(result), template) for result in results}
    if out is None:
        print_text("\n".join(texts.values()))
        return
    for name, text in texts.items():
        write_text(out / f"{name}.md", text)
    print_error(f"{len(texts)} memo{'s' if len(texts) > 1 else ''} in {printable(out)}")
