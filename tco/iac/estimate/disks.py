"""What EBS volumes cost: the volumes of nodes, and volumes declared on their own."""

from __future__ import annotations

from dataclasses import dataclass

from tco.iac.estimate.cost_components import Part, part
from tco.iac.estimate.nodes import Choice, Disk, NodePool, Share
from tco.iac.estimate.rates import FIGURES_REGION, Rates

__all__ = ["disk_parts", "volume_parts"]

PER_GB = {
    "gp3": "disk_usd_per_gb_month",
    "gp2": "ebs_gp2_usd_per_gb_month",
    "io1": "ebs_io1_usd_per_gb_month",
    "io2": "ebs_io2_usd_per_gb_month",
    "st1": "ebs_st1_usd_per_gb_month",
    "sc1": "ebs_sc1_usd_per_gb_month",
    "standard": "ebs_standard_usd_per_gb_month",
}
PER_IOPS = {
    "gp3": "ebs_gp3_usd_per_iops_month",
    "io1": "ebs_io1_usd_per_iops_month",
    "io2": "ebs_io2_usd_per_iops_month",
}
Count = tuple[int, int, int]


def disk_parts(
    pool: NodePool, share: Share, chosen: Choice, rates: Rates
) -> tuple[list[Part], list[str]]:
    """Return the disks of a share's nodes, and what of them has no price."""
    units = share.units
    nodes = (units.floor, units.desired, units.ceiling)
    count = tuple(-(-node // chosen.weight) for node in nodes)
    parts: list[Part] = []
    left_out: list[str] = []
    for disk in pool.disks if pool.role == "nodes" and units.ceiling else ():
        made, missing = volume_parts(disk, (count[0], count[1], count[2]), pool.region, rates)
        parts += made
        left_out += [part.text for part in missing]
    return parts, left_out


@dataclass(frozen=True)
class NotCounted:
    """A part of a disk that has no price, and why."""

    part: str
    reason: str

    @property
    def text(self) -> str:
        """The part and the reason, as displayed."""
        return f"{self.part} not counted: {self.reason}"


def volume_parts(
    disk: Disk, count: Count, region: str | None, rates: Rates
) -> tuple[list[Part], list[NotCounted]]:
    """Return the cost of a number of volumes (floor, declared, ceiling), and what is unpriced."""
    iops, speed = disk.iops or 0.0, disk.mb_per_s or 0.0
    if disk.volume_type == "gp3":
        iops = max(0.0, iops - _free("ebs_gp3_free_iops", rates))
        speed = max(0.0, speed - _free("ebs_gp3_free_mb_per_s", rates))
    wanted: list[tuple[str, str | None, str, float]] = [
        (f"{disk.volume_type} disk", PER_GB.get(disk.volume_type), "GB-month", disk.gb)
    ]
    if iops and disk.volume_type in PER_IOPS:
        wanted.append(("disk IOPS", PER_IOPS[disk.volume_type], "IOPS-month", iops))
    if speed and disk.volume_type == "gp3":
        wanted.append(("disk throughput", "ebs_gp3_usd_per_mb_s_month", "MB/s-month", speed))
    parts: list[Part] = []
    left_out: list[NotCounted] = []
    for name, figure_name, unit, size in wanted:
        figure = rates.figure(figure_name or f"ebs_{disk.volume_type}_usd_per_gb_month")
        if isinstance(figure, str):
            left_out.append(NotCounted(name, figure))
            continue
        bounds = (count[0] * size, count[2] * size)
        elsewhere = region != FIGURES_REGION
        parts.append(part(name, figure, unit, count[1] * size, bounds=bounds, estimate=elsewhere))
    return parts, left_out


def _free(name: str, rates: Rates) -> float:
    """Return the free allowance of a volume; 0 where no figure states one."""
    figure = rates.figure(name)
    return 0.0 if isinstance(figure, str) else figure.value.likely
