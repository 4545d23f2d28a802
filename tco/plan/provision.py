"""Where the Pulumi program puts the nodes, and whom its guardrails notify."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from tco.catalog.fields import Flag, Name
from tco.files import Strict

__all__ = ["Guardrails", "Provision"]


class Provision(Strict):
    """Where the Pulumi program puts the nodes."""

    kind: Literal["eks", "asg"]
    cluster: Name | None = None
    subnets: Annotated[tuple[Name, ...], Field(min_length=1)]
    zone: Name | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "eks") != (self.cluster is not None):
            raise ValueError("kind: eks needs a cluster to join, and kind: asg takes none.")
        return self


class Guardrails(Strict):
    """Who is notified of spending and of idle GPUs, and whether of tripwires too."""

    budget_emails: tuple[Name, ...] = ()
    sns_topic_arn: Name | None = None
    tripwires: Flag = False


def _guardrails_form(given: Any) -> str:
    return "<off>" if given is False else "<on>"


GuardrailsOrOff = Annotated[
    Annotated[Guardrails, Tag("<on>")] | Annotated[Literal[False], Tag("<off>")],
    Discriminator(_guardrails_form),
]
