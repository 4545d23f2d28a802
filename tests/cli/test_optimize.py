"""`tco optimize`: its table, and the stack file that `--write` changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import BAD_INPUT, OK, Shell
from tests.conftest import ON_DEMAND
from tests.test_files import entries, mode


def test_the_ranks_of_an_optimum_fit_80_columns(shell: Shell) -> None:
    """Supplies with long names are numbers in the table, and stand below it in full."""
    shell.lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    answer = shell("optimize", "one")
    assert answer.code == OK
    assert [line for line in answer.out.splitlines() if len(line) > 80] == []
    head = next(line for line in answer.out.splitlines() if "rank needed" in line)
    assert "(1)" in head.split()
    [named] = [line.split() for line in answer.out.splitlines() if line.startswith("    (1) ")]
    assert len(named[1]) > 10


@pytest.fixture
def stack(shell: Shell) -> Path:
    """A stack file that `optimize --write` changes."""
    lab = shell.lab
    lab.nodes_by_hour([0.5] * 24)
    lab.stack({"main": {**ON_DEMAND, "nodes": 3}}, {"overflow": "api/dear"}, alternatives=[])
    return lab.folder / "Pulumi.one.yaml"


def test_optimize_writes_the_file_behind_a_link(shell: Shell, stack: Path) -> None:
    """The link stays a link, and the file that it leads to is changed where it is."""
    real = stack.parent / "plans" / "real.yaml"
    real.parent.mkdir()
    stack.rename(real)
    real.chmod(0o600)
    stack.symlink_to("plans/real.yaml")
    before = real.read_text(encoding="utf-8")
    answer = shell("optimize", "one", "--write", "--scenarios", "0")
    assert answer.code == OK, answer.err
    assert stack.is_symlink()
    assert mode(real) == 0o600
    assert real.read_text(encoding="utf-8") != before
    assert entries(real.parent) == ["real.yaml"]


def test_optimize_does_not_write_outside(shell: Shell, stack: Path, tmp_path: Path) -> None:
    """A link out of the repository is refused before anything is computed."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    stack.rename(outside)
    stack.symlink_to(outside)
    before = outside.read_bytes()
    answer = shell("optimize", "one", "--write", "--scenarios", "0")
    assert answer.code == BAD_INPUT
    assert "is a link to" in answer.err
    assert outside.read_bytes() == before
    outside.unlink()


def test_optimize_leaves_a_read_only_file(shell: Shell, stack: Path) -> None:
    """A file that its owner protects is not written, and the error says so."""
    before = stack.read_bytes()
    stack.chmod(0o444)
    answer = shell("optimize", "one", "--write", "--scenarios", "0")
    assert answer.code == BAD_INPUT
    assert "is read-only. Make it writable, or move it away." in " ".join(answer.err.split())
    assert stack.read_bytes() == before


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_optimize_keeps_the_form_of_a_file(
    shell: Shell, stack: Path, mark: bytes, end: bytes
) -> None:
    """Line ends and a byte-order mark stay as the user's editor wrote them."""
    lines = stack.read_bytes().replace(b', "', b',\n"').splitlines()
    stack.write_bytes(mark + end.join([b"# a note", *lines, b""]))
    answer = shell("optimize", "one", "--write", "--scenarios", "0")
    assert answer.code == OK, answer.err
    text = stack.read_bytes()
    assert text.startswith(mark + b"# a note" + end)
    assert text.count(b"\n") == text.count(end)
    assert shell("plan", "one", "--scenarios", "0").code == OK
