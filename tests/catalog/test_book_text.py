"""Rows are appended to a user's price book, and every character that is there stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.book import read_book
from tco.catalog.book_text import append_rows
from tco.errors import TcoError

OFFER: dict[str, Any] = {"offer": "b/8x", "gpu": "H200", "gpus": 8, "purchase": "reserved"}
ROWS: tuple[dict[str, Any], ...] = (
    {
        **OFFER,
        **{"kind": "contract", "term": "1yr", "payment": "no-upfront"},
        **{"usd_per_gpu_hour": [0.0000021, 2.5, 3.0], "source": 'a "b": c #1', "estimate": False},
        **{"as_of": "2026-11-23", "valid_from": "2026-11-23", "note": "Prüfung – 価格 🙂"},
    },
    {"api": "no/null", "input_usd_per_mtok": 1, "output_usd_per_mtok": 2.0, "source": "0x1f"},
)
CURVE: dict[str, Any] = {
    **{"model": "m", "gpu": "H100-SXM", "gpus": 8, "precision": "fp8", "engine": "vllm"},
    **{"input": 1024, "output": 256, "source": "c.json", "as_of": "2026-11-02"},
    "points": [{"concurrency": 1, "output_tok_s": 33.25, "itl_ms": {"mean": 0.00001}}],
}
OLD = "{offer: a/8x, gpu: H100, gpus: 8, usd_per_gpu_hour: 2.0}"
LINES = "\n    ".join(("offer: a/8x", "gpu: H100", "gpus: 8", "usd_per_gpu_hour: 2.0"))
BOOKS = {
    "rows indented": f"source: mine\nprices:\n  - {OLD}\n",
    "rows not indented": f"source: mine\nprices:\n- {OLD}\n",
    "a section behind": f"source: mine\nprices:\n  - {OLD} # ours\n\n# later\nmodels: []\n",
    "no line end": f"source: mine\nprices:\n  - {OLD}",
    "a row on several lines": f"source: mine\nprices:\n  - {LINES}\n\nnote: kept\n",
    "a text of several lines": (
        f"source: mine\nprices:\n  - {LINES}\n    note: |\n      two\n      lines\nnote: kept\n"
    ),
    "a folded text": f"prices:\n  - {LINES}\n    note: >-\n      a\n      b\n\nsource: mine\n",
    "letters beyond ASCII": f"source: Prüfung – 価格 🙂\nprices:\n  - {OLD} # 🚀\nnote: née\n",
    "no list": "source: mine\n# nothing yet\n",
    "an indented book": "  source: mine\n  note: kept\n",
    "brackets": f"source: mine\nprices: [{OLD}]\nnote: kept\n",
    "empty brackets": "source: mine\nprices: []\n",
    "a comma at the end": f"source: mine\nprices: [\n  {OLD},  # one\n]\n",
    "a comment in brackets": f"source: mine\nprices: [{OLD} # ours\n]\n",
    "JSON": '{"source": "mine", "prices": [{"api": "a/b", "input_usd_per_mtok": 1, '
    '"output_usd_per_mtok": 2}]}',
    "JSON without the list": '{"source": "Müller 🚀"}',
    "documents marked": f"---\nsource: mine\nprices:\n  - {OLD}\n...\n",
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "byte order mark"])
@pytest.mark.parametrize("text", BOOKS.values(), ids=BOOKS)
def test_a_book_keeps_all_that_it_has(tmp_path: Path, text: str, mark: str, ending: str) -> None:
    """However a book is written: its characters stay in their order, new rows are read back."""
    path = tmp_path / "mine.yaml"
    before = mark + text.replace("\n", ending)
    path.write_bytes(before.encode())
    append_rows(path, "prices", ROWS, head="")
    append_rows(path, "benchmarks", [CURVE], head="")
    after = path.read_bytes().decode()
    kept = iter(after)
    assert all(character in kept for character in before)
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in before else 0)
    old, new = yaml.safe_load(text), yaml.safe_load(after.removeprefix("\ufeff"))
    assert new.pop("benchmarks") == [CURVE]
    assert new.pop("prices") == [*old.pop("prices", []), *ROWS]
    assert new == old
    assert len(read_book(path, "mine.yaml").benchmarks) == 1


def test_a_new_book_is_made(tmp_path: Path) -> None:
    """A file that does not exist becomes a book: one row per line, and one point per line."""
    path = tmp_path / "prices" / "new.yaml"
    append_rows(path, "prices", ROWS[1:], head="# Ours.\n")
    append_rows(path, "benchmarks", [CURVE], head="# Not again.\n")
    assert path.read_text(encoding="utf-8") == (
        "# Ours.\nprices:\n"
        '  - {api: no/null, input_usd_per_mtok: 1, output_usd_per_mtok: 2.0, source: "0x1f"}\n'
        "benchmarks:\n  - model: m\n    gpu: H100-SXM\n    gpus: 8\n    precision: fp8\n"
        "    engine: vllm\n    input: 1024\n    output: 256\n    source: c.json\n"
        '    as_of: "2026-11-02"\n    points:\n'
        "      - {concurrency: 1, output_tok_s: 33.25, itl_ms: {mean: 0.00001}}\n"
    )


def test_a_link_is_followed(tmp_path: Path) -> None:
    """The book that a link names gets the row, and the link stays one."""
    path, link = tmp_path / "mine.yaml", tmp_path / "link.yaml"
    path.write_text("source: mine\n", encoding="utf-8")
    link.symlink_to(path)
    append_rows(link, "prices", ROWS, head="")
    assert link.is_symlink()
    assert len(read_book(path, "mine.yaml").prices) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "source: mine\nnote: |\n  no line end",
            "a row cannot be added to prices in the way the file is written. Name",
        ),
        ("source: mine\nprices: 5\n", "prices: 5 should be a list."),
        ("source: mine\nprices:\n\t- 5\n", "a tab. YAML is indented by spaces."),
        ("- 1\n", "holds a list, not a mapping."),
        ("", "the file is empty."),
        (f"source: mine\nprices:\n  - {OLD}\n  - {OLD}\n", "a figure is listed twice"),
    ],
)
def test_a_book_that_takes_no_row_is_left_alone(tmp_path: Path, text: str, message: str) -> None:
    """What would make the file unreadable is not written, and the message says what to change."""
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TcoError) as caught:
        append_rows(path, "prices", ROWS, head="")
    assert message in str(caught.value)
    assert path.read_text(encoding="utf-8") == text


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), max_size=90)


@given(
    notes=st.lists(TEXTS, max_size=4),
    flow=st.sampled_from([True, False, None]),
    width=st.sampled_from([20, 80, 1000]),
    indent=st.sampled_from([2, 4]),
    quotes=st.sampled_from([None, "'", '"', "|", ">"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    first=st.sampled_from(["prices", "source", "note"]),
    behind=st.sampled_from(["", "\n", "\n# the end\n", "\n\n\n"]),
)
def test_any_book_keeps_its_rows_or_is_left_alone(
    tmp_path: Path, notes: list[str], first: str, ending: str, behind: str, **style: Any
) -> None:
    """Whatever wrote the book: old rows, new rows and nothing else; or the file as it was."""
    rows = [
        {"offer": f"a/{index}", "gpu": "H100", "gpus": 8, "usd_per_gpu_hour": 2.0, "note": note}
        for index, note in enumerate(notes)
    ]
    given_keys: dict[str, Any] = {"prices": rows, "source": "mine", "note": "".join(notes)}
    book = {first: given_keys.pop(first), **given_keys}
    dumped = yaml.safe_dump(
        book,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=style["flow"],
        width=style["width"],
        indent=style["indent"],
        default_style=style["quotes"],
    )
    text = dumped.rstrip("\n") + behind
    path = tmp_path / "any.yaml"
    path.write_bytes(text.replace("\n", ending).encode())
    before = path.read_bytes()
    try:
        append_rows(path, "prices", ROWS, head="")
    except TcoError:
        assert path.read_bytes() == before
        return
    kept = iter(path.read_bytes().decode())
    assert all(character in kept for character in before.decode())
    assert yaml.safe_load(path.read_bytes()) == {
        **yaml.safe_load(before),
        "prices": [*yaml.safe_load(before)["prices"], *ROWS],
    }
