"""The gate in the engine: a hook before every creation and every growth, on every resource.

A transform binds the hook to all resources of the program, those of foreign components included,
so that a closed gate stops the first of them before its provider is called. Whatever goes wrong
in the hook closes the gate: an exception without a text would let the step pass, and SystemExit
would hang the engine, so each becomes one with a text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi import (
    ResourceHook,
    ResourceHookArgs,
    ResourceHookBinding,
    ResourceOptions,
    ResourceTransformArgs,
    ResourceTransformResult,
)

from tco.analysis.evaluation import Evaluation
from tco.iac.growth import growth
from tco.iac.nodes import Resource
from tco.iac.reading import LAUNCH_TEMPLATE, Known
from tco.iac.regions import stated_region
from tco.report.preview import refusal
from tco.report.view import stack_view

__all__ = ["GateClosed", "guard"]

HOOK = "tco-gate"
OWN_GROUP = "tco:iac:GpuNodePool$aws:autoscaling/group:Group"
Growth = Callable[[ResourceHookArgs], str]
"""Why an update may cost more, or an empty text."""


class GateClosed(Exception):
    """A step that the closed gate refuses. Always has a text."""


def guard(result: Evaluation) -> None:
    """Bind every resource declared from here on to the gate, unless it is open or advisory."""
    if result.gate.open or result.gate.level == "advisory":
        return
    hook = ResourceHook(HOOK, _closed(lambda: refusal(result, stack_view(result)), _growth(result)))

    def bind(args: ResourceTransformArgs) -> ResourceTransformResult | None:
        if not args.custom:
            return None
        bound = ResourceHookBinding(before_create=[hook], before_update=[hook])
        merged = ResourceHookBinding.merge(args.opts.hooks, bound)
        opts = ResourceOptions.merge(args.opts, ResourceOptions())
        opts.hooks = merged
        return ResourceTransformResult(args.props, opts)

    pulumi.runtime.register_resource_transform(bind)


def _closed(told: Callable[[], str], grown: Growth) -> Callable[[ResourceHookArgs], None]:
    """A hook that refuses creation and growth, and lets everything else pass.

    The first refusal tells why the gate is closed; the others say that it is.
    """
    refused: list[str] = []

    def refuse(args: ResourceHookArgs) -> None:
        try:
            reason = _reason(args, grown)
            why = "The gate is closed." if refused else told()
            text = f"{args.name} {reason}. {why}" if reason else ""
            refused.extend([text] if reason else [])
        except BaseException as error:
            raise GateClosed(
                f"the gate could not be judged ({type(error).__name__}: {error}), "
                "so it stays closed."
            ) from None
        if text:
            raise GateClosed(text)

    return refuse


def _reason(args: ResourceHookArgs, grown: Growth) -> str:
    """Why a step is refused, or an empty text. A replacement is a creation."""
    if args.old_inputs is None or args.new_inputs is None:
        return "was not created"
    grows = grown(args)
    return f"was not updated: it would grow, {grows}" if grows else ""


def _growth(result: Evaluation) -> Growth:
    """Growth at the plan's prices; its pools' groups start what their launch template says."""
    stack = result.stack
    default_region = pulumi.Config("aws").get("region")
    known = Known(
        Resource(pool.name, LAUNCH_TEMPLATE, pool.name, {"instanceType": pool.node})
        for _, _, _, pool in stack.pools()
        if pool.provisioned and pool.supply.option != "capacity-block"
    )

    def grown(args: ResourceHookArgs) -> str:
        old, new = (
            _resource(args, inputs or {}, default_region)
            for inputs in (args.old_inputs, args.new_inputs)
        )
        return growth(old, new, known, stack.catalog, stack.day)

    return grown


def _resource(
    args: ResourceHookArgs, inputs: Mapping[str, Any], default_region: str | None
) -> Resource:
    """What a hook sees, as the inventory reads it; a group of the plan's by its pool's name."""
    outputs = args.old_outputs or {}
    region = stated_region(inputs, outputs) or default_region
    template = {"launchTemplate": [args.name]} if OWN_GROUP in args.urn else {}
    return Resource(
        args.urn,
        args.type,
        args.name,
        inputs,
        region if isinstance(region, str) else None,
        outputs=outputs,
        property_dependencies=template,
    )
