"""What ``genai-prices`` calls the APIs whose prices the catalog has from it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

__all__ = ["genai_names"]


@lru_cache(maxsize=1)
def genai_names() -> Mapping[str, str]:
    """Return the package's ``provider/model`` of each API in ``data/genai_names.csv``."""
    file = resources.files("tco.catalog") / "data" / "genai_names.csv"
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    return {row["api"]: row["package"] for row in rows}
