"""A forge's token: sent in one header, and redacted from everything that is printed."""

from __future__ import annotations

import re
from urllib.parse import quote

from tco.errors import TcoError

__all__ = ["Token"]

NOT_ALLOWED = re.compile(r"[^!-~]")
REDACTED = "[token]"


class Token:
    """A token without the white space around it. An empty one is sent nowhere.

    Raises TcoError, without the token, for what no header can carry.
    """

    def __init__(self, text: str, header: str, scheme: str = "") -> None:
        value = text.strip()
        if found := NOT_ALLOWED.search(value):
            raise TcoError(
                f"the token: character {found.start() + 1} of {len(value)} is not allowed. A token "
                "is printable ASCII without spaces. Copy it again into the job's secret."
            )
        self.headers = {header: f"{scheme} {value}".lstrip()} if value else {}
        forms = "|".join(re.escape(form) for form in (value, quote(value, safe="")))
        self._pattern = re.compile(forms, re.IGNORECASE) if value else None

    def redact(self, text: str) -> str:
        """Return the text on one printable line, without the token."""
        line = "".join(char for char in " ".join(text.split()) if char.isprintable())
        return self._pattern.sub(REDACTED, line) if self._pattern else line
