"""The steps of the Pulumi program: read the plan, check that it can be provisioned, declare."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import math
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi
from pulumi.runtime.config import is_config_secret

from tco.ci_log import log_text
from tco.costing.fleet_operation import operate, spare_nodes
from tco.costing.pool_model import PoolModel
from tco.costing.service_model import ServiceModel
from tco.costing.stack import StackModel
from tco.errors import BadInput, Problem, TcoError
from tco.iac.provision.aws_bill import billed_by_aws_usd
from tco.iac.provision.guardrails import SpendGuardrails
from tco.iac.provision.pool import GpuNodePool, GpuNodePoolArgs
from tco.plan.plan import PLAN_KEY
from tco.plan.provision import Guardrails, Provision
from tco.plan.stack_file import StackFile, stack_from
from tco.providers.aws import REGION_KEY

if TYPE_CHECKING:
    from tco.iac.provision.tripwire_limits import TripwireLimits

__all__ = [
    "as_pulumi_run_error",
    "declare",
    "planned_arguments",
    "read_configured_stack",
    "refuse_unprovisionable",
    "run_in_thread",
]

T = TypeVar("T")

NOT_BOUGHT = "a capacity block is bought first; then write commitment.id"
NO_PROVISION = "the plan has no provision"
NO_NODES = "it has no nodes"


@contextlib.contextmanager
def as_pulumi_run_error(failed: list[str]) -> Generator[None]:
    """Raise every error as one of Pulumi's own: its text, once, no traceback, nothing provisioned.

    ``failed`` then holds the text: resources declared before may still be on their way.
    """
    try:
        yield
    except pulumi.RunError as error:
        failed.append(str(error))
        raise
    except Exception as error:
        failed.append(log_text(_format_error(error)))
        known = isinstance(error, TcoError)
        raise pulumi.RunError(failed[0]) from (None if known else error)


def _format_error(error: Exception) -> str:
    if isinstance(error, TcoError):
        return f"{error}\nNothing was provisioned."
    return (
        f"tco failed: {type(error).__name__}: {error}. Nothing was provisioned. "
        f"See whether `tco plan {pulumi.get_stack()}` fails too, and report it."
    )


def run_in_thread(work: Callable[[], T]) -> pulumi.Output[T]:
    """Run a function while the engine starts its providers; report its errors once.

    An exit inside the work would leave the engine waiting for the program, so it is an error too.
    The thread is its own: a program of many resources fills the loop's with requests that wait for
    the gate, and so for this work.
    """

    def guarded() -> T:
        with as_pulumi_run_error([]):
            try:
                return work()
            except Exception:
                raise
            except BaseException as ended:
                raise RuntimeError(f"ended by {type(ended).__name__}") from ended

    own = ThreadPoolExecutor(1)
    future = own.submit(contextvars.copy_context().run, guarded)
    own.shutdown(wait=False)
    return pulumi.Output.from_input(asyncio.wrap_future(future))


def read_configured_stack(folder: Path) -> StackFile:
    """Return the stack as Pulumi configures it. Raises BadInput."""
    name = pulumi.get_stack()
    config: dict[str, Any] = {}
    plan = pulumi.Config("tco").get_object("plan")
    if plan is not None:
        secret = is_config_secret(PLAN_KEY)
        config[PLAN_KEY] = {"secure": ""} if secret else plan  # as the stack file has it
    region = pulumi.Config("aws").get("region")
    if region is not None:
        config[REGION_KEY] = region
    return stack_from(config, folder, name)


def refuse_unprovisionable(stack: StackModel) -> None:
    """Raise BadInput with everything that keeps the plan's pools from being provisioned."""
    problems = list(_problems(stack))
    if problems:
        raise BadInput(problems)


def _problems(stack: StackModel) -> Iterator[Problem]:
    provision, guardrails = stack.plan.provision, stack.plan.guardrails
    pools = [(service, pool) for service, _, _, pool in stack.pools() if pool.provisioned]
    if provision is None or not pools:
        return
    for service, pool in pools:
        path = f"{PLAN_KEY}.services.{service.name}.pools.{pool.name}"
        if pool.plan.nodes.auto:
            yield Problem(
                stack.file,
                f"{path}.nodes",
                "auto is for planning: a new benchmark must not resize a running fleet.",
                f"`tco optimize {stack.name} --write` pins whole numbers.",
            )
        if pool.supply.option == "reserved" and provision.zone is None:
            yield Problem(
                stack.file,
                f"{PLAN_KEY}.provision.zone",
                f"is missing: the capacity reservation of {pool.name} is in one zone.",
                "Write the availability zone of the subnets, such as us-east-1a.",
            )
    if guardrails is None or (guardrails and not _heard(guardrails)):
        yield Problem(
            stack.file,
            f"{PLAN_KEY}.guardrails",
            "no recipients are configured for the budget alerts.",
            "Write guardrails: {budget_emails: [you@example.com]} or {sns_topic_arn: …}, or "
            "guardrails: false to provision without them.",
        )

    regions = sorted({pool.region or "" for _, pool in pools})
    if guardrails and guardrails.tripwires and len(regions) > 1:
        yield Problem(
            stack.file,
            f"{PLAN_KEY}.guardrails.tripwires",
            f"an alarm reads one region, and the pools are in {' and '.join(regions)}.",
            "Write tripwires: false, and watch the utilization with `tco alerts`.",
        )


def _heard(guardrails: Guardrails) -> bool:
    return bool(guardrails.budget_emails or guardrails.sns_topic_arn)


def planned_arguments(stack: StackModel) -> dict[str, GpuNodePoolArgs]:
    """Return what each pool that is provisioned is made of, by its name."""
    spares = spare_nodes(operate(stack))
    provision = stack.plan.provision
    return {
        pool.name: _arguments(provision, stack, service, pool, spares=spares)
        for service, _, _, pool in stack.pools()
        if provision is not None and not _idle_because(stack, pool, spares)
    }


def declare(stack: StackModel, planned: Mapping[str, GpuNodePoolArgs]) -> dict[str, GpuNodePool]:
    """Return the plan's pools, and the guardrails of those that are provisioned."""
    spares = spare_nodes(operate(stack))
    pools: dict[str, GpuNodePool] = {}
    for _, _, _, pool in stack.pools():
        if pool.name not in pools:
            because = _idle_because(stack, pool, spares)
            pools[pool.name] = GpuNodePool(pool.name, planned.get(pool.name), idle_because=because)
    if planned and stack.plan.guardrails:
        terms = stack.plan.guardrails
        SpendGuardrails(
            stack.name,
            billed_by_aws_usd(stack),
            list(planned.values()),
            terms=terms,
            planned=True,
            limits=_limits(stack) if terms.tripwires else None,
        )
    return pools


def _limits(stack: StackModel) -> TripwireLimits:
    from tco.iac.provision.tripwire_limits import tripwire_limits  # noqa: PLC0415  few plans ask

    return tripwire_limits(stack)


def _idle_because(stack: StackModel, pool: PoolModel, spares: dict[str, int]) -> str:
    """Return why a pool has no cloud resources; empty where it has."""
    if pool.plan.owned is not None:
        return "the nodes are owned"
    if not pool.provisioned:
        return f"{pool.node} is rented outside AWS"
    if stack.plan.provision is None:
        return NO_PROVISION
    if not pool.plan.nodes.max and not spares.get(pool.name):
        return NO_NODES
    return NOT_BOUGHT if _is_block(pool) and _commitment_id(pool) is None else ""


def _is_block(pool: PoolModel) -> bool:
    return pool.supply.option == "capacity-block"


def _commitment_id(pool: PoolModel) -> str | None:
    return pool.plan.commitment.id if pool.plan.commitment is not None else None


def _arguments(
    provision: Provision,
    stack: StackModel,
    service: ServiceModel,
    pool: PoolModel,
    spares: dict[str, int],
) -> GpuNodePoolArgs:
    nodes, spot = pool.plan.nodes, pool.supply.spot
    more = spot.overprovision if spot is not None else 1.0
    return GpuNodePoolArgs(
        stack=stack.name,
        service=service.name,
        pool=pool.name,
        instance_type=pool.node,
        purchase="capacity-block" if _is_block(pool) else pool.plan.purchase,
        min_nodes=math.ceil(nodes.min * more),
        max_nodes=math.ceil((nodes.max or 0) * more),
        spare_nodes=spares.get(pool.name, 0),
        subnets=provision.subnets,
        cluster=provision.cluster,
        zone=provision.zone,
        reservation_id=_commitment_id(pool) if _is_block(pool) else None,
        packed=pool.nodes_per_replica > 1,
        region=pool.plan.region,
    )
