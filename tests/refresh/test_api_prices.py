"""Prices of hosted APIs come from the installed package, as dated rows for the user's book."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.api_price import ApiPrice
from tco.catalog.book import Book, read_book
from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.catalog.genai import genai_api_price, genai_apis, genai_day
from tco.catalog.genai_names import genai_names
from tco.refresh.api_prices import api_changes
from tests.cli.conftest import BAD_INPUT, OK, Answer, Tco, tco_command

__all__ = ["tco_command"]

DAY = dt.date(2026, 11, 23)
SEEN = dt.date(2026, 11, 20)
KNOWN: dict[str, Any] = {
    "api": "acme/large",
    "input_usd_per_mtok": 2,
    "cached_input_usd_per_mtok": 0.5,
    "output_usd_per_mtok": 8,
    "batch_discount": 0.5,
    "properties": ["us-residency"],
    "peak": [
        {"utc_hours": [1, 4], "days": ["mon"], "input_usd_per_mtok": 4, "output_usd_per_mtok": 9}
    ],
}
BOOK: dict[str, Any] = {
    "source": "made up for the tests",
    "as_of": "2026-11-01",
    "prices": [
        KNOWN,
        {"api": "acme/small", "input_usd_per_mtok": 1, "output_usd_per_mtok": 2},
        {
            "api": "acme/next",
            "input_usd_per_mtok": 1,
            "output_usd_per_mtok": 2,
            "valid_from": "2027-01-01",
        },
    ],
}


class Package:
    """The prices of an installed package, its names, and the day of its data."""

    def __init__(self) -> None:
        self.prices: dict[str, dict[str, Any]] = {}
        self.day = SEEN

    def has(self, api: str, input_usd: float, output_usd: float, **keys: Any) -> None:
        """The package states this price."""
        keys = {"input_usd_per_mtok": input_usd, "output_usd_per_mtok": output_usd, **keys}
        self.prices[api] = {"api": api, **keys}

    def data_day(self, today: dt.date) -> dt.date:
        """The day of the data."""
        return min(self.day, today)

    def price(self, api: str, day: dt.date) -> ApiPrice | None:
        """The price of an API on a day on which there is the package, or None."""
        found = self.prices.get(api) if day > dt.date(2026, 1, 1) else None
        return None if found is None else ApiPrice.model_validate(found)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> Package:
    """A package with no prices, in which acme/small is called acme/Small-Instruct."""
    made = Package()
    names = {"acme/small": "acme/Small-Instruct"}
    monkeypatch.setattr("tco.refresh.api_prices.genai_api_price", made.price)
    monkeypatch.setattr("tco.refresh.api_prices.genai_apis", lambda: [*made.prices])
    monkeypatch.setattr("tco.refresh.api_prices.genai_day", made.data_day)
    monkeypatch.setattr("tco.refresh.api_prices.genai_version", lambda: "genai-prices 9.9")
    monkeypatch.setattr("tco.refresh.api_prices.genai_names", lambda: names)
    return made


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Where the user's book is or will be."""
    return tmp_path / "apis.yaml"


@pytest.fixture
def refresh(
    package: Package, book: Path, monkeypatch: pytest.MonkeyPatch, tco_command: Tco
) -> Callable[..., Answer]:
    """`tco prices refresh --source api` on a small catalog, which needs neither boto3 nor AWS."""
    catalog = Catalog(books=(Book.model_validate(BOOK),))
    monkeypatch.setattr("tco.catalog.embedded.load_catalog", lambda: catalog)
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)

    def run(*options: str, today: str = "2026-11-23") -> Answer:
        return tco_command("prices", "refresh", "--book", book, "--today", today, *options)

    return run


def test_a_changed_price_becomes_a_dated_row(
    refresh: Callable[..., Answer], package: Package, book: Path
) -> None:
    """Part by part, with the jump flagged; the row names the package, its version and its day."""
    peak = [{"utc_hours": [1, 4], "input_usd_per_mtok": 4, "output_usd_per_mtok": 9}]
    package.has("acme/large", 3, 8, peak=peak)
    package.has("acme/Small-Instruct", 1, 2)
    answer = refresh("--source", "api")
    assert (answer.code, answer.err) == (OK, "")
    assert [line.split() for line in answer.out.splitlines()[:3]] == [
        ["USD", "per", "1M", "tokens", "before", "now", "change"],
        ["acme/large", "JUMP"],
        ["input", "2", "3", "+50%"],
    ]
    assert "1 row proposed, 1 unchanged. Written to" in answer.out
    [row] = read_book(book, "apis.yaml").prices
    assert isinstance(row, ApiPrice)
    assert (row.as_of, row.valid_from) == (SEEN, DAY)
    assert row.source == "genai-prices 9.9 (PyPI) acme/large"
    before = ApiPrice.model_validate(KNOWN)
    assert row.input_usd_per_mtok.likely == 3
    kept = ("batch_discount", "properties", "cached_input_usd_per_mtok", "peak")
    assert [getattr(row, key) for key in kept] == [getattr(before, key) for key in kept]


def test_a_second_refresh_proposes_nothing(
    refresh: Callable[..., Answer], package: Package, book: Path
) -> None:
    """On the day and months later, as long as the package is the same one."""
    package.has("acme/large", 3, 9)
    package.has("acme/Small-Instruct", 1, 3)
    assert refresh("--source", "api").code == OK
    written = book.read_bytes()
    for today in ("2026-11-23", "2026-11-24", "2027-03-01"):
        answer = refresh("--source", "api", today=today)
        assert answer.out.endswith("\n0 rows proposed, 2 unchanged. Nothing to write.\n")
        assert "genai-prices 9.9 (data of 2026-11-20)" in answer.out
    assert book.read_bytes() == written


def test_a_price_that_was_seen_later_stays(
    refresh: Callable[..., Answer], package: Package
) -> None:
    """A package that is older than the figure in force changes nothing."""
    package.day = dt.date(2026, 10, 1)
    package.has("acme/large", 1, 1)
    assert "\n0 rows proposed, 1 unchanged." in refresh("--model", "acme/large").out


def test_an_old_price_that_still_holds_is_seen_again(
    refresh: Callable[..., Answer], package: Package
) -> None:
    """Its age counts from the day of the newer package."""
    package.day = dt.date(2026, 12, 20)
    package.has("acme/Small-Instruct", 1, 2)
    answer = refresh("--model", "small", today="2026-12-24")
    assert answer.out.splitlines()[1].split() == ["acme/small", "seen", "again"]


def test_a_vanished_price_is_named_and_kept(
    refresh: Callable[..., Answer], package: Package, book: Path
) -> None:
    """An API that the package had and has no more; one that it never had is not missed."""
    answer = refresh("--source", "api", "--format", "json")
    [change] = answer.json["apis"]
    assert (change["api"], change["status"]) == ("acme/small", "vanished")
    assert not book.exists()
    assert "no longer in genai-prices (vanished): 1." in refresh("--source", "api").out


def test_a_row_of_the_book_that_the_package_lost_has_vanished(
    refresh: Callable[..., Answer], package: Package
) -> None:
    """What an earlier refresh took from the package alone is missed too."""
    package.has("other/tiny", 1, 1)
    assert "1 row proposed" in refresh("--model", "other/tiny").out
    package.prices.clear()
    answer = refresh("--model", "other/tiny", "--format", "json")
    assert [change["status"] for change in answer.json["apis"]] == ["vanished"]


def test_a_row_is_not_fetched_because_its_source_names_the_package(
    refresh: Callable[..., Answer], package: Package, book: Path
) -> None:
    """A row that a user wrote has not vanished from the package that its source is named after."""
    source = "genai-prices, corrected by us"
    own = {**KNOWN, "api": "other/own", "valid_from": str(DAY), "source": source}
    book.write_text(json.dumps({"prices": [own]}), "utf-8")
    answer = refresh("--model", "other/own", "--format", "json")
    assert answer.json["apis"] == []


def test_a_price_of_another_time_is_not_proposed(
    refresh: Callable[..., Answer], package: Package
) -> None:
    """By default: an API that has no price on the day in catalog and book gets no row."""
    package.has("acme/next", 2, 8)
    answer = refresh("--source", "api", "--format", "json")
    assert "acme/next" not in [change["api"] for change in answer.json["apis"]]
    answer = refresh("--model", "acme/next", "--dry-run", "--format", "json")
    assert [change["status"] for change in answer.json["apis"]] == ["new"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("acme/*", ["acme/large", "acme/small"]),
        ("large", ["acme/large"]),
        ("*l*", ["acme/large", "acme/small"]),
        ("acme/small", ["acme/small"]),
        ("other/new", ["other/new"]),
    ],
)
def test_a_pattern_names_known_apis(
    refresh: Callable[..., Answer], package: Package, pattern: str, expected: list[str]
) -> None:
    """By name or by model; only a whole name brings in one that the package alone has."""
    for name in ("acme/large", "acme/Small-Instruct", "other/new"):
        package.has(name, 5, 5)
    answer = refresh("--model", pattern, "--dry-run", "--format", "json")
    assert [change["api"] for change in answer.json["apis"]] == expected
    assert answer.json["written"] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--model", "acme/larg"), 'no known API is named "acme/larg". Did you mean acme/large?'),
        (
            ("--model", "x/*"),
            'no known API is named "x/*". Known: acme/large, acme/next, acme/small.',
        ),
        (
            ("--model", "acme/*", "--source", "aws-spot"),
            "--model selects hosted APIs. Add --source api, or omit --model.",
        ),
        (
            ("--source", "api", "--region", "us-east-1"),
            "--instance and --region select AWS nodes, but no AWS source is queried.",
        ),
    ],
)
def test_what_cannot_be_asked(
    refresh: Callable[..., Answer], book: Path, options: tuple[str, ...], message: str
) -> None:
    """A wrong name or an option of another source is refused, and the book stays."""
    answer = refresh(*options)
    assert answer.code == BAD_INPUT
    assert message in " ".join(answer.err.split())
    assert not book.exists()


PRICES = st.tuples(
    *[st.decimals("0.001", "90", places=3).map(float)] * 2,
    st.one_of(st.none(), st.decimals("0.001", "9", places=3).map(float)),
)


@given(before=PRICES, now=PRICES, tier=st.one_of(st.none(), st.integers(1, 10**6)))
def test_what_was_accepted_is_not_proposed_again(
    before: tuple[Any, ...], now: tuple[Any, ...], tier: int | None
) -> None:
    """For any two prices: the row of the first refresh leaves nothing for the second."""
    catalog = Catalog(books=(Book(prices=(_price(before, "2026-11-01"),)),))
    package = Package()
    tiers = [] if tier is None else [{"above_prompt_tokens": tier, **_keys(before)}]
    package.prices["acme/large"] = {"api": "acme/large", **_keys(now), "tiers": tiers}
    accepted: tuple[ApiPrice, ...] = ()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tco.refresh.api_prices.genai_api_price", package.price)
        patch.setattr("tco.refresh.api_prices.genai_day", package.data_day)
        for _ in range(2):
            book = Book(prices=accepted)
            found = api_changes(catalog.with_books([book]), book, ["acme/large"], DAY).changes
            rows = [change.price for change in found if change.proposed]
            assert not (rows and accepted)
            accepted = tuple(rows)


def _keys(price: tuple[Any, ...]) -> dict[str, Any]:
    keys = ("input_usd_per_mtok", "output_usd_per_mtok", "cached_input_usd_per_mtok")
    return dict(zip(keys, price, strict=True))


def _price(price: tuple[Any, ...], day: str) -> ApiPrice:
    return ApiPrice.model_validate({"api": "acme/large", **_keys(price), "as_of": day})


def test_the_names_of_the_package_exist_and_agree() -> None:
    """Each API that the catalog has from the package is in it, at the catalog's price."""
    catalog, listed = load_catalog(), frozenset(genai_apis())
    assert list(genai_names()) == sorted(genai_names())
    for api, package in genai_names().items():
        match, fetched = catalog.api_price(api, DAY), genai_api_price(package, DAY)
        assert package in listed
        assert match is not None
        assert fetched is not None, package
        assert match.row.input_usd_per_mtok == fetched.input_usd_per_mtok, api
        assert match.row.output_usd_per_mtok == fetched.output_usd_per_mtok, api


def test_a_new_version_of_the_package_is_as_old_as_its_newest_price(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a row in genai_prices.csv; a change that is announced for later does not count."""
    assert genai_day(DAY) == dt.date(2026, 11, 1)
    monkeypatch.setattr("tco.catalog.genai._day_of_version", lambda: None)
    assert genai_day(DAY) == dt.date(2026, 11, 9)
    assert genai_day(dt.date(2026, 11, 8)) == dt.date(2026, 11, 6)
