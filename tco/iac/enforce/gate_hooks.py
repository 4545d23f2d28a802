"""The gate in the engine: a hook before every creation and every growth, on every resource.

All resources of the program are bound to the hook, also of foreign components, so that a
closed gate stops the first of them before its provider is called. Whatever goes wrong in the hook
closes the gate: an exception without a text would let the step pass, and SystemExit would hang the
engine, so each becomes one with a text.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pulumi
from pulumi import (
    ResourceHook,
    ResourceHookArgs,
    ResourceHookBinding,
    ResourceTransformArgs,
    ResourceTransformationArgs,
    ResourceTransformationResult,
    ResourceTransformResult,
)

from tco.analysis.decision.spending_limits import UNPLANNED_SHARE, unplanned_limit_usd
from tco.analysis.evaluation import Evaluation, of_running_stack
from tco.catalog.catalog import Catalog
from tco.costing.stack import StackModel
from tco.documents.stack import stack_summary
from tco.iac.enforce.ceiling_rise import RecordedPool, ceiling_rise, recorded_pools, recorded_usd
from tco.iac.enforce.growth import growth
from tco.iac.enforce.unplanned import Limit, Unplanned, declared_resource
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.reading import LAUNCH_TEMPLATE, ReferenceIndex
from tco.iac.estimate.regions import stated_region
from tco.percent import percent_text
from tco.report.preview import refusal

__all__ = ["GateClosed", "Guard", "Judgement", "unplanned_limit"]

HOOK = "tco-gate"
PLANNED_HOOK = "tco-gate-of-the-plan"
ALLOW = (
    "; the cost of that is unknown. To allow such updates, add the type to the stack file: "
    'tco:plan.gate.allow_types: ["{kind}"]'
)
OWN_GROUP = "tco:iac:GpuNodePool$aws:autoscaling/group:Group"
Judged = Callable[[ResourceHookArgs], str]
"""Why an update may cost more, or an empty text."""


class GateClosed(Exception):
    """A step that the closed gate refuses. Always has a text."""


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


@dataclass(kw_only=True)
class Guard:
    """The gate of one program: what is bound to it, and the judgement that its hooks wait for."""

    stack: StackModel
    catalog: Catalog
    failed: Sequence[str]
    """Why the program failed, once it has."""
    planned: Callable[[pulumi.Resource | None], bool]
    """Distinguish the plan's own components from everything else that the program declares."""
    _declared: list[Resource] = field(default_factory=list[Resource])
    _judgement: pulumi.Output[Judgement] | None = None

    def bind(self) -> None:
        """Bind every resource declared from here on to the gate, unless it only warns."""
        if self.stack.plan.gate.level == "advisory":
            return
        refused: list[str] = []
        growth_of = _growth(self.stack, self.catalog)
        late = self._unplanned()
        own, others = (
            ResourceHook(name, self._hook(growth_of, late, refused, planned=planned))
            for name, planned in ((PLANNED_HOOK, True), (HOOK, False))
        )

        def bind(args: ResourceTransformationArgs) -> ResourceTransformationResult | None:
            """Return a resource that this program declares, its other options as they are."""
            if not isinstance(args.resource, pulumi.CustomResource):
                return None
            planned = self.planned(args.opts.parent)
            if not planned:
                self._note(args)
            opts = copy.copy(args.opts)
            opts.hooks = ResourceHookBinding.merge(opts.hooks, _binding(own if planned else others))
            return ResourceTransformationResult(args.props, opts)

        def bind_others(args: ResourceTransformArgs) -> ResourceTransformResult | None:
            """One that a component of another process declares; the SDK loses some options."""
            if not args.custom or _is_bound(args.opts.hooks):
                return None
            args.opts.hooks = ResourceHookBinding.merge(args.opts.hooks, _binding(others))
            return ResourceTransformResult(args.props, args.opts)

        pulumi.runtime.register_stack_transformation(bind)
        pulumi.runtime.register_resource_transform(bind_others)

    def judge(self, result: Evaluation, previous: Mapping[str, Any]) -> Judgement:
        """Return the judgement on a result, given the stack's outputs before this run."""
        recorded = recorded_pools(previous.get("tco"))
        rise = ""
        if recorded is not None:
            result = of_running_stack(result, recorded_usd(recorded, result.ceiling))
            rise = ceiling_rise(recorded, result.ceiling)
        limit = unplanned_limit(result)
        excess = self._unplanned().excess_of(self._declared, limit)
        return Judgement(result=result, recorded=recorded, limit=limit, rise=rise, excess=excess)

    def decide(self, judgement: pulumi.Output[Judgement]) -> None:
        """Take the judgement. Until then every step is refused: the program may have failed."""
        self._judgement = judgement

    def _note(self, args: ResourceTransformationArgs) -> None:
        """Keep a resource that the program declares and the plan does not price."""
        exists = args.opts.id is not None or args.opts.import_ is not None
        if not exists and not isinstance(args.resource, pulumi.ProviderResource):
            region = pulumi.Config("aws").get("region")
            self._declared.append(declared_resource(args.type_, args.name, args.props, region))

    def _unplanned(self) -> Unplanned:
        return Unplanned(
            catalog=self.catalog.with_books(self.stack.source.books),
            day=self.stack.day,
            allowed_types=frozenset(self.stack.plan.gate.allow_types),
        )

    def _hook(
        self, growth_of: Judged, late: Unplanned, refused: list[str], *, planned: bool
    ) -> Callable[[ResourceHookArgs], Awaitable[None]]:
        """Return a hook that refuses what the judgement does not let pass.

        The first refusal says why the gate is closed; the others say that it is.
        """

        async def judge(args: ResourceHookArgs) -> None:
            if self._judgement is None:
                unknown = "The program failed before the gate opened."
                why = self.failed[0] if self.failed and not refused else unknown
                refused.append(args.name)
                raise GateClosed(f"{args.name} was refused. {why}")
            try:
                found = cast("Judgement", await self._judgement.future())  # holds no resource
                reason = _reason(found, args, growth_of, late, planned=planned)
                if not reason:
                    return
                why = "The gate is closed." if refused else _why(found)
                refused.append(args.name)
            except BaseException as error:
                raise GateClosed(
                    f"the gate could not be evaluated ({type(error).__name__}: {error}), so "
                    "it stays closed."
                ) from None
            raise GateClosed(f"{args.name} {reason}. {why}")

        return judge


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


def _binding(hook: ResourceHook) -> ResourceHookBinding:
    return ResourceHookBinding(before_create=[hook], before_update=[hook])


def _is_bound(hooks: ResourceHookBinding | None) -> bool:
    """Return whether a hook of the gate is bound to both creation and update."""
    steps = (hooks.before_create, hooks.before_update) if hooks is not None else ((), ())
    return all(
        {HOOK, PLANNED_HOOK} & {getattr(hook, "name", "") for hook in step or ()} for step in steps
    )


def _reason(
    found: Judgement, args: ResourceHookArgs, growth_of: Judged, late: Unplanned, *, planned: bool
) -> str:
    """Return why a step is refused, or an empty text. A replacement is a creation."""
    creates = args.old_inputs is None or args.new_inputs is None
    done = "created" if creates else "updated"
    if found.open:
        new = _resource(args, args.new_inputs or {})
        more = "" if planned else late.refusal(new, found.limit)
        return f"was not {done}: {more}" if more else ""
    if found.rise:
        return f"was not {done}: the stack would grow, {found.rise}"
    if planned and found.passes:
        return ""
    if creates:
        return "was not created"
    grows = growth_of(args)
    return f"was not updated: it would grow, {grows}" if grows else ""


def _why(found: Judgement) -> str:
    """Return why the gate is closed, for the first step that is refused."""
    if found.excess and found.result.gate.open:
        return f"The gate is closed: {found.excess}."
    return refusal(stack_summary(found.result))


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
