"""The catalog's figures as lists: what they are, where they come from, how old they are."""

from __future__ import annotations

import json

from tco.documents.figure_value import (
    Amount,
    BenchmarkReach,
    ContractTerms,
    NodeHour,
    ScoreValue,
    TokenPrices,
)
from tco.documents.prices import FigurePart, PricesCheckDocument, PricesDocument
from tco.numbers import grouped, plain, usd
from tco.ranges import Range
from tco.report.layout import WIDTH, cell_lines, wrapped

__all__ = [
    "check_text",
    "figures_in_full",
    "figures_text",
]

AGE, VALUE = 9, 25
"""Columns of an age with its space, and of a value that stands beside its name."""
INDENT = 5


def _range(value: Range) -> str:
    return (
        plain(value.likely, 6)
        if value.is_point
        else f"{plain(value.low)} / {plain(value.likely)} / {plain(value.high)}"
    )


def _value(figure: FigurePart) -> str:
    """Return what a figure says; empty for one that only names things."""
    text = ""
    match figure.facts.value:
        case None:
            pass
        case NodeHour() as price:
            text = _node_value(price)
        case Amount(value, unit):
            text = f"{_range(value)} {unit}"
        case TokenPrices(prices):
            texts = (f"{name} {_range(price)}" for name, price in prices.items())
            text = f"{', '.join(texts)} USD/Mtok"
        case BenchmarkReach(output_tok_s, points, kind):
            text = f"up to {plain(output_tok_s)} tok/s ({points} points, {kind})"
        case ScoreValue(percent, samples):
            text = f"{plain(percent)}%, {grouped(samples)} samples"
        case ContractTerms() as terms:
            text = _terms(terms)
    return text


def _terms(terms: ContractTerms) -> str:
    """Return what a contract takes off and bills at least, and its last day."""
    texts = [f"{terms.percent_off:g}% off"] if terms.percent_off is not None else []
    texts += [f"{percent:g}% off above {usd(above)}" for above, percent in terms.tiers]
    if terms.committed_usd_per_month is not None:
        texts.append(f"{usd(terms.committed_usd_per_month)} per month committed")
    until = f" until {terms.until}" if terms.until is not None else ""
    return f"{', '.join(texts)}{until}"


def _node_value(price: NodeHour) -> str:
    """Return a node's price; with an upfront, that and what an hour then costs all in all."""
    hourly, upfront = price.usd_per_hour, price.upfront_usd
    if upfront is None or upfront.high == 0 or price.term is None:
        return f"{_range(hourly)} USD/h"
    running = f", {_range(hourly)} USD/h" if hourly.high > 0 else ""
    effective = plain(price.effective_usd_per_hour, 4)
    return f"{_range(upfront)} USD upfront per {price.term}{running}: {effective} USD/h effective"


def _age(age_days: int | None) -> str:
    return "undated" if age_days is None else f"{age_days} d"


def figures_text(document: PricesDocument, width: int = WIDTH) -> str:
    """Return one line per figure: name, value, age; an estimate is marked."""
    names, values = width - VALUE - AGE - 2, width - AGE - INDENT - 1
    lines: list[str] = []
    figures = document.figures
    for figure in figures:
        facts, value = figure.facts, _value(figure)
        mark = "*" if facts.is_packaged else "~" if facts.is_estimate else " "
        age = f"{_age(figure.age_days):>{AGE}}"
        if len(figure.name) <= names and len(value) <= VALUE:
            lines.append(f"{figure.name:<{names}}{mark}{value:>{VALUE}}{age}")
        else:
            lines += wrapped(figure.name, width=width - 1)
            *before, last = cell_lines(value, values)
            lines += [f"{'':{INDENT}}{part:>{values}}" for part in before]
            lines.append(f"{mark:>{INDENT}}{last:>{values}}{age}")
    packages = dict.fromkeys(figure.book for figure in figures if figure.facts.is_packaged)
    marks = ["~ estimate", *(f"* not in the catalog, from {name}" for name in packages)]
    lines += wrapped("; ".join([_count(len(figures)), *marks]), width=width)
    return "\n".join(lines) + "\n"


def _count(figures: int) -> str:
    return f"{figures:,} figure{'' if figures == 1 else 's'}"


def figures_in_full(document: PricesDocument, width: int = WIDTH) -> str:
    """Return every field of every figure."""
    blocks: list[str] = []
    for figure in document.figures:
        lines = [figure.name]
        for key, value in figure.facts.stated.items():
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            lines += wrapped(f"{key}: {shown}", "  ", width=width)
        lines.append(f"  age: {_age(figure.age_days)}   book: {figure.book}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def check_text(document: PricesCheckDocument, max_age: int, width: int = WIDTH) -> str:
    """Return the outcome of a check; old figures are older than ``max_age`` days."""
    lines = [
        line for fault in document.faults for line in wrapped(f"{fault.file}: {fault}", width=width)
    ]
    if document.old:
        lines.append(f"Older than {max_age} days:")
        for figure in document.old:
            text = f"  {_age(figure.age_days):>8}  {figure.name}"
            lines += wrapped(text, hang=" " * 14, width=width)
    odd = document.implausible_measurements
    lines.append(f"{document.measurements:,} measurements of throughput, {odd} implausible")
    count = len(document.faults)
    faults = f"{count} fault{'' if count == 1 else 's'}"
    lines.append(f"{_count(document.figures)}, {faults}, {len(document.old)} old")
    return "\n".join(lines) + "\n"
