"""Provisioned units of an alternative in ``tco.plan/1``."""

from __future__ import annotations

from pydantic import Field

from tco.arrays import as_scalar
from tco.catalog.provisioned_price import ProvisionedTerm
from tco.costing.provisioned import provisioned_use
from tco.costing.stack import Alternative, StackModel
from tco.documents.document import Part
from tco.units import HOURS_PER_MONTH

__all__ = ["ProvisionedPart", "provisioned_parts"]


class ProvisionedPart(Part):
    """The units of throughput that a service buys, the cheapest number of them."""

    service: str
    api: str
    unit: str
    term: ProvisionedTerm | None
    units: int = Field(description="0 where paying by the token is cheaper.")
    usd_per_month: float = Field(description="Of the units alone.")
    utilization: float
    overflow_share: float = Field(description="Share of the requests that is paid by the token.")


def provisioned_parts(stack: StackModel, alternative: Alternative) -> tuple[ProvisionedPart, ...]:
    """Return the units that an alternative buys at the pricing day's demand, by service."""
    found: list[ProvisionedPart] = []
    for service, rate in zip(stack.services, alternative.rates, strict=bool(alternative.rates)):
        if rate is None or rate.provisioned is None:
            continue
        row, use = rate.provisioned.row, provisioned_use(rate, service.demand, stack.day)
        units = round(as_scalar(use.units))
        found.append(
            ProvisionedPart(
                service=service.name,
                api=rate.api,
                unit=row.unit,
                term=row.term,
                units=units,
                usd_per_month=units * row.usd_per_unit_hour.likely * rate.factor * HOURS_PER_MONTH,
                utilization=as_scalar(use.utilization),
                overflow_share=as_scalar(use.overflow_share),
            )
        )
    return tuple(found)
