"""Workflow annotations: the cost of a change on the line of the stack file that makes it."""

from __future__ import annotations

from tco.ci_log import log_text
from tco.documents.diff import ChangeRow, DiffDocument, StackDelta
from tco.errors import printable
from tco.report.diff.change_text import change_text
from tco.report.diff.totals import change_in_words

__all__ = ["workflow_annotations"]

TITLE = "GPU plan"
LONGEST_TEXT = 600


def workflow_annotations(document: DiffDocument) -> list[str]:
    """One workflow command per changed line, the costly ones first.

    Changes of several stacks from one line, such as a workload's, share one annotation: a step
    may show ten.
    """
    texts: dict[tuple[str, int], list[tuple[StackDelta, ChangeRow]]] = {}
    for stack in document.stacks:
        for change in stack.changes:
            texts.setdefault((change.file, change.line), []).append((stack, change))
    lines = [
        (_severe([stack for stack, _ in here]), file, line, _text(here))
        for (file, line), here in texts.items()
    ]
    ordered = sorted(lines, key=lambda line: not line[0])
    return [
        f"::{'warning' if severe else 'notice'} file={_property(file)},line={line},"
        f"title={_property(TITLE)}::{_data(log_text(text[:LONGEST_TEXT]))}"
        for severe, file, line, text in ordered
    ]


def _severe(stacks: list[StackDelta]) -> bool:
    """Return whether the plan costs more, is unknown, or has a closed or a weaker gate."""
    return any(
        stack.delta.plan is None
        or bool(stack.weakened)
        or stack.delta.plan >= 0.5
        or (
            stack.after is not None
            and not stack.after.gate_open
            and stack.after.gate.level != "advisory"
        )
        for stack in stacks
    )


def _text(here: list[tuple[StackDelta, ChangeRow]]) -> str:
    changes = "; ".join(dict.fromkeys(change_text(change) for _, change in here))
    stacks = {stack.stack: stack for stack, _ in here}
    return f"{changes}. {' '.join(_format_change(stack) for stack in stacks.values())}"


def _format_change(stack: StackDelta) -> str:
    gate = ""
    if stack.after is not None:
        weaker = " and weaker than before" if stack.weakened else ""
        gate = f", the gate is {'open' if stack.after.gate_open else 'closed'}{weaker}"
    return f"{stack.stack}: {change_in_words(stack)}{gate}."


def _data(text: str) -> str:
    """Return one line of text; control characters become escapes."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
