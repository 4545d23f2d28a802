"""The people and the platform: what the plan states, or the catalog's figures."""

from __future__ import annotations

from dataclasses import replace

from tco.catalog.sourced import SourcedValue
from tco.costing.overheads import Labor, Platform
from tco.ranges import Range
from tco.resolve.lookup import Lookup

__all__ = ["resolve_labor", "resolve_platform"]

FTE_TABLE = (
    (1, "ops_fte_at_1_node"),
    (4, "ops_fte_at_4_nodes"),
    (16, "ops_fte_at_16_nodes"),
    (100, "ops_fte_at_100_nodes"),
)


def resolve_labor(todo: Lookup) -> Labor:
    """Return the people: declared, or the catalog's table of FTE by nodes."""
    ops = todo.plan.ops
    fte: SourcedValue | None = None
    table: tuple[tuple[int, SourcedValue], ...] = ()
    if isinstance(ops.fte, Range):
        fte = todo.stated("ops.fte", ops.fte, "FTE")
    elif ops.fte is not None:
        table = tuple(
            (nodes, _people(todo.stated(f"ops.fte at {nodes} nodes", value, "FTE")))
            for nodes, value in sorted(ops.fte.items())
        )
    else:
        table = tuple((nodes, _people(todo.figure(name))) for nodes, name in FTE_TABLE)
    hours = ops.hours_per_node_month
    return Labor(
        fte=fte,
        table=table,
        hours_per_node_month=todo.stated("ops.hours_per_node_month", hours, "h")
        if hours is not None
        else None,
        usd_per_fte_year=todo.stated_or(
            "ops.usd_per_fte_year", ops.usd_per_fte_year, "USD/year", "usd_per_fte_year"
        ),
        api_fte=todo.stated("ops.api_fte", ops.api_fte, "FTE"),
        setup_usd=todo.stated("ops.setup_usd", ops.setup_usd, "USD"),
    )


def _people(row: SourcedValue) -> SourcedValue:
    """Return a row of a table of FTE; all rows share one driver."""
    return replace(row, shared_driver="ops.fte")


def resolve_platform(todo: Lookup) -> Platform:
    """Return the platform that the plan states, or the catalog's default, and its alarms."""
    platform = _platform(todo)
    guardrails = todo.plan.guardrails
    if todo.plan.provision is None or not guardrails or not guardrails.tripwires:
        return platform
    watched = (
        ("utilization alarm", todo.figure("cloudwatch_alarm_usd_per_month")),
        ("utilization metric", todo.figure("cloudwatch_metric_usd_per_month")),
    )
    return replace(platform, usd_per_month=(*platform.usd_per_month, *watched))


def _platform(todo: Lookup) -> Platform:
    """Return the platform that the plan states, or the catalog's default."""
    stated = todo.plan.platform
    if stated is None:
        disk = todo.figure("disk_usd_per_gb_month")
        gb = todo.figure("disk_gb_per_node")
        logs, log_gb = todo.figure("logs_usd_per_gb"), todo.figure("logs_gb_per_node_month")
        return Platform(
            (("load balancer", todo.figure("load_balancer_usd_per_month")),),
            (("disks", _product("disks", disk, gb)), ("logs", _product("logs", logs, log_gb))),
            None,
        )
    license_figure = stated.licence_usd_per_gpu_year
    return Platform(
        (("platform", todo.stated("platform.usd_per_month", stated.usd_per_month, "USD/month")),),
        (
            (
                "platform per node",
                todo.stated("platform.usd_per_node_month", stated.usd_per_node_month, "USD/month"),
            ),
        )
        if stated.usd_per_node_month.high > 0
        else (),
        todo.stated("platform.licence_usd_per_gpu_year", license_figure, "USD/year")
        if license_figure.high > 0
        else None,
    )


def _product(name: str, price: SourcedValue, quantity: SourcedValue) -> SourcedValue:
    """Price x quantity as one figure per node and month, the older of the two days."""
    days = [day for day in (price.as_of, quantity.as_of) if day is not None]
    a, b = price.value, quantity.value
    return SourcedValue(
        name=name,
        value=Range(a.low * b.low, a.likely * b.likely, a.high * b.high),
        unit="USD/month",
        source=f"{price.source}; {quantity.source}"
        if price.source != quantity.source
        else price.source,
        as_of=min(days, default=None),
        estimate=price.estimate or quantity.estimate,
        confidential=price.confidential or quantity.confidential,
        origin="book" if "book" in (price.origin, quantity.origin) else "catalog",
    )
