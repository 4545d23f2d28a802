"""`tco memo`: files written whole or not at all, and templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import BAD_INPUT, OK, Shell


def test_memo_writes_a_file_a_stack(shell: Shell, tmp_path: Path) -> None:
    """Memos go to files by their stack's name, whole; the screen says how many."""
    out = tmp_path / "new" / "memos"
    answer = shell("memo", "--out", str(out))
    assert answer.code == OK
    assert answer.out == ""
    assert answer.err == f"2 memos in {out}\n"
    assert sorted(path.name for path in out.iterdir()) == ["one.md", "two.md"]
    assert (out / "one.md").read_text(encoding="utf-8") == shell("memo", "one").out


def test_memo_writes_nothing_if_any_stack_is_bad(shell: Shell, tmp_path: Path) -> None:
    """Bad input in one stack leaves the folder as it was, for the good ones too."""
    shell.lab.write("Pulumi.bad.yaml", "config: [")
    out = tmp_path / "memos"
    answer = shell("memo", "--out", str(out))
    assert answer.code == BAD_INPUT
    assert not out.exists()


def test_memo_leaves_an_old_file_if_it_cannot_write(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A memo is written beside the old one and renamed: a full disk leaves the old one."""
    out = tmp_path / "memos"
    shell("memo", "one", "--out", str(out))
    before = (out / "one.md").read_text(encoding="utf-8")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    answer = shell("memo", "one", "--out", str(out))
    assert answer.code == BAD_INPUT
    assert "one.md cannot be written: No space left on device." in " ".join(answer.err.split())
    assert [path.name for path in out.iterdir()] == ["one.md"]
    assert (out / "one.md").read_text(encoding="utf-8") == before


def test_memo_with_a_template_of_ones_own(shell: Shell, tmp_path: Path) -> None:
    """A template is filled with the same view."""
    template = tmp_path / "mine.md"
    template.write_text("{{ view.name }} costs {{ view.total }}\n", encoding="utf-8")
    assert shell("memo", "one", "--template", str(template)).out == "one costs $14,600\n"


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("{{ view.nothing }}", "has no attribute 'nothing'"),
        ("{% if %}", "line 1"),
        (None, "the template cannot be read"),
    ],
)
def test_a_broken_template_is_reported(
    shell: Shell, tmp_path: Path, text: str | None, reported: str
) -> None:
    """A template that is broken, or not there, is named with what is wrong."""
    template = tmp_path / "mine.md"
    if text is not None:
        template.write_text(text, encoding="utf-8")
    answer = shell("memo", "one", "--template", str(template))
    assert answer.code == BAD_INPUT
    assert str(template) in answer.err
    assert reported in " ".join(answer.err.split())
