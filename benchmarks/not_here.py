"""Numbers that no benchmark measures yet, so that none of them is forgotten."""

from __future__ import annotations

from benchmarks.result import Result


def run() -> list[Result]:
    """Return what is skipped, each with the reason."""
    return [
        Result(
            what="tco options, the whole curve catalog",
            measured=None,
            to_reach=1,
            unit="s",
            detail="`tco options` is not built",
        ),
        Result(
            what="make test, two idle cores",
            measured=None,
            to_reach=6,
            unit="minutes",
            detail="`make test` prints its own time",
        ),
    ]
