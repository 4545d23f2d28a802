"""What the estimator was not validated for: a replica with an obstacle is never estimated.

Long prompts, disaggregated serving, wide replicas without NVLink, weights that do not fit or barely
do (METHOD, Throughput).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tco.throughput.estimator import ESTIMATED_CONCURRENCY
from tco.throughput.memory_fit import memory_fit
from tco.throughput.need import Need
from tco.throughput.replica import Replica

__all__ = ["Obstacle", "obstacles"]

LONGEST_PROMPT, LONGEST_CONTEXT = 12_000, 16_000
"""Tokens above which the estimator is not used: measured runs are 0.27-0.65 of it."""
WIDEST_WITHOUT_FABRIC = 2
"""GPUs that share a model over PCIe; wider replicas were almost never measured."""


class Obstacle(NamedTuple):
    """Why a replica is not estimated; ``is_memory`` where more GPUs would remove it."""

    message: str
    is_memory: bool = False


def obstacles(need: Need, replica: Replica) -> list[Obstacle]:
    """Return why a replica is not estimated for a plan; nothing where it is."""
    return [*_memory(need, replica), *_outside_validation(need, replica)]


def _memory(need: Need, replica: Replica) -> Iterator[Obstacle]:
    fit = memory_fit(replica, need.shape.context)
    where = f"{replica.gpus} x {replica.gpu.gpu} at {replica.precision}"
    if not fit.runs:
        sizes = f"{fit.weights_gb:,.0f} GB of weights do not fit {fit.memory_gb:,.0f} GB"
        yield Obstacle(f"{where}: {sizes}", is_memory=True)
    elif fit.sequences < ESTIMATED_CONCURRENCY[0]:
        text = f"{where}: the memory holds fewer than 3 requests of this length"
        yield Obstacle(text, is_memory=True)
    elif fit.is_tight:
        yield Obstacle(f"{where}: the weights leave less than 10% of the memory", is_memory=True)


def _outside_validation(need: Need, replica: Replica) -> Iterator[Obstacle]:
    if need.pins.mode == "disaggregated":
        yield Obstacle("disaggregated serving is not estimated")
    if need.pins.speculative != "none":
        yield Obstacle("speculative decoding is not estimated")
    if need.shape.input > LONGEST_PROMPT or need.shape.context > LONGEST_CONTEXT:
        yield Obstacle(
            f"prompts above {LONGEST_PROMPT:,} tokens and contexts above {LONGEST_CONTEXT:,} "
            "are not estimated"
        )
    if not replica.gpu.has_fabric and replica.gpus > WIDEST_WITHOUT_FABRIC:
        yield Obstacle(
            f"more than {WIDEST_WITHOUT_FABRIC} x {replica.gpu.gpu} in one replica, without "
            "NVLink, are not estimated"
        )
