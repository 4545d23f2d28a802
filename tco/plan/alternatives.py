"""What a plan compares itself with: APIs, one by service, or another stack."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import Discriminator, Field, Tag, model_validator

from tco.catalog.fields import Name
from tco.files import Strict, as_mapping

__all__ = ["Alternative"]


class Alternative(Strict):
    """A rival: one API for every service, an API by service under a name, or a stack."""

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "string", "description": "An API, or stack:NAME."},
        {
            "type": "object",
            "description": "A name with an API for each service.",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": "string"},
            },
        },
    )

    name: Name
    api: Name | None = None
    apis: dict[Name, Name] = Field(default_factory=dict)
    stack: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        if isinstance(given, str):
            stack = given.removeprefix("stack:")
            return {"name": given, "stack" if stack != given else "api": stack}
        rival = as_mapping(given) or {}
        if len(rival) == 1:
            [(name, value)] = rival.items()
            apis = as_mapping(value)
            if apis is not None:
                return {"name": name, "apis": apis}
        if "name" in rival:
            return rival
        raise ValueError('is an API, "stack:NAME", or a name with {service: api}.')

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(map(bool, (self.api, self.apis, self.stack))) != 1:
            raise ValueError('is one of an API, "stack:NAME", or a name with {service: api}.')
        return self


class OnlyAlternatives(Strict):
    """A list of alternatives to which no host of the same weights is added."""

    only: tuple[Alternative, ...]


def _alternatives_form(given: Any) -> str:
    return "<only>" if isinstance(given, dict | OnlyAlternatives) else "<list>"


Alternatives = Annotated[
    Annotated[tuple[Alternative, ...], Tag("<list>")] | Annotated[OnlyAlternatives, Tag("<only>")],
    Discriminator(_alternatives_form),
]
