"""The memo: a template filled with a view. Names from files are escaped, nothing is computed."""

from __future__ import annotations

from pathlib import Path

from tco.documents.commitment_options import STOP_MONTHS
from tco.documents.memo import MemoDocument
from tco.report.cash_flow import month_rows, option_rows
from tco.report.markdown import Verbatim, fill, markdown_text
from tco.report.memo_view import memo_view
from tco.report.sketch import sketch

__all__ = ["markdown_text", "memo"]


def memo(document: MemoDocument, template: Path | None = None) -> str:
    """Return the break-even memo of a stack, in Markdown. Raises TcoError for a broken template."""
    stack = document.stack
    return fill(
        "memo.md.j2",
        template,
        view=memo_view(stack),
        sketch=Verbatim(sketch(document)),
        months=month_rows(stack),
        options=option_rows(stack),
        stop_months=STOP_MONTHS,
        today=stack.today.isoformat(),
        digest=stack.plan_digest[:12],
        catalog=stack.catalog,
    )
