"""Microsoft Azure: sizes such as Standard_ND96isr_H100_v5, egress over Microsoft's network."""

from __future__ import annotations

import re
from typing import Final

from tco.providers.provider import EgressTier, Provider

__all__ = ["AZURE"]

AZURE: Final = Provider(
    id="azure",
    name="Microsoft",
    compute_service="Virtual Machines",
    vendors=("azure", "microsoft"),
    instance_types=re.compile(r"Standard_\w+(?:-\w+)*", re.IGNORECASE),
    regions=re.compile(r"[a-z]+\d?"),
    region_example="eastus",
    egress_tiers=(
        EgressTier(figure="azure_internet_usd_per_gb_first_10tb", up_to_gb=10_240.0),
        EgressTier(figure="azure_internet_usd_per_gb_next_40tb", up_to_gb=51_200.0),
        EgressTier(figure="azure_internet_usd_per_gb_next_100tb", up_to_gb=153_600.0),
        EgressTier(figure="azure_internet_usd_per_gb_above_150tb"),
    ),
    free_egress_figure="azure_internet_free_gb",
    egress_from="Azure",
    sells_platform=True,
)
