"""What nodes cost: facts about the shipped prices, and the stale ones that must stay out."""

from __future__ import annotations

import datetime as dt
from importlib import resources

import pytest

from tco.catalog.catalog import Catalog
from tco.catalog.hardware import Instance, SpotBand
from tco.catalog.node_files import NodeFiles, check_rows, index_text
from tco.catalog.node_price import NodePrice

DAY = dt.date(2026, 11, 23)
ARTICLE_DAY = dt.date(2026, 6, 17)


def price(shipped: Catalog, row: NodePrice, day: dt.date = DAY) -> float | None:
    """The on-demand price of a row's node on a day."""
    key = ("node", row.instance or row.offer, row.region, "on-demand", None, None, None)
    found = shipped.find_as(NodePrice, key, day)
    return found.row.usd_per_node_hour.likely if found else None


def of(
    shipped: Catalog,
    instance: str,
    day: dt.date,
    purchase: str = "on-demand",
    kind: str | None = None,
) -> NodePrice:
    """A row of an instance in us-east-1 without term or payment."""
    key = ("node", instance, "us-east-1", purchase, kind, None, None)
    found = shipped.find_as(NodePrice, key, day)
    assert found is not None
    return found.row


def test_every_instance_priced_is_listed(shipped: Catalog) -> None:
    """A priced instance type has its GPUs in the list of instances."""
    listed = {row.instance for row, _ in shipped.rows(Instance)}
    assert {row.instance for row, _ in shipped.rows(NodePrice) if row.instance} <= listed


@pytest.mark.parametrize("stale", [98.32, 32.77])
def test_no_price_from_before_june_2025(shipped: Catalog, stale: float) -> None:
    """The old prices of p5 and p4d, which circulate widely, are not among ours."""
    for row in (*shipped.prices_of("p5.48xlarge"), *shipped.prices_of("p4d.24xlarge")):
        assert row.usd_per_node_hour.high != pytest.approx(stale, abs=0.01), row


@pytest.mark.parametrize(
    ("instance", "usd"),
    [
        ("p5.48xlarge", 55.04),
        ("p5.4xlarge", 6.88),
        ("p5en.48xlarge", 63.296),
        ("p4d.24xlarge", 21.9576),
        ("p6-b200.48xlarge", 113.9328),
        ("g6e.xlarge", 1.861),
    ],
)
def test_on_demand_in_virginia(shipped: Catalog, instance: str, usd: float) -> None:
    """A handful of list prices, as AWS's own feed of September 2026 states them."""
    assert of(shipped, instance, DAY).usd_per_node_hour.likely == pytest.approx(usd, abs=1e-4)


def test_p5e_is_not_sold_on_demand(shipped: Catalog) -> None:
    """An empty price is no price: p5e has none on demand."""
    rows = shipped.prices_of("p5e.48xlarge")
    assert {row.purchase for row in rows} == {"spot", "reserved"}


def test_big_and_small_p5_cost_the_same_per_gpu(shipped: Catalog) -> None:
    """p5.48xlarge is eight times p5.4xlarge, to the cent."""
    single, eight = (of(shipped, name, DAY) for name in ("p5.4xlarge", "p5.48xlarge"))
    assert eight.usd_per_node_hour.likely == pytest.approx(8 * single.usd_per_node_hour.likely)


def test_spot_is_cheaper_than_on_demand(shipped: Catalog) -> None:
    """A spot price lies below the on-demand price of the same node on the day it was seen."""
    compared = 0
    for row, _ in shipped.rows(NodePrice):
        full = price(shipped, row, row.as_of or DAY)
        if row.purchase == "spot" and full is not None:
            assert row.usd_per_node_hour.likely < full, row
            assert row.usd_per_node_hour.high <= full * 1.0001, row
            compared += 1
    assert compared >= 10


def test_commitments_are_cheaper_than_on_demand(shipped: Catalog) -> None:
    """No one commits to pay more: recurring plus prepaid is below the on-demand price."""
    hours = {"1yr": 8_760, "3yr": 26_280}
    compared = 0
    for row, _ in shipped.rows(NodePrice):
        full = price(shipped, row)
        if row.purchase == "reserved" and full is not None:
            prepaid = row.upfront_usd.likely / hours[row.term or ""] if row.upfront_usd else 0.0
            assert row.usd_per_node_hour.likely + prepaid < full, row
            compared += 1
    assert compared >= 15


def test_third_party_commitments_are_estimates(shipped: Catalog) -> None:
    """No savings plan or reserved instance here comes from AWS's own list, and each says so."""
    rows = [
        row
        for row, _ in shipped.rows(NodePrice)
        if row.kind in ("savings-plan", "reserved-instance")
    ]
    assert rows
    assert all(row.estimate for row in rows)


@pytest.mark.parametrize(
    ("day", "usd"),
    [
        ("2026-01-15", 31.464),
        ("2026-06-17", 34.608),
        ("2026-10-06", 41.528),
        ("2026-10-07", 47.76),
        ("2026-11-23", 47.76),
    ],
)
def test_capacity_blocks_by_their_day(shipped: Catalog, day: str, usd: float) -> None:
    """A plan sees the block price of its day: before, between and after the rises of 2026."""
    row = of(shipped, "p5.48xlarge", dt.date.fromisoformat(day), "reserved", "capacity-block")
    assert row.usd_per_node_hour.likely == usd


@pytest.mark.parametrize(("day", "usd"), [(ARTICLE_DAY, 2.99), (DAY, 3.99)])
def test_an_offer_keeps_its_history(shipped: Catalog, day: dt.date, usd: float) -> None:
    """A rented cloud's price that rose is appended: the plan of June still sees June's."""
    key = ("node", "lambda/8xh100-sxm", None, "on-demand", None, None, None)
    found = shipped.find_as(NodePrice, key, day)
    assert found is not None
    assert found.row.usd_per_node_hour.likely == pytest.approx(8 * usd)


def test_rented_gpus_cost_what_gpus_cost(shipped: Catalog) -> None:
    """No offer is priced per month, per node or in cents by mistake."""
    for row, _ in shipped.rows(NodePrice):
        if row.offer:
            assert 0.1 <= row.usd_per_node_hour.likely / (row.gpus or 1) <= 20, row.offer


def test_offers_say_what_they_hold(shipped: Catalog) -> None:
    """The number in an offer's name is its number of GPUs."""
    for row, _ in shipped.rows(NodePrice):
        if row.offer:
            assert row.offer.split("/")[1].startswith(f"{row.gpus}x"), row.offer


def test_spot_bands(shipped: Catalog) -> None:
    """Interruption bands are AWS's five, and belong to types whose price ships."""
    bands = {(0.005, 0.05), (0.05, 0.1), (0.1, 0.15), (0.15, 0.2), (0.2, 0.5)}
    priced = {row.instance for row, _ in shipped.rows(NodePrice) if row.instance}
    for row, _ in shipped.rows(SpotBand):
        share = row.interrupted_per_month
        assert (share.low, share.high) in bands, row
        assert row.instance in priced, row


@pytest.mark.parametrize(
    ("region", "low"), [("us-east-1", 0.20), ("us-west-2", 0.05), ("us-east-2", 0.05)]
)
def test_p5_interruptions_by_region(shipped: Catalog, region: str, low: float) -> None:
    """p5 spot was interrupted far more in Virginia than in Oregon or Ohio."""
    found = shipped.interruptions("p5.48xlarge", region, DAY)
    assert found is not None
    assert found.row.interrupted_per_month.low == low


ROWS_OF = {
    "aws": 1_580,
    "gcp": 1_390,
    "azure": 730,
    "oracle": 20,
    "runpod": 94,
    "vast": 50,
    "verda": 47,
    "nebius": 28,
    "lambda": 18,
}


@pytest.mark.parametrize(("provider", "rows"), ROWS_OF.items())
def test_rows_by_provider(shipped: Catalog, provider: str, rows: int) -> None:
    """A provider's file is whole: no row is lost without a change here."""
    books = {book.name: book for book in shipped.every_book}
    assert len(books[f"nodes/{provider}.csv"].prices) >= rows


@pytest.mark.parametrize(
    ("offer", "day", "usd", "site"),
    [
        ("nebius/8xh100", "2026-06-17", 2.95, "public provider price table"),
        ("nebius/8xh100", "2026-11-23", 3.85, "nebius.com"),
        ("nebius/8xh200", "2026-11-23", 4.50, "nebius.com"),
        ("nebius/8xb200", "2026-11-23", 7.15, "nebius.com"),
        ("verda/8xb200", "2026-11-23", 6.11, "verda.com"),
        ("hyperstack/8xh100-sxm", "2026-11-23", 3.20, "hyperstack.cloud"),
        ("hyperstack/8xh200", "2026-11-23", 3.99, "hyperstack.cloud"),
        ("crusoe/8xh100", "2026-11-23", 3.90, "cherielilili"),
        ("lambda/8xb200", "2026-11-23", 6.69, "lambda.ai"),
    ],
)
def test_clouds_that_moved(shipped: Catalog, offer: str, day: str, usd: float, site: str) -> None:
    """Clouds whose prices rose in 2026, before and after, each with where it was seen."""
    found = shipped.node_price(offer, None, "on-demand", dt.date.fromisoformat(day))
    assert found is not None
    assert found.row.usd_per_node_hour.likely == pytest.approx(8 * usd)
    assert site in (found.row.source or "")


@pytest.mark.parametrize(
    ("instance", "region", "usd"),
    [
        ("Standard_ND96isr_H100_v5", "eastus", 98.32),
        ("Standard_NC24ads_A100_v4", "eastus", 3.673),
        ("a3-highgpu-8g", "us-central1", 88.488),
        ("a2-highgpu-1g", "us-central1", 3.673385),
    ],
)
def test_machines_of_azure_and_google_cloud(
    shipped: Catalog, instance: str, region: str, usd: float
) -> None:
    """Machines of Azure and Google Cloud at their list price on demand."""
    found = shipped.node_price(instance, region, "on-demand", DAY)
    assert found is not None
    assert found.row.usd_per_node_hour.likely == pytest.approx(usd, rel=1e-3)


def test_aggregators_are_estimates(shipped: Catalog) -> None:
    """What a listing of other clouds' prices says is marked as an estimate."""
    rows = [row for row, _ in shipped.rows(NodePrice) if "getdeploying" in (row.source or "")]
    assert len(rows) >= 150
    assert all(row.estimate for row in rows)


@pytest.mark.parametrize(
    ("instance", "usd"),
    [
        ("p4d.24xlarge", 13.568),
        ("p4de.24xlarge", 20.368),
        ("p5.4xlarge", 5.97),
        ("p5.48xlarge", 47.76),
        ("p5e.48xlarge", 54.928),
        ("p5en.48xlarge", 63.16),
        ("p6-b200.48xlarge", 113.664),
        ("p6-b300.48xlarge", 129.168),
    ],
)
def test_blocks_after_the_rise_of_october_2026(shipped: Catalog, instance: str, usd: float) -> None:
    """Every block of a type costs the announced rate in every region but GovCloud's p6."""
    blocks = {
        (row.region, found.row.usd_per_node_hour.likely)
        for row in shipped.prices_of(instance)
        if row.kind == "capacity-block"
        and (found := shipped.find_as(NodePrice, row.key, DAY)) is not None
    }
    assert {price for region, price in blocks if "gov" not in str(region)} == {usd}


def test_every_region_of_aws_has_on_demand_prices(shipped: Catalog) -> None:
    """GPU instances are priced on demand in all regions, GovCloud included."""
    regions = {
        row.region
        for row, _ in shipped.rows(NodePrice)
        if row.instance and row.purchase == "on-demand" and "." in row.instance
    }
    assert len(regions) >= 30
    assert {"eu-west-1", "eu-north-1", "ap-northeast-1", "us-gov-west-1"} <= regions


def test_the_index_is_that_of_the_files() -> None:
    """A changed row changes the catalog's version: `python -m tco.catalog.node_files` writes it."""
    with resources.as_file(resources.files("tco.catalog") / "data" / "nodes") as folder:
        assert (folder / "index.csv").read_text(encoding="utf-8") == index_text(folder)


def test_every_row_is_one_that_a_price_book_takes() -> None:
    """Shipped rows are read without validation: here each is validated."""
    for book in NodeFiles(resources.files("tco.catalog") / "data" / "nodes").books:
        check_rows(book)
