"""The series of a serving engine's metrics that say something of its demand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final, NamedTuple

from tco.serving_metrics import SERVING_METRICS

__all__ = [
    "KNOWN",
    "Broken",
    "Quantity",
    "Sample",
    "Series",
    "counted",
    "series_of",
    "series_of_text",
]

MOST_COUNTED: Final = 1e18
SERIES: Final = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
    r'(?:\{(?P<labels>(?:[^"{}]|"(?:[^"\\]|\\.)*")*)\})?'
)
LABEL: Final = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"')


class Quantity(Enum):
    """What a metric counts."""

    REQUESTS = "requests"
    PROMPT = "prompt tokens"
    COMPLETION = "generated tokens"
    CACHED = "prompt tokens from a cache"
    PROMPT_LENGTH = "prompts by length"


class Series(NamedTuple):
    """One counter of one server: ``key`` identifies it."""

    key: str
    name: str
    model: str
    le: float | None
    """The upper end of a bucket of a histogram."""


class Sample(NamedTuple):
    """The value of a counter at a time, in seconds since 1970."""

    series: Series
    at: float
    value: float


class Broken(NamedTuple):
    """What could not be read: where, and why."""

    where: str
    problem: str


def _known() -> Iterator[tuple[str, tuple[str, Quantity]]]:
    for engine, metrics in SERVING_METRICS.items():
        yield metrics.requests, (engine, Quantity.REQUESTS)
        yield metrics.prompt_tokens, (engine, Quantity.PROMPT)
        yield metrics.generation_tokens, (engine, Quantity.COMPLETION)
        for name in metrics.cached_prompt_tokens:
            yield name, (engine, Quantity.CACHED)
        if metrics.prompt_length:
            yield f"{metrics.prompt_length}_bucket", (engine, Quantity.PROMPT_LENGTH)


KNOWN: Final[Mapping[str, tuple[str, Quantity]]] = dict(_known())
"""The engine and the quantity of each metric that is read, by its exact name."""


def series_of(server: str, name: str, labels: Mapping[str, str]) -> Series | None:
    """Return the series of a metric; None for one that is not read. Raises ValueError.

    Requests that ended in an error are not read: they were not served.
    """
    if name not in KNOWN or labels.get("finished_reason") == "error":
        return None
    engine, quantity = KNOWN[name]
    le = None
    if quantity is Quantity.PROMPT_LENGTH:
        try:
            le = float(labels.get("le", ""))
        except ValueError:
            raise ValueError(f"a bucket of {name} has no label le.") from None
    shown = ",".join(f"{label}={labels[label]!r}" for label in sorted(labels))
    model = labels.get(SERVING_METRICS[engine].model_label, "")
    return Series(f"{server} {name} {shown}", name, model, le)


def series_of_text(server: str, text: str) -> Series | None:
    """Return the series that a name with labels names, such as ``a_total{b="c"}``.

    None for a metric that is not read. Raises ValueError for what is no series.
    """
    found = SERIES.fullmatch(text)
    if found is None:
        raise ValueError("is not a sample of a metric.")
    if found["name"] not in KNOWN:
        return None
    return series_of(server, found["name"], dict(LABEL.findall(found["labels"] or "")))


def counted(value: str) -> float:
    """Return the value of a counter. Raises ValueError for anything else."""
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= MOST_COUNTED:
        raise ValueError(f"{value!r} is not the value of a counter.")
    return number
