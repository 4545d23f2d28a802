"""The lines of a Cost and Usage Report: what each type of line item costs, once.

Effective costs follow the amortized cost of AWS (Cost Explorer, and
`amortized_cost_by_charge_type.sql` of its Well-Architected labs): usage that a commitment covers
costs its part of the commitment, the fees of a commitment cost what they left unused, and a
negation costs nothing, for it only takes back the on-demand price of covered usage. Where the
account has discounts, net columns hold them, and line items of discounts repeat them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tco.billing.cells import check_currency
from tco.billing.cur_row import CurRow
from tco.billing.cur_usage import on_demand_or_spot, priced, reservation, savings_plan, subject
from tco.billing.record import HOURS, BilledLine, LineKind

__all__ = ["charges"]

Common = Mapping[str, Any]
SAVINGS_PLAN_FEES: Final = (
    "savings_plan_total_commitment_to_date",
    "savings_plan_used_commitment",
)
RESERVATION_FEES: Final = (
    "reservation_unused_amortized_upfront_fee_for_billing_period",
    "reservation_unused_recurring_fee",
)


def charges(row: CurRow, tags: Mapping[str, str]) -> Iterator[BilledLine]:
    """Yield the lines of a row.

    Raises:
        ValueError: A cell is broken.
        TcoError: The report is not in USD, or lacks the columns that its commitments need.
    """
    check_currency(row.text("line_item_currency_code"))
    kind = row.text("line_item_line_item_type") or ""
    common = subject(row, tags)
    if kind in CHARGES:
        yield from CHARGES[kind](row, common)
    elif kind.endswith("Discount"):
        yield _discount(row, common)
    else:
        yield _as_invoiced(row, KINDS.get(kind) or _other(common), common)


def _invoiced(row: CurRow) -> float:
    """Return what is on the invoice: net of the account's discounts where that is stated."""
    net = row.optional("line_item_net_unblended_cost")
    return row.amount("line_item_unblended_cost") if net is None else net


def _as_invoiced(row: CurRow, kind: LineKind, common: Common) -> BilledLine:
    usd = _invoiced(row)
    return BilledLine(kind=kind, effective_usd=usd, billed_usd=usd, **common)


def _usage(row: CurRow, common: Common) -> Iterator[BilledLine]:
    known = {**common, **priced(row), **on_demand_or_spot(row)}
    kind = LineKind.SUPPORT if _other(common) is LineKind.SUPPORT else LineKind.USAGE
    yield _as_invoiced(row, kind, known)


def _discount(row: CurRow, common: Common) -> BilledLine:
    """Return a discount as usage without a quantity; 0 where net columns hold it already."""
    held = row.has("line_item_net_unblended_cost")
    usd = 0.0 if held else row.amount("line_item_unblended_cost")
    known: dict[str, Any] = {**common, **on_demand_or_spot(row)}
    return BilledLine(kind=LineKind.USAGE, effective_usd=usd, billed_usd=usd, **known)


def _negation(_row: CurRow, _common: Common) -> Iterator[BilledLine]:
    """Yield nothing: covered usage is billed 0 already."""
    yield from ()


def _savings_plan_usage(row: CurRow, common: Common) -> Iterator[BilledLine]:
    usd = _covered(row, "savings_plan_{}savings_plan_effective_cost")
    known: dict[str, Any] = {**common, **priced(row), **savings_plan(row)}
    yield BilledLine(kind=LineKind.USAGE, effective_usd=usd, billed_usd=0.0, **known)


def _reserved_usage(row: CurRow, common: Common) -> Iterator[BilledLine]:
    usd = _covered(row, "reservation_{}effective_cost")
    known: dict[str, Any] = {**common, **priced(row), **reservation(row)}
    yield BilledLine(kind=LineKind.USAGE, effective_usd=usd, billed_usd=_invoiced(row), **known)


def _covered(row: CurRow, name: str) -> float:
    """Return the part of a commitment that usage costs, net where that is stated."""
    gross = name.format("")
    row.require((gross,))
    net = row.optional(name.format("net_"))
    return row.amount(gross) if net is None else net


def _savings_plan_fee(row: CurRow, common: Common) -> Iterator[BilledLine]:
    row.require(SAVINGS_PLAN_FEES)
    known = {**common, **savings_plan(row)}
    yield from _fee(row, known)
    yield from _unused(_unused_savings_plan(row), known)


def _reservation_fee(row: CurRow, common: Common) -> Iterator[BilledLine]:
    row.require(RESERVATION_FEES)
    known = {**common, **reservation(row)}
    yield from _fee(row, known)
    idle = {"quantity": row.optional("reservation_unused_quantity"), "unit": HOURS}
    yield from _unused(_unused_reservation(row), {**known, **idle})


def _savings_plan_upfront(row: CurRow, common: Common) -> Iterator[BilledLine]:
    yield from _fee(row, {**common, **savings_plan(row)})


def _one_time_fee(row: CurRow, common: Common) -> Iterator[BilledLine]:
    """Yield an upfront of a reserved instance, or another fee, such as that of support."""
    if row.text("reservation_reservation_a_r_n"):
        yield from _fee(row, {**common, **reservation(row)})
    else:
        yield _as_invoiced(row, _other(common), common)


def _other(common: Common) -> LineKind:
    """Return what a line of no other kind is: AWSSupportBusiness and its like are support."""
    return LineKind.SUPPORT if "Support" in common["service"] else LineKind.OTHER


def _fee(row: CurRow, common: Common) -> Iterator[BilledLine]:
    """Yield a fee: paid here, effective in what the commitment covers and leaves unused."""
    kind = LineKind.COMMITMENT_FEE
    yield BilledLine(kind=kind, effective_usd=0.0, billed_usd=_invoiced(row), **common)


def _unused(usd: float, common: Common) -> Iterator[BilledLine]:
    if usd:
        kind = LineKind.UNUSED_COMMITMENT
        yield BilledLine(kind=kind, effective_usd=usd, billed_usd=0.0, **common)


def _unused_savings_plan(row: CurRow) -> float:
    """Return the part of a savings plan's commitment that covered nothing, net of discounts."""
    total, used = (row.amount(name) for name in SAVINGS_PLAN_FEES)
    gross = row.amount("line_item_unblended_cost")
    if gross:
        return (total - used) * _invoiced(row) / gross
    upfront = row.optional("savings_plan_amortized_upfront_commitment_for_billing_period")
    net = row.optional("savings_plan_net_amortized_upfront_commitment_for_billing_period")
    return (total - used) * (net / upfront if upfront and net is not None else 1.0)


def _unused_reservation(row: CurRow) -> float:
    """Return what the idle hours of a reservation cost, net of discounts where that is stated."""
    unused = 0.0
    for name in RESERVATION_FEES:
        net = row.optional(name.replace("reservation_", "reservation_net_", 1))
        unused += (row.optional(name) or 0.0) if net is None else net
    return unused


KINDS: Final = {"Tax": LineKind.TAX, "Credit": LineKind.CREDIT, "Refund": LineKind.REFUND}
"""Types of line items that are what they are called."""
CHARGES: Final[Mapping[str, Callable[[CurRow, Common], Iterator[BilledLine]]]] = {
    "Usage": _usage,
    "DiscountedUsage": _reserved_usage,
    "SavingsPlanCoveredUsage": _savings_plan_usage,
    "SavingsPlanNegation": _negation,
    "SavingsPlanRecurringFee": _savings_plan_fee,
    "SavingsPlanUpfrontFee": _savings_plan_upfront,
    "RIFee": _reservation_fee,
    "Fee": _one_time_fee,
}
"""Types of line items with a cost of their own kind. The others, such as FlatRateSubscription,
cost what the invoice says."""
