"""The errors of tco, and how a problem in a file is printed.

TcoError            anything tco refuses; the command line prints it and exits 1
└── BadInput        one or more problems in what the user wrote, all of them at once
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tco.natural_order import natural

__all__ = ["BadInput", "Problem", "TcoError", "did_you_mean", "is_visible", "one_of", "printable"]

MOST_ALIKE = 3
BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Characters that Unicode counts as printable, but that show nothing."""


def printable(text: object) -> str:
    """Return one line in which control, direction and invisible characters show as escapes.

    Names of files and values of users pass through it before a terminal or a page shows them.
    """
    line = f"{text}"
    if line.isascii() and line.isprintable():
        return line
    return "".join(
        character if is_visible(character) else ascii(character)[1:-1] for character in line
    )


def is_visible(character: str) -> bool:
    """Return whether a terminal shows a character, or a space for it, and does nothing else."""
    return character.isprintable() and not BLANK.match(character)


class TcoError(Exception):
    """Anything tco refuses. Its text is written for the person at the terminal."""

    def __str__(self) -> str:
        """Return the text; names of files in it cannot steer a terminal."""
        return "\n".join(printable(line) for line in super().__str__().split("\n"))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what, and what to do about it."""

    file: str
    path: str
    message: str
    hint: str = ""
    comparable: bool = True
    """False where two sides with this problem may still differ: neither file is known."""

    def __str__(self) -> str:
        """Return the problem on one line, without its file; control characters show as escapes."""
        text = f"{self.path}: {self.message}" if self.path else self.message
        return printable(f"{text} {self.hint}".rstrip())


class BadInput(TcoError):
    """What the user wrote has problems: all of them, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self._text())

    def _text(self) -> str:
        lines: list[str] = []
        for file in dict.fromkeys(problem.file for problem in self.problems):
            here = [problem for problem in self.problems if problem.file == file]
            lines.append(f"{printable(file)}: {len(here)} problem{'s' if len(here) > 1 else ''}")
            lines += [f"  {text}" for text in _format_problems(here)]
        return "\n".join(lines)


def _format_problems(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield one line per problem; repeated messages are shown once, with their count.

    Programs get them all: only the text is shortened.
    """
    alike: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        key = problem.path.rpartition(".")[2].partition("[")[0]
        alike.setdefault((key, problem.message, problem.hint), []).append(problem)
    for same in alike.values():
        if len(same) <= MOST_ALIKE:
            yield from map(str, same)
            continue
        yield f"{same[0]} (and {len(same) - 1} more like it)"


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """``Did you mean p5.48xlarge?``, or an empty text where nothing known is near."""
    import difflib  # noqa: PLC0415  only for an error

    near = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else ""


def one_of(name: object, known: Iterable[str]) -> str:
    """Return the nearest known name, or, where none is near, the names there are (at most ten)."""
    names = sorted(known, key=natural)
    shown = ", ".join(names[:10]) or "none"
    return did_you_mean(name, names) or f"Known: {shown}{', …' if len(names) > 10 else '.'}"
