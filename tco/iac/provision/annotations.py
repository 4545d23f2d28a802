"""What a preview says without being asked: log lines and stack outputs.

A log line appears under Diagnostics by resource and in `pulumi preview --json`. Outputs hold no
wall-clock time, so that an unchanged plan makes an unchanged preview.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from tco.analysis.evaluation import Evaluation, on_day
from tco.ci_log import log_text
from tco.documents.stack import stack_summary
from tco.iac.provision.pool import GpuNodePool
from tco.numbers import usd
from tco.plan.plan import Override
from tco.report.preview import closed_text, pool_text, stack_text

__all__ = ["annotate", "memo_of_the_pricing_day", "record"]


def annotate(result: Evaluation, pools: Mapping[str, GpuNodePool]) -> dict[str, Any]:
    """Log each pool's month on its resource, and the stack's month and verdict on the stack.

    Gives the record.
    """
    shown = stack_summary(result)
    for name, pool in pools.items():
        text = pool_text(shown, name)
        said = (
            f"{text}\npriced, not provisioned: {pool.idle_because}" if pool.idle_because else text
        )
        pulumi.log.info(log_text(said), resource=pool)
    pulumi.log.info(log_text(stack_text(shown)))
    for warning in shown.warnings:
        pulumi.log.info(log_text(f"note: {warning}"))
    if not result.gate.open:
        pulumi.log.warn(log_text(closed_text(shown)))
    elif (override := result.gate.override) is None or all(
        condition.holds for condition in result.gate.conditions
    ):
        pulumi.log.info("the gate is open")
    else:
        pulumi.log.warn(log_text(f"the gate is open by override: {_override_text(override)}"))
    return record(result)


def _override_text(override: Override) -> str:
    most = usd(override.max_usd_per_month.likely)
    return (
        f"by {override.approved_by} until {override.expires}, up to {most}/month: {override.reason}"
    )


def record(result: Evaluation) -> dict[str, Any]:
    """Return the decision and the figures behind it: the stack output `tco`."""
    override = result.gate.override
    return {
        "plan_digest": result.stack.source.digest,
        "catalog": result.stack.catalog_version,
        "pricing_day": result.stack.day.isoformat(),
        "usd_per_month": result.usd_per_month,
        "decision": result.verdict.decision,
        "gate": "open" if result.gate.open else "closed",
        "override": override.model_dump(mode="json") if override is not None else None,
    }


def memo_of_the_pricing_day(result: Evaluation) -> str:
    """Return the memo as it reads on the pricing day: the same text until the plan changes."""
    from tco.documents.memo import memo_document  # noqa: PLC0415  as below
    from tco.report.memo import memo  # noqa: PLC0415  the engine of the templates is not light

    return memo(memo_document(on_day(result, result.stack.day)))
