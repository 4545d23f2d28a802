"""What a confidential contract holds stays in it, whatever is run: rates, percentages, currencies.

Each form of contract is run openly first, where the same outputs do show its figures.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tco.forge.branch
from tco.catalog.currency import written_in
from tco.catalog.price_fields import MONEY_FIELDS
from tests.cli.conftest import Shell, Tco
from tests.conftest import ON_DEMAND, Keys, Lab
from tests.iac.programs import Program

HOUR, MTOK = [11.1213, 12.3456, 14.5657], [2.1213, 2.3457, 2.9878]
OFF, EUR_USD = 37.5, 1.0825
TOLD = (
    *("12.3456", "12.35", "11.1213", "11.12", "14.5657", "14.57"),  # a node-hour
    *("2.3457", "2.35", "2.1213", "2.12", "2.9878", "2.99"),  # a million tokens
    *("0.0023457", "0.00235"),  # a request
    *("8.44", "8.4445"),  # a full node-hour at the API
    *("11.4047", "11.4", "2.1669", "2.17"),  # a node-hour and a million tokens in EUR
    *("37.5", "62.5", "0.625", "38.25"),  # percent off, before and after
    "1.0825",  # USD per EUR
)
COMMANDS: dict[str, tuple[str, ...]] = {
    "plan": ("plan",),
    "plan json": ("plan", "--format", "json"),
    "plan markdown": ("plan", "--format", "markdown"),
    "plan csv": ("plan", "--format", "csv"),
    "plan focus": ("plan", "--format", "focus"),
    "compare": ("compare", "one", "two"),
    "gate": ("gate", "one"),
    "gate json": ("gate", "one", "--format", "json"),
    "memo": ("memo", "one"),
    "sweep": ("sweep", "one", "usd_per_gpu_hour=1..3:3", "volume=100..9000:3"),
    "optimize": ("optimize", "one"),
    "optimize json": ("optimize", "one", "--format", "json"),
    "alerts": ("alerts", "one"),
    "alerts json": ("alerts", "one", "--format", "json"),
    "alerts prometheus": ("alerts", "one", "--format", "prometheus"),
    "diff": ("diff", "--base", "BASE"),
    "diff json": ("diff", "--base", "BASE", "--format", "json"),
    "diff markdown": ("diff", "--base", "BASE", "--format", "markdown"),
}


def rows(factor: float, key: Callable[[str], str] = str) -> list[Keys]:
    """A node and an API at the contract's rates times a factor."""
    node = {"usd_per_hour": [usd * factor for usd in HOUR]}
    price = [usd * factor for usd in MTOK]
    api = {"input_usd_per_mtok": price, "output_usd_per_mtok": price}
    return [
        {"instance": "box.8x", "region": "r1", **{key(name): usd for name, usd in node.items()}},
        {"api": "own/api", **{key(name): usd for name, usd in api.items()}},
    ]


def negotiated(lab: Lab, *, confidential: bool, change: float) -> list[str]:
    return [lab.book("own", prices=rows(change), confidential=confidential)]


def discounted(lab: Lab, *, confidential: bool, change: float) -> list[str]:
    """A public list, and percent off it until a day within the horizon."""
    off = {"percent_off": OFF + (0.75 if change != 1 else 0), "until": "2027-05-22"}
    discounts = [{"instance": "box.*", **off}, {"api": "own/*", **off}]
    return [
        lab.book("list", prices=rows(1 / (1 - OFF / 100))),
        lab.book("own", discounts=discounts, confidential=confidential),
    ]


def in_euros(lab: Lab, *, confidential: bool, change: float) -> list[str]:
    def key(name: str) -> str:
        return written_in(name, "EUR") if name in MONEY_FIELDS else name

    currency = {"code": "EUR", "usd": EUR_USD, "source": "ECB", "as_of": "2026-11-01"}
    prices = rows(change / EUR_USD, key)
    return [lab.book("own", currency=currency, prices=prices, confidential=confidential)]


def committed(lab: Lab, *, confidential: bool, change: float) -> list[str]:
    """A public list, a signed commitment with percent off, and percent off by the month's bill."""
    off = OFF + (0.75 if change != 1 else 0)
    tiers = [{"above_usd_per_month": 100, "percent_off": off}]
    discounts = [
        {"instance": "box.*", "percent_off": off, "committed_usd_per_month": 12e3, "signed": True},
        {"api": "own/*", "tiers": tiers},
    ]
    return [
        lab.book("list", prices=rows(1 / (1 - OFF / 100))),
        lab.book("own", discounts=discounts, confidential=confidential),
    ]


FORMS = (negotiated, discounted, in_euros, committed)


def write(lab: Lab, form: Callable[..., list[str]], *, confidential: bool, change: float) -> None:
    """The stacks `one` and `two` whose node and API are priced by a contract."""
    books = form(lab, confidential=confidential, change=change)
    lab.workload(requests_per_month=1.7 * 730 * 3600)
    service = {"overflow": "own/api"}
    bought = {
        "provision": {"kind": "asg", "subnets": ["subnet-0abc"]},
        "guardrails": {"budget_emails": ["gpu-spend@example.com"]},
    }
    for name, keys in (("one", {"alternatives": ["own/api", "stack:two"]}), ("two", {})):
        pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
        lab.plan({"chat": lab.service(pools, **service)}, name, prices=books, **bought, **keys)


def told(text: str) -> list[str]:
    """The contract's figures that are in a text as numbers of their own."""
    numbers = set(re.findall(r"\d[\d.]*\d", text))
    return [figure for figure in TOLD if figure in numbers]


@pytest.mark.parametrize("form", FORMS)
def test_no_command_shows_a_confidential_figure(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: Callable[..., list[str]]
) -> None:
    """Rates, percentages, exchange rates and what each gives alone: in no format of any command."""
    lab = shell.lab
    monkeypatch.setattr(tco.forge.branch, "load_catalog", lambda: lab.catalog)
    shown: dict[bool, dict[str, list[str]]] = {}
    for confidential in (False, True):
        base = tmp_path / f"base-{confidential}"
        write(lab, form, confidential=confidential, change=1.02)
        shutil.copytree(lab.folder, base, ignore=shutil.ignore_patterns("base-*"))
        write(lab, form, confidential=confidential, change=1.0)
        answers = {
            name: shell(*(str(base) if word == "BASE" else word for word in command))
            for name, command in COMMANDS.items()
        }
        assert {answer.code for answer in answers.values()} <= {0, 3}
        shown[confidential] = {
            name: told(answer.out + answer.err) for name, answer in answers.items()
        }
    assert {name for name, figures in shown[True].items() if figures} == set()
    for name in ("plan", "memo", "plan json", "diff json"):
        assert shown[False][name], name


@pytest.mark.parametrize("form", FORMS)
def test_a_program_priced_with_a_confidential_book(
    lab: Lab, tco_command: Tco, form: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tco price` shows totals; the price and the quantity of a node are null."""
    monkeypatch.setattr("tco.catalog.embedded.load_catalog", lambda: lab.catalog)
    program = Program()
    program.group(sizes=(1, 3))
    file = lab.write("preview.json", program.preview)
    documents: list[Any] = []
    for confidential in (False, True):
        books = form(lab, confidential=confidential, change=1.0)
        options = [option for book in books for option in ("--book", lab.folder / "prices" / book)]
        for output in ("table", "json"):
            answer = tco_command(
                "price", file, *options, "--format", output, "--today", "2026-11-23"
            )
            assert answer.code == 0
            if confidential:
                assert told(answer.out) == []
        documents.append(json.loads(answer.out))
    open_, shut = documents
    assert shut["usd_per_month"] == open_["usd_per_month"]
    [group] = [resource for resource in shut["resources"] if resource["status"] == "priced"]
    assert group["usd_per_unit"] is group["quantity"] is group["parts"][0]["usd_per_unit"] is None
