"""The functions of the library that make documents: what ``--format json`` of a command prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a program that prices resources waits for no evaluation
    from tco.actual.actual import Actual
    from tco.analysis.commitments.renewal import Commitments
    from tco.analysis.evaluation import Evaluation
    from tco.analysis.optimization.optimize import Optimum
    from tco.analysis.sweep.sweep import Sweep
    from tco.documents.actual import ActualDocument
    from tco.documents.alerts import AlertsDocument
    from tco.documents.commitments import CommitmentsDocument
    from tco.documents.error import ErrorDocument
    from tco.documents.gate import GateDocument
    from tco.documents.optimize import OptimizeDocument
    from tco.documents.plan import PlanDocument
    from tco.documents.price import PriceDocument
    from tco.documents.sweep import SweepDocument
    from tco.errors import TcoError
    from tco.iac.estimate.pricing import Pricing

__all__ = [
    "actual_document",
    "alerts_document",
    "commitments_document",
    "error_document",
    "gate_document",
    "memo",
    "optimize_document",
    "plan_document",
    "price_document",
    "sweep_document",
]

# ruff: noqa: PLC0415  each function loads what only it needs


def plan_document(*evaluations: Evaluation) -> PlanDocument:
    """Return what ``tco plan --format json`` prints: every figure of evaluated stacks by name.

    Args:
        evaluations: What ``evaluate`` returned, of one stack or several.

    Returns:
        The document; ``stacks`` has a part for each.
    """
    from tco.documents.plan import plan_document as document_of

    return document_of(evaluations)


def gate_document(evaluation: Evaluation) -> GateDocument:
    """Return what ``tco gate --format json`` prints: whether nodes may be provisioned, and why.

    Args:
        evaluation: What ``evaluate`` returned.

    Returns:
        The document; ``open`` is the answer and ``conditions`` has the reasons.
    """
    from tco.documents.gate import gate_document as document_of

    return document_of(evaluation)


def alerts_document(
    evaluation: Evaluation,
    *,
    engine: str | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> AlertsDocument:
    """Return what ``tco alerts --format json`` prints: when to review a plan.

    Args:
        evaluation: What ``evaluate`` returned.
        engine: What serves; by default the engine of the plan or of its measurement.
        labels: The labels of each service's metrics, by service.

    Returns:
        The document; ``review`` has the days and the tripwires, ``rules`` the alert rules.
    """
    from tco.documents.alerts import alerts_document as document_of

    return document_of(evaluation, engine, labels)


def optimize_document(optimum: Optimum) -> OptimizeDocument:
    """Return what ``tco optimize --format json`` prints.

    Args:
        optimum: What ``optimize`` returned.

    Returns:
        The document; ``services`` has the cheapest mix of each.
    """
    from tco.documents.optimize import optimize_document as document_of

    return document_of(optimum)


def sweep_document(sweep: Sweep) -> SweepDocument:
    """Evaluate a sweep, and return what ``tco sweep --format json`` prints.

    Args:
        sweep: What ``sweep`` returned.

    Returns:
        The document; ``points`` has the rows of a plot.

    Raises:
        BadInput: The plan cannot take one of the values.
    """
    from tco.documents.sweep import sweep_document as document_of

    points = list(sweep.points())
    return document_of(sweep, points, [sweep.break_even(row) for row in sweep.rows(points)])


def price_document(pricing: Pricing) -> PriceDocument:
    """Return what ``tco price --format json`` prints.

    Args:
        pricing: What ``price_resources`` returned.

    Returns:
        The document; ``resources`` has each one with its parts.
    """
    from tco.iac.estimate.price_document import priced_document

    return priced_document(pricing)


def actual_document(actual: Actual) -> ActualDocument:
    """Return what ``tco actual --format json`` prints.

    Args:
        actual: What ``compare_with_bill`` returned.

    Returns:
        The document; ``effects`` has what the variance is made of.
    """
    from tco.documents.actual import actual_document as document_of

    return document_of(actual)


def commitments_document(*commitments: Commitments) -> CommitmentsDocument:
    """Return what ``tco commitments --format json`` prints.

    Args:
        commitments: What ``commitments`` returned, of one stack or several on the same day.

    Returns:
        The document; ``stacks`` has a part for each.

    Raises:
        TcoError: They are of several days, or there are none.
    """
    from tco.documents.commitments import commitments_document as document_of
    from tco.errors import TcoError

    days = {found.today for found in commitments}
    if len(days) != 1:
        raise TcoError(f"{len(days)} days: a document of commitments is of one day.")
    return document_of(days.pop(), commitments)


def error_document(error: TcoError) -> ErrorDocument:
    """Return what a command prints with ``--format json`` where it rejects its input.

    Args:
        error: What a function of the library raised.

    Returns:
        The document; ``problems`` has each with its file and path.
    """
    from tco.documents.error import error_document as document_of

    return document_of(error)


def memo(evaluation: Evaluation) -> str:
    """Return the memo for the decision maker, in Markdown.

    Args:
        evaluation: What ``evaluate`` returned.

    Returns:
        What ``tco memo`` prints.
    """
    from tco.documents.memo import memo_document
    from tco.report.memo import memo as text_of

    return text_of(memo_document(evaluation))
