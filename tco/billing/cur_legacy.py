"""AWS Cost and Usage Report before Data Exports, with names such as lineItem/UsageType."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tco.billing.cur_charges import charges
from tco.billing.cur_row import COLUMNS, NEEDED, CurRow
from tco.billing.record import BilledLine

__all__ = ["CUR_LEGACY"]

GROUPS: Final = {
    "line_item_": "lineItem/",
    "savings_plan_": "savingsPlan/",
    "reservation_": "reservation/",
    "capacity_reservation_": "capacityReservation/",
}
"""Groups whose columns are in CamelCase."""
OTHER_NAMES: Final = {
    "pricing_lease_contract_length": "pricing/LeaseContractLength",
    "pricing_public_on_demand_cost": "pricing/publicOnDemandCost",
    "pricing_purchase_option": "pricing/PurchaseOption",
    "pricing_unit": "pricing/unit",
    "product_instance_type": "product/instanceType",
    "product_operating_system": "product/operatingSystem",
    "product_product_family": "product/productFamily",
    "product_region": "product/region",
    "product_region_code": "product/regionCode",
    "reservation_reservation_a_r_n": "reservation/ReservationARN",
}
TAG, USER_TAG = "resourceTags/", "user:"


def _legacy(name: str) -> str:
    """Return the legacy name of a column of CUR 2.0.

    >>> _legacy("line_item_usage_start_date")
    'lineItem/UsageStartDate'
    """
    group = next((group for group in GROUPS if name.startswith(group)), "")
    words = name.removeprefix(group).split("_")
    camel = GROUPS.get(group, "") + "".join(word.capitalize() for word in words)
    return OTHER_NAMES.get(name, camel)


NAMES: Final = {name: _legacy(name) for name in COLUMNS}


class _CurLegacy:
    """Each tag and each attribute has a column, where the month has it at all."""

    name = "cur"
    title = "a legacy Cost and Usage Report of AWS"
    needed = tuple(NAMES[name] for name in NEEDED)

    def recognizes(self, columns: Mapping[str, Any]) -> bool:
        """Return whether a column of line items has a legacy name; OCI has a slash there too."""
        return any(name.startswith(("lineItem/Line", "lineItem/U")) for name in columns)

    def lines(self, row: Mapping[str, Any]) -> Iterable[BilledLine]:
        """Return the lines of a row."""
        tags = {
            name.removeprefix(TAG).removeprefix(USER_TAG): f"{value}"
            for name, value in row.items()
            if value and name.startswith(TAG)
        }
        return charges(CurRow(row, NAMES), tags)


CUR_LEGACY: Final = _CurLegacy()
