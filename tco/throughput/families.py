"""Which models share an architecture, and which model a name that is not known may mean.

Two models share an architecture when every figure of their specs is the same, as Llama 3.1 70B and
3.3 70B or DeepSeek R1 and V3: what was measured on one holds for the other. A name that differs in
its numbers is another model, never a typo: gpt-oss-20b is not offered for gpt-oss-120b.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from operator import attrgetter

from tco.catalog.specs import ModelSpec
from tco.errors import did_you_mean

__all__ = ["same_architecture", "suggested_model", "twins"]

_layout = attrgetter(*({field.name for field in fields(ModelSpec)} - {"model", "source"}))
"""A model's layout: its spec without the name and the source."""


def same_architecture(a: ModelSpec, b: ModelSpec) -> bool:
    """Return whether two models have one layout, so that they run at one speed."""
    return a.has_layout and _layout(a) == _layout(b)


def twins(model: ModelSpec, specs: Mapping[str, ModelSpec]) -> list[str]:
    """Return the other models of the same architecture, by name."""
    return sorted(
        name
        for name, other in specs.items()
        if name != model.model and same_architecture(model, other)
    )


def suggested_model(name: str, known: Iterable[str]) -> str:
    """Return ``Did you mean …?`` for a typo, or an empty text.

    >>> suggested_model("gpt-oss-120b", ["gpt-oss-20b"])
    ''
    >>> suggested_model("gpt-os-20b", ["gpt-oss-20b"])
    'Did you mean gpt-oss-20b?'
    """
    return did_you_mean(name, [other for other in known if _numbers(other) == _numbers(name)])


def _numbers(name: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)*", name)
