"""`tco workload import`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tco.plan.workload import Workload
from tco.workload_import.formats import FORMATS
from tco.yaml_files import yaml_mapping
from tests.cli.conftest import BAD_INPUT, OK, USAGE, Tco

LOG = (
    "timestamp,prompt_tokens,completion_tokens\n"
    "2026-11-02T00:00Z,900,100\n"
    "2026-11-02T01:00Z,1100,300\n"
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


def test_a_workload_is_printed_and_its_notes_are_not(tco_command: Tco, log: Path) -> None:
    """Standard output is the file, so that it can be redirected; notes go to standard error."""
    answer = tco_command("workload", "import", log, "--timezone", "Europe/Berlin")
    assert answer.code == OK
    workload = Workload.model_validate(yaml_mapping(answer.out, "out"))
    assert workload.timezone == "Europe/Berlin"
    assert [(request_class.input, request_class.output) for request_class in workload.classes] == [
        (1000, 200)
    ]
    assert "less than a week" in answer.err
    assert "does not say which tokens were cached" in answer.err


def test_a_workload_is_written_once(tco_command: Tco, log: Path, tmp_path: Path) -> None:
    """A file that exists stays, unless --force is given."""
    out = tmp_path / "workloads" / "chat.yaml"
    assert tco_command("workload", "import", log, "--out", out).code == OK
    written = out.read_text()
    out.write_text("mine\n")
    answer = tco_command("workload", "import", log, "--out", out)
    assert (answer.code, out.read_text()) == (BAD_INPUT, "mine\n")
    assert "chat.yaml exists. Write to another file, or add --force." in " ".join(
        answer.err.split()
    )
    assert tco_command("workload", "import", log, "--out", out, "--force").code == OK
    assert out.read_text() == written


def test_a_csv_of_another_tool_writes_nothing(tco_command: Tco, tmp_path: Path) -> None:
    """It says what the file has and how to name columns, with exit code 1."""
    bill = tmp_path / "bill.csv"
    bill.write_text("invoice,amount\n1,2\n")
    out = tmp_path / "chat.yaml"
    answer = tco_command("workload", "import", bill, "--out", out)
    assert answer.code == BAD_INPUT
    said = " ".join(answer.err.split())
    assert "it has invoice, amount. Name the columns: --column timestamp=NAME" in said
    assert "Nothing was written." in said
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "reported"),
    [
        (["--column", "prompt"], USAGE, "is not WHAT=NAME, such as prompt=input_tokens."),
        (["--column", "promt=x"], USAGE, "Did you mean prompt?"),
        (["--timezone", "Europe/Berln"], BAD_INPUT, "Did you mean Europe/Berlin?"),
        (["--max-bad-share", "2"], USAGE, "2.0 is not in the range"),
    ],
)
def test_a_wrong_option(
    tco_command: Tco, log: Path, arguments: list[str], code: int, reported: str
) -> None:
    """Each names its value and what is accepted."""
    answer = tco_command("workload", "import", log, *arguments)
    assert answer.code == code
    assert reported in " ".join(answer.err.split())


def test_a_log_named_twice_is_refused(tco_command: Tco, log: Path) -> None:
    """Its requests would count twice; the folder that holds it names it as well."""
    for again in (log, log.parent / "." / log.name, log.parent):
        answer = tco_command("workload", "import", log, again)
        assert answer.code == BAD_INPUT
        assert "is named twice: it would count twice." in " ".join(answer.err.split())


def test_broken_lines_are_reported(tco_command: Tco, log: Path) -> None:
    """They are counted, and the first is shown with its line."""
    log.write_text(LOG + "2026-11-02T01:00Z,many,300\n")
    answer = tco_command("workload", "import", log, "--max-bad-share", "0.5")
    assert answer.code == OK
    said = " ".join(answer.err.split())
    assert "1 broken line left out, such as" in said
    assert "line 4: 'many' is not a count of prompt tokens." in said


def test_the_command_takes_every_format(tco_command: Tco) -> None:
    """Its options are listed without importing the formats; the two lists are the same."""
    text = " ".join(tco_command("workload", "import", "--help").out.split())
    *names, last = FORMATS
    assert f"{', '.join(names)} or {last}" in text
