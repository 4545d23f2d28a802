"""Run every benchmark: `python -m benchmarks`, or some of them by name."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import cold_start, large, policy_pack, preview, price, uncertainty

BENCHMARKS: dict[str, Callable[[], str]] = {
    "cold-start": cold_start.run,
    "uncertainty": uncertainty.run,
    "large": large.run,
    "price": price.run,
    "policy-pack": policy_pack.run,
    "preview": preview.run,
}


def main() -> None:
    """Print one line a benchmark; exit 2 for a name that is none."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark {unknown[0]}. There are: {', '.join(BENCHMARKS)}.")
    for name in wanted:
        print(f"{name}: {BENCHMARKS[name]()}", flush=True)


if __name__ == "__main__":
    main()
