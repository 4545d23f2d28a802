"""The memo: a template filled with a view. Names from files are escaped, nothing is computed."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from tco.analysis.evaluation import Evaluation
from tco.errors import TcoError
from tco.report.sketch import sketch
from tco.report.view import stack_view

__all__ = ["markdown_text", "memo"]

SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#!])")
LIST_ITEM = re.compile(r"^(\d*)([-+.)])(?=\s|$)")
"""What makes a list of a text that stands at the start of a line."""


def markdown_text(value: object) -> str:
    """Text that Markdown shows as it stands: no markup, no table cell left, nobody mentioned."""
    text = " ".join(str(value).split())
    text = LIST_ITEM.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", text)).replace("&", "&amp;")
    text = text.replace("\\<", "&lt;").replace("\\>", "&gt;")
    return text.replace("@", "@\u200b").replace("://", ":\u200b//")


class _Verbatim(str):
    """Text that a template prints as it stands."""

    __slots__ = ()


def _finalize(value: Any) -> Any:
    return value if isinstance(value, _Verbatim) else markdown_text(value)


def template_text(template: Path | None = None) -> str:
    """The memo's template: the user's, else the one shipped. Raises TcoError if it is missing."""
    if template is not None:
        try:
            return template.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TcoError(f"{template}: the template cannot be read: {error}.") from None
    packaged = resources.files("tco") / "templates" / "memo.md.j2"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    beside = Path(__file__).resolve().parents[2] / "templates" / "memo.md.j2"
    return beside.read_text(encoding="utf-8")


def memo(result: Evaluation, template: Path | None = None) -> str:
    """The break-even memo of a stack, in Markdown. Raises TcoError for a broken template."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        autoescape=False,  # Markdown, not HTML: `finalize` escapes every value
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    try:
        page = environment.from_string(template_text(template))
        return page.render(
            view=stack_view(result),
            sketch=_Verbatim(sketch(result)),
            today=result.today.isoformat(),
            digest=result.stack.digest[:12],
            catalog=result.stack.catalog.version,
        )
    except jinja2.TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f", line {line}" if line else ""
        raise TcoError(f"{template or 'memo.md.j2'}{where}: {error.message}.") from None
