"""The bill of a stack from AWS Cost Explorer, as lines of the form that exports are read into.

A request groups by two dimensions at most, so nodes are queried by pool and instance type, and the
rest by usage type. Each request costs $0.01.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tco.actual.bill import POOL_TAG, STACK_TAG
from tco.actual.period import Period
from tco.billing.record import HOURS, BilledLine, CostCategory, LineKind
from tco.errors import TcoError
from tco.refresh.clients import AwsClients, aws_errors

__all__ = ["CostExplorerBill", "cost_explorer_bill"]

REGION: Final = "us-east-1"
"""Where Cost Explorer answers for all regions."""
ACTION: Final = "ce:GetCostAndUsage"
TAGS_ACTION: Final = "ce:ListCostAllocationTags"
EFFECTIVE: Final = "NetAmortizedCost"
"""With discounts, and with upfronts and fees of commitments in what they cover."""
BILLED: Final = "UnblendedCost"
QUANTITY: Final = "UsageQuantity"
COMPUTE: Final = "Amazon Elastic Compute Cloud - Compute"
NO_INSTANCE: Final = "NoInstanceType"
RUNNING_HOURS: Final = "EC2: Running Hours"
APART: Final[Mapping[str, LineKind]] = {
    "Credit": LineKind.CREDIT,
    "Refund": LineKind.REFUND,
    "Tax": LineKind.TAX,
    "Support": LineKind.SUPPORT,
}
"""Record types that are shown apart."""
NEGATION: Final = "SavingsPlanNegation"
"""What cancels the on-demand price of hours that a savings plan covers; not a cost of its own."""
Filter = dict[str, Any]


@dataclass(frozen=True)
class CostExplorerBill:
    """Lines of a period, and whether AWS may still change them."""

    lines: tuple[BilledLine, ...]
    is_estimated: bool


def cost_explorer_bill(
    clients: AwsClients,
    stack: str,
    instances: Iterable[str],
    period: Period,
    *,
    untagged: bool = False,
) -> CostExplorerBill:
    """Ask Cost Explorer for what a stack cost in a period.

    Args:
        clients: The user's own session.
        stack: The stack's name, the value of its tag.
        instances: The plan's instance types: untagged costs are queried for these.
        period: The days.
        untagged: Whether everything without the tag is queried too.

    Raises:
        TcoError: AWS returns an error, or no cost has the stack's tag.
    """
    asked = _Queries(clients("ce", REGION), period)
    tagged: Filter = {"Tags": {"Key": STACK_TAG, "Values": [stack], "MatchOptions": ["EQUALS"]}}
    others: Filter = {"Tags": {"Key": STACK_TAG, "MatchOptions": ["ABSENT"]}}
    lines = [*asked.nodes(tagged, {STACK_TAG: stack}), *asked.rest(tagged, {STACK_TAG: stack})]
    if not lines and not untagged:
        raise TcoError(_nothing(asked.client, stack, period))
    lines += asked.apart(tagged, {STACK_TAG: stack})
    if untagged:
        lines += [*asked.nodes(others, {}), *asked.rest(others, {}), *asked.apart(others, {})]
    elif wanted := sorted(instances):
        lines += asked.nodes(_all_of(others, _dimension("INSTANCE_TYPE", *wanted)), {})
    return CostExplorerBill(tuple(lines), asked.is_estimated)


class _Queries:
    """The queries for one period."""

    def __init__(self, client: Any, period: Period) -> None:
        self.client = client
        self.is_estimated = False
        self._period = period

    def nodes(self, owner: Filter, tags: Mapping[str, str]) -> Iterator[BilledLine]:
        """Yield node-hours by pool and instance type."""
        usage = _all_of(owner, _dimension("USAGE_TYPE_GROUP", RUNNING_HOURS), _usage())
        groups = [{"Type": "TAG", "Key": POOL_TAG}, _by("INSTANCE_TYPE")]
        for (pool, instance), metrics in self._groups(usage, groups, [EFFECTIVE, QUANTITY]):
            name = pool.partition("$")[2]
            yield self._line(
                metrics,
                kind=LineKind.USAGE,
                service=COMPUTE,
                category=CostCategory.COMPUTE,
                instance=None if instance == NO_INSTANCE else instance,
                quantity=_amount(metrics, QUANTITY),
                unit=HOURS,
                tags={**tags, POOL_TAG: name} if name else tags,
            )

    def rest(self, owner: Filter, tags: Mapping[str, str]) -> Iterator[BilledLine]:
        """Yield everything but node-hours, by usage type."""
        running = {"Not": _dimension("USAGE_TYPE_GROUP", RUNNING_HOURS)}
        usage = _all_of(owner, running, _usage())
        groups = [_by("USAGE_TYPE"), _by("SERVICE")]
        for (kind, service), metrics in self._groups(usage, groups, [EFFECTIVE, QUANTITY]):
            category = _category(kind)
            yield self._line(
                metrics,
                kind=LineKind.USAGE,
                service=service,
                category=category,
                quantity=_amount(metrics, QUANTITY),
                unit="GB" if category is CostCategory.EGRESS else None,
                tags=tags,
            )

    def apart(self, owner: Filter, tags: Mapping[str, str]) -> Iterator[BilledLine]:
        """Yield credits, refunds, tax and support, as billed."""
        kinds = _all_of(owner, _dimension("RECORD_TYPE", *APART))
        for (kind,), metrics in self._groups(kinds, [_by("RECORD_TYPE")], [BILLED]):
            yield self._line(
                metrics,
                kind=APART[kind],
                service="",
                category=CostCategory.OTHER,
                tags=tags,
            )

    def _groups(
        self, wanted: Filter, groups: Sequence[Mapping[str, str]], metrics: Sequence[str]
    ) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
        """Yield the keys and metrics of every group, page by page."""
        day = dt.timedelta(days=1)
        question: dict[str, Any] = {
            "TimePeriod": {
                "Start": self._period.first.isoformat(),
                "End": (self._period.last + day).isoformat(),
            },
            "Granularity": "MONTHLY",
            "Filter": wanted,
            "GroupBy": list(groups),
            "Metrics": list(metrics),
        }
        while True:
            with aws_errors(ACTION):
                page: dict[str, Any] = self.client.get_cost_and_usage(**question)
            for result in page["ResultsByTime"]:
                self.is_estimated |= bool(result.get("Estimated"))
                for group in result.get("Groups", []):
                    yield tuple(group["Keys"]), group["Metrics"]
            if not page.get("NextPageToken"):
                return
            question["NextPageToken"] = page["NextPageToken"]

    def _line(self, metrics: Mapping[str, Any], **keys: Any) -> BilledLine:
        cost = EFFECTIVE if EFFECTIVE in metrics else BILLED
        unit = metrics[cost]["Unit"]
        if unit != "USD":
            raise TcoError(f"Cost Explorer reports costs in {unit}, but a plan is in USD.")
        usd = _amount(metrics, cost)
        return BilledLine(
            day=self._period.first,
            last_day=self._period.last,
            provider="AWS",
            effective_usd=usd,
            billed_usd=usd,
            **keys,
        )


def _all_of(*filters: Filter) -> Filter:
    return {"And": list(filters)}


def _dimension(key: str, *values: str) -> Filter:
    return {"Dimensions": {"Key": key, "Values": list(values), "MatchOptions": ["EQUALS"]}}


def _usage() -> Filter:
    return {"Not": _dimension("RECORD_TYPE", *APART, NEGATION)}


def _by(dimension: str) -> dict[str, str]:
    return {"Type": "DIMENSION", "Key": dimension}


def _amount(metrics: Mapping[str, Any], name: str) -> float:
    return float(metrics[name]["Amount"])


def _category(usage_type: str) -> CostCategory:
    """Return what a usage type is, such as ``USE1-DataTransfer-Out-Bytes``."""
    if "DataTransfer-Out-Bytes" in usage_type:
        return CostCategory.EGRESS
    return CostCategory.STORAGE if "EBS:" in usage_type else CostCategory.OTHER


def _nothing(client: Any, stack: str, period: Period) -> str:
    """Explain an empty result: the tag is not activated, or no cost has it."""
    empty = f"Cost Explorer has no costs with the tag {STACK_TAG}={stack} in {period.month}."
    try:
        with aws_errors(TAGS_ACTION):
            found: dict[str, Any] = client.list_cost_allocation_tags(TagKeys=[STACK_TAG])
    except TcoError as error:
        return (
            f"{empty} It is not known whether the tag is activated as a cost allocation tag: "
            f"{error} {ACTIVATE}"
        )
    states = {tag["Status"]: tag for tag in found.get("CostAllocationTags", [])}
    if "Active" not in states:
        return f"{empty} The tag is not activated as a cost allocation tag. {ACTIVATE}"
    since = str(states["Active"].get("LastUpdatedDate", ""))[:10]
    return (
        f"{empty} The tag is a cost allocation tag{(f' since {since}' if since else '')}; "
        "costs before its activation have no tags unless they are backfilled. Check the "
        "stack's name, the month, and that the credentials belong to the payer account."
    )


ACTIVATE: Final = (
    f"Activate {STACK_TAG} and {POOL_TAG} in the payer account under Billing, Cost "
    "allocation tags, or with `aws ce update-cost-allocation-tags-status`; tags take effect "
    "from then on, and `aws ce start-cost-allocation-tag-backfill` adds earlier months."
)
