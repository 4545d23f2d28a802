"""The gate in the engine: a hook before every creation and every growth, on every resource.

A transform binds the hook to all resources of the program, those of foreign components included,
so that a closed gate stops the first of them before its provider is called. Whatever goes wrong
in the hook closes the gate: an exception without a text would let the step pass, and SystemExit
would hang the engine, so each becomes one with a text.
"""

from __future__ import annotations

from collections.abc import Callable

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
from tco.catalog.rows import NodePrice
from tco.iac.growth import Rate, growth
from tco.report.preview import refusal
from tco.report.view import stack_view

__all__ = ["GateClosed", "guard"]

HOOK = "tco-gate"


class GateClosed(Exception):
    """A step that the closed gate refuses. Always has a text."""


def guard(result: Evaluation) -> None:
    """Bind every resource declared from here on to the gate, unless it is open or advisory."""
    if result.gate.open or result.gate.level == "advisory":
        return
    hook = ResourceHook(HOOK, _closed(lambda: refusal(result, stack_view(result)), _rate(result)))

    def bind(args: ResourceTransformArgs) -> ResourceTransformResult | None:
        if not args.custom:
            return None
        bound = ResourceHookBinding(before_create=[hook], before_update=[hook])
        merged = ResourceHookBinding.merge(args.opts.hooks, bound)
        opts = ResourceOptions.merge(args.opts, ResourceOptions())
        opts.hooks = merged
        return ResourceTransformResult(args.props, opts)

    pulumi.runtime.register_resource_transform(bind)


def _closed(told: Callable[[], str], rate: Rate) -> Callable[[ResourceHookArgs], None]:
    """A hook that refuses creation and growth, and lets everything else pass.

    The first refusal tells why the gate is closed; the others say that it is.
    """
    refused: list[str] = []

    def refuse(args: ResourceHookArgs) -> None:
        try:
            reason = _reason(args, rate)
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


def _reason(args: ResourceHookArgs, rate: Rate) -> str:
    """Why a step is refused, or an empty text. A replacement is a creation."""
    if args.old_inputs is None or args.new_inputs is None:
        return "was not created"
    grows = growth(args.old_inputs, args.new_inputs, rate)
    return f"was not updated: it would grow, {grows}" if grows else ""


def _rate(result: Evaluation) -> Rate:
    stack = result.stack
    regions = {pool.region for _, _, _, pool in stack.pools() if pool.provisioned}

    def usd_per_hour(instance: str) -> float | None:
        prices: list[float] = []
        for region in regions:
            key = ("node", instance, region, "on-demand", None, None, None)
            found = stack.catalog.find_as(NodePrice, key, stack.day)
            if found is None:
                return None
            prices.append(float(found.row.usd_per_node_hour.likely))
        return max(prices, default=None)

    return usd_per_hour
