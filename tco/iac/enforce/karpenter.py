"""Whether a Karpenter node pool may start nodes with GPUs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tco.iac.estimate.accelerators import FAMILIES, may_be_accelerated
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.properties import UNKNOWN, Unknown, each, is_mapping, look, text, texts
from tco.iac.estimate.rates import Rates

__all__ = ["why_gpus"]

ACCELERATOR: Final = re.compile(r"(?:gpu|accelerator)(?=-)")
TYPES: Final = re.compile(r"/(?:instance-type|instance-family|instance-category|sku-\w+)$")
GPU_LIMIT: Final = re.compile(r"gpu|neuron|accelerator")
NO_ACCELERATORS: Final = frozenset({"gpu", "accelerator"})
UNLIMITED: Final = (
    "its requirements do not limit it to instance types without GPUs: name types, families or "
    "categories (operator In)"
)
HIDDEN: Final = "its requirements are not known yet"


def why_gpus(pool: Resource, rates: Rates) -> str:
    """Return why a node pool may start GPUs; empty where its requirements rule them out."""
    limited = _limits(pool)
    if limited:
        return limited
    nested = look(pool.inputs, "spec", "template", "spec") is not None
    path = ("spec", "template", "spec") if nested else ("spec",)
    safe, excluded = False, set[str]()
    for requirement in each(pool.inputs, *path, "requirements"):
        if isinstance(requirement, Unknown):
            return HIDDEN
        key, operator = text(requirement, "key"), text(requirement, "operator")
        values = texts(requirement, "values")
        if not isinstance(key, str) or not isinstance(operator, str) or UNKNOWN in values:
            return HIDDEN
        names = [value for value in values if isinstance(value, str)]
        why = _asks_for_gpus(key, operator, names, rates)
        if why:
            return why
        found = ACCELERATOR.search(key)
        excluded |= {found[0]} if found else set()
        safe = safe or _rules_out_gpus(key, operator, names)
    return "" if safe or excluded >= NO_ACCELERATORS else UNLIMITED


def _limits(pool: Resource) -> str:
    limits = look(pool.inputs, "spec", "limits")
    if limits is UNKNOWN:
        return HIDDEN
    for name in limits if is_mapping(limits) else ():
        if GPU_LIMIT.search(name) and look(pool.inputs, "spec", "limits", name) not in (0, "0"):
            return f"its limits allow {name}"
    return ""


def _asks_for_gpus(key: str, operator: str, names: Sequence[str], rates: Rates) -> str:
    if ACCELERATOR.search(key) and operator != "DoesNotExist":
        return f"it requires {key}"
    if TYPES.search(key) and operator == "In":
        gpus = [name for name in names if _has_gpus(name, rates)]
        return f"it may start {gpus[0]}" if gpus else ""
    return ""


def _rules_out_gpus(key: str, operator: str, names: Sequence[str]) -> bool:
    """Return whether a requirement that asks for no GPUs leaves none either."""
    if operator == "NotIn" and key.endswith("/instance-category"):
        return set(FAMILIES) <= set(names)
    return operator == "In" and TYPES.search(key) is not None


def _has_gpus(name: str, rates: Rates) -> bool:
    """Return whether a type, a family or a category of AWS or Azure has accelerators."""
    azure = re.fullmatch(r"(?:standard_)?n[cdgpv]?\w*", name.lower()) is not None
    return name in FAMILIES or azure or may_be_accelerated(name, rates)
