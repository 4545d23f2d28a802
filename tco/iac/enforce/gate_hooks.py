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
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

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

from tco.catalog.catalog import Catalog
from tco.costing.stack import StackModel
from tco.iac.enforce.declared import declared_resource
from tco.iac.estimate.nodes import Resource

if TYPE_CHECKING:  # loaded once something is judged: the program has declared its resources by then
    from tco.analysis.evaluation import Evaluation
    from tco.iac.enforce.judgement import Judgement, Steps

__all__ = ["GateClosed", "Guard"]

HOOK = "tco-gate"
PLANNED_HOOK = "tco-gate-of-the-plan"


class GateClosed(Exception):
    """A step that the closed gate refuses. Always has a text."""


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
        own, others = (
            ResourceHook(name, self._hook(refused, planned=planned))
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
        from tco.iac.enforce.judgement import judge  # noqa: PLC0415  once something is judged

        return judge(result, previous, self._declared, self.catalog)

    def decide(self, judgement: pulumi.Output[Judgement]) -> None:
        """Take the judgement. Until then every step is refused: the program may have failed."""
        self._judgement = judgement

    def _note(self, args: ResourceTransformationArgs) -> None:
        """Keep a resource that the program declares and the plan does not price."""
        exists = args.opts.id is not None or args.opts.import_ is not None
        if not exists and not isinstance(args.resource, pulumi.ProviderResource):
            region = pulumi.Config("aws").get("region")
            self._declared.append(declared_resource(args.type_, args.name, args.props, region))

    @cached_property
    def _steps(self) -> Steps:
        from tco.iac.enforce.judgement import Steps  # noqa: PLC0415  once something is judged

        return Steps(self.stack, self.catalog)

    def _hook(
        self, refused: list[str], *, planned: bool
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
                reason = self._steps.refusal(found, args, planned=planned)
                if not reason:
                    return
                why = "The gate is closed." if refused else found.why
                refused.append(args.name)
            except BaseException as error:
                raise GateClosed(
                    f"the gate could not be evaluated ({type(error).__name__}: {error}), so "
                    "it stays closed."
                ) from None
            raise GateClosed(f"{args.name} {reason}. {why}")

        return judge


def _binding(hook: ResourceHook) -> ResourceHookBinding:
    return ResourceHookBinding(before_create=[hook], before_update=[hook])


def _is_bound(hooks: ResourceHookBinding | None) -> bool:
    """Return whether a hook of the gate is bound to both creation and update."""
    steps = (hooks.before_create, hooks.before_update) if hooks is not None else ((), ())
    return all(
        {HOOK, PLANNED_HOOK} & {getattr(hook, "name", "") for hook in step or ()} for step in steps
    )
