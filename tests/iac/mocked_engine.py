"""The Pulumi program on the SDK's mocks: the hooks run before each step, as the engine runs them.

No engine, no provider, no network. `tests/engine/` holds the same to the real engine.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pulumi
from pulumi.runtime import mocks, rpc, set_all_config
from pulumi.runtime.settings import SETTINGS, set_root_resource
from pulumi.runtime.stack import run_pulumi_func

from tco.analysis.evaluation import Evaluation, evaluate
from tco.iac.enforce.gate_hooks import guard
from tco.iac.provision.annotations import annotate
from tco.iac.provision.program import (
    as_pulumi_run_error,
    declare,
    read_configured_stack,
    refuse_unprovisionable,
    run_in_thread,
)
from tco.resolve.resolver import resolve_stack
from tests.conftest import DAY, Keys, Lab

__all__ = ["Deployment", "deploy"]

STACK = "one"


@dataclass(frozen=True)
class Declared:
    """A resource that the program declared."""

    urn: str
    type: str
    name: str
    inputs: Keys

    @property
    def kind(self) -> str:
        """Its type without package and module."""
        return self.type.rpartition(":")[2]


@dataclass
class Deployment:
    """What the program declared, which steps its hooks refused, and what it logged."""

    declared: list[Declared] = field(default_factory=list[Declared])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    log: list[str] = field(default_factory=list[str])
    failed: str = ""
    record: Keys = field(default_factory=dict[str, Any])

    def keep(self, record: Keys) -> None:
        """Keep the stack output `tco`."""
        self.record = record

    def of_kind(self, kind: str) -> dict[str, Keys]:
        """The inputs of the resources of a kind, by name."""
        return {one.name: one.inputs for one in self.declared if one.kind == kind}

    @property
    def cloud(self) -> dict[str, Keys]:
        """The inputs of everything that a cloud would bill or keep, by URN."""
        return {one.urn: one.inputs for one in self.declared if one.type.startswith("aws:")}


class _Provider(mocks.Mocks):
    """Outputs are the inputs, and what launch templates and topics add."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        inputs: Keys = vars(args)["inputs"]
        return f"{args.name}-id", {**inputs, "latestVersion": 1, "arn": f"arn:{args.name}"}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(args.token)


class _Hooks:
    """In the place of the SDK's callback server: keeps hooks by name. Transforms need an engine."""

    def __init__(self) -> None:
        self.by_name: dict[str, pulumi.ResourceHook] = {}
        self.loop: asyncio.AbstractEventLoop | None = None

    def register_resource_hook(self, hook: pulumi.ResourceHook) -> None:
        self.by_name[hook.name] = hook

    def call(self, name: str, args: pulumi.ResourceHookArgs) -> None:
        """Call a hook from the engine's thread, in the loop of the program."""

        async def judged() -> None:
            answer = self.by_name[name](args)
            if answer is not None:
                await answer

        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(judged(), self.loop).result(60)

    def register_stack_transform(self, transform: object) -> None:
        pass


class _Monitor(mocks.MockMonitor):
    """Runs the hooks of a resource before its step: a creation, or an update of what is there."""

    def __init__(self, deployment: Deployment, before: Mapping[str, Keys], hooks: _Hooks) -> None:
        super().__init__(_Provider())
        self.deployment, self.before, self.hooks = deployment, before, hooks

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  the protocol's name
        if request.type != "pulumi:pulumi:Stack":
            self._step(request)
        return cast("Any", super()).RegisterResource(request)

    def _step(self, request: Any) -> None:
        urn = self.make_urn(request.parent, request.type, request.name)
        inputs = cast("Keys", rpc.deserialize_properties(request.object, keep_unknowns=True))
        self.deployment.declared.append(Declared(urn, request.type, request.name, inputs))
        if not request.custom:
            return
        old = self.before.get(urn)
        if old == inputs:
            return  # no step
        bound = request.hooks.before_create if old is None else request.hooks.before_update
        args = pulumi.ResourceHookArgs(
            urn, "", request.name, request.type, new_inputs=inputs, old_inputs=old
        )
        for name in bound:
            try:
                self.hooks.call(name, args)
            except Exception as error:
                self.deployment.refused[request.name] = str(error)


class _Lines(logging.Handler):
    """Keeps what the program logs."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname.lower()}: {record.getMessage()}")


def _run(
    program: Callable[[], None], deployment: Deployment, before: Mapping[str, Keys], config: Keys
) -> None:
    """Run a program to its end on a monitor of its own, and leave the SDK as it was."""
    logger = logging.Logger("program")
    logger.addHandler(_Lines(deployment.log))
    hooks = _Hooks()
    set_root_resource(cast("pulumi.Resource", None))  # so that the stack is made anew
    mocks.set_mocks(_Provider(), "tco", STACK, False, logger, _Monitor(deployment, before, hooks))
    cast("Any", SETTINGS).callbacks = hooks
    set_all_config(
        {key: one if isinstance(one, str) else json.dumps(one) for key, one in config.items()}
    )

    async def started() -> None:
        hooks.loop = asyncio.get_running_loop()
        await run_pulumi_func(program)

    try:
        asyncio.get_event_loop().run_until_complete(started())
    except pulumi.RunError as error:
        deployment.failed = str(error)
    finally:
        cast("Any", SETTINGS).callbacks = None
        set_root_resource(cast("pulumi.Resource", None))
        set_all_config({})


def deploy(
    lab: Lab,
    before: Mapping[str, Keys] | None = None,
    *,
    day: dt.date = DAY,
    evaluated: Callable[[], Evaluation] | None = None,
    more: Callable[[], object] = lambda: None,
) -> Deployment:
    """Run the program's steps on the stack `one`; what was there ``before`` is updated.

    ``evaluated`` stands in for the evaluation, ``more`` declares what the user's program adds.
    """
    done = Deployment()
    file = lab.folder / f"Pulumi.{STACK}.yaml"
    config = json.loads(file.read_text(encoding="utf-8"))["config"]

    def program() -> None:
        with as_pulumi_run_error() as failed:
            source = read_configured_stack(lab.folder)
            stack = resolve_stack(source, lab.catalog, day)
            refuse_unprovisionable(stack)
            set_evaluation = guard(stack, lab.catalog, failed)
            pools = declare(stack)
            more()
            result = run_in_thread(evaluated or (lambda: evaluate(stack, day)))
            pulumi.export("tco", result.apply(lambda found: done.keep(annotate(found, pools))))
            set_evaluation(result)

    _run(program, done, before or {}, config)
    return done
