"""Tripwires as a person reads them, and as a file of rules that Prometheus reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import yaml

from tco.documents.alerts import AlertsDocument
from tco.documents.review import ReviewPart, unknown_text
from tco.errors import printable
from tco.report.layout import WIDTH, cell_lines, wrapped
from tco.report.tripwires import TripwireRow, tripwire_rows

__all__ = ["alerts_text", "prometheus_rules"]

GAP = 2
INTERVAL = "15m"


def alerts_text(document: AlertsDocument, width: int = WIDTH) -> str:
    """Return when to review a plan: the day, the tripwires, and what watches them."""
    review = document.review
    rows = tripwire_rows(review.tripwires)
    lines = [f"{document.stack}   prices of {document.pricing_day}"]
    lines += wrapped(review.summary if not rows else _by(review), "  ", width=width)
    lines += ["", *_table(rows, width)] if rows else []
    count = len(document.rules)
    texts = [
        *filter(None, [unknown_text(review.tripwires) if rows else ""]),
        f"{count} alert rule{'' if count == 1 else 's'} for Prometheus: "
        f"{', '.join(rule.alert for rule in document.rules)}. "
        f"`tco alerts {document.stack} --format prometheus` prints them.",
        *document.unwatched,
    ]
    lines.append("")
    for text in texts:
        lines += wrapped(text, "  ", width=width)
    return "\n".join(lines) + "\n"


def _by(review: ReviewPart) -> str:
    """Return by which day to review a plan that has a table of tripwires."""
    first = review.days[0]
    if first.overdue:
        return f"Review it now: since {first.day} {first.reason}. After that:"
    return f"Review by {first.day} (after that {first.reason}), or earlier:"


def _table(rows: Sequence[TripwireRow], width: int) -> list[str]:
    """Return the lines of the table: its last two columns as wide as they need to be."""
    head = TripwireRow(name="what", now="now", when="review when")
    now = max(len(row.now) for row in (head, *rows))
    when = min(max(len(row.when) for row in (head, *rows)), width * 3 // 8)
    name = width - now - when - 3 * GAP
    lines: list[str] = []
    for row in (head, *rows):
        cells = [cell_lines(row.name, name), cell_lines(row.now, now), cell_lines(row.when, when)]
        for texts in zip_longest(*cells, fillvalue=""):
            columns = (f"{texts[0]:<{name}}", f"{texts[1]:>{now}}", texts[2])
            lines.append(f"{' ' * GAP}{(' ' * GAP).join(columns)}".rstrip())
    return lines


def prometheus_rules(document: AlertsDocument) -> str:
    """Return the rules as a file that Prometheus loads."""
    rules = [rule.model_dump(mode="json", exclude_none=True) for rule in document.rules]
    group = {"name": f"tco-{document.stack}", "interval": INTERVAL, "rules": rules}
    name = printable(document.stack)
    head = (
        f"# Alert rules for the stack {name}, prices of {document.pricing_day}, "
        f"plan {document.plan_digest[:12]}.\n"
        f"# Written by `tco alerts {name} --format prometheus`. Write it again when the plan "
        "changes.\n"
    )
    body = yaml.safe_dump({"groups": [group]}, sort_keys=False, width=10_000)
    return head + body
