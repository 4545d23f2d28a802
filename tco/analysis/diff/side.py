"""The stacks of a folder before or after a change, evaluated at their own prices or the other's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from tco.analysis.diff.changes import PRICING_DAY
from tco.analysis.evaluate import evaluate
from tco.analysis.evaluation import Evaluation
from tco.costing.stack import StackModel
from tco.defaults import SCENARIOS, SEED
from tco.errors import BadInput
from tco.links import Unreadable
from tco.natural_order import natural
from tco.plan.stack_file import StackFile, read_stack
from tco.plan.stack_names import listed_stacks, stack_name

__all__ = ["EvaluationSettings", "Side"]


@dataclass(frozen=True)
class EvaluationSettings:
    """Options of every evaluation: the day that counts as today, the scenarios."""

    today: dt.date
    scenarios: int = SCENARIOS
    seed: int = SEED


class Side:
    """The stacks of a folder at one moment, with what resolves them there.

    ``resolve`` looks a stack file up in the catalog of that moment, whose version is
    ``catalog_version``.
    """

    def __init__(
        self,
        folder: Path,
        resolve: Callable[[StackFile], StackModel],
        catalog_version: str,
        asked: EvaluationSettings,
        unreadable: Mapping[str, Unreadable] | None = None,
    ) -> None:
        self.folder = folder
        self.unreadable = unreadable or {}
        self.resolve = resolve
        self.catalog_version = catalog_version
        self.asked = asked
        self._files: dict[str, StackFile | BadInput] = {}

    @cached_property
    def names(self) -> list[str]:
        """The stacks of the folder; none where the folder is missing or holds none."""
        found = listed_stacks(self.folder) if self.folder.is_dir() else []
        refused = (name for file in self.unreadable if (name := stack_name(file)))
        return sorted({*found, *refused}, key=natural)

    def file(self, name: str) -> StackFile:
        """Return a stack file, read once. Raises BadInput."""
        if name not in self._files:
            try:
                self._files[name] = read_stack(self.folder, name, self.unreadable)
            except BadInput as error:
                self._files[name] = error
        found = self._files[name]
        if isinstance(found, BadInput):
            raise found
        return found

    def evaluation(self, name: str) -> Evaluation:
        """Return the evaluation of a stack of this side. Raises BadInput."""
        return self._evaluate(self._model(name, None, name))

    def evaluation_at(
        self, prices: Side, name: str, priced_as: str, *, with_books: bool = False
    ) -> Evaluation:
        """Return a stack of this side at the market of another side's stack. Raises BadInput.

        ``with_books`` takes the price books of that stack as well.
        """
        return self._evaluate(self._model(name, prices, priced_as, with_books=with_books))

    def _evaluate(self, stack: StackModel) -> Evaluation:
        asked = self.asked
        return evaluate(stack, asked.today, asked.scenarios, asked.seed)

    def _model(
        self, name: str, prices: Side | None, priced_as: str, *, with_books: bool = False
    ) -> StackModel:
        source = self._priced(name, prices, priced_as)
        if prices is not None and with_books:
            theirs = prices.file(priced_as)
            listed = {"prices": theirs.plan.prices}
            plan = source.plan.model_copy(update=listed)
            source = replace(source, plan=plan, books=theirs.books)

        def read_other(stack: str) -> StackFile:
            return self._priced(stack, prices, stack)

        return (prices or self).resolve(replace(source, read_other=read_other))

    def _priced(self, name: str, prices: Side | None, priced_as: str) -> StackFile:
        source = self.file(name)
        if prices is None or priced_as not in prices.names:
            return source
        day = {PRICING_DAY: prices.file(priced_as).plan.pricing_day}
        return replace(source, plan=source.plan.model_copy(update=day))
