"""The limits of the policy pack's gate on GPU resources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tco.catalog.sourced import SourcedValue
from tco.errors import TcoError, one_of
from tco.iac.enforce.incremental import PricedResource
from tco.iac.estimate.nodes import NodePool
from tco.iac.estimate.properties import look, texts
from tco.iac.estimate.rates import Rates
from tco.numbers import usd, usd_price

__all__ = ["OPTIONS", "SCHEMA", "Limits", "exceeded", "read_limits"]

DIGEST: Final = re.compile(r"[0-9a-f]{64}")
OPTIONS: Final = ("on-demand", "spot", "reserved", "capacity-block")
SCHEMA: Final[dict[str, dict[str, Any]]] = {
    "maxUsdPerMonth": {
        "type": "number",
        "description": "Maximum cost per month of the program's resources, in USD.",
    },
    "maxUsdPerGpuHour": {
        "type": "number",
        "description": "Maximum cost of a GPU-hour, in USD.",
    },
    "purchaseOptions": {
        "type": "array",
        "items": {"type": "string"},
        "description": f"Allowed purchase options: {', '.join(OPTIONS)}.",
    },
    "requireVerdict": {
        "type": "string",
        "description": "A stack file (Pulumi.<stack>.yaml) whose gate must be open.",
    },
    "requireDigest": {
        "type": "string",
        "description": "The plan_digest of the reviewed plan that requireVerdict names (SHA-256).",
    },
    "priceBooks": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Price books on top of the catalog, by path.",
    },
}
"""The configuration of `tco-gate`."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits; None for one that is not configured."""

    usd_per_month: float | None
    usd_per_gpu_hour: float | None
    options: frozenset[str] | None
    verdict: str | None
    digest: str | None
    books: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Whether no limit is set, so that no GPU is allowed."""
        return (
            self.usd_per_month is None
            and self.usd_per_gpu_hour is None
            and self.options is None
            and self.verdict is None
        )


def read_limits(config: Mapping[str, Any]) -> Limits:
    """Return the limits of a configuration. Raises TcoError for one that cannot be read."""
    options = _names(config, "purchaseOptions")
    for name in options or ():
        if name not in OPTIONS:
            raise TcoError(
                f'purchaseOptions: "{name}" is not a purchase option. {one_of(name, OPTIONS)}'
            )
    verdict = look(config, "requireVerdict")
    if verdict is not None and (not isinstance(verdict, str) or not verdict):
        raise TcoError("requireVerdict should be the path of a stack file.")
    digest = _digest(config)
    if digest is not None and verdict is None:
        raise TcoError("requireDigest needs requireVerdict, which names the stack file.")
    return Limits(
        usd_per_month=_amount(config, "maxUsdPerMonth"),
        usd_per_gpu_hour=_amount(config, "maxUsdPerGpuHour"),
        options=frozenset(options) if options is not None else None,
        verdict=verdict,
        digest=digest,
        books=tuple(_names(config, "priceBooks") or ()),
    )


def _digest(config: Mapping[str, Any]) -> str | None:
    value = look(config, "requireDigest")
    if value is None:
        return None
    if not isinstance(value, str) or DIGEST.fullmatch(value.lower()) is None:
        raise TcoError(
            "requireDigest should be the plan_digest that `tco gate STACK --format json` prints: "
            "64 hexadecimal digits."
        )
    return value.lower()


def _amount(config: Mapping[str, Any], key: str) -> float | None:
    value = look(config, key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise TcoError(f"{key} should be a number of USD, 0 or more.")
    return float(value)


def _names(config: Mapping[str, Any], key: str) -> list[str] | None:
    if look(config, key) is None:
        return None
    names = [text for text in texts(config, key) if isinstance(text, str)]
    if len(names) != len(texts(config, key)):
        raise TcoError(f"{key} should be a list of strings.")
    return names


def exceeded(seen: PricedResource, limits: Limits, rates: Rates) -> Iterator[str]:
    """Yield why a resource exceeds the limits, one sentence each."""
    most = limits.usd_per_month
    if most is not None and seen.total_usd_per_month > most and seen.most_usd_per_month > 0:
        yield (
            f"with it, the program costs up to {usd(seen.total_usd_per_month)}/month, above "
            f"maxUsdPerMonth {usd(most)}; resources registered before it may exist"
        )
    if seen.pool is not None and seen.gpu:
        yield from _beyond(seen.pool, limits, rates)


def _beyond(pool: NodePool, limits: Limits, rates: Rates) -> Iterator[str]:
    reserved = pool.role == "reservation" or pool.reservations
    for share in pool.shares:
        held = bool(reserved) and share.purchase == "on-demand"
        option = "reserved" if held else share.purchase
        if limits.options is not None and option not in limits.options:
            allowed = ", ".join(sorted(limits.options)) or "none"
            yield f"{option} nodes are not among the purchaseOptions allowed: {allowed}"
        for choice in share.choices if limits.usd_per_gpu_hour is not None else ():
            rate = rates.node(choice.instance, pool.region, share.purchase)
            yield from _too_dear(choice.instance, rate, rates, limits.usd_per_gpu_hour or 0.0)


def _too_dear(instance: str, rate: SourcedValue | str, rates: Rates, most: float) -> Iterator[str]:
    gpus = rates.gpus(instance)
    if isinstance(rate, str) or gpus is None:
        yield f"the cost of a GPU-hour on {instance} is not known"
    elif rate.value.likely / gpus > most:
        yield (
            f"a GPU of {instance} costs {usd_price(rate.value.likely / gpus)} per hour, "
            f"above maxUsdPerGpuHour {usd_price(most)}"
        )
