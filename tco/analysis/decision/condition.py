"""A condition of the gate, by its id and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Condition", "ConditionId"]

ConditionId = Literal[
    "business-case",
    "everything-priced",
    "demand-served",
    "prices-fresh",
    "plausible",
    "commitments-bought",
    "node-counts",
    "ceiling",
    "one-fleet-per-workload",
    "override",
]
NAMES: dict[ConditionId, str] = {
    "business-case": "the business case holds",
    "everything-priced": "everything is priced",
    "demand-served": "demand is served",
    "prices-fresh": "prices and throughput are fresh",
    "plausible": "figures are plausible",
    "commitments-bought": "commitments are bought",
    "node-counts": "node counts are fixed",
    "ceiling": "the ceiling is within its limit",
    "one-fleet-per-workload": "workloads have one fleet",
    "override": "the override applies",
}
"""What a person sees; programs and decisions use the ids."""
FAILURES: dict[ConditionId, str] = {
    "business-case": "the business case does not hold",
    "everything-priced": "prices are missing",
    "demand-served": "demand is not served",
    "prices-fresh": "prices or throughput are not fresh",
    "plausible": "figures are not plausible",
    "commitments-bought": "commitments are not bought",
    "node-counts": "node counts are not fixed",
    "ceiling": "the ceiling exceeds its limit",
    "one-fleet-per-workload": "a workload has several fleets",
    "override": "the override does not apply",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, whether it holds, and the two values behind it."""

    id: ConditionId
    holds: bool
    detail: str

    @property
    def name(self) -> str:
        """Return the condition as it is displayed."""
        return NAMES[self.id]

    @property
    def text(self) -> str:
        """Return the condition as it is met or not met, with the values behind it."""
        return f"{(NAMES if self.holds else FAILURES)[self.id]}: {self.detail}"
