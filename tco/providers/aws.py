"""Amazon Web Services: the one provider whose nodes the Pulumi program creates."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tco.providers.provider import EgressTier, Provider

__all__ = ["AWS", "REGION_KEY", "region_of_zone"]

REGION_KEY: Final = "aws:region"
REGION: Final = r"[a-z]{2}(?:-[a-z]+)+-\d+"
ZONE: Final = re.compile(rf"({REGION})[a-z]")

AWS: Final = Provider(
    id="aws",
    name="AWS",
    compute_service="Amazon EC2",
    vendors=("aws", "amazon"),
    instance_types=re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9-]+"),
    regions=re.compile(REGION),
    region_example="us-east-1",
    in_stack_region=True,
    egress_tiers=(
        EgressTier(figure="aws_internet_usd_per_gb_first_10tb", up_to_gb=10_240.0),
        EgressTier(figure="aws_internet_usd_per_gb_next_40tb", up_to_gb=51_200.0),
        EgressTier(figure="aws_internet_usd_per_gb_next_100tb", up_to_gb=153_600.0),
        EgressTier(figure="aws_internet_usd_per_gb_above_150tb"),
    ),
    free_egress_figure="aws_internet_free_gb",
    egress_from="AWS",
    provisions=True,
    sells_platform=True,
)


@lru_cache(maxsize=1024)
def region_of_zone(zone: str) -> str | None:
    """Return the region of an availability zone, or None where it is not one.

    >>> region_of_zone("us-east-1a")
    'us-east-1'
    """
    named = ZONE.fullmatch(zone)
    return named[1] if named else None
