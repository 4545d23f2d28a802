"""What a hosted API bills for requests: the price of ONE request per class, times their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from tco.arrays import Quantity, positive_part
from tco.catalog.api_price import ApiPrice, Peak
from tco.costing.prices_in_force import driver_of, prices_in_force, token_factor, token_range
from tco.plan.workload import RequestClass, cached_share
from tco.ranges import point
from tco.scenario import BASE_CASE, Scenario
from tco.units import TOKENS_PER_MTOK

__all__ = ["likely_usd_per_request", "unbillable", "usd_per_request"]

NO_CHARGE = point(0.0)


def usd_per_request(
    row: ApiPrice,
    request: RequestClass,
    peak_shares: Sequence[float] = (),
    scenario: Scenario | None = None,
    workload: str = "",
) -> Quantity:
    """Return the USD that one request of a class costs, tokens and fee (METHOD, The API side).

    Reasoning tokens without a price of their own are billed as output; a tier looks at the
    prompt in the API's own tokens. A written token costs the cache-write price where that is
    above the input price. The batch discount applies to the share that can wait, not to a fee
    per request or to the storage of cached tokens. A cache hit without a price of its own costs
    what input costs. ``peak_shares`` has the share of the requests in each of the row's peaks; the
    class's own figures are known by their ``workload``.
    """
    scenario = scenario or Scenario()
    usd = _usd_of_tokens(row, request, None, scenario, workload=workload)
    usd = (1.0 - sum(peak_shares)) * usd if peak_shares else usd
    for peak, share in zip(row.peak, peak_shares, strict=False):
        usd = usd + share * _usd_of_tokens(row, request, peak, scenario, workload=workload)
    discount = scenario.read(driver_of(row, "batch discount"), row.batch_discount or NO_CHARGE)
    factor = token_factor(row, scenario)
    waits = scenario.read(
        f"{workload}: share of {request.name} that can wait", request.can_wait.share
    )
    fee = scenario.read(driver_of(row, "request fee"), row.usd_per_request or NO_CHARGE)
    stored = scenario.read(
        f"{workload}: token-hours stored of {request.name}", request.stored_token_hours
    )
    storage = scenario.read(
        driver_of(row, "cache storage"), row.cache_storage_usd_per_mtok_hour or NO_CHARGE
    )
    kept = stored * storage / TOKENS_PER_MTOK
    return usd * (factor * (1 - waits * discount)) + (kept * factor + fee)


@lru_cache(maxsize=4096)
def likely_usd_per_request(
    row: ApiPrice, request: RequestClass, peak_shares: tuple[float, ...], workload: str
) -> Quantity:
    """Return the price in the base case, once for hosts that are sorted by it and then billed."""
    return usd_per_request(row, request, peak_shares, BASE_CASE, workload=workload)


def unbillable(row: ApiPrice, classes: Iterable[RequestClass]) -> str:
    """Return why an API has no bill for some class, or an empty text.

    The API charges every request for what no workload states; or a request's prompt and output are
    longer, in the API's own tokens, than the context; or it writes for an hour to a cache that has
    a price for five minutes alone.
    """
    if row.unstated_fees:
        return (
            f"{row.api} charges every request for {row.unstated_fees}, which a workload "
            "cannot state"
        )
    for request in classes:
        tokens = (request.input + request.generated) * token_range(row).likely
        if row.context_tokens is not None and tokens > row.context_tokens:
            return (
                f"a request of class {request.name} has {tokens:,.0f} tokens, {row.api} "
                f"accepts at most {row.context_tokens:,}"
            )
        writes_1h = request.cache_write_ttl == "1h" and request.cache_write.high > 0
        hour = row.cache_write_1h_usd_per_mtok
        if writes_1h and hour is None and row.cache_write_usd_per_mtok is not None:
            return (
                f"{row.api} has no price for 1-hour cache writes, which the class "
                f"{request.name} makes"
            )
    return ""


def _usd_of_tokens(
    row: ApiPrice, request: RequestClass, peak: Peak | None, scenario: Scenario, workload: str
) -> Quantity:
    prices = prices_in_force(row, request, peak, scenario)
    cached = scenario.read(*cached_share(workload, request))
    written = scenario.read(f"{workload}: cache writes of {request.name}", request.cache_write)
    miss = prices.miss + written * positive_part(prices.write - prices.miss)
    prompt = request.input / TOKENS_PER_MTOK * (miss + cached * (prices.hit - miss))
    generated = request.output * prices.out + request.reasoning * prices.reasoning
    return prompt + generated / TOKENS_PER_MTOK
