"""Services in ``tco.plan/1``: the model, the demand and the fleet of each."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Literal

from pydantic import Field

from tco.analysis.busiest_hour import busiest_hour
from tco.analysis.evaluation import Evaluation
from tco.analysis.fleet_figures import FleetFigures
from tco.costing.service_model import ServiceModel
from tco.documents.document import Part
from tco.throughput.curve import Slo
from tco.units import TOKENS_PER_MTOK

__all__ = ["FleetPart", "ServicePart", "service_parts"]


class VolumePart(Part):
    """A service's demand in a month; input includes what is cached."""

    requests: float
    input_mtok: float
    cached_input_mtok: float
    output_mtok: float


class SizingPart(Part):
    """The margins by which a fleet is sized."""

    router: str
    target_load: float
    quantile: float | None = Field(description="Null with a stated burst factor.")
    burst_rate: float | None = Field(description="Null with a stated burst factor.")
    burst_factor: float | None


class BusiestHourPart(Part):
    """The busiest hour of the week, and the mean over all hours; concurrency is per node."""

    nodes: float
    utilization: float
    concurrency: float
    mean_concurrency: float
    itl_ms: float | None = Field(description="At the mean concurrency of the hour.")
    mean_itl_ms: float | None = Field(description="At the mean concurrency of the week.")
    itl_limit_ms: float | None
    slower_share: float | None = Field(
        description="The share of the hour in which the token time is above its objective."
    )


class FleetPart(Part):
    """A service's fleet in the month of the pricing day."""

    nodes: float
    standby_nodes: float
    node_hours: float
    utilization: float
    utilization_counts: Literal["standby and boot hours in the denominator"]
    utilization_provisioned: float
    unserved_share: float
    overflow_share: float
    node_output_tok_s: float
    concurrency: float | None
    extrapolated: bool
    predicted: bool
    provenance: str
    throughput_as_of: dt.date | None = Field(
        description="The oldest day of a measurement behind it; null where none has a day."
    )
    throughput_is_old: bool = Field(description="Older than gate.max_throughput_age_days.")
    replacement_hours: float = Field(description="How long a failed node is missing, likely.")
    is_single: bool = Field(
        description="Whether one node serves alone, without a spare or an API behind it."
    )
    slo: Slo
    slo_inferred: bool
    standby_target: float | None = Field(
        description="The share of hours in which the standby keeps all nodes up, where one is set."
    )
    sizing: SizingPart
    busiest_hour: BusiestHourPart | None = Field(
        description="Null with a stated burst factor, or for a rate without concurrency."
    )


class ServicePart(Part):
    """A service: its model, its demand and its fleet."""

    name: str
    model: str
    serving: str = Field(description="The model, and what it runs on.")
    volume: VolumePart
    fleet: FleetPart


def service_parts(result: Evaluation) -> tuple[ServicePart, ...]:
    """Return the services of a stack."""
    return tuple(
        ServicePart(
            name=service.name,
            model=service.model,
            serving=service.serving_label,
            volume=_volume(service),
            fleet=_fleet(service, fleet, result),
        )
        for service, fleet in zip(result.stack.services, result.fleets, strict=True)
    )


def _volume(service: ServiceModel) -> VolumePart:
    requests = service.demand.requests_per_month
    return VolumePart(
        requests=requests,
        input_mtok=requests * service.input_tokens_per_request / TOKENS_PER_MTOK,
        cached_input_mtok=requests * service.cached_tokens_per_request / TOKENS_PER_MTOK,
        output_mtok=requests * service.output_tokens_per_request / TOKENS_PER_MTOK,
    )


def _fleet(service: ServiceModel, fleet: FleetFigures, result: Evaluation) -> FleetPart:
    days = [day for day in service.measured_throughput.values() if day is not None]
    measured = min(days, default=None)
    busiest = busiest_hour(service)
    age = (result.today - measured).days if measured is not None else 0
    return FleetPart(
        nodes=fleet.nodes,
        standby_nodes=fleet.standby_nodes,
        node_hours=fleet.node_hours,
        utilization=fleet.utilization,
        utilization_counts="standby and boot hours in the denominator",
        utilization_provisioned=fleet.utilization_provisioned,
        unserved_share=fleet.unserved_share,
        overflow_share=fleet.overflow_share,
        node_output_tok_s=fleet.node_output_tok_s,
        concurrency=fleet.concurrency,
        extrapolated=fleet.extrapolated,
        predicted=fleet.predicted,
        provenance=fleet.provenance.value,
        throughput_as_of=measured,
        replacement_hours=max(
            pool.mttr_hours.value.likely for group in service.groups for pool in group.pools
        ),
        is_single=_is_single(service, fleet),
        throughput_is_old=age > result.stack.plan.gate.max_throughput_age_days,
        slo=fleet.slo,
        slo_inferred=fleet.slo_inferred,
        standby_target=service.standby.target,
        sizing=_sizing(service),
        busiest_hour=BusiestHourPart(**dataclasses.asdict(busiest)) if busiest else None,
    )


def _sizing(service: ServiceModel) -> SizingPart:
    arrivals = service.groups[0].fleet.arrivals
    is_queue = arrivals.factor is None
    return SizingPart(
        router=arrivals.routed,
        target_load=arrivals.target_load,
        quantile=arrivals.quantile if is_queue else None,
        burst_rate=arrivals.burst_rate if is_queue else None,
        burst_factor=arrivals.factor,
    )


def _is_single(service: ServiceModel, fleet: FleetFigures) -> bool:
    """Return whether the failure of one node stops a service."""
    size = max(pool.nodes_per_replica for group in service.groups for pool in group.pools)
    behind = service.standby.kind == "api" or service.overflow is not None
    return not behind and fleet.nodes + fleet.standby_nodes <= size
