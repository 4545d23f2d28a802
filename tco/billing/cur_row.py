"""A row of a Cost and Usage Report under the column names of CUR 2.0, whatever its file calls them.

The names and values: AWS Data Exports User Guide, the data dictionaries of the legacy report and
of CUR 2.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tco.billing.cells import amount, mapping, optional_amount, text
from tco.errors import TcoError

__all__ = ["COLUMNS", "NEEDED", "CurRow"]

NEEDED: Final = (
    "line_item_line_item_type",
    "line_item_usage_start_date",
    "line_item_usage_end_date",
    "line_item_product_code",
    "line_item_usage_type",
    "line_item_usage_amount",
    "line_item_currency_code",
    "line_item_unblended_cost",
)
"""The columns that every report has."""
COLUMNS: Final = (
    *NEEDED,
    "line_item_net_unblended_cost",
    "line_item_availability_zone",
    "line_item_operation",
    "line_item_resource_id",
    "pricing_lease_contract_length",
    "pricing_public_on_demand_cost",
    "pricing_purchase_option",
    "pricing_unit",
    "product",
    "product_instance_type",
    "product_operating_system",
    "product_product_family",
    "product_region",
    "product_region_code",
    "capacity_reservation_capacity_reservation_type",
    "reservation_amortized_upfront_fee_for_billing_period",
    "reservation_effective_cost",
    "reservation_net_effective_cost",
    "reservation_net_unused_amortized_upfront_fee_for_billing_period",
    "reservation_net_unused_recurring_fee",
    "reservation_reservation_a_r_n",
    "reservation_unused_amortized_upfront_fee_for_billing_period",
    "reservation_unused_quantity",
    "reservation_unused_recurring_fee",
    "savings_plan_amortized_upfront_commitment_for_billing_period",
    "savings_plan_net_amortized_upfront_commitment_for_billing_period",
    "savings_plan_net_savings_plan_effective_cost",
    "savings_plan_payment_option",
    "savings_plan_purchase_term",
    "savings_plan_savings_plan_effective_cost",
    "savings_plan_total_commitment_to_date",
    "savings_plan_used_commitment",
)
"""The columns that are read."""


@dataclass(frozen=True, slots=True)
class CurRow:
    """The cells of a row, and what its file calls each column."""

    cells: Mapping[str, Any]
    names: Mapping[str, str]

    def has(self, name: str) -> bool:
        """Return whether the file has a column."""
        return self.names[name] in self.cells

    def text(self, name: str) -> str | None:
        """Return a cell, None where it is empty."""
        return text(self.cells, self.names[name])

    def amount(self, name: str) -> float:
        """Return a number. Raises ValueError where it is none or empty."""
        return amount(self.cells, self.names[name])

    def optional(self, name: str) -> float | None:
        """Return a number, None for an empty cell. Raises ValueError where it is none."""
        return optional_amount(self.cells, self.names[name])

    def objects(self, name: str) -> dict[str, str]:
        """Return the keys and values of a JSON object."""
        return mapping(self.cells, self.names[name])

    def require(self, names: tuple[str, ...]) -> None:
        """Raise TcoError where columns are missing that rows of this type cannot do without."""
        missing = [self.names[name] for name in names if not self.has(name)]
        if missing:
            kind = self.text("line_item_line_item_type")
            raise TcoError(
                f"the report has rows of type {kind} but lacks the columns "
                f"{', '.join(missing)}. Export it again with all columns."
            )
