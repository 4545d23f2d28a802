"""``tco schema``: the JSON Schemas of files and documents."""

from __future__ import annotations

import json

import click

from tco.cli.options import print_text
from tco.errors import one_of, printable

__all__ = ["schema"]


@click.command()
@click.argument("name", required=False)
def schema(name: str | None) -> None:
    """Print the JSON Schema of an input file or of a command's JSON output.

    NAME is stack, workload or book for an input file, and plan-document, gate-document, … for the
    output of `--format json`. Without NAME, lists all names. With the schema of `tco schema stack`,
    an editor checks and completes stack files.
    """
    from tco.documents.schemas import SCHEMAS

    if name is None:
        width = max(map(len, SCHEMAS))
        print_text(
            "".join(f"{key:<{width}}  {document.title}\n" for key, document in SCHEMAS.items())
        )
        return
    if name not in SCHEMAS:
        raise click.UsageError(f'no schema "{printable(name)}". {one_of(name, SCHEMAS)}')
    print_text(json.dumps(SCHEMAS[name].as_json(), indent=2) + "\n")
