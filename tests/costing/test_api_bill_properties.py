"""What holds for every bill of an API, whatever its prices: found by searching a counterexample."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.api_price import ApiPrice
from tco.catalog.book import Book
from tco.catalog.match import CatalogMatch
from tco.catalog.sourced import planned
from tco.costing.api_bill import usd_per_request
from tco.costing.api_rate import ApiRate, PricePath
from tco.plan.demand import Demand
from tco.plan.workload import Burst, CanWait, Objectives, RequestClass
from tco.ranges import point

DAY = dt.date(2026, 11, 23)
usd = st.floats(0.01, 50)
share = st.floats(0, 1)


@st.composite
def rows(draw: st.DrawFn, **keys: Any) -> ApiPrice:
    """An API whose hits cost at most what input costs, and whose tiers rise with the prompt."""
    miss, out, write = draw(usd), draw(usd), draw(usd)
    hit = draw(share) * miss
    tiers: list[dict[str, float]] = []
    factor = 1.0
    for above in sorted(draw(st.sets(st.integers(100, 100_000), max_size=3))):
        factor *= draw(st.floats(1, 3))
        tier = {"input_usd_per_mtok": miss * factor, "output_usd_per_mtok": out * factor}
        tiers.append({"above_prompt_tokens": above, **tier})
    return ApiPrice.model_validate(
        {
            "api": "x/y",
            "input_usd_per_mtok": miss,
            "cached_input_usd_per_mtok": hit,
            "cache_write_usd_per_mtok": write,
            "output_usd_per_mtok": out,
            "reasoning_usd_per_mtok": draw(usd),
            "batch_discount": draw(st.floats(0, 0.9)),
            "usd_per_request": draw(st.floats(0, 0.1)),
            "tiers": tiers,
            **keys,
        }
    )


@st.composite
def requests(draw: st.DrawFn, name: str = "all") -> RequestClass:
    """A request with hits, writes and reasoning, of which some can wait."""
    return RequestClass(
        name=name,
        share=0.5,
        input=draw(st.integers(0, 150_000)),
        output=draw(st.integers(1, 20_000)),
        reasoning=draw(st.integers(0, 20_000)),
        cached=point(draw(share)),
        cache_write=point(draw(share)),
        can_wait=CanWait(share=point(draw(share))),
        stored_token_hours=point(draw(st.floats(0, 1e6))),
    )


def bill(row: ApiPrice, request: RequestClass, **keys: Any) -> float:
    return float(usd_per_request(row, request.model_copy(update=keys)))


@given(
    row=rows(),
    request=requests(),
    key=st.sampled_from(["input", "output", "reasoning"]),
    more=st.integers(1, 50_000),
)
def test_more_tokens_never_cost_less(
    row: ApiPrice, request: RequestClass, key: str, more: int
) -> None:
    """Of any kind, across every tier."""
    longer = bill(row, request, **{key: getattr(request, key) + more})
    assert longer >= bill(row, request) * (1 - 1e-12)


@given(
    miss=usd,
    out=usd,
    factor=st.floats(1.01, 5),
    above=st.integers(100, 1_000_000),
    output=st.integers(1, 10_000),
)
def test_a_tier_begins_with_the_first_token_above_its_threshold(
    miss: float, out: float, factor: float, above: int, output: int
) -> None:
    """At the threshold the base prices hold for all tokens, one token later the tier's do."""
    base = {"input_usd_per_mtok": miss, "output_usd_per_mtok": out}
    tier = {"input_usd_per_mtok": miss * factor, "output_usd_per_mtok": out * factor}
    row = ApiPrice.model_validate(
        {"api": "x/y", **base, "tiers": [{"above_prompt_tokens": above, **tier}]}
    )
    request = RequestClass(name="all", share=1.0, input=above, output=output)
    assert bill(row, request) == pytest.approx((above * miss + output * out) / 1e6)
    after = ((above + 1) * miss + output * out) * factor / 1e6
    assert bill(row, request, input=above + 1) == pytest.approx(after)


@given(row=rows(tiers=[], usd_per_request=0), request=requests(), times=st.integers(2, 20))
def test_a_bill_is_additive_within_a_tier(row: ApiPrice, request: RequestClass, times: int) -> None:
    """One long request costs what the short ones cost of which it is made."""
    keys = ("input", "output", "reasoning")
    longer = {key: getattr(request, key) * times for key in keys}
    stored = {"stored_token_hours": request.stored_token_hours * times}
    assert bill(row, request, **longer, **stored) == pytest.approx(times * bill(row, request))


@given(row=rows(), first=requests("first"), second=requests("second"))
def test_a_bill_is_additive_over_classes(
    row: ApiPrice, first: RequestClass, second: RequestClass
) -> None:
    """Classes are billed one by one, each in its own tier."""
    demand = Demand(
        requests_per_hour=np.ones(168),
        classes=(first, second),
        timezone="UTC",
        growth_per_year=point(0.0),
        objectives=Objectives(),
        burst=Burst(),
    )
    path = PricePath(planned("decay", point(0.0), "per year"))
    rate = ApiRate(api="x/y", found=CatalogMatch(row, Book()), path=path)
    both = float(rate.usd_of((first, second), demand, DAY))
    assert both == pytest.approx(0.5 * bill(row, first) + 0.5 * bill(row, second))


@given(row=rows(), request=requests())
def test_waiting_never_costs_more(row: ApiPrice, request: RequestClass) -> None:
    """The batch discount is taken off, of all, of some or of no requests."""
    at_once, some = bill(row, request, can_wait=CanWait(share=point(0.0))), bill(row, request)
    all_wait = bill(row, request, can_wait=CanWait(share=point(1.0)))
    assert all_wait <= some * (1 + 1e-12)
    assert some <= at_once * (1 + 1e-12)
