"""Exit codes of the commands, as docs/commands.md lists them."""

from __future__ import annotations

from typing import Final

__all__ = ["BAD_INPUT", "CLOSED", "INTERRUPTED", "OK", "READER_GONE"]

OK: Final = 0
BAD_INPUT: Final = 1
CLOSED: Final = 3
"""The gate is closed, a limit that the user set is exceeded, or a verdict no longer holds."""
INTERRUPTED: Final = 130
READER_GONE: Final = 141
