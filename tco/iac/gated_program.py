"""The one way to put a Pulumi program under the gate.

from tco.iac import gated

with gated() as plan:
    plan.declare()          # the pools of the plan, with their guardrails
    ...                     # anything else that the program declares
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pulumi

from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.ci_log import log_text
from tco.clock import utc_today
from tco.costing.stack import StackModel
from tco.iac.enforce.gate_hooks import Guard
from tco.iac.estimate.properties import is_mapping
from tco.iac.provision.guardrails import SpendGuardrails
from tco.iac.provision.output_names import OUTPUTS
from tco.iac.provision.planned_pools import allow_pools
from tco.iac.provision.pool import GpuNodePool, GpuNodePoolArgs
from tco.iac.provision.program import (
    as_pulumi_run_error,
    declare,
    planned_arguments,
    read_configured_stack,
    refuse_unprovisionable,
    run_in_thread,
)
from tco.plan.stack_file import StackFile, read_stack
from tco.resolve.resolver import resolve_stack

if TYPE_CHECKING:
    from tco.analysis.evaluation import Evaluation
    from tco.iac.enforce.judgement import Judgement

__all__ = ["GatedPlan", "gated"]

READ_OUTPUTS: Final = "pulumi:pulumi:readStackOutputs"
"""A function of the engine itself: a StackReference would add a resource to the stack."""


@dataclass(frozen=True)
class GatedPlan:
    """The plan of a program under the gate."""

    stack: StackModel
    arguments: Mapping[str, GpuNodePoolArgs]
    """What each pool that the program may provision is made of, by its name."""
    failed: list[str]
    """Why the program failed, once it has."""
    pools: dict[str, GpuNodePool] = field(default_factory=dict[str, GpuNodePool])
    """The plan's pools that are declared."""

    def declare(self) -> dict[str, GpuNodePool]:
        """Declare the plan's pools and the guardrails of those that are provisioned."""
        with as_pulumi_run_error(self.failed):
            self.pools.update(declare(self.stack, self.arguments))
        return self.pools


@contextlib.contextmanager
def gated(
    stack: str | None = None,
    folder: str | Path = "stacks",
    *,
    catalog: Catalog | None = None,
    today: dt.date | None = None,
) -> Generator[GatedPlan]:
    """Put everything that a program declares inside under the gate of a plan.

    Args:
        stack: Name of the stack file, ``Pulumi.<stack>.yaml`` in the folder. Without it the plan
            is the configuration of the Pulumi stack that runs.
        folder: Folder of stack files, workloads and price books.
        catalog: Figures to use instead of the embedded ones.
        today: Day on which ages are counted and overrides end; today in UTC without it.

    Raises:
        pulumi.RunError: for a plan that cannot be read, priced or provisioned.
    """
    failed: list[str] = []
    with as_pulumi_run_error(failed):
        day, figures = today or utc_today(), catalog or load_catalog()
        model = resolve_stack(_source(stack, Path(folder)), figures, day)
        refuse_unprovisionable(model)
        arguments = planned_arguments(model)
        allow_pools(arguments)
        guard = Guard(stack=model, catalog=figures, failed=failed, planned=_is_planned)
        guard.bind()  # before the first resource: from here on, every one is bound
    plan = GatedPlan(model, arguments, failed)
    try:
        yield plan
    except Exception as error:
        failed.append(log_text(f"The program failed: {type(error).__name__}: {error}."))
        raise
    previous = pulumi.Output.from_input(_previous_outputs())
    # After an answer of the engine: a thread that computes holds up the requests before it.
    evaluated = previous.apply(lambda _: run_in_thread(lambda: _evaluated(model, day)))
    both = pulumi.Output.all(evaluated, previous)
    judgement = both.apply(lambda values: guard.judge(values[0], values[1]))
    outputs = pulumi.Output.all(judgement, previous).apply(
        lambda values: _annotated(values[0], values[1], plan)
    )
    for name in OUTPUTS:
        pulumi.export(name, outputs[name])
    guard.decide(judgement)  # last: a program that fails before provisions nothing


def _source(stack: str | None, folder: Path) -> StackFile:
    return read_configured_stack(folder) if stack is None else read_stack(folder, stack)


# The engine starts its providers once the program has declared its resources. What follows loads
# the rest of tco in that time, and not before.


def _evaluated(model: StackModel, day: dt.date) -> Evaluation:
    from tco.analysis.evaluate import evaluate  # noqa: PLC0415

    return evaluate(model, day)


def _annotated(found: Judgement, previous: Mapping[str, Any], plan: GatedPlan) -> dict[str, Any]:
    from tco.iac.provision.annotations import annotate  # noqa: PLC0415

    return annotate(found, previous, plan.pools)


def _is_planned(parent: pulumi.Resource | None) -> bool:
    """Return whether a resource belongs to the plan's own components."""
    return isinstance(parent, GpuNodePool | SpendGuardrails) and parent.planned


async def _previous_outputs() -> dict[str, Any]:
    """Return the outputs that the stack had before this run; none where they cannot be read."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    try:
        found = await pulumi.runtime.invoke_async(READ_OUTPUTS, {"name": name})
    except Exception:
        return {}  # as for a new stack, whose every creation a closed gate refuses
    outputs = found.get("outputs") if is_mapping(found) else None
    return dict(outputs) if is_mapping(outputs) else {}
