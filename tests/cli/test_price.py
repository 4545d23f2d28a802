"""`tco price` as it is run: files, pipes, JSON, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result

from tco.catalog.catalog import Catalog
from tco.cli.main import cli
from tco.iac.estimate.price_document import priced_document
from tco.iac.estimate.price_summary import price_summary
from tco.report.price import price_text
from tests.iac.programs import INSTANCE, LATER, VOLUME, Program

FIELDS = {
    "urn",
    "type",
    "name",
    "status",
    "usd_per_month",
    "low",
    "high",
    "detail",
    "quantity",
    "unit",
    "usd_per_unit",
    "region",
    "source",
    "as_of",
    "reason",
}
BOOK = {
    "source": "order form",
    "as_of": "2026-11-01",
    "instances": [{"instance": "box.8x", "gpu": "H100", "gpus": 8}],
    "prices": [{"instance": "box.8x", "region": "r1", "usd_per_hour": 20}],
}


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["price", *arguments], input=given, catch_exceptions=True)


def shop() -> Program:
    program = Program()
    program.group(sizes=(1, 3))
    program.add(INSTANCE, "unknown", {"instanceType": LATER})
    program.add("aws:s3/bucket:Bucket", "logs")
    return program


def book(folder: Path) -> str:
    file = folder / "book.yaml"
    file.write_text(json.dumps(BOOK), encoding="utf-8")
    return str(file)


def test_pipe_and_file_give_the_same(tmp_path: Path) -> None:
    """`pulumi preview --json | tco price -` is `tco price preview.json`."""
    text = json.dumps(shop().preview)
    (tmp_path / "preview.json").write_text(text, encoding="utf-8")
    options = ("--book", book(tmp_path), "--pricing-day", "2026-11-23", "--format", "json")
    piped = run("-", *options, given=text)
    filed = run(str(tmp_path / "preview.json"), *options)
    assert piped.exit_code == filed.exit_code == 0
    assert piped.stdout == filed.stdout
    found: dict[str, Any] = json.loads(piped.stdout)
    assert found["schema"] == "tco.price/1"
    assert found["pricing_day"] == "2026-11-23"
    assert found["usd_per_month"] == {"floor": 14_600, "declared": 14_600, "ceiling": 43_800}
    assert all(resource.keys() >= FIELDS for resource in found["resources"])


def test_json_adds_up(catalog: Catalog) -> None:
    """The total is the resources' sum, and a resource's figures are its parts' sums."""
    program = shop()
    program.add(VOLUME, "disk", {"type": "gp3", "size": 10})
    found = priced_document(program.priced(catalog)).as_json()
    listed = found["resources"]
    for total, key in (("floor", "low"), ("declared", "usd_per_month"), ("ceiling", "high")):
        assert found["usd_per_month"][total] == sum(resource[key] or 0 for resource in listed)
    for resource in listed:
        assert (resource["usd_per_month"] or 0) == sum(
            part["usd_per_month"] for part in resource["parts"]
        )
    assert sum(found["counts"].values()) == len(listed)
    assert found["complete"] is False


def test_table_fits_80_columns_and_shows_everything(catalog: Catalog) -> None:
    """Total first, what costs, then what is not in the total and why."""
    program = shop()
    program.add(
        VOLUME, "a-very-long-name-of-a-volume-that-does-not-fit", {"size": 9, "type": "gp3"}
    )
    program.more = {"changeSummary": {"same": 12}}
    text = click.unstyle(price_text(price_summary(program.priced(catalog)), "preview.json"))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert text.index("/month as declared") < text.index("resource  ") < text.index("Unpriced:")
    for reported in (
        "1 unpriced resource is not in it",
        "14,601",
        "12 unchanged resources",
        "unknown (Instance): instanceType is not known",
        "logs (Bucket): paid by use",
    ):
        assert reported in " ".join(text.split())


def test_long_list_is_cut_with_its_rest_summed(catalog: Catalog) -> None:
    """Hundreds of disks are summed in one row; the JSON lists them all."""
    program = Program()
    for place in range(45):
        program.add(VOLUME, f"v{place}", {"type": "gp3", "size": 100})
    assert "and 5 more (see --format json)" in price_text(
        price_summary(program.priced(catalog)), "p"
    )


def test_names_cannot_steer_the_terminal(catalog: Catalog) -> None:
    """A preview of someone else's program is untrusted text."""
    program = Program()
    program.add(VOLUME, "v\x1b[2J", {"type": "gp3", "size": 1})
    program.add(INSTANCE, "i\x1b[31m", {"instanceType": "x\x1b]0;\x07"})
    text = click.unstyle(price_text(price_summary(program.priced(catalog)), "p"))
    assert "v�[2J" in text
    assert all(sign.isprintable() for line in text.splitlines() for sign in line)


def tco(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    code = "from tco.cli.main import main; main()"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False)


def test_bad_file_exits_1_with_the_problem_on_stderr() -> None:
    """A truncated file from a pipe: exit 1, nothing on stdout, what to do on stderr."""
    found = tco("price", "-", given=b'{"steps": [{"op"')
    assert found.returncode == 1
    assert found.stdout == b""
    assert b"<stdin>: 1 problem" in found.stderr
    assert b"Traceback" not in found.stderr


def test_bad_file_with_json_is_json() -> None:
    """A program that asks for JSON gets the problem as JSON on stdout."""
    found = tco("price", "no-such-file.json", "--format", "json")
    assert found.returncode == 1
    reported: dict[str, Any] = json.loads(found.stdout)
    assert reported["schema"] == "tco.error/1"
    assert reported["problems"][0]["message"] == "there is no such file."


def test_command_line_never_imports_pulumi() -> None:
    """The command line runs where Pulumi is not installed, and starts without it."""
    code = (
        "import json, sys\n"
        "import tco.cli.main, tco.iac.estimate.documents, tco.iac.estimate.pricing\n"
        "import tco.iac.estimate.price_summary, tco.report.price\n"
        "print(json.dumps([name for name in sys.modules if name.startswith('pulumi')]))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(found.stdout) == []
