"""What a reader of a plan against its bill has to know besides the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tco.actual.actual import Actual
from tco.billing.record import LineKind
from tco.errors import printable
from tco.numbers import signed_percent, usd
from tco.units import MONTHS_PER_YEAR

__all__ = ["actual_notes"]

APART: Final[Mapping[LineKind, str]] = {
    LineKind.CREDIT: "credits",
    LineKind.REFUND: "refunds",
    LineKind.TAX: "tax",
    LineKind.SUPPORT: "support",
}


def actual_notes(found: Actual) -> Iterator[str]:
    """Yield what is to know, a sentence or two each."""
    yield from _of_the_bill(found)
    yield from found.measured.notes
    for missing in found.plan.unpriced:
        yield f"Not in the planned cost: {missing.name}: {missing.reason}."
    if found.variance.mtok_served is None:
        yield "Volume and realized cost per token need the tokens served: pass --served."
    else:
        yield from _of_the_tokens(found)


def _of_the_bill(found: Actual) -> Iterator[str]:
    """Yield what of the bill is not final, not read, or not compared."""
    bill = found.bill
    if found.question.is_estimated:
        yield "AWS marks these costs as an estimate: the invoice is not final yet."
    for broken in found.question.broken:
        if broken.count:
            first, many = broken.first[0], "s" if broken.count > 1 else ""
            yield (
                f"{broken.count:,} broken line{many} of the bill left out, such as "
                f"{printable(first.file)}, {first}"
            )
    for of_stack, amounts in ((True, bill.apart), (False, bill.untagged_apart)):
        named = [f"{APART[kind]} {usd(amount)}" for kind, amount in sorted(amounts.items())]
        whose = "of this stack" if of_stack else "without any stack's tag"
        if named:
            yield f"Not counted {whose}, as billed: {', '.join(named)}."
    for instance, billed in sorted(bill.untagged.items()):
        yield (
            f"{usd(billed.usd)} of {instance} has no tco:stack tag and is not counted. If it "
            "belongs to this stack, tag it or pass --untagged."
        )


def _of_the_tokens(found: Actual) -> Iterator[str]:
    """Yield what the tokens served do not say, or what contradicts them."""
    variance = found.variance
    if any("throughput-and-utilization" in line.effects for line in variance.lines):
        yield (
            "Throughput and utilization are combined, as tokens per node-hour. Pass a "
            "measured --throughput or --utilization to separate them."
        )
    yield from _growth(found)
    for service in found.plan.stack.services:
        if service.routed:
            apis = ", ".join(sorted({rate.api for _, rate in service.routed}))
            yield (
                f"{service.name}: the planned tokens include those routed to {apis}. Count "
                "them under --served too; the metrics of the nodes do not include them."
            )
    for ran in variance.operations:
        if ran.utilization is not None and ran.utilization > 1:
            yield (
                f"{ran.service}: more tokens were served than its node-hours can serve at the "
                "measured throughput. Check --served, --throughput, and the tags of its nodes."
            )


def _growth(found: Actual) -> Iterator[str]:
    """Yield how much of the volume is the growth that the plan itself expects."""
    first, day = found.question.period.first, found.plan.stack.day
    months = (first.year - day.year) * MONTHS_PER_YEAR + first.month - day.month
    for service in found.plan.stack.services:
        growth = service.demand.growth_per_year.likely
        if growth and months > 0:
            share = signed_percent((1 + growth) ** (months / MONTHS_PER_YEAR) - 1)
            yield (
                f"{service.name}: the plan is from {day:%Y-%m}. Its own growth, {share} by "
                f"{found.question.period.month}, is counted as volume here."
            )
