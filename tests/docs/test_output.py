"""The output that the pages show is what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tco.cli.main import cli
from tests.docs.pages import PAGES, ROOT, TODAY, name_of, settle
from tests.docs.scenes import SCENES, Stage

CONSOLE = re.compile(r"(?<=```console\n)(.*?)(?=```)", re.DOTALL)
SCENE = re.compile(r"(?<=```text\n)\$ (.*?)\n(.*?)(?=```)", re.DOTALL)
COMMAND = re.compile(r"\$ tco (.*?)(; echo \$\?)?")
ELISION = "…"


def printed(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a command prints in the checkout on the day of the pages."""
    found = COMMAND.fullmatch(command)
    assert found is not None, f"not a command: {command}"
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(cli, [*found[1].split(), "--today", TODAY])
    return result.output + (f"{result.exit_code}\n" if found[2] else "")


def renewed(block: str, output: str) -> str:
    """Return a block with new output; a first line `…` keeps only the end of it."""
    command, _, shown = block.partition("\n")
    lines = output.splitlines()
    if shown.startswith(ELISION):
        start = shown.splitlines()[1].split()[0]
        first = max(index for index, line in enumerate(lines) if line.startswith(start))
        lines = [ELISION, *lines[first:]]
    return "\n".join([command, *lines, ""])


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_console_blocks_are_what_the_commands_print(
    page: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """A reader who runs a command of a page sees what the page shows."""

    def fresh(block: re.Match[str]) -> str:
        return renewed(block[0], printed(block[0].partition("\n")[0], monkeypatch))

    settle(page, CONSOLE.sub(fresh, page.read_text(encoding="utf-8")), request)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A repository with a branch, and the evaluations that the scenes share."""
    return Stage(tmp_path_factory.mktemp("repository"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_text_blocks_are_what_a_repository_or_a_program_shows(
    page: Path, stage: Stage, request: pytest.FixtureRequest
) -> None:
    """Output that needs a branch, Pulumi or a broken file is checked too: no block is not."""

    def fresh(block: re.Match[str]) -> str:
        assert block[1] in SCENES, f"no scene renders `{block[1]}`"
        return f"$ {block[1]}\n{SCENES[block[1]](stage)}"

    settle(page, SCENE.sub(fresh, page.read_text(encoding="utf-8")), request)


def test_the_comment_is_what_a_pull_request_shows(
    stage: Stage, request: pytest.FixtureRequest
) -> None:
    """The quoted comment is what `tco comment` writes for the branch."""
    page = ROOT / "docs" / "pull-requests.md"
    text = page.read_text(encoding="utf-8")
    quote = re.search(r"(^>.*\n)+", text, re.MULTILINE)
    assert quote is not None
    comment = stage.run("comment", "github", "--dry-run", given=stage.compared)
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in comment.splitlines()[1:])
    settle(page, text.replace(quote[0], quoted), request)
