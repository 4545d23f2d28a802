"""A named figure: power, egress, labor, reliability, platform."""

from typing import Self

from pydantic import model_validator

from tco.catalog.fields import Name
from tco.catalog.row import Row
from tco.ranges import Amount

__all__ = ["Figure", "gpu_in_name"]


class Figure(Row):
    """A named figure of the catalog's overheads: power, egress, labor, reliability, platform."""

    figure: Name
    value: Amount
    unit: Name

    @model_validator(mode="after")
    def _share_below_one(self) -> Self:
        if self.is_share and not self.value.is_point and self.value.high >= 1:
            raise ValueError(f"{self.figure} is a share: its high end must be below 1.")
        return self

    @property
    def is_share(self) -> bool:
        """Whether the figure lies between 0 and 1 by its nature."""
        return self.unit in ("share", "per year")

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        return ("figure", self.figure)


def gpu_in_name(gpu: str) -> str:
    """Return a GPU as the names of figures have it.

    >>> gpu_in_name("RTX-4090"), gpu_in_name("H100-SXM")
    ('rtx_4090', 'h100')
    """
    return gpu.removesuffix("-SXM").lower().replace("-", "_")
