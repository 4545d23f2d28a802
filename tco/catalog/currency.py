"""The currency of a price book: its amounts are converted to USD when the book is read.

A key with ``usd`` in its name holds USD. In a book in EUR the same keys have ``eur`` there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from tco.catalog.fields import Day, Name, day_of
from tco.catalog.price_fields import MONEY_FIELDS
from tco.errors import Problem
from tco.files import Strict, as_list, as_mapping

__all__ = ["Conversion", "Currency", "as_written", "written_in"]

USD = re.compile(r"(?<![a-z])usd(?![a-z])")
MOST_NAMED = 3


def _one_rate(value: Any) -> Any:
    if isinstance(value, list):
        raise ValueError(
            "must be one number: a range here would apply to every price. Write usd: 1.10, "
            "and put the ranges into the prices."
        )
    return value


def _code(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise ValueError(f"{value} is not a currency. Write its three letters, such as EUR.")
    return value


class Currency(Strict):
    """The currency a book is written in, and what one unit of it is worth."""

    code: Annotated[Name, AfterValidator(_code)]
    usd: Annotated[float, Field(strict=True, gt=0), BeforeValidator(_one_rate)]
    source: Name
    as_of: Day

    @model_validator(mode="after")
    def _one_dollar(self) -> Self:
        if self.code == "USD" and self.usd != 1:
            raise ValueError(f"code USD with usd: {self.usd:g} is contradictory. Remove usd.")
        return self


def written_in(key: str, code: str) -> str:
    """Return the name of a key of money in a book in a currency.

    >>> written_in("upfront_usd", "EUR"), written_in("usd_per_hour", "EUR")
    ('upfront_eur', 'eur_per_hour')
    """
    return USD.sub(code.lower(), key)


def as_written(problem: Problem, book: Mapping[str, Any]) -> Problem:
    """Return a problem with the keys of money as the book names them."""
    currency = as_mapping(book.get("currency")) or {}
    code = currency.get("code")
    if not isinstance(code, str) or problem.path.startswith("currency") or not problem.path:
        return problem

    def named(text: str) -> str:
        return re.sub(r"\b\w*usd\w*\b", lambda key: _named(key.group(), code), text)

    return replace(
        problem,
        path=named(problem.path),
        message=named(problem.message),
        hint=named(problem.hint),
    )


def _named(key: str, code: str) -> str:
    return written_in(key, code) if key in MONEY_FIELDS else key


@dataclass(kw_only=True)
class Conversion:
    """How the amounts of a book become USD, and the keys in it that are in USD already."""

    code: str = "USD"
    rate: float = 1.0
    source: str = ""
    as_of: Any = None
    is_confidential: bool = False
    dollars: list[str] = field(default_factory=list[str])

    @classmethod
    def of(cls, book: Mapping[str, Any]) -> Self:
        """Return the conversion of a book; a faulty rate is reported by its own field."""
        currency = as_mapping(book.get("currency")) or {}
        rate, code = currency.get("usd"), currency.get("code")
        is_rate = isinstance(rate, int | float) and not isinstance(rate, bool) and rate > 0
        return cls(
            code=code if isinstance(code, str) else "USD",
            rate=float(rate) if is_rate and rate is not None else 1.0,
            source=str(currency.get("source") or ""),
            as_of=currency.get("as_of"),
            is_confidential=book.get("confidential") is True,
        )

    def in_usd(self, row: dict[str, Any], path: str) -> dict[str, Any]:
        """Return a row in USD. It is as old as the older of its own day and the rate's."""
        if self.code == "USD":
            return row
        made = self._converted(row, path)
        if not MONEY_FIELDS & made.keys():
            return made
        if made.get("source") and self.source:
            made["source"] = f"{made['source']}; {self._rate_text}"
        if made.get("as_of"):
            made["as_of"] = _older(made["as_of"], self.as_of)
        return made

    @property
    def _rate_text(self) -> str:
        """The part of a source about the exchange rate; without its value if confidential."""
        if self.is_confidential:
            return f"{self.code}: {self.source}"
        return f"{self.code} at {self.rate:g} USD on {self.as_of}: {self.source}"

    def _converted(self, value: Any, path: str) -> Any:
        """Return a row, its tiers and its peak hours with their keys and amounts in USD."""
        rows, fields = as_list(value), as_mapping(value)
        if rows is not None:
            return [self._converted(row, f"{path}[{index}]") for index, row in enumerate(rows)]
        if fields is None:
            return value
        made: dict[str, Any] = {}
        for key, inner in fields.items():
            name = self._usd_key(key)
            if name is not None:
                made[name] = _times(inner, self.rate)
                continue
            if key in MONEY_FIELDS and inner is not None:
                self.dollars.append(f"{path}.{key}")
            made[key] = self._converted(inner, f"{path}.{key}")
        return made

    def _usd_key(self, key: str) -> str | None:
        """Return the key of money that a key of the book stands for, or None."""
        token = re.compile(rf"(?<![a-z]){re.escape(self.code.lower())}(?![a-z])")
        name = token.sub("usd", key)
        return name if name in MONEY_FIELDS and written_in(name, self.code) == key else None

    def refuse_dollars(self) -> None:
        """Raise ValueError where a book in another currency has amounts in USD."""
        if not self.dollars:
            return
        named, left = ", ".join(self.dollars[:MOST_NAMED]), len(self.dollars) - MOST_NAMED
        more = f" and {left} more" if left > 0 else ""
        meant = written_in(self.dollars[0].rpartition(".")[2], self.code)
        raise ValueError(
            f"{named}{more}: a key named usd holds USD, and the book is in {self.code}. Write "
            f"{meant}, or put prices in USD into a book without currency."
        )


def _older(a: Any, b: Any) -> Any:
    """Return the older of two days.

    The first where one of them is none, for its field to refuse.
    """
    try:
        return min(a, b, key=day_of)
    except ValueError:
        return a


def _times(value: Any, rate: float) -> Any:
    bounds = as_list(value)
    if bounds is not None:
        return [_times(bound, rate) for bound in bounds]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value * rate
    return value
