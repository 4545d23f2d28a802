"""A row added to a price book, however the book is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tco.calibration.book_text import book_with
from tco.calibration.curve import CalibratedCurve
from tco.catalog.benchmark import Benchmark
from tco.catalog.book import read_book
from tests.conftest import Keys

KEYS: Keys = {
    **{"model": "m", "gpu": "H100-SXM", "gpus": 8, "precision": "fp8", "engine": "vllm"},
    **{"input": 1024, "output": 256, "source": 'a "b": c.json', "as_of": "2026-11-02"},
    "points": [{"concurrency": 1, "output_tok_s": 33.25, "itl_ms": {"mean": 0.00001}}],
}
OTHER = "model: o, gpu: H100-SXM, gpus: 8, precision: fp8, engine: vllm, input: 5, output: 5"
ITEM = f"{{{OTHER}, source: x, points: [{{output_tok_s: 5}}]}}"
BLOCK_ITEM = "\n    ".join((*OTHER.split(", "), "source: x", "points:", "  - output_tok_s: 5"))
BOOKS = {
    "empty section": "source: x\nbenchmarks: []\n",
    "no section": "source: x\nprices: []",
    "flow": f"benchmarks: [{ITEM}]\nsource: x\n",
    "flow over lines": f"benchmarks: [\n  {ITEM},  # one\n]\n",
    "block of flow": f"benchmarks:\n- {ITEM}\n# end\n",
    "block of blocks": f"benchmarks:\n  - {BLOCK_ITEM}\n\n# next\nprices: []\n",
    "no line at the end": f"benchmarks:\n  - {ITEM}",
    "folded text": "benchmarks:\n  - "
    + BLOCK_ITEM
    + "\n    note: >\n      a\n      b\nprices: []\n",
    "JSON": '{"source": "x", "prices": []}',
    "JSON with wide characters": '{"source": "Müller 🚀 ü", "prices": []}',
    "block with wide characters": f"source: Müller 🚀\nbenchmarks:\n- {ITEM}  # 🚀 ü\nprices: []\n",
    "JSON with rows": f'{{"benchmarks": [{ITEM}], "source": "x"}}',
    "estimates": "estimate: true\nsource: x\nvalid_from: '2026-01-01'\nprices: []\n",
}


def curve() -> CalibratedCurve:
    """A curve without checks."""
    return CalibratedCurve(KEYS, Benchmark.model_validate(KEYS), (), ("c.json",))


@pytest.mark.parametrize("book", BOOKS)
def test_a_row_is_added_in_the_style_of_the_book(book: str, tmp_path: Path) -> None:
    """The row is read back as it was measured; every other line is as it was."""
    path = tmp_path / "book.yaml"
    path.write_text(BOOKS[book])
    before = read_book(path, "book.yaml")
    path.write_text(book_with(curve(), path))
    after = read_book(path, "book.yaml")
    assert after.benchmarks[:-1] == before.benchmarks
    assert after.benchmarks[-1].points == curve().row.points
    assert after.benchmarks[-1].source == KEYS["source"]
    assert not after.benchmarks[-1].estimate
    kept = [line.partition("]")[0] for line in BOOKS[book].splitlines() if line.endswith("}")]
    assert all(line.strip("}") in path.read_text() for line in kept)


def test_a_book_with_a_later_measurement_is_left_alone(tmp_path: Path) -> None:
    """Rows are history: an older measurement is not written behind a newer one."""
    path = tmp_path / "book.yaml"
    path.write_text(book_with(curve(), path))
    older = {**KEYS, "as_of": "2026-10-01"}
    made = curve()._replace(keys=older, row=Benchmark.model_validate(older))
    with pytest.raises(Exception, match="has a measurement of 2026-11-02"):
        book_with(made, path)


def test_lines_end_as_the_book_ends_them(tmp_path: Path) -> None:
    """A book saved on Windows stays one."""
    path = tmp_path / "book.yaml"
    path.write_bytes(b"source: x\r\nbenchmarks:\r\n  - " + ITEM.encode() + b"\r\n")
    text = book_with(curve(), path)
    assert text.count("\r\n") == text.count("\n") > 10
