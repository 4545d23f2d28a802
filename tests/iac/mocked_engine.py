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
from unittest.mock import patch

import pulumi
from pulumi.runtime import mocks, rpc, set_all_config
from pulumi.runtime.settings import SETTINGS, set_root_resource
from pulumi.runtime.stack import run_pulumi_func

from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.iac import gated_program
from tco.iac.provision.annotations import annotate
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
    outputs: Keys = field(default_factory=dict[str, Any])
    """The stack's outputs after the run."""

    @property
    def record(self) -> Keys:
        """The stack output `tco`."""
        return self.outputs["tco"]

    def of_kind(self, kind: str) -> dict[str, Keys]:
        """The inputs of the resources of a kind, by name."""
        return {
            resource.name: resource.inputs for resource in self.declared if resource.kind == kind
        }

    @property
    def cloud(self) -> dict[str, Keys]:
        """The inputs of everything that a cloud would bill or keep, by URN."""
        return {
            resource.urn: resource.inputs
            for resource in self.declared
            if resource.type.startswith("aws:")
        }


class _Provider(mocks.Mocks):
    """Outputs are the inputs, and what launch templates and topics add."""

    def __init__(self, outputs: Mapping[str, Any]) -> None:
        self.outputs = outputs

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        inputs: Keys = vars(args)["inputs"]
        return f"{args.name}-id", {**inputs, "latestVersion": 1, "arn": f"arn:{args.name}"}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        if args.token != gated_program.READ_OUTPUTS:
            raise NotImplementedError(args.token)
        return {"outputs": dict(self.outputs)}, []


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

    def __init__(
        self,
        deployment: Deployment,
        before: Mapping[str, Keys],
        hooks: _Hooks,
        provider: mocks.Mocks,
    ) -> None:
        super().__init__(provider)
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
    program: Callable[[], None],
    deployment: Deployment,
    before: Mapping[str, Keys],
    config: Keys,
    outputs: Mapping[str, Any],
) -> None:
    """Run a program to its end on a monitor of its own, and leave the SDK as it was."""
    logger = logging.Logger("program")
    logger.addHandler(_Lines(deployment.log))
    hooks = _Hooks()
    set_root_resource(cast("pulumi.Resource", None))  # so that the stack is made again
    provider = _Provider(outputs)
    monitor = _Monitor(deployment, before, hooks, provider)
    mocks.set_mocks(provider, "tco", STACK, False, logger, monitor)
    cast("Any", SETTINGS).callbacks = hooks
    set_all_config(
        {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in config.items()
        }
    )

    async def started() -> None:
        hooks.loop = asyncio.get_running_loop()
        await run_pulumi_func(program)

    try:
        asyncio.get_event_loop().run_until_complete(started())
    except Exception as error:
        deployment.failed = f"{type(error).__name__}: {error}"
    finally:
        cast("Any", SETTINGS).callbacks = None
        set_root_resource(cast("pulumi.Resource", None))
        set_all_config({})


def deploy(
    lab: Lab,
    before: Mapping[str, Keys] | None = None,
    *,
    day: dt.date = DAY,
    evaluated: Callable[..., Evaluation] | None = None,
    outputs: Mapping[str, Any] | None = None,
    config: Mapping[str, str] | None = None,
    declare: Callable[[gated_program.GatedPlan], object] = gated_program.GatedPlan.declare,
    more: Callable[[], object] = lambda: None,
) -> Deployment:
    """Run the program's steps on the stack `one`; what was there ``before`` is updated.

    ``evaluated`` replaces the evaluation, ``outputs`` are the stack's from the run before,
    ``config`` is the rest of the configuration, ``declare`` declares the
    plan's pools, ``more`` what else the user's program has.
    """
    done = Deployment()
    file = lab.folder / f"Pulumi.{STACK}.yaml"
    configured = {**json.loads(file.read_text(encoding="utf-8"))["config"], **(config or {})}

    def program() -> None:
        with gated_program.gated(folder=lab.folder, catalog=lab.catalog, today=day) as plan:
            declare(plan)
            more()

    def annotated(*found: Any) -> Keys:
        done.outputs = annotate(*found)  # mocks keep no outputs of a stack
        return done.outputs

    with (
        patch("tco.iac.provision.annotations.annotate", annotated),
        patch("tco.analysis.evaluate.evaluate", evaluated or evaluate),
    ):
        _run(program, done, before or {}, configured, outputs or {})
    return done
