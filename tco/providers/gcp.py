"""Google Cloud: machine types such as a3-highgpu-8g, egress of the Premium Tier."""

from __future__ import annotations

import re
from typing import Final

from tco.providers.provider import EgressTier, Provider

__all__ = ["GCP"]

GCP: Final = Provider(
    id="gcp",
    name="Google Cloud",
    compute_service="Compute Engine",
    vendors=("gcp", "google", "google-cloud"),
    instance_types=re.compile(r"[a-z]+\d+[a-z]*-[a-z]+-\d+[a-z]?(?:-[a-z0-9]+)*"),
    regions=re.compile(r"[a-z]+-[a-z]+\d+"),
    region_example="us-central1",
    egress_tiers=(
        EgressTier(figure="gcp_internet_usd_per_gb_first_1tb", up_to_gb=1_024.0),
        EgressTier(figure="gcp_internet_usd_per_gb_next_9tb", up_to_gb=10_240.0),
        EgressTier(figure="gcp_internet_usd_per_gb_above_10tb"),
    ),
    egress_from="Google Cloud",
    sells_platform=True,
)
