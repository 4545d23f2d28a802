"""What was measured of a stack besides its bill: tokens served, speed, utilization, people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tco.actual.period import Period
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.errors import TcoError, one_of

__all__ = [
    "ALL",
    "Measured",
    "is_token_count",
    "mtok_of",
    "planned_mtok",
    "share_of",
    "speed_of",
    "value_of",
    "volume_ratios",
]

ALL = ""
"""The key for a figure of all services together."""
ByService = Mapping[str, float]
TOKEN_COUNT: Final = re.compile(r"(\d[\d,_]*(?:\.\d+)?(?:[eE]\+?\d+)?)\s*([kMBT]?)")
MTOK: Final = {"": 1e-6, "k": 1e-3, "M": 1.0, "B": 1e3, "T": 1e6}
MOST_MTOK: Final = 1e15
MOST_TOK_S: Final = 1e9


def _nothing() -> dict[str, float]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured in the period, by service; ``ALL`` is one figure for all of them."""

    served_mtok: ByService = field(default_factory=_nothing)
    """Input and output tokens served, in millions; ``ALL`` is their sum over the services."""
    output_tok_s: ByService = field(default_factory=_nothing)
    """Output tokens per second of one node at load, as ``tco plan`` shows them."""
    utilization: ByService = field(default_factory=_nothing)
    """The share of the held node-hours in which nodes served."""
    labor_hours: float | None = None
    """Hours of work for the stack."""
    notes: tuple[str, ...] = ()
    """Notes on where the figures come from."""

    def check(self, stack: StackModel) -> None:
        """Raise TcoError for a service that is not in the stack, or a figure stated twice."""
        names = [service.name for service in stack.services]
        options = {
            "--served": self.served_mtok,
            "--throughput": self.output_tok_s,
            "--utilization": self.utilization,
        }
        for option, values in options.items():
            for name in values:
                if name != ALL and name not in names:
                    raise TcoError(f'{option}: no service "{name}". {one_of(name, names)}')
            if ALL in values and len(values) > 1:
                raise TcoError(
                    f"{option} is given both for all services and for a single "
                    "one. Keep one of them."
                )
        missing = [name for name in names if name not in self.served_mtok]
        if self.served_mtok and ALL not in self.served_mtok and missing:
            raise TcoError(
                f"--served does not state {missing[0]}. State every service, or one total for all."
            )
        for name in names:
            if value_of(self.output_tok_s, name) and value_of(self.utilization, name):
                raise TcoError(
                    "--throughput and --utilization exclude each other: each follows from "
                    "the other, given the tokens served and the node-hours billed. Pass the "
                    "one that you measured."
                )
        if (self.output_tok_s or self.utilization) and not self.served_mtok:
            raise TcoError(
                "--throughput and --utilization need --served: the tokens served in the month."
            )

    @property
    def mtok(self) -> float | None:
        """All tokens served; None where they were not counted."""
        return sum(self.served_mtok.values()) if self.served_mtok else None


def value_of(values: ByService, service: str) -> float | None:
    """Return the figure of a service: its own, else that of all services."""
    return values.get(service, values.get(ALL))


def planned_mtok(service: ServiceModel, period: Period) -> float:
    """Return the tokens that the plan of a period has for a service, in millions."""
    return service.mtok_per_month * period.of_plan_month


def volume_ratios(stack: StackModel, measured: Measured, period: Period) -> dict[str, float]:
    """Return the tokens served over the planned, by service; empty where they were not counted.

    A total is split over the services as planned, so each of them has the same ratio.
    """
    served = measured.served_mtok
    if ALL in served:
        ratio = served[ALL] / (stack.mtok_per_month * period.of_plan_month)
        return {service.name: ratio for service in stack.services}
    return {
        service.name: served[service.name] / planned_mtok(service, period)
        for service in stack.services
        if service.name in served
    }


def mtok_of(text: str) -> float:
    """Return a count of tokens in millions. Raises ValueError.

    >>> mtok_of("5.1B"), mtok_of("407,000,000"), mtok_of("2e9")
    (5100.0, 407.0, 2000.0)
    """
    found = TOKEN_COUNT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a token count. Write it as 5.1B or 5100000000.")
    mtok = float(re.sub("[,_]", "", found[1])) * MTOK[found[2]]
    if not 0 < mtok <= MOST_MTOK:
        raise ValueError(f"{text!r} is not a token count above 0.")
    return mtok


def is_token_count(text: str) -> bool:
    """Return whether a text has the form of a count of tokens.

    >>> is_token_count("5.1B"), is_token_count("requests.jsonl")
    (True, False)
    """
    return TOKEN_COUNT.fullmatch(text.strip()) is not None


def share_of(text: str) -> float:
    """Return a share as 0.55 or 55%. Raises ValueError.

    >>> share_of("0.55"), share_of("55%")
    (0.55, 0.55)
    """
    number = text.removesuffix("%")
    try:
        share = float(number) / (100 if number != text else 1)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise ValueError(f"{text!r} is not a share above 0 and at most 1. Write it as 0.55 or 55%.")
    return share


def speed_of(text: str) -> float:
    """Return a number of tokens per second above 0. Raises ValueError."""
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= MOST_TOK_S:
        raise ValueError(f"{text!r} is not a number of tokens per second. Write it as 2400.")
    return speed
