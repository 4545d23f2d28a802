"""Numbers that no benchmark measures yet, so that none of them is forgotten."""

from __future__ import annotations

from benchmarks.result import Result


def run() -> list[Result]:
    """Return what is skipped, each with the reason."""
    return [
        Result("tco options, the whole curve catalog", None, 1, "s", "not built yet"),
        Result("one plan over the curve catalog, added", None, 20, "ms", "not built yet"),
        Result("make test, two idle cores", None, 6, "minutes", "`make test` prints its own time"),
    ]
