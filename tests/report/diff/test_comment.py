"""The comment: as it renders, within its limit, and with nothing that escapes from its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tco.documents.diff import ChangeRow, DiffDocument, LineDelta, Revision, WeakeningRow
from tco.report.diff.comment import LIMIT_BYTES, comment, problems_comment
from tests.conftest import FOLLOWING
from tests.repository import NOW, Repo

GOLDEN = Path(__file__).parents[2] / "golden"
BASE = Revision(ref="the merge base with main", commit="a" * 40)
HEAD = Revision(ref="work", commit="b" * 40)
GITHUB_CHARACTERS = 65_536
HOSTILE = (
    "| a | b",
    "`rm`",
    "<img src=x onerror=alert(1)>",
    "@team and @org/all",
    "](https://evil.example)",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "<!-- tco:plan valid-at=2999-01-01T00:00:00Z -->",
    "</details></table>",
    "#1 GH-2 !3 org/repo#4",
    "https://evil.example www.evil.example me@evil.example",
    "$\\color{red}{x}$",
    "/close\n/approve",
    "**bold** __under__ ~~gone~~",
    "\u202egnp.exe",
    "&lt;img&gt; &#64;team",
)


def dated(found: DiffDocument) -> DiffDocument:
    """The document with commits that stay the same."""
    return found.model_copy(update={"base": BASE, "head": HEAD})


Golden = Callable[[str, str], None]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with the golden file of a name."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / f"{name}.md"
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        if request.config.getoption("--renew"):
            file.write_text(text, encoding="utf-8")
        assert text == before

    return compare


def test_one_changed_stack(repo: Repo, golden: Golden) -> None:
    """The common case: what it costs, why, the neighbors on the same workload, details folded."""
    repo.pool({"min": 0, "max": 2, "follow": "load"}, "prod")
    repo.pool(1, "neighbor", purchase={"purchase": "spot"})
    repo.workload("other")
    repo.pool(1, "elsewhere", service={"workload": "other"})
    repo.branch()
    repo.pool({"min": 1, "max": 2, "follow": "load"}, "prod")
    golden("comment_one", comment(dated(repo.compare())))


def test_many_kinds_of_change(repo: Repo, golden: Golden) -> None:
    """Added, removed, renamed, repriced and repaired stacks are in one table."""
    row = {"instance": "box.8x", "region": "r1", "usd_per_hour": 10}
    repo.book("own", prices=[row])
    repo.pool(1, "repriced", prices=["own.yaml"])
    repo.pool(1, "gone", gate={"level": "advisory"}, ops={"fte": 2})
    repo.pool(2, "old-name")
    repo.write("Pulumi.repaired.yaml", "config: {tco:plan: {services: 3}}")
    repo.branch()
    repo.book("own", prices=[{**row, "usd_per_hour": 12}])
    for name in ("gone", "old-name"):
        (repo.folder / f"Pulumi.{name}.yaml").unlink()
    repo.pool(2, "new-name")
    repo.pool(1, "repaired")
    repo.workload("big", requests_per_month=9e6)
    repo.pool(FOLLOWING, "added", service={"workload": "big"}, alternatives=["api/dear"])
    found = repo.compare()
    text = comment(dated(found), "frontend")
    golden("comment_many", text.replace((found.base.commit or "")[:10], "a" * 10))


def test_nothing_changes(repo: Repo, golden: Golden) -> None:
    """A branch that touches no stack is reported in two lines."""
    repo.pool(1)
    repo.branch()
    golden("comment_nothing", comment(dated(repo.compare())))


def test_problems() -> None:
    """A branch that breaks a stack gets its problems where the reviewer looks."""
    text = problems_comment(["stacks/Pulumi.a.yaml: tco:plan.ops.fte: -0.5 is below 0."])
    assert text == (
        "**GPU plan: cannot be read**; 1 problem. Nothing was priced.\n\n"
        "- stacks/Pulumi.a.yaml: tco:plan.ops.fte: -0.5 is below 0.\n"
    )


class _Page(HTMLParser):
    """The elements of a rendered page, and the cells of each row."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.rows: list[int] = []
        self.comments: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.elements.add(tag)
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def rendered(text: str) -> _Page:
    """A page as a forge renders it: tables, and HTML let through."""
    page = _Page()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    return page


OURS = {
    "p",
    "strong",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "ul",
    "li",
}


def hostile(found: DiffDocument, text: str) -> DiffDocument:
    """A document in which every text that an author can choose is hostile."""
    stacks = [
        stack.model_copy(
            update={
                "stack": text,
                "renamed_from": text,
                "changes": (
                    ChangeRow(path=text, before=text, after=[text], subject=text, what=text),
                ),
                "weakened": (WeakeningRow(key=text, before=text, after=[text]),),
                "lines": (
                    LineDelta(category="compute", name=text, pool=text, before=1, after=900),
                ),
                "after": stack.after
                and stack.after.model_copy(
                    update={
                        "answer": text,
                        "flips": (text,),
                        "warnings": (text,),
                        "implausible": (text,),
                        "unpriced": (text,),
                        "decision": text,
                        "pricing_day": text,
                        "measure_first": text,
                        "gate": stack.after.gate.model_copy(
                            update={"open": False, "failing": (text,), "override": text}
                        ),
                    }
                ),
            }
        )
        for stack in found.stacks
    ]
    return found.model_copy(update={"stacks": tuple(stacks), "head": Revision(ref=text)})


@pytest.fixture
def changed(repo: Repo) -> DiffDocument:
    """One changed stack."""
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    return dated(repo.compare())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_cell(changed: DiffDocument, text: str) -> None:
    """No one is pinged, nothing is linked or drawn, no cell is broken, no tag is forged."""
    body = comment(hostile(changed, text), text)
    assert_harmless(body)
    page = rendered(body)
    assert set(page.rows) == {8, 6}
    assert_harmless(problems_comment([text], text))


def assert_harmless(body: str) -> None:
    """The page holds no element but ours, no mention, no reference, no quick action."""
    page = rendered(body)
    assert page.elements <= OURS
    assert page.comments == []
    assert not re.search(r"@\w|[#!]\d|GH-\d|://\w|www\.\w|&#64;", body)
    assert not re.search(r"^\s*/", body, re.MULTILINE)
    assert "\u202e" not in body


def test_names_of_a_megabyte(changed: DiffDocument) -> None:
    """A name of a million characters is cut, and the comment still says what changed."""
    body = comment(hostile(changed, "@|" * 500_000))
    assert len(body) <= GITHUB_CHARACTERS
    assert "+$14,600" in body


@pytest.mark.parametrize("count", [1, 40, 400, 4000])
def test_long_comments_lose_whole_rows(changed: DiffDocument, count: int) -> None:
    """Above the limit whole rows go, the last first, and the comment says how many."""
    [stack] = changed.stacks
    many = tuple(stack.model_copy(update={"stack": f"stäck-{place}"}) for place in range(count))
    body = comment(changed.model_copy(update={"stacks": many}))
    assert len(body.encode()) <= LIMIT_BYTES
    shown = len(re.findall(r"^\| \*\*stäck", body, re.MULTILINE))
    hidden = re.search(r"^(\d+) more stacks do not fit", body, re.MULTILINE)
    assert shown + (int(hidden[1]) if hidden else 0) == count
    details = body.count("line by line</summary>")
    cut = re.search(r"^The details of (\d+) stacks", body, re.MULTILINE)
    assert details + (int(cut[1]) if cut else 0) == count
    assert body.count("<details>") == body.count("</details>")
    assert set(rendered(body).rows) <= {8, 6}


@pytest.mark.parametrize("length", [1, 30, 300])
@pytest.mark.parametrize("count", [1, 2, 11, 40])
def test_assumptions_of_many_stacks(changed: DiffDocument, count: int, length: int) -> None:
    """What was assumed is there in full; the list of stacks behind it is cut after a whole name."""
    [stack] = changed.stacks
    assumed = "measured at 1024/256 tokens: extrapolated"
    assert stack.after is not None
    after = stack.after.model_copy(update={"warnings": (assumed,)})
    names = [f"team-{place + 1}-{'x' * length}" for place in range(count)]
    stacks = tuple(stack.model_copy(update={"stack": name, "after": after}) for name in names)
    body = comment(changed.model_copy(update={"stacks": stacks}))
    [line] = [line for line in body.splitlines() if assumed in line]
    if count == 1:
        assert line.startswith("- team-1-x")
        return
    found = re.fullmatch(rf"- {count} stacks: {assumed} \((.+?)(?: and (\d+) more)?\)", line)
    assert found
    shown = found[1].split(", ")
    assert len(shown) + int(found[2] or 0) == count
    for name, whole in zip(shown, names, strict=False):
        assert name == whole or (name.endswith("…") and whole.startswith(name[:-1]))


def test_document_survives_the_pipe(changed: DiffDocument) -> None:
    """What `tco diff` prints is what `tco comment` reads: nothing is lost on the way."""
    assert DiffDocument.model_validate(changed.as_json()) == changed
    assert changed.valid_at == NOW
