"""The dataclass of what is made for every resource of a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

__all__ = ["record"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(kind: type[T]) -> type[T]:
    """Return a dataclass with slots that the type checker treats as frozen.

    It is not frozen at run time: that takes most of the time of creating an instance, and a
    program has tens of thousands.
    """
    return dataclass(slots=True, kw_only=True)(kind)
