"""The console script, also as `python -m tco`: an interrupt while it loads is one line as well."""

from __future__ import annotations

import gc
import os
import signal
from types import FrameType
from typing import Final

from tco.cli.exit_codes import INTERRUPTED
from tco.cli.streams import make_usable

__all__ = ["main"]

COLLECTED_EVERY: Final = 200_000
"""New objects after which the collector looks for cycles. A plan makes 100,000 that stay."""


def main() -> None:
    """Load the command line and run it."""
    make_usable()
    gc.disable()
    interruptible = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if interruptible:
        signal.signal(signal.SIGINT, _leave)
    from tco.cli.main import main as run  # noqa: PLC0415  what takes its time, with _leave in place

    gc.freeze()  # what was loaded stays: the collector does not scan it
    gc.set_threshold(COLLECTED_EVERY)
    gc.enable()
    if interruptible:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    finally:
        gc.freeze()  # what is left goes with the process: nothing is scanned at exit


def _leave(number: int, frame: FrameType | None) -> None:
    """Exit at once, whatever is being imported: nothing is open or half written yet."""
    del number, frame
    os.write(2, b"Interrupted.\n")
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
