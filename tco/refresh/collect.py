"""Query every source in every region; a failure is reported and does not affect the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tco.catalog.node_price import NodePrice
from tco.errors import TcoError
from tco.refresh.clients import aws_errors
from tco.refresh.source import Ask, Client, Source, Trouble

__all__ = ["Collected", "all_troubles", "collect"]


@dataclass
class Collected:
    """Prices that were fetched, and those that are missing."""

    prices: list[NodePrice] = field(default_factory=list[NodePrice])
    complete: list[tuple[Source, Ask]] = field(default_factory=list[tuple[Source, Ask]])
    """Queries that succeeded: a price that they did not return has vanished."""
    troubles: list[Trouble] = field(default_factory=list[Trouble])
    listed: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    """By region: what every instance type costs on demand, in USD per hour."""


def collect(questions: Iterable[tuple[Source, Ask]], client: Client) -> Collected:
    """Return what the sources answer, and what is missing."""
    collected = Collected()
    for source, ask in questions:
        try:
            with aws_errors(source.action):
                fetched = source.fetch(ask, client)
        except TcoError as error:
            collected.troubles.append(Trouble(source.name, ask.region, None, f"{error}"))
            continue
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            message = f"AWS returned an unexpected response ({type(error).__name__}). "
            message += "Update gpu-tco and boto3."
            collected.troubles.append(Trouble(source.name, ask.region, None, message))
            continue
        collected.prices += fetched.prices
        collected.troubles += fetched.troubles
        if fetched.listed:
            collected.listed[ask.region] = fetched.listed
        collected.complete.append((source, ask))
    return collected


def all_troubles(troubles: Sequence[Trouble]) -> str:
    """Return every message once, with the sources and regions that it is about."""
    where: dict[str, list[str]] = {}
    for trouble in troubles:
        where.setdefault(trouble.message, []).append(f"{trouble.source} in {trouble.region}")
    lines = [f"{', '.join(places)}: {message}" for message, places in where.items()]
    return "\n".join(lines)
