"""A user's template, rendered without trusting it: no code, no endless work, one error with a line.

A template may come with a pull request, so it reads the values it is given and nothing else. Its
work is charged to one budget: each turn of a loop, each call, each character that it works on.
"""

from __future__ import annotations

import functools
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Sized
from math import prod
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from tco.errors import TcoError, printable

__all__ = ["Sandbox", "filled"]

LONGEST_PAGE = 1 << 22
"""Characters that a page may have: some forty times a memo of ten services."""
LARGEST_NUMBER = 10_000
"""Numbers in a template count columns and rows."""
LARGEST_RESULT = 1 << 26
"""The product of the sizes of what a call is given: no result is longer."""
BUDGET = 1 << 27
"""What a page may cost: seconds, where each character costs 1."""
STEP_COST = 100
CALL_COST = 1_000
"""What the call of a macro or a method costs; it takes as long as ten turns of a loop."""
STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that a terminal obeys; values have none, but a template's own text may."""


class _TooLarge(Exception):
    """A template asks for what a page cannot hold."""


def _check_size(*values: object) -> None:
    """Raise _TooLarge for a number or a text that only serves to fill the memory."""
    for value in values:
        number = abs(value) if isinstance(value, int | float) else 0
        if number > LARGEST_NUMBER:
            raise _TooLarge(f"the number {value:g} is too large, the limit is {LARGEST_NUMBER:,}")


def _sizes(values: Iterable[object]) -> list[int]:
    return [len(value) for value in values if isinstance(value, Sized) and len(value) > 0]


class _Counted(NodeTransformer):
    """Pass what a template loops over, and the texts it joins, through filters that count."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802  jinja2 calls it so
        """Count the turns of a loop."""
        self.generic_visit(node)
        node.iter = _filter(node.iter, "counted")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802  as above
        """Join by a filter, since no sandbox sees `~`."""
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), "join")


def _filter(value: Any, name: str) -> nodes.Filter:
    return nodes.Filter(value, name, [], [], None, None, lineno=value.lineno)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of all templates. ``show`` turns a value into the text of the page."""

    intercepted_binops = frozenset(["*", "**", "%", "+"])

    def __init__(self, show: Callable[[Any], str]) -> None:
        super().__init__(
            undefined=jinja2.StrictUndefined,
            finalize=self._shown,
            autoescape=False,  # Markdown, not HTML: `show` escapes every value
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._show = show
        self._spent = 0
        self._shown_length = 0
        for name in ("format", "slice", "batch"):
            del self.filters[name]
        self.filters = {name: self._bounded(function) for name, function in self.filters.items()}
        self.filters["counted"] = self._counted
        self.globals = {
            name: self.globals[name] for name in ("cycler", "dict", "joiner", "namespace", "range")
        }

    def parse(self, source: str, name: str | None = None, filename: str | None = None) -> Any:
        """Return a template's tree, in which all work is counted."""
        tree = _Counted().visit(super().parse(source, name, filename))
        tree.set_environment(self)
        return tree

    def _bounded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter so that it pays for what it works on."""

        @functools.wraps(function)
        def paid(*args: Any, **options: Any) -> Any:
            self._pay(*args, *options.values())
            result = function(*args, **options)
            self._pay(result)
            return result

        return paid

    def _counted(self, items: Iterable[Any]) -> Iterator[Any]:
        """Yield items, each at its cost."""
        for item in items:
            self._pay()
            yield item

    def _pay(self, *values: object, cost: int = STEP_COST) -> None:
        """Raise _TooLarge for values that are too large, or where the budget is used up."""
        _check_size(*values)
        sizes = _sizes(values)
        if prod(sizes) > LARGEST_RESULT:
            raise _TooLarge(
                f"the strings are too long, {' times '.join(f'{siz:,}' for siz in sizes)}"
            )
        self._spent += cost + sum(sizes)
        if self._spent > BUDGET:
            raise _TooLarge("the template does not finish: it loops or calls too often")

    def _shown(self, value: Any) -> str:
        """Return a value as text. Macros and loops may multiply it, so all of them are counted."""
        if isinstance(value, list | dict | tuple):
            raise _TooLarge("a list cannot be displayed as it is: loop over it or join it")
        self._shown_length += len(value) if isinstance(value, str) else 0
        _check_page(self._shown_length)
        return self._show(value)

    def call(self, context: Any, function: Any, /, *args: Any, **options: Any) -> Any:
        """Return what a function returns, paid for."""
        self._pay(getattr(function, "__self__", None), *args, *options.values(), cost=CALL_COST)
        result = super().call(context, function, *args, **options)
        self._pay(result)
        return result

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may read an attribute; a format may ask for any width."""
        if isinstance(obj, str) and attr in ("format", "format_map"):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Return the result of ``*``, ``**``, ``%`` or ``+`` where it stays small."""
        if operator == "%" and isinstance(left, str):
            raise _TooLarge("% does not format strings here")
        if operator != "+":
            _check_size(left, right)
        if operator == "*":
            numbers = [operand for operand in (left, right) if isinstance(operand, int)]
            _check_size(*(size * number for size in _sizes((left, right)) for number in numbers))
        result = super().call_binop(context, operator, left, right)
        self._pay(*([] if isinstance(result, int | float) else [result]))
        return result


def filled(environment: Sandbox, text: str, shown: str, values: dict[str, Any]) -> str:
    """Return the page. Raise TcoError, with the file and the line, for anything that goes wrong."""
    try:
        template = environment.from_string(environment.parse(text))
        return STEERING.sub(lambda found: ascii(found[0])[1:-1], _page(template.generate(values)))
    except jinja2.TemplateSyntaxError as error:
        line, why = error.lineno, error.message or "a syntax error"
    except jinja2.TemplateError as error:
        line, why = _line_of(error), error.message or type(error).__name__
    except RecursionError as error:
        line, why = _line_of(error), "a macro calls itself without end"
    except MemoryError as error:
        line, why = _line_of(error), "it needs more memory than is allowed"
    except Exception as error:  # a template may do anything that Python refuses
        line, why = _line_of(error), f"{error}" or type(error).__name__
    where = f", line {line}" if line else ""
    raise TcoError(f"{printable(shown)}{where}: {printable(why.rstrip('.'))}.")


def _check_page(length: int) -> None:
    if length > LONGEST_PAGE:
        raise _TooLarge(f"the page has more than {LONGEST_PAGE:,} characters")


def _page(pieces: Iterable[str]) -> str:
    """Return the pieces as one text. Raises _TooLarge for a page beyond the size limit."""
    page: list[str] = []
    length = 0
    for piece in pieces:
        length += len(piece)
        _check_page(length)
        page.append(piece)
    return "".join(page)


def _line_of(error: BaseException) -> int | None:
    """Return the template's line at which an error happened."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == "<template>"]
    return lines[-1] if lines else None
