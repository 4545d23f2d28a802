"""A price book: its rows, its own source, day and currency, and what it lies on top of."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tco.catalog.api_price import ApiPrice, Peak, Tier
from tco.catalog.book import Book, read_book
from tco.catalog.catalog import Catalog
from tco.catalog.currency import written_in
from tco.catalog.discount import Discount, SpendTier
from tco.catalog.node_price import NodePrice
from tco.catalog.price_fields import MONEY_FIELDS
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.errors import BadInput
from tests.conftest import DAY, ON_DEMAND, Keys, Lab

API: Keys = {"api": "x/y", "input_usd_per_mtok": 1, "output_usd_per_mtok": 2}
EUR: Keys = {"code": "EUR", "usd": 1.10, "source": "ECB", "as_of": "2026-11-01"}
NODE: Keys = {"instance": "box.8x", "region": "r1", "usd_per_hour": 10}


def in_eur(row: Keys) -> Keys:
    """A row with its keys of money as a book in EUR names them."""
    return {
        written_in(key, "EUR") if key in MONEY_FIELDS else key: [in_eur(item) for item in value]
        if key == "tiers"
        else value
        for key, value in row.items()
    }


def book(**keys: Any) -> Book:
    return Book.model_validate({"source": "a mail", "as_of": "2026-11-01", **keys})


def refused(lab: Lab, **keys: Any) -> str:
    """What a price book is refused with."""
    name = lab.book("mine", **keys)
    path = lab.folder / "prices" / name
    with pytest.raises(BadInput) as caught:
        read_book(path, "mine.yaml")
    return str(caught.value)


def input_price(catalog: Catalog, day: dt.date, api: str = "x/y") -> float:
    found = catalog.find_as(ApiPrice, ("api", api), day)
    assert found is not None
    return found.row.input_usd_per_mtok.likely


def test_rows_take_the_books_source_and_day() -> None:
    """A row without its own source, day or estimate has the book's; its own stays."""
    made = book(prices=[API, {**API, "api": "x/z", "source": "a page", "as_of": "2026-10-01"}])
    first, second = made.prices
    assert (first.source, first.as_of) == ("a mail", dt.date(2026, 11, 1))
    assert (second.source, second.as_of) == ("a page", dt.date(2026, 10, 1))


def test_a_currency_is_converted_once_everywhere() -> None:
    """EUR at $1.10: hourly prices, upfronts, tiers and peaks, ranges too, and nothing else."""
    tier = {"above_prompt_tokens": 100, "input_usd_per_mtok": 3, "output_usd_per_mtok": 4}
    made = book(
        currency=EUR,
        prices=[
            in_eur(
                {**API, "input_usd_per_mtok": [1, 2, 4], "tiers": [tier], "batch_discount": 0.5}
            ),
            {
                **{"instance": "box.8x", "region": "r1", "eur_per_hour": 10},
                **{"purchase": "reserved", "kind": "contract", "term": "1yr"},
                **{"payment": "all-upfront", "upfront_eur": 100},
            },
        ],
        figures=[{"figure": "pue", "value": 1.25, "unit": "ratio"}],
    )
    api, node = made.prices
    assert isinstance(api, ApiPrice)
    assert isinstance(node, NodePrice)
    prices = api.input_usd_per_mtok
    assert (prices.low, prices.likely, prices.high) == pytest.approx((1.1, 2.2, 4.4))
    assert api.tiers[0].output_usd_per_mtok.likely == pytest.approx(4.4)
    assert api.tiers[0].above_prompt_tokens == 100
    assert api.batch_discount is not None
    assert api.batch_discount.likely == 0.5
    assert node.usd_per_node_hour.likely == pytest.approx(11)
    assert node.upfront_usd is not None
    assert node.upfront_usd.likely == pytest.approx(110)
    assert made.figures[0].value.likely == 1.25


def test_a_stale_exchange_rate_ages_what_it_converts() -> None:
    """A price in EUR is as old as the older of price and rate, and names the sources of both."""
    pue = {"figure": "pue", "value": 1.25, "unit": "ratio"}
    for rate_day, expected in (("2026-01-31", dt.date(2026, 1, 31)), ("2026-11-20", None)):
        rows = [in_eur(API), in_eur(NODE)]
        made = book(currency={**EUR, "as_of": rate_day}, prices=rows, figures=[pue])
        for row in made.prices:
            assert row.as_of == (expected or dt.date(2026, 11, 1))
            assert row.source == f"a mail; EUR at 1.1 USD on {rate_day}: ECB"
        assert made.figures[0].as_of == dt.date(2026, 11, 1)
        assert made.figures[0].source == "a mail"


def test_the_rate_of_a_confidential_book_is_not_shown() -> None:
    """A rate may be agreed in the contract: its source is named, its value is not."""
    [row] = book(currency=EUR, confidential=True, prices=[in_eur(NODE)]).prices
    assert row.source == "a mail; EUR: ECB"


def test_a_commitment_in_another_currency() -> None:
    """What a contract bills per month is converted as prices are."""
    tier = {"above_eur_per_month": 100, "percent_off": 10}
    terms = {"committed_eur_per_month": 1000, "other_eur_per_month": 10}
    made = book(currency=EUR, discounts=[{"api": "*", "tiers": [tier], **terms}])
    [discount] = made.discounts
    assert discount.committed_usd_per_month == pytest.approx(1100)
    assert discount.other_usd_per_month == pytest.approx(11)
    assert discount.tiers[0].above_usd_per_month == pytest.approx(110)


def test_a_price_without_a_day_stays_undated_in_any_currency() -> None:
    """The day of an exchange rate does not date the price that it converts."""
    [row] = book(as_of=None, currency=EUR, prices=[in_eur(NODE)]).prices
    assert row.as_of is None


@pytest.mark.parametrize(
    ("keys", "reported"),
    [
        ({"prices": [API, API]}, "a figure is listed twice: api x/y. Keep one of the rows."),
        ({"source": None, "prices": [API]}, "api x/y: has no source. Write source: in the row"),
        (
            {"prices": [{**API, "valid_from": "soon"}]},
            "valid_from: 'soon' is not a date.",
        ),
        ({"prices": [{**API, "input_usd_per_mtok": -1}]}, "input_usd_per_mtok: -1 is below 0."),
        (
            {"prices": [{**API, "input_usd_per_mtok": [2, 1]}]},
            "prices[0].input_usd_per_mtok: [2.0, 1.0] is not in ascending order",
        ),
        (
            {"prices": [{"api": "x/y", "input_usd_per_mtokk": 1, "output_usd_per_mtok": 2}]},
            'unknown key "input_usd_per_mtokk". Did you mean input_usd_per_mtok?',
        ),
        ({"prices": [{"usd_per_hour": 1}]}, "prices[0]: names exactly one of instance, offer and"),
        ({"prices": [{**NODE, "region": None}]}, "the price of instance box.8x needs a region."),
        ({"prices": [{**NODE, "usd_per_gpu_hour": 1}]}, "an instance is priced by usd_per_hour;"),
        ({"prices": [{**NODE, "usd_per_hour": None}]}, "needs exactly one of usd_per_hour and"),
        ({"prices": [{"offer": "a/b", "usd_per_hour": 1}]}, "the offer a/b needs gpu and gpus."),
        (
            {"prices": [{**NODE, "purchase": "reserved"}]},
            "kind is allowed only with purchase: reserved",
        ),
        (
            {"prices": [{**NODE, "purchase": "reserved", "kind": "savings-plan"}]},
            "a savings-plan needs term and payment.",
        ),
        ({"benchmarks": [{"model": "m"}]}, "benchmarks[0].points: is missing."),
        ({"currency": {"code": "EUR"}}, "currency.usd: is missing."),
        (
            {"currency": {"code": "EUR", "usd": 1.1, "source": "ECB"}, "prices": [in_eur(NODE)]},
            "currency.as_of: is missing.",
        ),
        ({"currency": {**EUR, "code": "euro"}}, "currency.code: euro is not a currency. Write its"),
        ({"currency": {**EUR, "code": "USD"}}, "code USD with usd: 1.1 is contradictory."),
        ({"currency": {**EUR, "as_of": "soon"}}, "currency.as_of: 'soon' is not a date."),
        (
            {"currency": EUR, "prices": [in_eur(API), NODE]},
            "prices[1].usd_per_hour: a key named usd holds USD, and the book is in EUR. Write "
            "eur_per_hour, or put prices in USD into a book without currency.",
        ),
        (
            {"currency": EUR, "discounts": [{"api": "*", "committed_usd_per_month": 5}]},
            "Write committed_eur_per_month",
        ),
        (
            {"currency": EUR, "prices": [{"api": "x/y", "input_eur_per_mtok": 1}]},
            "prices[0].output_eur_per_mtok: is missing.",
        ),
        (
            {"currency": EUR, "prices": [{**in_eur(NODE), "eur_per_hourr": 1}]},
            'unknown key "eur_per_hourr". Did you mean eur_per_hour?',
        ),
        (
            {"prices": [in_eur(NODE)]},
            'unknown key "eur_per_hour". Did you mean usd_per_hour?',
        ),
        (
            {"currency": {**EUR, "usd": [1.0, 1.1, 1.2]}, "prices": [in_eur(NODE)]},
            "currency.usd: must be one number: a range here would apply to every price.",
        ),
        ({"currency": {**EUR, "usd": 0}}, "currency.usd: 0 should be greater than 0."),
        (
            {"currency": {**EUR, "usd": "1.1"}},
            "currency.usd: '1.1' is a string. Write it without quotes.",
        ),
        (
            {
                "spot_bands": [
                    {"instance": "box.8x", "region": "r1", "interrupted_per_month": 1},
                ]
            },
            "spot_bands[0]: box.8x is certain to be interrupted within a month",
        ),
    ],
)
def test_book_that_cannot_be(lab: Lab, keys: Keys, reported: str) -> None:
    """A row that is incomplete, doubled or impossible is refused with its place."""
    text = refused(lab, **keys)
    assert text.startswith("mine.yaml: ")
    assert reported in text


def test_a_book_wins_over_the_catalog_and_later_books_over_earlier(lab: Lab) -> None:
    """The user's price counts, figure by figure; what a book leaves out stays the catalog's."""
    first = lab.book("first", prices=[NODE])
    second = lab.book("second", prices=[{**NODE, "usd_per_hour": 9}])
    pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
    for books, usd in (([], 20), ([first], 10), ([first, second], 9), ([second, first], 10)):
        lab.stack(pools, prices=books)
        result = lab.evaluate()
        assert result.usd_per_month == pytest.approx(730 * usd)
        assert result.alternatives[0].usd_per_month == pytest.approx(0.5 * 730 * 3.6)


def test_the_newest_price_that_holds_on_the_day_counts() -> None:
    """Two days of one figure are a history: each pricing day reads its own."""
    days = ((2.0, "2026-06-01"), (1.0, "2026-01-01"), (3.0, "2026-09-01"))
    history = [{**API, "input_usd_per_mtok": usd, "valid_from": day} for usd, day in days]
    catalog = Catalog(books=(book(prices=history),))
    for day, expected in (("2026-05-31", 1.0), ("2026-06-01", 2.0), ("2027-01-01", 3.0)):
        assert input_price(catalog, dt.date.fromisoformat(day)) == expected


def test_before_the_first_price_the_first_counts_with_a_warning(lab: Lab) -> None:
    """A day before every known price takes the first one, as an estimate, and says so."""
    later = {**NODE, "valid_from": "2027-01-01"}
    catalog = Catalog(books=(book(prices=[later]),))
    key = ("node", "box.8x", "r1", "on-demand", None, None, None)
    found = catalog.find_as(NodePrice, key, DAY)
    assert found is not None
    assert found.first_known
    assert found.sourced("x", found.row.usd_per_node_hour, "USD/h").estimate


def test_a_book_from_later_on_leaves_the_catalogs_price(lab: Lab) -> None:
    """A contract that starts next year does not change this year's plan."""
    name = lab.book("later", prices=[{**NODE, "valid_from": "2027-01-01"}])
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[name])
    assert lab.evaluate().usd_per_month == pytest.approx(730 * 20)


@pytest.mark.parametrize("name", ["H100-SXM", "H100", "h100", "h100-sxm"])
def test_a_gpu_has_one_name_and_its_aliases(lab: Lab, name: str) -> None:
    """Whatever a file calls a GPU, its benchmark and its price find each other."""
    assert lab.catalog.gpu(name) == "H100-SXM"
    row = {"offer": "own/8x", "gpu": name, "gpus": 8, "usd_per_hour": 5}
    lab.stack({"main": {"offer": "own/8x", "nodes": 1}}, prices=[lab.book("own", prices=[row])])
    assert lab.evaluate().usd_per_month == pytest.approx(730 * 5)


def test_a_book_may_define_what_the_catalog_does_not_know(lab: Lab) -> None:
    """Own hardware, an own model and an own cloud are known once a book names them."""
    serving = {"gpu": "H800", "gpus": 8, "precision": "fp8", "engine": "own"}
    speed = {"input": 900, "output": 100, "points": [{"concurrency": 9, "output_tok_s": 200}]}
    name = lab.book(
        "own",
        hardware=[{"gpu": "H800", "memory_gb": 80}],
        models=[{"model": "tuned", "aliases": ["tuned-v2"]}],
        prices=[{"offer": "own/8xh800", "gpu": "H800", "gpus": 8, "usd_per_hour": 4}],
        benchmarks=[{"model": "tuned", **serving, **speed}],
    )
    service = {"serving": {"model": "tuned-v2"}}
    lab.stack({"main": {"offer": "own/8xh800", "nodes": 1}}, service, prices=[name])
    result = lab.evaluate()
    assert result.usd_per_month == pytest.approx(730 * 4)
    assert result.fleets[0].node_output_tok_s == pytest.approx(200)


def test_the_digest_is_of_the_rows() -> None:
    """Two ways to write the same rows are one book; another price is another."""
    plain = book(prices=[API])
    spelled = book(prices=[{**API, "source": "a mail", "as_of": "2026-11-01"}])
    assert plain.digest == spelled.digest
    assert plain.digest != book(prices=[{**API, "input_usd_per_mtok": 1.5}]).digest


# genai-prices


def test_an_api_that_no_book_prices_comes_from_genai_prices(lab: Lab) -> None:
    """A well-known API without a row here has a price, as old as the version of the package."""
    lab.workload(requests_per_month=730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["openai/gpt-4o"])
    [rival] = lab.evaluate().alternatives
    assert (rival.usd_per_month or 0) > 0
    [rate] = rival.alternative.rates
    assert rate is not None
    assert rate.figures[0].source.startswith("genai-prices ")
    assert rate.figures[0].as_of == dt.date(2026, 11, 1)


def test_a_bad_day_at_the_top_is_reported_once(lab: Lab) -> None:
    """Rows that have the book's day do not each repeat what is wrong with it."""
    row = {"api": "own/api", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    rows = [row, {**row, "api": "own/other"}]
    path = lab.write("prices/bad.yaml", {"source": "x", "as_of": "yesterday", "prices": rows})
    with pytest.raises(BadInput) as caught:
        read_book(path, "bad.yaml")
    assert [problem.path for problem in caught.value.problems] == ["as_of"]


def test_a_note_at_the_top_changes_nothing(lab: Lab) -> None:
    """A book may say something of itself; its figures and its digest stay."""
    row = {"api": "own/api", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    name = lab.book("a", prices=[row])
    plain = read_book(lab.folder / "prices" / name, name)
    name = lab.book("a", prices=[row], note="agreed by phone")
    noted = read_book(lab.folder / "prices" / name, name)
    assert (noted.note, noted.digest) == ("agreed by phone", plain.digest)


@pytest.mark.parametrize("row", [{"input_usd_per_mtok": True}, {"context_tokens": True}])
def test_a_boolean_is_no_number(lab: Lab, row: Keys) -> None:
    """`yes` in a price's place is a slip, not 1."""
    price = {"api": "own/api", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1, **row}
    path = lab.folder / "prices" / lab.book("bad", prices=[price])
    with pytest.raises(BadInput, match="true is not a number"):
        read_book(path, "bad.yaml")


@pytest.mark.parametrize("key", ["concurrency", "request_rate", "output_tok_s"])
@pytest.mark.parametrize("value", [5e-324, 1e-7, 1e10, 1e300])
def test_a_speed_that_no_one_measured_is_refused(lab: Lab, key: str, value: float) -> None:
    """A figure that no replica reaches is refused where it stands, before it is a divisor."""
    point = {"concurrency": 9, "output_tok_s": 200, key: value}
    bench = {"model": "mine", "gpu": "H100", "gpus": 8, "input": 9, "output": 9, "points": [point]}
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=[lab.book("mine", benchmarks=[bench])])
    assert f"benchmarks[0].points[0].{key}: {value:g} is not a measurement." in lab.refused()


def test_every_amount_of_a_row_is_converted() -> None:
    """A key of money that a currency does not convert would be read as dollars."""
    rows = (NodePrice, ApiPrice, ProvisionedPrice, Tier, Peak, Discount, SpendTier)
    amounts = {name for row in rows for name in row.model_fields if "usd" in name}
    assert amounts <= MONEY_FIELDS
