"""Rows are appended to a user's price book, and every line that is there stays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from tco.catalog.book import read_book
from tco.catalog.node_price import NodePrice
from tco.errors import TcoError
from tco.ranges import Range, point
from tco.refresh.book_text import append_rows, existing_book

DAY = dt.date(2026, 11, 23)
ROWS = (
    NodePrice(
        instance="p5.48xlarge",
        region="us-east-1",
        usd_per_hour=point(55.04),
        source='AWS "Price List": SKU A1',
        as_of=DAY,
        valid_from=DAY,
    ),
    NodePrice(
        instance="p5.48xlarge",
        region="us-east-1",
        purchase="spot",
        usd_per_hour=Range(10.0, 12.5, 20.0),
        source="AWS spot price history",
        as_of=DAY,
        valid_from=DAY,
        note="us-east-1a: median 12.5",
    ),
)
OLD = "{offer: acme/8x, gpu: H100, gpus: 8, usd_per_gpu_hour: 2.0}"
TEXTS = {
    "rows indented": f"source: mine\nprices:\n  - {OLD}\n",
    "rows not indented": f"source: mine\nprices:\n- {OLD}\n",
    "a section behind": f"source: mine\nprices:\n  - {OLD} # ours\n\n# later\nmodels: []\n",
    "no line end": f"source: mine\nprices:\n  - {OLD}",
    "rows on several lines": (
        "source: mine\nprices:\n  - offer: acme/8x\n    gpu: H100\n    gpus: 8\n"
        "    usd_per_gpu_hour: 2.0\n\nnote: kept\n"
    ),
    "a text as last key": (
        "source: mine\nprices:\n  - offer: acme/8x\n    gpu: H100\n    gpus: 8\n"
        "    usd_per_gpu_hour: 2.0\n    note: |\n      two\n      lines\nnote: kept\n"
    ),
    "letters beyond ASCII": f"source: Prüfung – 価格 🙂\nprices:\n  - {OLD}\nnote: née\n",
    "no prices": "source: mine\n# nothing yet\n",
    "prices in brackets": f"source: mine\nprices: [{OLD}]\nnote: kept\n",
    "empty brackets": "source: mine\nprices: []\n",
    "a comma at the end": f"source: mine\nprices: [\n  {OLD},\n]\n",
    "JSON": '{"source": "mine", "prices": [{"api": "a/b", "input_usd_per_mtok": 1, '
    '"output_usd_per_mtok": 2}]}',
    "JSON without prices": '{"source": "mine"}',
    "estimates": f"source: mine\nestimate: true\nprices:\n  - {OLD}\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_book_keeps_all_that_it_has(tmp_path: Path, text: str) -> None:
    """However a book is written: its characters stay in their order, its rows come first."""
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    append_rows(path, existing_book(path), ROWS)
    made = path.read_text(encoding="utf-8")
    kept = iter(made)
    assert all(character in kept for character in text)
    before, after = yaml.safe_load(text), yaml.safe_load(made)
    old = before.pop("prices", [])
    assert after.pop("prices")[: len(old)] == old
    assert after == before
    added = read_book(path, "mine.yaml").prices[len(old) :]
    assert [row.model_dump() for row in added] == [row.model_dump() for row in ROWS]


def test_a_new_book_is_made(tmp_path: Path) -> None:
    """A file that does not exist becomes a book of these rows."""
    path = tmp_path / "prices" / "aws.yaml"
    append_rows(path, None, ROWS)
    assert read_book(path, "aws.yaml").prices == ROWS
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[1] == "prices:"
    assert lines[2].startswith("  - {instance: p5.48xlarge, region: us-east-1, purchase: on-demand")


def test_a_book_that_takes_no_row_is_left_alone(tmp_path: Path) -> None:
    """What would make the file unreadable is not written, and the message says what to change."""
    path = tmp_path / "mine.yaml"
    path.write_text(f"source: mine\nprices: [{OLD} # ours,\n]\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(TcoError, match=r"takes no more rows. Write each row"):
        append_rows(path, existing_book(path), ROWS)
    assert path.read_bytes() == before
