"""The gate in the engine: a hook before every creation and every growth, on every resource.

All resources of the program are bound to the hook, also of foreign components, so that a
closed gate stops the first of them before its provider is called. Whatever goes wrong in the hook
closes the gate: an exception without a text would let the step pass, and SystemExit would hang the
engine, so each becomes one with a text.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Mapping, Sequence
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

from tco.analysis.evaluation import Evaluation
from tco.catalog.catalog import Catalog
from tco.costing.stack import StackModel
from tco.documents.stack import stack_summary
from tco.iac.enforce.growth import growth
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.reading import LAUNCH_TEMPLATE, ReferenceIndex
from tco.iac.estimate.regions import stated_region
from tco.report.preview import refusal

__all__ = ["GateClosed", "guard"]

HOOK = "tco-gate"
ALLOW = (
    "; the cost of that is unknown. To allow such updates, add the type to the stack file: "
    'tco:plan.gate.allow_types: ["{kind}"]'
)
OWN_GROUP = "tco:iac:GpuNodePool$aws:autoscaling/group:Group"
Judged = Callable[[ResourceHookArgs], str]
"""Why an update may cost more, or an empty text."""


class GateClosed(Exception):
    """A step that the closed gate refuses. Always has a text."""


def guard(
    stack: StackModel, catalog: Catalog, failed: Sequence[str]
) -> Callable[[pulumi.Output[Evaluation]], None]:
    """Bind every resource declared from here on to the gate, unless it only warns.

    Gives the function that takes the result. The engine waits for it before the first provider is
    called; a program that fails before it hands it over provisions nothing; ``failed`` says why.
    """
    handed: list[pulumi.Output[Evaluation]] = []
    if stack.plan.gate.level == "advisory":
        return handed.append
    hook = ResourceHook(HOOK, _judge(handed, failed, _growth(stack, catalog)))
    bound = ResourceHookBinding(before_create=[hook], before_update=[hook])

    def bind(args: ResourceTransformationArgs) -> ResourceTransformationResult | None:
        """Return a resource that this program declares, its other options as they are."""
        if not isinstance(args.resource, pulumi.CustomResource):
            return None
        opts = copy.copy(args.opts)
        opts.hooks = ResourceHookBinding.merge(opts.hooks, bound)
        return ResourceTransformationResult(args.props, opts)

    def bind_others(args: ResourceTransformArgs) -> ResourceTransformResult | None:
        """One that a component of another process declares; the SDK loses some of its options."""
        if not args.custom or _is_bound(args.opts.hooks):
            return None
        args.opts.hooks = ResourceHookBinding.merge(args.opts.hooks, bound)
        return ResourceTransformResult(args.props, args.opts)

    pulumi.runtime.register_stack_transformation(bind)
    pulumi.runtime.register_resource_transform(bind_others)
    return handed.append


def _is_bound(hooks: ResourceHookBinding | None) -> bool:
    """Whether the gate's hook is bound to both creation and update."""
    steps = (hooks.before_create, hooks.before_update) if hooks is not None else ((), ())
    return all(HOOK in [getattr(hook, "name", "") for hook in step or ()] for step in steps)


def _judge(
    handed: Sequence[pulumi.Output[Evaluation]], failed: Sequence[str], grown: Judged
) -> Callable[[ResourceHookArgs], Awaitable[None]]:
    """Return a hook that refuses creation and growth while the gate is closed, and nothing else.

    The first refusal tells why the gate is closed; the others say that it is.
    """
    refused: list[str] = []

    async def judge(args: ResourceHookArgs) -> None:
        if not handed:
            why = (
                failed[0]
                if failed and not refused
                else "The program failed before the gate opened."
            )
            refused.append(args.name)
            raise GateClosed(f"{args.name} was refused. {why}")
        try:
            found = cast("Evaluation", await handed[0].future())  # known: no resource is in it
            reason = "" if found.gate.open else _reason(args, grown)
            if not reason:
                return
            why = "The gate is closed." if refused else refusal(stack_summary(found))
            refused.append(args.name)
        except BaseException as error:
            raise GateClosed(
                f"the gate could not be judged ({type(error).__name__}: {error}), "
                "so it stays closed."
            ) from None
        raise GateClosed(f"{args.name} {reason}. {why}")

    return judge


def _reason(args: ResourceHookArgs, grown: Judged) -> str:
    """Why a step is refused, or an empty text. A replacement is a creation."""
    if args.old_inputs is None or args.new_inputs is None:
        return "was not created"
    grows = grown(args)
    return f"was not updated: it would grow, {grows}" if grows else ""


def _growth(stack: StackModel, catalog: Catalog) -> Judged:
    """Growth at the plan's prices; its pools' groups start what their launch template says."""
    default_region = pulumi.Config("aws").get("region")
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
        old, new = (
            _resource(args, inputs or {}, default_region)
            for inputs in (args.old_inputs, args.new_inputs)
        )
        found = growth(old, new, known, prices, day=stack.day)
        if found.in_doubt and args.type in allowed:
            return ""
        if not found.reason and args.type == LAUNCH_TEMPLATE:
            known.add(new)  # a group may take up its new version: it costs no more
        return f"{found.reason}{ALLOW.format(kind=args.type)}" if found.in_doubt else found.reason

    return grown


def _resource(
    args: ResourceHookArgs, inputs: Mapping[str, Any], default_region: str | None
) -> Resource:
    """Convert a hook's resource for the inventory; the plan's groups get their pool's name."""
    outputs = args.old_outputs or {}
    region = stated_region(inputs, outputs) or default_region
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
