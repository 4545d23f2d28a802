"""Odd values: numbers, texts and YAML that readers and terminals have stumbled over."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["EMPTY", "FACTORS", "HOSTILE", "LINES", "LISTS", "NUMBERS", "RAW_YAML", "TEXTS"]

NUMBERS: tuple[float, ...] = (
    *(0, -0.0, 1, -1, 0.5, 2, 3, 100, 168, 730, -0.001, 1e-12, 1e-300, 5e-324, 2.2e-308, 1e5),
    *(1e6, 1e9, 1e12, 1e15, 1e16, 1e18, 1e100, 1.7e308, 2**31, 2**53 + 1, 2**63, 10**30),
    *(10**400, math.nan, math.inf, -math.inf, True, False),
)
HOSTILE: tuple[str, ...] = (
    *("\x1b]0;x\x07", "\x1b[31mx", "\u202ex\u202c", "\u2066x", "\x00", "\x07", "\x7f", "\x85"),
    *("\x9b1m", "\u2028", "\ud800", "\udcff", "\ufeff", "\ufffe", "\u200b", "e\u0301"),
    *("\U0001f984", "\u0130", "\uff11\uff12", "##[error]x", "::stop-commands::x"),
    *("  ::set-output name=a::b", "\n::error::x", "\r\n##[x]", "%0A::error::x", "a\tb", "a\nb"),
    *("a\rb", "<!-- tco:plan -->", "<script>", "@team", "`|`", "|", "{{ 7 * 7 }}", "=1+1"),
    *("%s %(x)d {0}", "..", "../secret.yaml", "../secret", "../secret.csv", "/etc/passwd", "~"),
    *(".git", "a/b", "a\\b", "C:x", "CON", "-x", "--help", "stack:one", "stack:"),
)
"""What a terminal, a CI runner, Markdown, a spreadsheet, a path or a command line obeys."""
TEXTS: tuple[str, ...] = (
    *("", " ", "0", "-0", "1e5", "nAn", "-iNf", "iNfInItY", "1_000", "0x10", "1e999", "10%"),
    *("$5", "true", "null", "auto", "none", "load", "2026-11-23", "2026-02-30", "9999-12-31"),
    *("0001-01-01", "x" * 300, "x" * 70_000),
)
EMPTY: tuple[Any, ...] = ([], {}, [None], {"": None}, [[]], None)
LISTS: tuple[object, ...] = (
    *([1, 2, 3], [3, 2, 1], [0, 0, 0], [1, 1, 1], [1, 2], [1, 2, 3, 4], [-1, 0, 1], [0, 1, 1e300]),
    *([5e-324, 1, 2], [math.nan, 1, 2], ["1", "2", "3"], [True, True, True], [1] * 168, [0] * 168),
)
FACTORS = (0, -1, 0.5, 0.999, 1.001, 2, 10, 100, 1e3, 1e6, 1e9, 1e15, 1e-3, 1e-9, 1e-18, 1e-300)
RAW_YAML: tuple[str, ...] = (
    *("010", "0100", "0o17", "0x1F", "0b11", "1:30:00", "1_000", "1__0", "+1", "1e3", ".5"),
    *("5.", ".inf", "-.INF", ".nan", "~", "yes", "on", "NO", "=", "2026-02-30"),
    *("2026-11-23 10:00:00", "!!python/object/apply:os.getcwd []", "!!binary aGk="),
    *("!!float 1", "!!int '1'", "!!set {a}", "!!str 1", "!x 1", "&a [*a]", "*a", "&a 1"),
    *("{<<: {a: 1}}", "{a: 1, a: 2}", '{1: a, "1": b}', '"\\u202e"', '"\\x1b[31m"', '"\\0"'),
    *('"\\uD800"', "? a", "[", "}", "|\n  x", "'", '"', "%x", "@x", "- b", "a: b: c", "\t1"),
    *("# x", "!!timestamp 2026-11-23", "!!null ''", "!!bool yes", "1.0e+400"),
)
"""Values as no one writes them, and as YAML reads them to everybody's surprise."""
LINES: tuple[str, ...] = (
    *("---", "...", "\t", "%TAG ! x", "a: 1", "? ", "- x", "<<: *a", "{", "]", "\ufeff"),
    *("\x00", "#"),
)
