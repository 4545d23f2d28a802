"""`tco prices refresh` proposes dated rows, and loses neither history nor what arrived."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.book import Book, read_book
from tco.catalog.catalog import Catalog
from tco.catalog.node_price import NodePrice
from tco.ranges import point
from tco.refresh.clients import AwsClients
from tco.refresh.collect import Collected
from tco.refresh.names import AWS_SOURCE_NAMES
from tco.refresh.proposal import changes
from tco.refresh.registry import SOURCES
from tco.refresh.source import Ask
from tests.cli.conftest import BAD_INPUT, OK
from tests.refresh.conftest import CATALOG, TODAY, Aws, Refresh
from tests.refresh.price_list import lists, product

ONE = ("--source", "aws-on-demand", "--region", "us-east-1")
BIG, SMALL = "p5.48xlarge", "p5.4xlarge"
DAY = dt.date.fromisoformat(TODAY)


def test_every_source_has_its_name() -> None:
    """The help lists the sources without importing them."""
    assert tuple(SOURCES) == AWS_SOURCE_NAMES


def test_the_policy_of_the_page_allows_every_call() -> None:
    """The least privilege that docs/catalog.md names is what the sources ask for, and no more."""
    page = (Path(__file__).parents[2] / "docs" / "catalog.md").read_text(encoding="utf-8")
    policy, _ = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    [statement] = json.loads(policy)["Statement"]
    assert statement["Action"] == [source.action for source in SOURCES.values()]
    assert all(f"| `{name}` |" in page for name in SOURCES)


def test_a_changed_price_becomes_a_dated_row(refresh: Refresh, aws: Aws, book: Path) -> None:
    """The row has day and source; a jump is flagged, and an unchanged price gets no row."""
    lists(aws, product(BIG, "55.0400000000", "A1"), product(SMALL, "6.88", "C3"))
    answer = refresh(*ONE)
    assert (answer.code, answer.err) == (OK, "")
    assert answer.out.splitlines()[1].split() == [
        BIG, "us-east-1", "on-demand", "98.32", "55.04", "-44%", "JUMP",
    ]  # fmt: skip
    assert "Changed by more than 30% (JUMP): 1." in answer.out
    assert "1 row proposed, 1 unchanged. Written to" in answer.out
    [row] = read_book(book, "aws.yaml").prices
    assert isinstance(row, NodePrice)
    assert (row.instance, row.region, row.usd_per_hour) == (BIG, "us-east-1", point(55.04))
    assert (str(row.as_of), str(row.valid_from), row.source) == (
        TODAY, TODAY, "AWS Price List, SKU A1",
    )  # fmt: skip


def test_a_second_refresh_proposes_nothing(refresh: Refresh, aws: Aws, book: Path) -> None:
    """The book with the rows of the first one is as the second one leaves it."""
    listed = product(BIG, "55.04", "A1"), product(SMALL, "7", "C3")
    lists(aws, *listed)
    assert refresh(*ONE).code == OK
    written = book.read_bytes()
    lists(aws, *listed)
    assert "0 rows proposed, 2 unchanged. Nothing to write." in refresh(*ONE).out
    assert book.read_bytes() == written


def test_an_old_price_that_still_holds_is_seen_again(
    refresh: Refresh, aws: Aws, book: Path
) -> None:
    """Its age counts from the day on which AWS confirmed it."""
    lists(aws, product(BIG, "98.32", "A1"), product(SMALL, "6.88", "C3"))
    answer = refresh(*ONE, today="2026-12-24")
    assert answer.out.count("seen again") == 2
    assert {str(row.as_of) for row in read_book(book, "aws.yaml").prices} == {"2026-12-24"}


def test_a_vanished_price_is_reported_and_kept(refresh: Refresh, aws: Aws, book: Path) -> None:
    """A price that the list no longer has is flagged; prices of other regions are not."""
    lists(aws, product(BIG, "98.32", "A1"))
    answer = refresh(*ONE)
    assert answer.code == OK
    [line] = [line for line in answer.out.splitlines() if "vanished" in line and "6.88" in line]
    assert line.split() == [SMALL, "us-east-1", "on-demand", "6.88", "vanished"]
    assert not book.exists()


def test_a_dry_run_writes_nothing(refresh: Refresh, aws: Aws, book: Path) -> None:
    """The table is the same, and the book is not made."""
    lists(aws, product(BIG, "55.04", "A1"))
    answer = refresh(*ONE, "--instance", BIG, "--dry-run")
    assert "1 row proposed, 0 unchanged. Nothing was written: --dry-run." in answer.out
    assert not book.exists()


def test_a_price_that_changes_twice_a_day_keeps_the_days_row(
    refresh: Refresh, aws: Aws, book: Path
) -> None:
    """A book has one price of a thing and a day; the newer one is shown, and reported."""
    for usd in ("55", "56"):
        lists(aws, product(BIG, usd, "A1"))
        answer = refresh(*ONE, "--instance", BIG)
    assert answer.code == OK
    assert "stays until tomorrow" in answer.out
    assert len(read_book(book, "aws.yaml").prices) == 1


def test_a_region_that_fails_takes_no_other_with_it(refresh: Refresh, aws: Aws, book: Path) -> None:
    """What arrived is written, what is missing is reported, and the exit code says so."""
    lists(aws, product(BIG, "55", "A1"))
    aws.fails("pricing", "us-east-1", "get_products", "ThrottlingException")
    answer = refresh(*ONE, "--region", "eu-west-1")
    assert answer.code == BAD_INPUT
    assert "  aws-on-demand eu-west-1: AWS still throttles" in answer.err
    assert max(map(len, answer.err.splitlines())) <= 80
    assert len(read_book(book, "aws.yaml").prices) == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ExpiredTokenException", "credentials have expired. Renew them"),
        ("UnrecognizedClientException", "does not accept the credentials. Renew them"),
        ("AccessDeniedException", "lack the permission pricing:GetProducts. Add it"),
        ("ThrottlingException", "throttles after 8 attempts. Run the command again later"),
        ("AuthFailure", "rejects this account in the region. Enable the region"),
        ("InternalErrorException", "pricing:GetProducts failed:"),
    ],
)
def test_an_error_of_aws_says_what_to_do(
    refresh: Refresh, aws: Aws, book: Path, code: str, message: str
) -> None:
    """One message, exit 1, and the book as it was."""
    book.write_text("source: mine\nprices: []\n", encoding="utf-8")
    aws.fails("pricing", "us-east-1", "get_products", code)
    answer = refresh(*ONE)
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert message in " ".join(answer.err.split())
    assert book.read_text(encoding="utf-8") == "source: mine\nprices: []\n"


def test_without_credentials(refresh: Refresh, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names where credentials are set."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    answer = refresh(*ONE)
    assert answer.code == BAD_INPUT
    assert answer.err.startswith("no AWS credentials were found. Set AWS_PROFILE")


def test_with_a_profile_that_does_not_exist(
    refresh: Refresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names what lists the profiles."""
    monkeypatch.setenv("AWS_PROFILE", "nope")
    answer = refresh(*ONE)
    assert answer.code == BAD_INPUT
    assert "`aws configure list-profiles`" in " ".join(answer.err.split())


def test_clients_slow_down_where_aws_throttles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries are adaptive and end; a client is made once per service and region."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    clients = AwsClients()
    pricing = clients("pricing", "us-east-1")
    assert pricing.meta.config.retries == {"mode": "adaptive", "total_max_attempts": 8}
    assert clients("pricing", "us-east-1") is pricing
    assert clients("ec2", "us-east-1") is not clients("ec2", "eu-west-1")


def test_without_boto3(refresh: Refresh, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra that installs it."""
    monkeypatch.setitem(sys.modules, "boto3", None)
    answer = refresh(*ONE)
    assert answer.code == BAD_INPUT
    assert "pip install 'gpu-tco[aws]'" in " ".join(answer.err.split())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--region", "us-east-9"), '"us-east-9" is not a region of AWS. Did you mean us-east-2?'),
        (("--region", "us-east-1a"), '"us-east-1a" is not a region of AWS.'),
        ((), "no region is set. Pass --region, such as --region us-east-1."),
        (
            ("--region", "us-east-1", "--instance", "a3-highgpu-8g"),
            'no known instance type of AWS is named "a3-highgpu-8g".',
        ),
    ],
)
def test_what_aws_cannot_be_asked(refresh: Refresh, options: tuple[str, ...], message: str) -> None:
    """A wrong region or type is refused before anything is asked."""
    answer = refresh(*options)
    assert answer.code == BAD_INPUT
    assert message in " ".join(answer.err.split())


def test_a_region_without_prices_shows_what_has_vanished(refresh: Refresh, aws: Aws) -> None:
    """An empty price list is an answer, not an error."""
    lists(aws, region="eu-west-1")
    answer = refresh("--source", "aws-on-demand", "--region", "eu-west-1")
    assert answer.code == OK
    assert "no longer listed by AWS (vanished): 1." in answer.out


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1", "us-iso-east-1"])
def test_a_region_with_a_price_list_of_its_own_is_refused(refresh: Refresh, region: str) -> None:
    """The public list has nothing about it: no price of it counts as vanished."""
    answer = refresh("--region", region)
    assert answer.code == BAD_INPUT
    assert f"{region} has a separate price list" in answer.err


def test_every_type_of_a_region_is_kept_for_tco_price(
    refresh: Refresh, aws: Aws, book: Path
) -> None:
    """Also those without GPUs, which no plan asks for; an empty list replaces nothing."""
    file = book.parent / "cache" / "tco" / "prices" / "ec2-us-east-1.json"
    listed = product(BIG, "55.04", "A1"), product("m7i.large", "0.1008", "C3")
    lists(aws, *listed)
    assert refresh(*ONE, "--dry-run").code == OK
    assert not file.exists()
    lists(aws, *listed)
    answer = refresh(*ONE)
    assert "Kept for `tco price`: 2 instance types of us-east-1." in answer.out
    lists(aws)
    refresh(*ONE)
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "schema": "tco.ec2-prices/1",
        "region": "us-east-1",
        "as_of": TODAY,
        "source": "AWS Price List",
        "usd_per_hour": {"m7i.large": 0.1008, BIG: 55.04},
    }


def test_without_a_book_prices_are_kept_for_tco_price_alone(refresh: Refresh, aws: Aws) -> None:
    """What `tco price` asks for in a region that it does not know writes no book."""
    lists(aws, product(BIG, "55", "A1"))
    answer = refresh(*ONE, book=None)
    assert (answer.code, answer.err) == (OK, "")
    assert "1 row proposed, 0 unchanged. Name the price book" in " ".join(answer.out.split())
    assert "Kept for `tco price`: 1 instance type of us-east-1." in answer.out


def test_a_cache_that_cannot_be_written_is_reported(
    refresh: Refresh, aws: Aws, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The book has its rows all the same."""
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    lists(aws, product(BIG, "55", "A1"))
    answer = refresh(*ONE)
    assert answer.code == BAD_INPUT
    assert "price cache us-east-1: /dev/null/tco/prices" in answer.err
    assert len(read_book(book, "aws.yaml").prices) == 1


@pytest.mark.parametrize("options", [ONE, ("--source", "api")], ids=["aws", "api"])
def test_a_book_with_discounts_is_refused(
    refresh: Refresh, book: Path, options: tuple[str, ...]
) -> None:
    """No discount lowers a row of its own book, so a list price there would end the discount."""
    text = "source: mine\ndiscounts:\n  - {instance: 'p5.*', percent_off: 40}\n"
    book.write_text(text, encoding="utf-8")
    answer = refresh(*options)
    assert answer.code == BAD_INPUT
    assert "discounts: a refresh writes list prices" in answer.err
    assert "list it under `prices` of the plans before this one" in " ".join(answer.err.split())
    assert book.read_text(encoding="utf-8") == text


def test_a_book_in_another_currency_is_refused(refresh: Refresh, book: Path) -> None:
    """Rows in USD would be read as amounts of its currency."""
    book.write_text(
        "source: mine\ncurrency: {code: EUR, usd: 1.1, source: ecb, as_of: '2026-11-01'}\n",
        encoding="utf-8",
    )
    answer = refresh(*ONE)
    assert answer.code == BAD_INPUT
    assert "currency.code: the book is in EUR" in answer.err


PRICES = st.dictionaries(
    st.sampled_from([BIG, SMALL]), st.decimals("0.01", "500", places=4).map(float)
)


@given(PRICES, PRICES)
def test_what_was_accepted_is_not_proposed_again(
    first: dict[str, float], second: dict[str, float]
) -> None:
    """On any day: a refresh that finds what the last accepted one found proposes no row."""
    catalog, accepted = Catalog(books=(Book.model_validate(CATALOG),)), list[NodePrice]()
    for day, prices in ((DAY, first), (DAY + dt.timedelta(1), second)):
        arrived = [
            NodePrice(
                instance=name,
                region="us-east-1",
                usd_per_hour=point(usd),
                source="AWS Price List",
                as_of=day,
                valid_from=day,
            )
            for name, usd in prices.items()
        ]
        ask = Ask("us-east-1", frozenset({BIG, SMALL}), day, 30)
        collected = Collected(arrived, [(SOURCES["aws-on-demand"], ask)])
        accepted += _proposed(catalog, accepted, collected, day)
        assert _proposed(catalog, accepted, collected, day) == []


def _proposed(
    catalog: Catalog, accepted: list[NodePrice], collected: Collected, day: dt.date
) -> list[NodePrice]:
    book = Book(prices=tuple(accepted))
    found = changes(collected, catalog.with_books([book]), book, day)
    return [change.price for change in found if change.proposed]
