"""A provider, as one file of `tco/providers/` would hold it."""

from __future__ import annotations

import re
from typing import Final

from tco.providers.provider import EgressTier, Provider

DUMMY: Final = Provider(
    id="dummy",
    name="Dummy Cloud",
    compute_service="Dummy Machines",
    vendors=("dummy",),
    instance_types=re.compile(r"dm-\d+x"),
    regions=re.compile(r"zone-\d"),
    region_example="zone-1",
    egress_tiers=(EgressTier(figure="dummy_usd_per_gb"),),
    egress_from="Dummy",
)
