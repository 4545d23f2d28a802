"""The rows of a table of tripwires: what is watched, its value now, and when to review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tco.documents.review import TripwirePart, shown_tripwires, tripwire_value

__all__ = ["TripwireRow", "tripwire_rows"]


@dataclass(frozen=True, kw_only=True)
class TripwireRow:
    """A tripwire, ready to be laid out."""

    name: str
    now: str
    when: str


def tripwire_rows(wires: Sequence[TripwirePart]) -> list[TripwireRow]:
    """Return a row for each tripwire that people see."""
    return [
        TripwireRow(name=_name(wire), now=_now(wire), when=_when(wire))
        for wire in shown_tripwires(wires)
    ]


def _name(wire: TripwirePart) -> str:
    if wire.kind == "utilization":
        return "utilization"
    if wire.kind == "volume":
        return "volume"
    if wire.kind == "usd_per_gpu_hour":
        return "mean price of the rented nodes"
    if wire.kind == "api_price_factor":
        return f"price of {wire.subject}"
    return wire.label if wire.kind == "node_price" else wire.subject


def _now(wire: TripwirePart) -> str:
    if wire.now is None:
        return "confidential" if wire.confidential else ""
    return tripwire_value(wire, wire.now)


def _when(wire: TripwirePart) -> str:
    if wire.threshold is None:
        return "not reached" if wire.status == "not-reached" else "at no value"
    full = " (full)" if wire.at_capacity else ""
    return f"{wire.direction} {tripwire_value(wire, wire.threshold)}{full}"
