"""What the engine printed for a program, kept without what differs from machine to machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

RECORDED = Path(__file__).with_name("recorded")
OF_A_MACHINE = {
    "created",
    "diagnostics",
    "duration",
    "magic",
    "modified",
    "plugins",
    "secrets_providers",
    "sourcePosition",
    "stackTrace",
    "time",
}


def stripped(value: Any) -> Any:
    """A preview or a state without paths, times and the words of an installation."""
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        return {key: stripped(inner) for key, inner in mapping.items() if key not in OF_A_MACHINE}
    return (
        [stripped(inner) for inner in cast("list[Any]", value)]
        if isinstance(value, list)
        else value
    )
