"""`tco prices`."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import BAD_INPUT, OK, Shell


def test_prices_list_shows_value_and_age(shell: Shell) -> None:
    """A figure is listed with its value and how many days ago it was seen."""
    answer = shell("prices", "list", "api/plain")
    assert answer.code == OK
    line, count = answer.out.splitlines()
    assert line.split() == ["api", "api/plain", "in", "1,", "out", "1", "USD/Mtok", "22", "d"]
    assert count == "1 figure; ~ estimate"


@pytest.mark.parametrize(
    ("options", "some", "none"),
    [
        (("--kind", "spot-band"), "box.8x", "api/plain"),
        (("BOX.8X", "spot"), "spot", "reserved"),
        (("--older-than", "21"), "api/plain", "nothing"),
    ],
)
def test_prices_list_selects(shell: Shell, options: tuple[str, ...], some: str, none: str) -> None:
    """Words, kind and age select, whatever their case."""
    answer = shell("prices", "list", *options)
    assert answer.code == OK
    assert some in answer.out
    assert none not in answer.out


def test_prices_list_of_nothing_is_reported(shell: Shell) -> None:
    """A search without a result is an error with the next command to run."""
    answer = shell("prices", "list", "no-such-thing")
    assert answer.code == BAD_INPUT
    assert answer.err == "no figure matches no-such-thing. See `tco prices list`.\n"
    assert shell("prices", "list", "--older-than", "22").code == BAD_INPUT


def test_prices_show_has_every_field(shell: Shell) -> None:
    """A figure in full names its source, its day and its book."""
    answer = shell("prices", "show", "api/dear")
    for text in ("made up for the tests", "2026-11-01", "eu-residency", "age: 22 d"):
        assert text in answer.out


def test_prices_with_a_book_of_ones_own(shell: Shell) -> None:
    """A price book lies on top of the catalog, also in the list."""
    name = shell.lab.book(
        "mine",
        prices=[{"api": "own/api", "input_usd_per_mtok": 7, "output_usd_per_mtok": 9}],
    )
    book = str(shell.lab.folder / "prices" / name)
    answer = shell("prices", "list", "own/api", "--book", book, "--format", "json")
    assert answer.json["schema"] == "tco.prices/1"
    [figure] = answer.json["figures"]
    assert (figure["input_usd_per_mtok"], figure["age_days"], figure["book"]) == (7, 3, book)


def test_prices_check_passes_a_sound_catalog(shell: Shell) -> None:
    """Sound figures pass, and old ones are listed without failing the check."""
    answer = shell("prices", "check")
    assert answer.code == OK
    assert answer.out.splitlines()[-1].endswith("figures, 0 faults, 0 old")
    old = shell("prices", "check", "--max-age", "21")
    assert old.code == OK
    assert "Older than 21 days:" in old.out


def test_prices_check_fails_on_a_fault(shell: Shell) -> None:
    """Faults fail the check, in the table and in the JSON."""
    dear = {"input_usd_per_mtok": 1, "cached_input_usd_per_mtok": 2, "output_usd_per_mtok": 3}
    name = shell.lab.book("mine", prices=[{"api": "own/api", **dear}])
    book = str(shell.lab.folder / "prices" / name)
    answer = shell("prices", "check", "--book", book)
    assert answer.code == BAD_INPUT
    assert "Are input and cache hits swapped?" in " ".join(answer.out.split())
    content = shell("prices", "check", "--book", book, "--format", "json")
    assert content.code == BAD_INPUT
    assert [fault["file"] for fault in content.json["faults"]] == [book]
    [found] = content.json["plausibility"]
    assert found["path"] == "prices.mine.own/api.cached_input_usd_per_mtok"


def test_prices_check_fails_on_an_impossible_benchmark(shell: Shell) -> None:
    """No 8 H100 serve 90,000 tok/s of DeepSeek R1 at concurrency 4: above the bandwidth bound."""
    row = {"model": "deepseek-r1", "gpu": "H100-SXM", "gpus": 8, "precision": "fp8"}
    points = [{"concurrency": 4, "output_tok_s": 90_000}]
    made = {**row, "engine": "vllm", "input": 1000, "output": 1000, "points": points}
    name = shell.lab.book("mine", benchmarks=[made])
    answer = shell("prices", "check", "--book", str(shell.lab.folder / "prices" / name))
    assert answer.code == BAD_INPUT
    assert "benchmark deepseek-r1 8 H100-SXM fp8 vllm" in " ".join(answer.out.split())


def test_prices_check_covers_the_measured_curves(shell: Shell) -> None:
    """The check counts the shipped measurements, and those that are implausible but kept."""
    assert "measurements of throughput, 22 implausible" in shell("prices", "check").out
    content = shell("prices", "check", "--format", "json").json
    assert content["measurements"] > 5000
    assert content["implausible_measurements"] == 22


def test_prices_list_of_benchmarks_shows_what_was_measured(shell: Shell) -> None:
    """Model by GPU: shapes, concurrencies and the newest day, in the table and in the JSON."""
    answer = shell("prices", "list", "--kind", "benchmark", "kimi-k2.5", "h200")
    assert answer.code == OK
    assert "4 to 64" in answer.out
    assert "2026-03-27" in answer.out
    content = shell(
        "prices", "list", "--kind", "benchmark", "kimi", "h200", "--format", "json"
    ).json
    [pair] = content["coverage"]
    assert (pair["model"], pair["gpu"], pair["shapes"]) == ("kimi-k2.5", "H200-SXM", 3)
    assert shell("prices", "list", "api/plain", "--format", "json").json["coverage"] == []


def test_prices_list_by_region_shows_purchase_options_side_by_side(shell: Shell) -> None:
    """A node's prices on demand, reserved, of spot and in blocks are in one row, with ages."""
    answer = shell("prices", "list", "box", "--region", "r*")
    assert answer.code == OK
    [row] = [line for line in answer.out.splitlines() if line.startswith("  r1")]
    assert row.split()[0] == "r1"
    assert row.count("22d") == 4
    assert shell("prices", "list", "box", "--region", "r1").out == answer.out


def test_prices_list_by_region_as_json(shell: Shell) -> None:
    """A program finds each purchase option of a node with all its fields."""
    document = json.loads(shell("prices", "list", "box", "--region", "*", "--format", "json").out)
    [node] = [node for node in document["nodes"] if node["region"] == "r1"]
    assert node["node"] == "box.8x"
    assert node["prices"]["on-demand"]["usd_per_hour"] == 20


def test_prices_list_of_an_unknown_region_names_a_near_one(shell: Shell) -> None:
    """A slip in a region's name is an error with the region that was probably meant."""
    answer = shell("prices", "list", "box", "--region", "r11")
    assert answer.code == BAD_INPUT
    assert answer.err == "no price of box in r11. Did you mean r1?\n"


def test_prices_check_reads_discounts(shell: Shell) -> None:
    """A pattern for nothing and an unusual percentage are faults of the book."""
    prices = shell.lab.folder / "prices"
    shell.lab.book("idle", discounts=[{"instance": "bxo.*", "percent_off": 10}])
    answer = shell("prices", "check", "--book", str(prices / "idle.yaml"))
    assert answer.code == 1
    assert '"bxo.*" matches no instance type. Did you mean box.*?' in " ".join(answer.out.split())
    shell.lab.book("much", discounts=[{"instance": "box.*", "percent_off": 88}])
    answer = shell("prices", "check", "--book", str(prices / "much.yaml"))
    assert answer.code == 1
    assert "88 percent is outside 1 to 60" in " ".join(answer.out.split())


def test_prices_by_region_are_the_ones_that_are_paid(shell: Shell) -> None:
    """`tco prices list NODE --region` shows a node at its discount."""
    shell.lab.book("own", discounts=[{"instance": "box.*", "percent_off": 25}])
    own = str(shell.lab.folder / "prices" / "own.yaml")
    answer = shell("prices", "list", "box.8x", "--region", "r1", "--book", own)
    assert answer.code == 0
    row = next(line for line in answer.out.splitlines() if line.lstrip().startswith("r1"))
    assert row.split()[1::2][0] == "15"  # on demand: 25% off 20


def test_discounts_are_listed_and_shown(shell: Shell) -> None:
    """A user sees what a book takes off, with its commitment, its tiers and its last day."""
    tiers = [{"above_usd_per_month": 100, "percent_off": 10}]
    rows = [
        {"instance": "box.*", "percent_off": 25, "until": "2027-09-30"},
        {"api": "api/*", "tiers": tiers, "committed_usd_per_month": 5000, "from": "2026-10-01"},
    ]
    shell.lab.book("own", discounts=rows)
    own = str(shell.lab.folder / "prices" / "own.yaml")
    text = " ".join(shell("prices", "list", "--kind", "discount", "--book", own).out.split())
    assert "discount box.* on-demand reserved 25% off until 2027-09-30" in text
    assert "10% off above $100, $5,000 per month committed" in text
    full = shell("prices", "show", "discount", "api", "--book", own)
    assert "from: 2026-10-01" in full.out
    answer = shell("prices", "list", "--kind", "discount", "--book", own, "--format", "json")
    assert [row["kind"] for row in answer.json["figures"]] == ["discount", "discount"]
