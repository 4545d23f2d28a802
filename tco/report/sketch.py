"""The cost curves as a text sketch: cost per month against volume, your volume marked."""

from __future__ import annotations

import numpy as np

from tco.arrays import FloatArray
from tco.documents.memo import MemoDocument
from tco.numbers import tokens, usd
from tco.report.shown_alternatives import shown_alternatives

__all__ = ["sketch"]

COLUMNS = 60
ROWS = 14
LETTERS = "abcdef"


def sketch(document: MemoDocument) -> str:
    """Cost per month of the stack (#) and of its alternatives (a, b, …) against the volume."""
    stack, curve = document.stack, document.curve
    own_volume = stack.mtok_per_month
    shown, _ = shown_alternatives(stack)
    if stack.scan.capacity_mtok_per_month == 0:
        return "No chart: a service of this stack has no nodes to serve it."
    wins = [
        low
        for alternative in shown
        for low, _ in alternative.break_even.wins_mtok_per_month[:1]
        if low > own_volume
    ]
    reach = min(curve.mtok_per_month[-1], max([2 * own_volume, *(1.25 * low for low in wins[:1])]))
    volumes = np.linspace(reach / COLUMNS, reach, COLUMNS)
    own = np.interp(volumes, curve.mtok_per_month, curve.usd_per_month)
    priced = [
        alternative
        for alternative in shown
        if alternative.usd_per_month and alternative.kind == "api"
    ]
    rivals = [
        (alternative.usd_per_month or 0.0) / own_volume * volumes
        for alternative in priced[: len(LETTERS)]
    ]
    top = float(max(own.max(), *(np.minimum(their, 2 * own.max()).max() for their in rivals), 1.0))
    grid = [[" "] * COLUMNS for _ in range(ROWS)]
    here = int(np.argmin(np.abs(volumes - own_volume)))
    for row in grid:
        row[here] = ":"
    for letter, curve in zip(LETTERS, rivals, strict=False):
        _draw(grid, curve, top, letter)
    _draw(grid, own, top, "#")
    marks = {0: usd(top), ROWS // 2: usd(top / 2)}
    lines = [f"{marks.get(index, ''):>12} |{''.join(row)}" for index, row in enumerate(grid)]
    lines.append(f"{'$0':>12} +{'-' * COLUMNS}")
    lines.append(f"{'':>13} {_axis(here, own_volume, reach)}")
    lines.append(f"{'':>14}# {stack.stack}")
    lines += [
        f"{'':>14}{letter} {alternative.name}"
        for letter, alternative in zip(LETTERS, priced, strict=False)
    ]
    return "\n".join(line.rstrip() for line in lines)


def _draw(grid: list[list[str]], curve: FloatArray, top: float, mark: str) -> None:
    for column, value in enumerate(curve):
        row = ROWS - 1 - int(value / top * (ROWS - 1) + 0.5)
        if 0 <= row < ROWS:
            grid[row][column] = mark


def _axis(here: int, volume: float, reach: float) -> str:
    """Labels under the volume: yours, and the right end."""
    end = f"{tokens(reach)} tokens/month"
    yours = f"^ {tokens(volume)}"
    text = " " * here + yours
    return f"{text:<{COLUMNS - len(end)}}{end}" if len(text) < COLUMNS - len(end) - 1 else text
