"""The memo: a template filled with a view. Names from files are escaped, nothing is computed."""

from __future__ import annotations

from pathlib import Path

from tco.analysis.evaluation import Evaluation
from tco.analysis.optimization.commitment_options import STOP_MONTHS
from tco.report.cash_flow import month_rows, option_rows
from tco.report.markdown import Verbatim, fill, markdown_text
from tco.report.sketch import sketch
from tco.report.view import stack_view

__all__ = ["markdown_text", "memo"]


def memo(result: Evaluation, template: Path | None = None) -> str:
    """Return the break-even memo of a stack, in Markdown. Raises TcoError for a broken template."""
    return fill(
        "memo.md.j2",
        template,
        view=stack_view(result),
        sketch=Verbatim(sketch(result)),
        months=month_rows(result),
        options=option_rows(result),
        stop_months=STOP_MONTHS,
        today=result.today.isoformat(),
        digest=result.stack.source.digest[:12],
        catalog=result.stack.catalog_version,
    )
