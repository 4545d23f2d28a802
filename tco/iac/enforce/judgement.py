"""What the gate decides for one run of a program, and which steps that refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi import ResourceHookArgs

from tco.analysis.decision.spending_limits import UNPLANNED_SHARE, unplanned_limit_usd
from tco.analysis.evaluation import Evaluation, of_running_stack
from tco.catalog.catalog import Catalog
from tco.costing.stack import StackModel
from tco.documents.stack import stack_summary
from tco.iac.enforce.ceiling_rise import RecordedPool, ceiling_rise, recorded_pools, recorded_usd
from tco.iac.enforce.growth import growth
from tco.iac.enforce.unplanned import Limit, Unplanned
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.reading import LAUNCH_TEMPLATE, ReferenceIndex
from tco.iac.estimate.regions import stated_region
from tco.percent import percent_text
from tco.report.preview import refusal

__all__ = ["Judgement", "Steps", "judge", "unplanned_limit"]

ALLOW: Final = (
    "; the cost of that is unknown. To allow such updates, add the type to the stack file: "
    'tco:plan.gate.allow_types: ["{kind}"]'
)
OWN_GROUP: Final = "tco:iac:GpuNodePool$aws:autoscaling/group:Group"
Judged = Callable[[ResourceHookArgs], str]
"""Why an update may cost more, or an empty text."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the gate decides for one run of the program."""

    result: Evaluation
    recorded: tuple[RecordedPool, ...] | None
    """The pools of the last update that passed; None for a new stack."""
    limit: Limit
    """What may be declared beside the plan."""
    rise: str = ""
    """How the ceiling rises over the recorded one."""
    excess: str = ""
    """What the program declares beyond its plan, where that is above its limit."""

    @property
    def open(self) -> bool:
        """Return whether everything may be created."""
        return self.result.gate.open and not self.excess

    @property
    def passes(self) -> bool:
        """Return whether the plan's own pools may change: open, or no rise over the record."""
        return self.open or (self.recorded is not None and not self.rise)

    @property
    def why(self) -> str:
        """Return why the gate is closed, for the first step that is refused."""
        if self.excess and self.result.gate.open:
            return f"The gate is closed: {self.excess}."
        return refusal(stack_summary(self.result))


def judge(
    result: Evaluation,
    previous: Mapping[str, Any],
    declared: Iterable[Resource],
    catalog: Catalog,
) -> Judgement:
    """Return the judgement on a result.

    Args:
        result: What the plan comes to.
        previous: The stack's outputs before this run.
        declared: What the program declares and the plan does not price.
        catalog: Figures that price it.
    """
    recorded = recorded_pools(previous.get("tco"))
    rise = ""
    if recorded is not None:
        result = of_running_stack(result, recorded_usd(recorded, result.ceiling))
        rise = ceiling_rise(recorded, result.ceiling)
    limit = unplanned_limit(result)
    excess = _unplanned(result.stack, catalog).excess_of(declared, limit)
    return Judgement(result=result, recorded=recorded, limit=limit, rise=rise, excess=excess)


def unplanned_limit(result: Evaluation) -> Limit:
    """Return what a program may declare beside its plan; an override may leave more room."""
    limits = result.stack.plan.gate
    source = "gate.max_unplanned_usd_per_month"
    if limits.max_unplanned_usd_per_month is None:
        source = f"{percent_text(UNPLANNED_SHARE)} of the plan; {source}"
    limit = Limit(unplanned_limit_usd(limits, result.priced_usd_per_month), source)
    override = result.gate.override
    if result.gate.open and override is not None:
        left = override.max_usd_per_month.likely - result.priced_usd_per_month
        limit = max(limit, Limit(left, "the remainder of the override's limit"), key=_room)
    return limit


def _room(limit: Limit) -> float:
    return limit.usd_per_month


def _unplanned(stack: StackModel, catalog: Catalog) -> Unplanned:
    return Unplanned(
        catalog=catalog.with_books(stack.source.books),
        day=stack.day,
        allowed_types=frozenset(stack.plan.gate.allow_types),
    )


class Steps:
    """The steps of one run, as the engine comes to them, under its judgement."""

    def __init__(self, stack: StackModel, catalog: Catalog) -> None:
        self._growth_of = _growth(stack, catalog)
        self._late = _unplanned(stack, catalog)

    def refusal(self, found: Judgement, args: ResourceHookArgs, *, planned: bool) -> str:
        """Return why a step is refused, or an empty text. A replacement is a creation."""
        creates = args.old_inputs is None or args.new_inputs is None
        done = "created" if creates else "updated"
        if found.open:
            new = _resource(args, args.new_inputs or {})
            more = "" if planned else self._late.refusal(new, found.limit)
            return f"was not {done}: {more}" if more else ""
        if found.rise:
            return f"was not {done}: the stack would grow, {found.rise}"
        if planned and found.passes:
            return ""
        if creates:
            return "was not created"
        grows = self._growth_of(args)
        return f"was not updated: it would grow, {grows}" if grows else ""


def _growth(stack: StackModel, catalog: Catalog) -> Judged:
    """Growth at the plan's prices; its pools' groups start what their launch template says."""
    prices = catalog.with_books(stack.source.books)
    allowed = frozenset(stack.plan.gate.allow_types)
    known = ReferenceIndex(
        Resource(
            urn=pool.name, type=LAUNCH_TEMPLATE, name=pool.name, inputs={"instanceType": pool.node}
        )
        for _, _, _, pool in stack.pools()
        if pool.provisioned and pool.supply.option != "capacity-block"
    )

    def grown(args: ResourceHookArgs) -> str:
        old, new = (_resource(args, inputs or {}) for inputs in (args.old_inputs, args.new_inputs))
        found = growth(old, new, known, prices, day=stack.day)
        if found.in_doubt and args.type in allowed:
            return ""
        if not found.reason and args.type == LAUNCH_TEMPLATE:
            known.add(new)  # a group may take up its new version: it costs no more
        return f"{found.reason}{ALLOW.format(kind=args.type)}" if found.in_doubt else found.reason

    return grown


def _resource(args: ResourceHookArgs, inputs: Mapping[str, Any]) -> Resource:
    """Convert a hook's resource for the inventory; the plan's groups get their pool's name."""
    outputs = args.old_outputs or {}
    region = stated_region(inputs, outputs) or pulumi.Config("aws").get("region")
    template = {"launchTemplate": [args.name]} if OWN_GROUP in args.urn else {}
    return Resource(
        urn=args.urn,
        type=args.type,
        name=args.name,
        inputs=inputs,
        region=region if isinstance(region, str) else None,
        id=args.id or None,
        outputs=outputs,
        property_dependencies=template,
    )
