"""Whether an override opens a closed gate."""

from __future__ import annotations

from collections.abc import Sequence

from tco.analysis.decision.condition import Condition
from tco.analysis.decision.gate_facts import GateFacts
from tco.numbers import usd
from tco.plan.gate import Override

__all__ = ["check_override"]


def check_override(
    override: Override, facts: GateFacts, conditions: Sequence[Condition]
) -> Condition:
    """Check an override; it waives nothing unpriced, nothing implausible and no `nodes: auto`."""
    most = override.max_usd_per_month.likely
    priced = facts.usd_per_month
    wide = any(condition.id == "ceiling" and not condition.holds for condition in conditions)
    refusals = (
        (facts.today > override.expires, f"it expired on {override.expires}"),
        (priced is None, "it cannot waive lines without a price"),
        ((priced or 0.0) > most, f"{usd(priced or 0.0)}/month exceeds its limit of {usd(most)}"),
        (
            wide and facts.ceiling_usd > most,
            f"the ceiling of {usd(facts.ceiling_usd)}/month exceeds its limit of {usd(most)}",
        ),
        (
            any(condition.id == "plausible" and not condition.holds for condition in conditions),
            "it cannot waive implausible figures. Correct them, or confirm them",
        ),
        (
            any(condition.id == "node-counts" for condition in conditions),
            "it cannot waive `nodes: auto`. Use whole numbers, or `tco optimize --write`",
        ),
    )
    why = next((text for refused, text in refusals if refused), "")
    granted = f"by {override.approved_by} until {override.expires}: {override.reason}"
    return Condition("override", not why, why or granted)
