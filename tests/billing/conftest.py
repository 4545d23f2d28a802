"""Billing exports, written and read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tco.billing import BilledLine, read
from tco.errors import BadInput

EXPORTS = Path(__file__).parent / "exports"
Row = Mapping[str, object]
Written = Callable[..., Path]


def csv_of(rows: Sequence[Row]) -> str:
    """Rows as CSV, with the columns of all of them."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes rows, or a text, as a file and returns its path."""

    def write(rows: Sequence[Row] | str | bytes, name: str = "bill.csv") -> Path:
        path = tmp_path / name
        content = rows if isinstance(rows, str | bytes) else csv_of(rows)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(path: Path, **keys: Any) -> str:
    """What reading a file is refused with."""
    with pytest.raises(BadInput) as caught:
        list(read(path, **keys))
    return str(caught.value)


def total(lines: Sequence[BilledLine]) -> tuple[float, float]:
    """The effective and the billed cost of lines."""
    return sum(line.effective_usd for line in lines), sum(line.billed_usd for line in lines)
