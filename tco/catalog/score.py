"""A model's score on a public benchmark, with the number of samples behind it."""

import math
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from tco.catalog.fields import Name, PositiveInt
from tco.catalog.row import Row

__all__ = ["Score", "ScorePercent"]

Z95: Final = 1.96
"""Standard errors on either side of a 95% interval."""


def _percent(value: float) -> float:
    if not 1 < value <= 100:
        meant = f" {value:g} as a share is {100 * value:g}." if 0 < value <= 1 else ""
        raise ValueError(f"{value:g} is not a score in percent, above 1 and up to 100.{meant}")
    return value


ScorePercent = Annotated[
    float,
    Field(strict=True, json_schema_extra={"exclusiveMinimum": 1, "maximum": 100}),
    AfterValidator(_percent),
]
"""A share of answers that are right, in percent; a value up to 1 is a share in the wrong unit."""


class Score(Row):
    """A model's share of right answers on a benchmark, in percent."""

    model: Name
    benchmark: Name
    value: ScorePercent
    samples: PositiveInt

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        return ("score", self.model, self.benchmark)

    @property
    def error(self) -> float:
        """Half of the 95% interval in points: 1.96 x sqrt(value (100 - value) / samples).

        It covers the sample alone, not prompts, settings, or who measured.
        """
        return Z95 * math.sqrt(self.value * (100 - self.value) / self.samples)
