"""The names of the stack outputs that a program under the gate has."""

from __future__ import annotations

from typing import Final

__all__ = ["MEMO", "OUTPUT", "OUTPUTS"]

OUTPUT: Final = "tco"
MEMO: Final = "tcoMemo"
OUTPUTS: Final = (OUTPUT, MEMO)
