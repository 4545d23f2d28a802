"""`tco models`: what was measured of which model on which GPU."""

from __future__ import annotations

from collections.abc import Sequence

import click

from tco.cli.options import format_option, print_json, print_text
from tco.errors import TcoError

__all__ = ["models"]


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD]…")
@format_option
def models(words: Sequence[str], form: str) -> None:
    """List which models were measured on which GPUs.

    Lists the pairs whose names contain every WORD. The throughput of any other pair is scaled from
    another GPU, or estimated.
    """
    from tco.catalog.curve_coverage import matching_coverage

    found = matching_coverage(words)
    if not found:
        raise TcoError(f"no measurement matches {' '.join(words)}. See `tco models`.")
    from tco.documents.models import models_document

    document = models_document(found)
    if form == "json":
        print_json(document)
    else:
        from tco.report.models import models_text

        print_text(models_text(document.coverage))
