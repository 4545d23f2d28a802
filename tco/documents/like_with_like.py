"""Like with like: whether the best alternative is the same model, and what `require` rules out."""

from __future__ import annotations

from pydantic import Field

from tco.analysis.decision.constraint import RuledOut
from tco.analysis.evaluation import Evaluation
from tco.documents.document import Part
from tco.documents.quality import quality_part
from tco.numbers import usd_about

__all__ = ["RuledOutPart", "constraint_sentence", "like_sentence", "ruled_out_part"]


class RuledOutPart(Part):
    """The cheapest alternative that `require` rules out, and cheaper than all that it allows."""

    name: str
    lacking: tuple[str, ...]
    same_model: bool | None
    usd_per_month: float
    premium_usd_per_month: float = Field(
        description="What the constraint costs: the cheapest that it allows, less this one."
    )


def ruled_out_part(found: RuledOut | None) -> RuledOutPart | None:
    """Return what a requirement rules out; None where it costs nothing."""
    if found is None:
        return None
    return RuledOutPart(
        name=found.name,
        lacking=found.lacking,
        same_model=found.same_model,
        usd_per_month=found.usd_per_month,
        premium_usd_per_month=found.premium_usd_per_month,
    )


def like_sentence(result: Evaluation) -> str:
    """Say that the best alternative is not the same model, and what is known about its quality."""
    rival = result.rival
    if rival is None or rival.alternative.same_model:
        return ""
    quality = quality_part(result.stack, rival.alternative)
    known = quality.text if quality.status == "compared" else "quality is not compared"
    models = " and ".join(dict.fromkeys(service.model for service in result.stack.services))
    if rival.alternative.same_model is None:
        return f"Whether {rival.name} is {models} is not known: {known}."
    return f"{rival.name} is not the same model as {models}: {known}."


def constraint_sentence(result: Evaluation) -> str:
    """Name the cheaper alternative that `require` rules out, and what that costs."""
    found = result.ruled_out
    if found is None:
        return ""
    same = " (same model)" if found.same_model else ""
    return (
        f"The requirement {', '.join(found.lacking)} rules out {found.name}{same} at "
        f"{usd_about(found.usd_per_month)} per month: the constraint costs "
        f"{usd_about(found.premium_usd_per_month)} per month."
    )
