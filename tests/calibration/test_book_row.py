"""A measured curve becomes a row of a price book."""

from __future__ import annotations

from pathlib import Path

import pytest

from tco.calibration.book_row import book_with
from tco.calibration.curve import CalibratedCurve
from tco.catalog.benchmark import Benchmark
from tco.catalog.book import read_book
from tests.conftest import Keys

KEYS: Keys = {
    **{"model": "m", "gpu": "H100-SXM", "gpus": 8, "precision": "fp8", "engine": "vllm"},
    **{"input": 1024, "output": 256, "source": 'a "b": c.json', "as_of": "2026-11-02"},
    "points": [{"concurrency": 1, "output_tok_s": 33.25, "itl_ms": {"mean": 0.00001}}],
}


def curve() -> CalibratedCurve:
    """A curve without checks."""
    return CalibratedCurve(KEYS, Benchmark.model_validate(KEYS), (), ("c.json",))


@pytest.mark.parametrize(
    "text", ["source: x\n", "estimate: true\nsource: x\nvalid_from: '2026-01-01'\nprices: []\n"]
)
def test_a_row_is_read_back_as_it_was_measured(text: str, tmp_path: Path) -> None:
    """In a book whose rows would be estimates of another day by default, too."""
    path = tmp_path / "book.yaml"
    path.write_text(text, encoding="utf-8")
    path.write_text(book_with(curve(), path), encoding="utf-8")
    [row] = read_book(path, "book.yaml").benchmarks
    assert (row.points, row.source, row.estimate) == (curve().row.points, KEYS["source"], False)
    assert "valid_from" not in text or str(row.valid_from) == KEYS["as_of"]


def test_a_book_with_a_later_measurement_is_left_alone(tmp_path: Path) -> None:
    """Rows are history: an older measurement is not written behind a newer one."""
    path = tmp_path / "book.yaml"
    path.write_text(book_with(curve(), path))
    older = {**KEYS, "as_of": "2026-10-01"}
    made = curve()._replace(keys=older, row=Benchmark.model_validate(older))
    with pytest.raises(Exception, match="has a measurement of 2026-11-02"):
        book_with(made, path)
