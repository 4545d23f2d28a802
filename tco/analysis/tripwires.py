"""Tripwires: values of metrics and prices at which the answer of a plan would change.

They are the break-even values against the alternative that decides, each beside its value today.
A value above today's is crossed upward, one below it downward.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tco.analysis.breakeven.thresholds import Threshold
from tco.analysis.decision.alternative_result import AlternativeResult
from tco.analysis.evaluation import Evaluation
from tco.arrays import monthly_rate
from tco.costing.api_rate import ApiRate
from tco.costing.pool_model import PoolModel
from tco.costing.stack import StackModel
from tco.scenario import BASE_CASE

__all__ = ["NoTripwires", "Tripwire", "TripwireKind", "TripwireStatus", "Tripwires", "tripwires"]

TripwireKind = Literal[
    "utilization", "usd_per_gpu_hour", "node_price", "api_price_factor", "api_price", "volume"
]
TripwireStatus = Literal["at", "never", "not-reached", "none", "unknown"]
"""``at`` a value; ``never``: no value changes the answer; ``not-reached`` as far as was looked;
``none``: there is nothing of the kind; ``unknown``: something has no price."""
NoTripwires = Literal["unpriced", "no-alternative", "constrained"]
"""Why there are none: a missing price, nothing to compare with, or a requirement that decides."""
Direction = Literal["above", "below"]
SAME_RTOL = 1e-9


@dataclass(frozen=True, kw_only=True)
class Tripwire:
    """One value to watch: what it is now, and above or below which value the answer changes.

    ``subject`` is the pool, the API or the alternative that it is about. A volume is compared over
    the month of the pricing day, all else over the horizon.
    """

    kind: TripwireKind
    subject: str
    status: TripwireStatus
    now: float | None
    threshold: float | None = None
    direction: Direction | None = None
    label: str = ""
    """The node or the unit of what the subject sells, as people read it."""
    at_capacity: bool = False
    """Whether the threshold is where the fleet is full, not where the two sides cost the same."""
    confidential: bool = False
    """Whether a confidential book holds the price."""


@dataclass(frozen=True, kw_only=True)
class Tripwires:
    """The tripwires of one plan against the alternative that decides."""

    against: str | None
    self_hosting_wins: bool | None
    """Whether self-hosting costs less over the horizon today; None where that is not known."""
    wires: tuple[Tripwire, ...]
    none_because: NoTripwires | None


def tripwires(result: Evaluation) -> Tripwires:
    """Return the tripwires of an evaluated plan."""
    rival, saving = result.rival, result.verdict.saving_npv_usd
    why: NoTripwires | None = None
    if result.unpriced:
        why = "unpriced"
    elif rival is None:
        why = "no-alternative"
    elif result.verdict.decision == "CONSTRAINED":
        why = "constrained"
    if why or rival is None:
        return Tripwires(
            against=result.verdict.against, self_hosting_wins=None, wires=(), none_because=why
        )
    limits = rival.thresholds
    factor = limits.api_price_factor
    wires = (
        _wire("utilization", "", limits.utilization, result.utilization),
        *_rents(result, limits.usd_per_gpu_hour),
        _wire("api_price_factor", rival.name, factor, 1.0),
        *_api_prices(rival, factor),
        *_volumes(result, rival),
    )
    return Tripwires(
        against=rival.name,
        self_hosting_wins=None if saving is None else saving > 0,
        wires=wires,
        none_because=None,
    )


def _wire(
    kind: TripwireKind,
    subject: str,
    threshold: Threshold,
    now: float | None,
    *,
    label: str = "",
    confidential: bool = False,
) -> Tripwire:
    """Return a threshold beside the value of today."""
    value = threshold.value
    status: TripwireStatus
    if threshold.status == "at" and value is not None:
        status = "at"
    elif threshold.status in ("always", "never"):
        status = "never"
    else:
        status = "unknown" if threshold.status == "unknown" else "none"
    return Tripwire(
        kind=kind,
        subject=subject,
        status=status,
        now=now,
        threshold=value if status == "at" else None,
        direction=_direction(now, value) if status == "at" else None,
        label=label,
        confidential=confidential,
    )


def _direction(now: float | None, threshold: float | None) -> Direction | None:
    if now is None or threshold is None:
        return None
    return "below" if threshold <= now else "above"


def _rents(result: Evaluation, threshold: Threshold) -> Iterator[Tripwire]:
    """Yield the mean GPU-hour of the rented nodes, and the price of each pool's node.

    The prices of all rented nodes move together: each has the factor of the mean, so one that is
    shown would give a confidential one away.
    """
    mean = result.own.usd_per_gpu_hour
    pools = {pool.name: pool for _, _, _, pool in result.stack.pools()}
    rented = [pool for pool in pools.values() if pool.supply.option != "owned"]
    secret = any(pool.supply.confidential for pool in rented)
    yield _wire("usd_per_gpu_hour", "", threshold, mean or None, confidential=secret)
    if not mean:
        return
    for pool in rented:
        now = _usd_per_node_hour(result.stack, pool)
        yield _wire(
            "node_price",
            pool.name,
            _times(threshold, now / mean),
            now,
            label=pool.supply.label,
            confidential=secret,
        )


def _usd_per_node_hour(stack: StackModel, pool: PoolModel) -> float:
    """Return what a node of a pool costs per hour: a spot node its price, others all-in."""
    if pool.supply.spot is not None:
        return float(pool.supply.rate.value.likely)
    rate = monthly_rate(stack.discount_rate.value.likely)
    return float(pool.supply.effective_usd_per_hour(BASE_CASE, rate))


def _times(threshold: Threshold, unit: float) -> Threshold:
    value = None if threshold.value is None else threshold.value * unit
    return Threshold(threshold.status, value)


def _api_prices(rival: AlternativeResult, factor: Threshold) -> Iterator[Tripwire]:
    """Yield the output price, or the price of a provisioned unit, of each of the rival's APIs."""
    apis = {rate.api: rate for rate in rival.alternative.rates if rate is not None}
    for api, rate in apis.items():
        now, label = _price(rate)
        yield _wire(
            "api_price",
            api,
            _times(factor, now),
            now,
            label=label,
            confidential=rate.confidential,
        )


def _price(rate: ApiRate) -> tuple[float, str]:
    """Return the price by which an API is known, and what it buys."""
    if rate.provisioned is not None:
        row = rate.provisioned.row
        return row.usd_per_unit_hour.likely * rate.factor, f"{row.unit}-hour"
    return rate.row.output_usd_per_mtok.likely * rate.factor, "1M output"


def _volumes(result: Evaluation, rival: AlternativeResult) -> Iterator[Tripwire]:
    """Yield the next volume below and above today's at which the cheaper side changes."""
    now, wins = result.stack.mtok_per_month, rival.wins_mtok_per_month
    full, end = result.scan.capacity_mtok, result.scan.ceiling_mtok
    edges = _edges(wins, end if full is None else None)
    below = max((edge for edge in edges if edge <= now), default=None)
    above = min((edge for edge in edges if edge > now), default=None)
    if below is None and above is None:
        never = bool(wins) or full is not None
        status: TripwireStatus = "never" if never else "not-reached"
        yield Tripwire(kind="volume", subject=rival.name, status=status, now=now)
    for edge in (below, above):
        if edge is not None:
            yield Tripwire(
                kind="volume",
                subject=rival.name,
                status="at",
                now=now,
                threshold=edge,
                direction=_direction(now, edge),
                at_capacity=full is not None and abs(edge - full) <= SAME_RTOL * full,
            )


def _edges(wins: Sequence[tuple[float, float | None]], end: float | None) -> list[float]:
    """Return the ends of the intervals, without 0 and without the end of what was looked at."""
    ends = [edge for interval in wins for edge in interval if edge]
    return [edge for edge in ends if end is None or edge < end * (1 - SAME_RTOL)]
