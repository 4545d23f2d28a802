"""Run every benchmark: `python -m benchmarks`, or some of them by name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from benchmarks import (
    curve_catalog,
    large,
    not_here,
    policy_pack,
    preview,
    price,
    start_up,
    uncertainty,
)
from benchmarks.result import Result

BENCHMARKS: dict[str, Callable[[], Iterable[Result]]] = {
    "start-up": start_up.run,
    "price": price.run,
    "uncertainty": uncertainty.run,
    "large": large.run,
    "curve-catalog": curve_catalog.run,
    "policy-pack": policy_pack.run,
    "preview": preview.run,
    "not-here": not_here.run,
}


def main() -> None:
    """Print one line per number; exit 1 where one is missed, 2 for a name that is none."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]}. Use: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        sys.exit(2)
    missed: list[str] = []
    for name in wanted:
        for result in BENCHMARKS[name]():
            print(result, flush=True)
            if result.failed:
                missed.append(result.what)
    if missed:
        print(f"Missed by more than a fifth: {'; '.join(missed)}.", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
