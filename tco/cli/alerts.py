"""``tco alerts``: when to review a plan, and the rules that watch for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import click

from tco.cli.evaluated import evaluated
from tco.cli.options import (
    EvaluationOptions,
    formats_option,
    json_text,
    print_error,
    print_text,
    question_options,
)
from tco.errors import printable
from tco.serving_metrics import SERVING_METRICS

__all__ = ["alerts"]

MATCH = re.compile(r"(?:([^=:]+):)?([a-zA-Z_][a-zA-Z0-9_]*)=(.+)", re.DOTALL)


@click.command(context_settings={"default_map": {"scenarios": 0}})
@click.argument("stack")
@formats_option(
    "text",
    "prometheus",
    "cloudwatch",
    "json",
    text="Text, alert rules for Prometheus, a CloudFormation alarm, or JSON.",
)
@click.option(
    "--engine",
    type=click.Choice(list(SERVING_METRICS)),
    help="The serving engine. Default: the engine of the plan or of its benchmark.",
)
@click.option(
    "--match",
    "matches",
    multiple=True,
    metavar="[SERVICE:]LABEL=VALUE",
    help="Select the metrics of the stack, or of one service, by a label; may be repeated.",
)
@click.option(
    "--out",
    "--output",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of printing.",
)
@question_options
def alerts(
    stack: str,
    form: str,
    engine: str | None,
    matches: Sequence[str],
    out: Path | None,
    question: EvaluationOptions,
) -> None:
    """Show when to review a plan, and write alert rules for it.

    Lists the values at which the answer would change: utilization, volume, node price and API
    price. Example: tco alerts prod --format prometheus --out tco-prod.rules.yml
    """
    from tco.documents.alerts import alerts_document
    from tco.files import write_text
    from tco.report.alerts import alerts_text, prometheus_rules
    from tco.report.cloudformation import cloudformation_template
    from tco.report.layout import columns

    [result] = evaluated([stack], question)
    services = [service.name for service in result.stack.services]
    document = alerts_document(result, engine, _labels(matches, services))
    if form == "json":
        text = json_text(document)
    elif form == "prometheus":
        text = prometheus_rules(document)
    elif form == "cloudwatch":
        text = cloudformation_template(document)
    else:
        text = alerts_text(document, columns())
    if out is None:
        print_text(text)
        return
    write_text(out, text)
    print_error(f"Wrote {printable(out)}.")


def _labels(matches: Sequence[str], services: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the labels of each service's metrics, of those that have any."""
    found: dict[str, dict[str, str]] = {}
    for match in matches:
        parts = MATCH.fullmatch(match)
        if parts is None:
            raise click.UsageError(
                f"--match {match!r} is not a label with its value. "
                "Write job=vllm, or chat:job=vllm for the service chat."
            )
        service, label, value = parts.groups()
        if service is not None and service not in services:
            raise click.UsageError(
                f"--match {match!r}: the stack has no service {service!r}. "
                f"It has {', '.join(services)}."
            )
        for name in services if service is None else [service]:
            found.setdefault(name, {})[label] = value
    return found
