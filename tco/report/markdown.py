"""Text for Markdown pages: templates filled with values that cannot break out of their place."""

from __future__ import annotations

import html
import re
from importlib import resources
from pathlib import Path
from typing import Any

from tco.errors import TcoError, is_visible
from tco.report.sandbox import Sandbox, filled

__all__ = ["Verbatim", "fill", "html_text", "markdown_text"]

SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#!]|\$(?!\d))")
LIST_ITEM = re.compile(r"^(\d*)([-+.)])(?=\s|$)")
"""What makes a list item of a text at the start of a line."""
REFERENCE = re.compile(r"([#!]|GH-)(?=\d)", re.IGNORECASE)
ADDRESS = re.compile(r"\bwww\.", re.IGNORECASE)
BREAK = "\u200b"
"""A space without width: it keeps a name from becoming a mention or a link."""


class Verbatim(str):
    """Text that a template prints unchanged."""

    __slots__ = ()


def markdown_text(value: object) -> str:
    """Text that Markdown shows unchanged: no markup, no table cell, no mention."""
    text = _without_references(_visible(str(value)))
    text = LIST_ITEM.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", text)).replace("&", "&amp;")
    return text.replace("\\<", "&lt;").replace("\\>", "&gt;")


def html_text(value: object) -> Verbatim:
    """Return the same for a place where Markdown is not read, such as a summary."""
    return Verbatim(html.escape(_without_references(_visible(str(value)))))


def _visible(text: str) -> str:
    """One line without control and direction characters, which show one thing and mean another."""
    return "".join(filter(is_visible, " ".join(text.split())))


def _without_references(text: str) -> str:
    """Return a text without mentions, links and references to issues, which forges look for."""
    text = text.replace("@", f"@{BREAK}").replace("://", f":{BREAK}//")
    return ADDRESS.sub(f"www{BREAK}.", REFERENCE.sub(rf"\1{BREAK}", text))


def template_text(name: str, template: Path | None = None) -> str:
    """Return a template: the user's, else the one shipped. Raises TcoError if it is missing."""
    if template is not None:
        try:
            return template.read_text(encoding="utf-8")
        except OSError as error:
            why = f"the template cannot be read: {error.strerror}"
        except UnicodeDecodeError as error:
            why = f"the template cannot be read: byte {error.start} is not UTF-8"
        raise TcoError(f"{template}: {why}.")
    packaged = resources.files("tco") / "templates" / name
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).resolve().parents[2] / "templates" / name).read_text(encoding="utf-8")


def fill(name: str, template: Path | None = None, **values: object) -> str:
    """Return a page. Every value is escaped unless it is Verbatim. Raises TcoError if broken."""
    environment = Sandbox(_finalize)
    environment.filters["html"] = html_text
    return filled(environment, template_text(name, template), f"{template or name}", values)


def _finalize(value: Any) -> str:
    return value if isinstance(value, Verbatim) else markdown_text(value)
