"""``tco.models/1``: what was measured of which model on which GPU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

from pydantic import Field

from tco.catalog.curve_coverage import Coverage
from tco.documents.document import Document, Part

__all__ = ["CoveragePart", "ModelsDocument", "coverage_part", "models_document"]


class CoveragePart(Part):
    """The measurements of a model on one GPU. Concurrencies are null without a closed-loop row."""

    model: str
    gpu: str
    points: int
    closed_loop_points: int
    shapes: int
    gpus_per_replica: tuple[int, ...]
    precisions: tuple[str, ...]
    engines: tuple[str, ...]
    lowest_concurrency: float | None
    highest_concurrency: float | None
    newest: str


class ModelsDocument(Document):
    """What ``tco models --format json`` prints."""

    schema_: Literal["tco.models/1"] = Field(default="tco.models/1", alias="schema")
    coverage: tuple[CoveragePart, ...]


def coverage_part(coverage: Coverage) -> CoveragePart:
    """Return what was measured of a model on one GPU."""
    return CoveragePart(**asdict(coverage))


def models_document(found: Sequence[Coverage]) -> ModelsDocument:
    """Return what was measured as ``tco.models/1``."""
    return ModelsDocument(coverage=tuple(map(coverage_part, found)))
