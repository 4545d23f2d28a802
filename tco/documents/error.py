"""``tco.error/1``: what is wrong with the input, where JSON was asked for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tco.documents.document import Document, Part
from tco.errors import BadInput, Problem, TcoError

__all__ = ["ErrorDocument", "ProblemPart", "error_document", "problem_part"]


class ProblemPart(Part):
    """One thing that is wrong: where, what, and what to do about it."""

    file: str
    path: str
    message: str
    hint: str

    def __str__(self) -> str:
        """Return the problem on one line, without its file."""
        return str(Problem(self.file, self.path, self.message, self.hint))


class ErrorDocument(Document):
    """What any command prints with ``--format json`` instead of a result."""

    schema_: Literal["tco.error/1"] = Field(default="tco.error/1", alias="schema")
    problems: tuple[ProblemPart, ...]


def error_document(error: TcoError) -> ErrorDocument:
    """Return an error with every problem that it holds."""
    problems = error.problems if isinstance(error, BadInput) else (Problem("", "", str(error)),)
    return ErrorDocument(problems=tuple(map(problem_part, problems)))


def problem_part(problem: Problem) -> ProblemPart:
    """Return a problem as a part of a document."""
    return ProblemPart(
        file=problem.file, path=problem.path, message=problem.message, hint=problem.hint
    )
