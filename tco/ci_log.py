r"""Text that no CI runner mistakes for one of its commands, whatever names it contains.

GitHub's runner obeys ``::name::`` after blanks at the start of a line and ``##[name]`` anywhere
in it, Azure ``##vso[name]`` likewise, GitLab ``section_start:TIME:NAME``. Ordinary text stays as it
is; in a command a backslash shows where it was broken: ``\::name::``, ``#\#[name]``.
"""

from __future__ import annotations

import re

__all__ = ["log_json", "log_text"]

UNSEEN = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
"""Characters that a runner's comparison of texts passes over."""
LINE_START = re.compile(
    rf"(?:^|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])[\s{UNSEEN}]*(?=:[{UNSEEN}]*:)", re.MULTILINE
)
ANYWHERE = re.compile(
    rf"#(?=[{UNSEEN}]*#[{UNSEEN}A-Za-z]*\[)|(?<=sectio)n(?=_(?:start|end):)", re.IGNORECASE
)


def log_text(text: str) -> str:
    """Return the text for a log or a terminal."""
    return ANYWHERE.sub(r"\g<0>\\", LINE_START.sub(r"\g<0>\\", text))


def log_json(text: str) -> str:
    """Return JSON with the same values, and an escape in what would be a command."""
    return ANYWHERE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
