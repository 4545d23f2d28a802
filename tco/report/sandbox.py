"""A user's template, filled without trusting it: no code, no endless text, one error with its line.

A template may come with a pull request, so it reads the values it is given and nothing else.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable, Sized
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tco.errors import TcoError, printable

__all__ = ["Sandbox", "filled"]

LONGEST_PAGE = 1 << 22
"""Characters that a page may have: some forty times a memo of ten services."""
LARGEST_NUMBER = 10_000
"""Numbers in a template count columns and rows."""


class _TooLarge(Exception):
    """A template asks for what a page cannot hold."""


def _check_size(*values: object) -> None:
    """Raise _TooLarge for a number or a text that only serves to fill the memory."""
    for value in values:
        number = abs(value) if isinstance(value, int | float) else 0
        if number > LARGEST_NUMBER:
            raise _TooLarge(f"the number {value:g} is too large, the limit is {LARGEST_NUMBER:,}")


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function so that it refuses large numbers as arguments."""

    @functools.wraps(function)
    def checked(*args: Any, **options: Any) -> Any:
        _check_size(*args, *options.values())
        return function(*args, **options)

    return checked


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of all templates. ``show`` turns a value into the text of the page."""

    intercepted_binops = frozenset(["*", "**", "%"])

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
        self._length = 0
        for name in ("format", "slice", "batch"):
            del self.filters[name]
        self.filters = {name: _bounded(one) for name, one in self.filters.items()}
        self.globals = {
            name: self.globals[name] for name in ("cycler", "dict", "joiner", "namespace")
        } | {"range": _bounded(range)}

    def _shown(self, value: Any) -> str:
        """Return a value as text. Macros and loops may multiply it, so all of them are counted."""
        if isinstance(value, list | dict | tuple):
            raise _TooLarge("a list cannot be shown as it stands: loop over it or join it")
        self._length += len(value) if isinstance(value, str) else 0
        if self._length > LONGEST_PAGE:
            raise _TooLarge(f"the page has more than {LONGEST_PAGE:,} characters")
        return self._show(value)

    def call(self, context: Any, function: Any, /, *args: Any, **options: Any) -> Any:
        """Return what a function returns that takes no large numbers."""
        _check_size(*args, *options.values())
        return super().call(context, function, *args, **options)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may read an attribute; a format may ask for any width."""
        if isinstance(obj, str) and attr in ("format", "format_map"):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Return the result of ``*``, ``**`` or ``%`` where it stays small."""
        _check_size(left, right)
        if operator == "%" and isinstance(left, str):
            raise _TooLarge("% does not format texts here")
        if operator == "*":
            sizes = [len(one) for one in (left, right) if isinstance(one, Sized)]
            numbers = [one for one in (left, right) if isinstance(one, int)]
            if sizes and numbers:
                _check_size(sizes[0] * numbers[0])
        return super().call_binop(context, operator, left, right)


def filled(environment: jinja2.Environment, text: str, shown: str, values: dict[str, Any]) -> str:
    """Return the page. Raise TcoError, with the file and the line, for anything that goes wrong."""
    try:
        return environment.from_string(text).render(values)
    except jinja2.TemplateSyntaxError as error:
        line, why = error.lineno, error.message or "a syntax error"
    except jinja2.TemplateError as error:
        line, why = _line_of(error), error.message or type(error).__name__
    except RecursionError as error:
        line, why = _line_of(error), "a macro calls itself without end"
    except MemoryError as error:
        line, why = _line_of(error), "more memory is needed than there is"
    except Exception as error:  # a template may do anything that Python refuses
        line, why = _line_of(error), f"{error}" or type(error).__name__
    where = f", line {line}" if line else ""
    raise TcoError(f"{printable(shown)}{where}: {printable(why.rstrip('.'))}.")


def _line_of(error: BaseException) -> int | None:
    """Return the template's line at which an error happened."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == "<template>"]
    return lines[-1] if lines else None
