"""Rates of EC2 Instance Savings Plans, the cheapest commitment to an instance family."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from tco.catalog.node_price import NodePrice, Payment, Term
from tco.ranges import point
from tco.refresh.source import Ask, Client, Fetched, Source, Trouble
from tco.units import HOURS_PER_MONTH, SECONDS_PER_HOUR, TERM_MONTHS

__all__ = ["AWS_SAVINGS_PLANS"]

NAME: Final = "aws-savings-plans"
ENDPOINT: Final = "us-east-1"
"""Savings plans have one endpoint for all regions."""
BOX_USAGE: Final = re.compile(r"(?:[A-Z0-9]+-)?BoxUsage:.+")
"""An hour of an instance with shared tenancy, as its usage type says."""
PAYMENTS: Final[dict[str, tuple[Payment, float]]] = {
    "No Upfront": ("no-upfront", 0.0),
    "Partial Upfront": ("partial-upfront", 0.5),
    "All Upfront": ("all-upfront", 1.0),
}
"""A payment option, and the share of the rate that is paid at the start."""
TERMS: Final[tuple[Term, ...]] = ("1yr", "3yr")
WANTED: Final = {"productDescription": "Linux/UNIX", "tenancy": "shared"}


def _fetch(ask: Ask, client: Client) -> Fetched:
    wanted = {"region": ask.region, **WANTED}
    found: dict[tuple[str, Term, str], set[tuple[float, str]]] = {}
    for result in _results(client, wanted):
        offering = result["savingsPlanOffering"]
        properties = {item["name"]: item["value"] for item in result["properties"]}
        instance, term = properties.get("instanceType"), _term(offering["durationSeconds"])
        plain = all(properties.get(key, value) == value for key, value in wanted.items())
        if (
            instance in ask.instances
            and term is not None
            and plain
            and result["unit"] == "Hrs"
            and BOX_USAGE.fullmatch(result["usageType"])
            and result["operation"] == "RunInstances"
        ):
            key = (instance, term, offering["paymentOption"])
            found.setdefault(key, set()).add((float(result["rate"]), offering["currency"]))
    fetched = Fetched()
    for (instance, term, option), rates in sorted(found.items()):
        (rate, currency), *others = sorted(rates)
        if others or currency != "USD":
            listed = ", ".join(f"{amount:g} {unit}" for amount, unit in sorted(rates))
            message = (
                f"the rates for {term} {option} are {listed}, not one in USD. Write its "
                "price into the book by hand."
            )
            fetched.troubles.append(Trouble(NAME, ask.region, instance, message))
        else:
            fetched.prices.append(_price(ask, instance, term, option, rate=rate))
    return fetched


def _results(client: Client, wanted: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the rates with these properties, page by page."""
    service, token = client("savingsplans", ENDPOINT), ""
    while True:
        page = service.describe_savings_plans_offering_rates(
            savingsPlanTypes=["EC2Instance"],
            products=["EC2"],
            serviceCodes=["AmazonEC2"],
            filters=[{"name": name, "values": [value]} for name, value in wanted.items()],
            maxResults=1000,
            **({"nextToken": token} if token else {}),
        )
        yield from page["searchResults"]
        token = page.get("nextToken")
        if not token:
            return


def _term(seconds: int) -> Term | None:
    hours = seconds / SECONDS_PER_HOUR
    return next((term for term in TERMS if TERM_MONTHS[term] * HOURS_PER_MONTH == hours), None)


def _price(ask: Ask, instance: str, term: Term, option: str, rate: float) -> NodePrice:
    payment, paid = PAYMENTS[option]
    hours = TERM_MONTHS[term] * HOURS_PER_MONTH
    return ask.price(
        instance,
        usd_per_hour=point(rate * (1.0 - paid)),
        upfront_usd=point(round(rate * paid * hours, 2)) if paid else None,
        purchase="reserved",
        kind="savings-plan",
        term=term,
        payment=payment,
        source=f"AWS EC2 Instance Savings Plan, rate {rate:g} USD per hour",
    )


AWS_SAVINGS_PLANS: Final = Source(
    NAME,
    "savingsplans:DescribeSavingsPlansOfferingRates",
    _fetch,
    lambda price: price.kind == "savings-plan" and price.term in TERMS,
)
