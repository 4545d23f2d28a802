"""`tco price` and the EC2 prices that `tco prices refresh` has left on this machine."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import tco
from tco.catalog.cached_region import CachedRegion
from tco.catalog.embedded import load_catalog
from tco.catalog.price_cache import PriceCache, cache_folder
from tco.cli.main import cli
from tests.iac.programs import INSTANCE, Program

DAY = dt.date(2026, 11, 23)
CPU, GPU = "m7i.large", "p5.48xlarge"
EAST, WEST = "us-east-1", "us-west-2"
"""A region whose prices of CPU types are shipped, and one without."""
USD = {CPU: 0.1008, GPU: 50.0}
MONTH = 730

Price = Callable[..., Result]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PriceCache:
    """A cache in a folder of the test, with no prices."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return PriceCache(cache_folder())


@pytest.fixture
def price(cache: PriceCache) -> Price:
    """`tco price` for a program with one instance of each type in a region, on a day."""

    def run(*options: str, types: tuple[str, ...] = (CPU,), region: str = WEST) -> Result:
        program = Program(region)
        for name in types:
            program.add(INSTANCE, name, {"instanceType": name})
        arguments = ["price", "-", "--pricing-day", DAY.isoformat(), *options]
        return CliRunner().invoke(cli, arguments, input=json.dumps(program.preview))

    return run


def of_json(result: Result) -> dict[str, Any]:
    """The JSON that a command printed."""
    return json.loads(result.stdout)


def usd(result: Result) -> float:
    """The price of an hour of the only resource."""
    [resource] = of_json(result)["resources"]
    return resource["usd_per_unit"]


def test_a_cached_price_is_used_with_its_age_and_source(price: Price, cache: PriceCache) -> None:
    """A type that the catalog does not have costs what AWS listed on the day it was asked."""
    cache.write(WEST, dt.date(2026, 11, 20), "AWS Price List", USD)
    result = price("--format", "json")
    [resource] = of_json(result)["resources"]
    assert resource["usd_per_month"] == pytest.approx(0.1008 * MONTH)
    assert (resource["as_of"], resource["source"]) == (
        "2026-11-20",
        "AWS Price List, cached on this machine",
    )
    assert of_json(result)["cached"] == [
        {"region": WEST, "as_of": "2026-11-20", "age_days": 3, "old": False, "shipped": False}
    ]
    text = " ".join(price().stdout.split())
    assert "list of EC2 prices on this machine, of 2026-11-20 (3 days old)" in text


@pytest.mark.parametrize("options", [(), ("--no-cache",)])
def test_without_a_cached_price_the_type_is_unpriced(
    price: Price, options: tuple[str, ...]
) -> None:
    """It says how to get the price, where a refresh would help."""
    result = price("--format", "json", *options)
    [resource] = of_json(result)["resources"]
    assert resource["status"] == "unpriced"
    hint = "or run `tco prices refresh --source aws-on-demand --region us-west-2`"
    assert (hint in resource["reason"]) == (not options)
    assert of_json(result)["cached"] == []


@pytest.mark.parametrize(
    ("seen", "expected"),
    [("2026-09-24", 55.04), ("2026-09-25", 55.04), ("2026-09-26", 50.0), ("2026-11-24", 55.04)],
)
def test_the_newer_price_counts(
    price: Price, cache: PriceCache, seen: str, expected: float
) -> None:
    """Of the catalog's (of 2026-09-25) and the cached one; a later day than the pricing day has
    no price yet."""
    cache.write(EAST, dt.date.fromisoformat(seen), "AWS Price List", USD)
    assert usd(price("--format", "json", types=(GPU,), region=EAST)) == expected
    assert usd(price("--format", "json", "--no-cache", types=(GPU,), region=EAST)) == 55.04


@pytest.mark.parametrize(
    ("seen", "expected", "shipped"),
    [(None, 0.1008, True), ("2026-07-19", 0.1008, True), ("2026-07-21", 0.2, False)],
)
def test_types_without_gpus_are_priced_from_what_ships(
    price: Price, cache: PriceCache, seen: str | None, expected: float, shipped: bool
) -> None:
    """In us-east-1 and GovCloud, on every machine, until a newer list is there."""
    if seen is not None:
        cache.write(EAST, dt.date.fromisoformat(seen), "AWS Price List", {CPU: 0.2})
    result = price("--format", "json", region=EAST)
    assert usd(result) == expected
    assert [found["shipped"] for found in of_json(result)["cached"]] == [shipped]
    text = " ".join(price(region=EAST).stdout.split())
    assert ("EC2 prices that tco ships, of 2026-07-20 (126 days old)" in text) == shipped
    assert usd(price("--format", "json", "--no-cache", region="us-gov-west-1")) == 0.12705


def test_what_ships_is_whole_and_of_no_type_of_the_catalog() -> None:
    """Each list has its region's name, source and day; a type of the catalog has its rows there."""
    names = frozenset(load_catalog().instance_names)
    files = sorted(resources.files("tco.catalog").joinpath("data", "ec2").iterdir(), key=str)
    assert [file.name for file in files] == [
        *("ec2-us-east-1.json", "ec2-us-gov-east-1.json", "ec2-us-gov-west-1.json"),
    ]
    for file in files:
        listed = CachedRegion.model_validate_json(file.read_text(encoding="utf-8"))
        assert file.name == f"ec2-{listed.region}.json"
        assert len(listed.usd_per_hour) > 500
        assert not names & listed.usd_per_hour.keys()
        assert min(listed.usd_per_hour.values()) > 0.003
        assert max(listed.usd_per_hour.values()) < 500


def test_the_books_of_the_user_come_first(price: Price, cache: PriceCache, tmp_path: Path) -> None:
    """A price of a book stays, however old; a discount holds for a cached price too."""
    cache.write(EAST, DAY, "AWS Price List", USD)
    book = tmp_path / "mine.yaml"
    row = {"instance": GPU, "region": "us-east-1", "usd_per_hour": 40}
    discount = {"instance": "m7i.*", "percent_off": 10, "source": "contract"}
    content = {"source": "order", "as_of": "2020-01-01", "prices": [row], "discounts": [discount]}
    book.write_text(json.dumps(content), encoding="utf-8")
    options = ("--format", "json", "--book", str(book))
    assert usd(price(*options, types=(GPU,), region=EAST)) == 40
    assert usd(price(*options, region=EAST)) == pytest.approx(0.9 * 0.1008)


def test_an_old_cache_says_so(price: Price, cache: PriceCache) -> None:
    """Older than a price may be for a decision: the command that renews it is named."""
    cache.write(WEST, dt.date(2026, 5, 1), "AWS Price List", USD)
    assert of_json(price("--format", "json"))["cached"][0]["old"]
    text = " ".join(price().stdout.split())
    assert "run `tco prices refresh --source aws-on-demand --region us-west-2`" in text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "is not used: "),
        ('{"schema": "tco.ec2-prices/2"}', "is not used: "),
        (b"\xff", "is not UTF-8"),
        (json.dumps({"schema": "tco.ec2-prices/1", "region": "us-west-2", "as_of": "2026-11-20",
                     "source": "x", "usd_per_hour": {CPU: -1}}), "is not used: "),
    ],
)  # fmt: skip
def test_a_damaged_cache_is_reported_and_not_used(
    price: Price, cache: PriceCache, content: str | bytes, message: str
) -> None:
    """The rest is priced, and the message says how to write the file again."""
    path = cache.write(WEST, DAY, "AWS Price List", USD)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = price("--format", "json", types=(CPU, GPU))
    assert result.exit_code == 0
    assert [resource["status"] for resource in of_json(result)["resources"]] == [
        "unpriced",
        "priced",
    ]
    errors = " ".join(result.stderr.split())
    assert message in errors
    assert "tco prices refresh --source aws-on-demand --region us-west-2" in errors


@pytest.mark.parametrize("region", ["../../etc", "us-east-1/../x", ".", "US-EAST-1", "r" * 99])
def test_a_region_of_a_program_names_no_other_file(cache: PriceCache, region: str) -> None:
    """What a program states as its region stays inside of the cache's folder."""
    assert cache.path(region) is None


def test_only_the_price_command_reads_the_cache(
    cache: PriceCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catalog and library give the same on every machine: no plan depends on the user's home."""
    program = Program("us-east-1")
    program.add(INSTANCE, "a", {"instanceType": CPU})
    preview = json.dumps(program.preview).encode()
    before = tco.price_resources(preview, pricing_day=DAY), load_catalog().version
    cache.write("us-east-1", DAY, "AWS Price List", USD)

    def read(*_: object) -> None:
        raise AssertionError("the cache was read")

    monkeypatch.setattr("tco.catalog.price_cache._read", read)
    assert (tco.price_resources(preview, pricing_day=DAY), load_catalog().version) == before
    match = load_catalog().node_price(GPU, "us-east-1", "on-demand", DAY)
    assert match is not None
    assert match.row.usd_per_node_hour.likely == 55.04
    for command in (["prices", "show", GPU, "us-east-1", "on-demand"], ["prices", "check"]):
        assert CliRunner().invoke(cli, [*command, "--today", DAY.isoformat()]).exit_code == 0


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("/x/cache", "/x/cache/tco/prices"), ("", "/home/me/.cache/tco/prices"),
     ("relative", "/home/me/.cache/tco/prices")],
)  # fmt: skip
def test_the_cache_is_where_the_user_keeps_caches(
    monkeypatch: pytest.MonkeyPatch, stated: str, expected: str
) -> None:
    """As the XDG specification says: an absolute XDG_CACHE_HOME, else ~/.cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", stated)
    monkeypatch.setenv("HOME", "/home/me")
    assert cache_folder() == Path(expected)
