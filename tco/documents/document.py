"""What every document is: immutable, exact, and closed to keys that its schema does not name."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

__all__ = ["Document", "Part"]


class Part(BaseModel):
    """A part of a document. Nothing in it is rounded, infinite or not a number."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        defer_build=True,
        serialize_by_alias=True,
        validate_by_alias=True,
        validate_by_name=True,
    )


class Document(Part):
    """A whole document: what a command prints with ``--format json``."""

    def as_json(self) -> dict[str, Any]:
        """Return the document as JSON values, its keys in the order of the contract."""
        return self.model_dump(mode="json")
