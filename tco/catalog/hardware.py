"""GPUs, instance types and their interruptions."""

from typing import Self

from pydantic import model_validator

from tco.catalog.fields import GpuCount, Name, PositiveInt, StatedProvider
from tco.catalog.row import Row
from tco.ranges import PositiveAmount, Share

__all__ = ["Hardware", "Instance", "SpotBand"]


class Hardware(Row):
    """A GPU, under its one name."""

    gpu: Name
    memory_gb: PositiveAmount
    tdp_w: PositiveAmount | None = None
    aliases: tuple[Name, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure."""
        return ("hardware", self.gpu)


class Instance(Row):
    """A cloud's instance type."""

    instance: Name
    provider: StatedProvider = None
    gpu: Name
    gpus: GpuCount
    vcpus: PositiveInt | None = None
    memory_gib: PositiveAmount | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure."""
        return ("instance", self.instance)


class SpotBand(Row):
    """How often AWS interrupts an instance type: a share per trailing month."""

    instance: Name
    region: Name
    interrupted_per_month: Share

    @model_validator(mode="after")
    def _sometimes_up(self) -> Self:
        if self.interrupted_per_month.high >= 1:
            raise ValueError(
                f"{self.instance} is certain to be interrupted within a month, which gives "
                "no rate. Write a share below 1, such as 0.99."
            )
        return self

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        return ("spot-band", self.instance, self.region)
