"""Files that tco writes: whole, with the mode they had, and where the user put them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tco.errors import TcoError
from tco.files import write_text


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


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
