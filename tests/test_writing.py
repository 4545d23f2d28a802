"""Files that tco writes: whole, with the mode they had, and where the user put them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tco.cli.exit_codes import BAD_INPUT, OK
from tco.errors import TcoError
from tco.files import write_text
from tests.cli.conftest import Shell, shell
from tests.conftest import ON_DEMAND

__all__ = ["shell"]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def stack(shell: Shell) -> Path:
    """A stack file that `optimize --write` changes."""
    lab = shell.lab
    lab.nodes_by_hour([0.5] * 24)
    lab.stack({"main": {**ON_DEMAND, "nodes": 3}}, {"overflow": "api/dear"}, alternatives=[])
    return lab.folder / "Pulumi.one.yaml"


@pytest.mark.parametrize("before", [0o600, 0o644, 0o640, 0o664, 0o755])
def test_a_file_keeps_its_mode(tmp_path: Path, before: int) -> None:
    """Who could not read a file before it was written cannot read it afterwards."""
    file = tmp_path / "a"
    file.write_text("old", encoding="utf-8")
    file.chmod(before)
    write_text(file, "new")
    assert (mode(file), file.read_text(encoding="utf-8")) == (before, "new")
    assert entries(tmp_path) == ["a"]


@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_the_user_gives_to_files(
    tmp_path: Path, mask: int, expected: int
) -> None:
    """The umask holds."""
    before = os.umask(mask)
    try:
        write_text(tmp_path / "new" / "a", "text")
    finally:
        os.umask(before)
    assert mode(tmp_path / "new" / "a") == expected


@pytest.mark.parametrize("kind", ["read-only", "folder", "below a file"])
def test_what_cannot_be_written_is_one_error(tmp_path: Path, kind: str) -> None:
    """The old file stays, nothing is left beside it, and the error names the file."""
    file = tmp_path / "a"
    if kind == "folder":
        file.mkdir()
    else:
        file.write_text("old", encoding="utf-8")
        file.chmod(0o444)
    target = file / "b" if kind == "below a file" else file
    with pytest.raises(TcoError, match=f"{target} (is read-only|cannot be written: )"):
        write_text(target, "new")
    assert entries(tmp_path) == ["a"]
    assert kind == "folder" or file.read_text(encoding="utf-8") == "old"


def test_a_link_among_memos_is_replaced(tmp_path: Path) -> None:
    """A link in the folder of memos does not lead the memo elsewhere."""
    (tmp_path / "elsewhere").write_text("mine", encoding="utf-8")
    (tmp_path / "memo").symlink_to("elsewhere")
    write_text(tmp_path / "memo", "new")
    assert (tmp_path / "elsewhere").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "memo").is_symlink()


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
