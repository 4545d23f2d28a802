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
from tco.documents.stack import StackSummary, stack_summary
from tco.iac.enforce.ceiling_rise import ceiling_record
from tco.iac.enforce.judgement import Judgement
from tco.iac.provision.output_names import MEMO, OUTPUT, OUTPUTS
from tco.iac.provision.pool import GpuNodePool
from tco.numbers import usd
from tco.plan.gate import Override
from tco.report.preview import closed_text, pool_text, running_text, stack_text

__all__ = ["annotate", "record"]


def annotate(
    found: Judgement, previous: Mapping[str, Any], pools: Mapping[str, GpuNodePool]
) -> dict[str, Any]:
    """Log each pool's month on its resource, and the stack's month and verdict on the stack.

    Returns the stack's outputs by name. A refused update keeps the outputs from before it, so that
    they describe what runs.
    """
    result = found.result
    shown = stack_summary(result)
    for name, pool in pools.items():
        text = pool_text(shown, name)
        gate_text = (
            f"{text}\npriced, not provisioned: {pool.idle_because}" if pool.idle_because else text
        )
        pulumi.log.info(log_text(gate_text), resource=pool)
    pulumi.log.info(log_text(stack_text(shown)))
    for warning in shown.warnings:
        pulumi.log.info(log_text(f"note: {warning}"))
    if found.excess:
        pulumi.log.warn(log_text(f"the gate is closed, because {found.excess}"))
    _log_gate(found, shown)
    if OUTPUT in previous and not found.passes and not pulumi.runtime.is_dry_run():
        return {name: previous.get(name) for name in OUTPUTS}
    return {OUTPUT: record(found), MEMO: _memo(result)}


def _log_gate(found: Judgement, shown: StackSummary) -> None:
    result = found.result
    if not result.gate.open:
        text = running_text(shown, found.rise) if found.recorded is not None else ""
        pulumi.log.warn(log_text(text or closed_text(shown)))
    elif (override := result.gate.override) is None or all(
        condition.holds for condition in result.gate.conditions
    ):
        if not found.excess:
            pulumi.log.info("the gate is open")
    else:
        pulumi.log.warn(log_text(f"the gate is open by override: {_override_text(override)}"))


def _override_text(override: Override) -> str:
    most = usd(override.max_usd_per_month.likely)
    return (
        f"by {override.approved_by} until {override.expires}, up to {most}/month: {override.reason}"
    )


def record(found: Judgement) -> dict[str, Any]:
    """Return the decision and the figures behind it: the stack output `tco`.

    The ceiling is that of the last update that passed; a new stack whose gate is closed has none.
    """
    result = found.result
    override = result.gate.override
    passes = found.passes or result.gate.level == "advisory"
    return {
        "plan_digest": result.stack.source.digest,
        "catalog": result.stack.catalog_version,
        "pricing_day": result.stack.day.isoformat(),
        "usd_per_month": result.usd_per_month,
        "decision": result.verdict.decision,
        "gate": "open" if found.open else "closed",
        "override": override.model_dump(mode="json") if override is not None else None,
        "ceiling": ceiling_record(result.ceiling) if passes else None,
    }


def _memo(result: Evaluation) -> dict[str, str] | str:
    """Return where the memo is; its text where the configuration asks for it (`tco:memo`).

    The text is the same until the plan changes: it reads as on the pricing day.
    """
    if pulumi.Config("tco").get_bool("memo"):
        from tco.documents.memo import memo_document  # noqa: PLC0415  as below
        from tco.report.memo import memo  # noqa: PLC0415  the engine of the templates is not light

        return memo(memo_document(on_day(result, result.stack.day)))
    return {
        "plan_digest": result.stack.source.digest,
        "file": result.stack.file,
        "command": f"tco memo {result.stack.name}",
    }
