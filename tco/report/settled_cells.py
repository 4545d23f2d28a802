"""Whole numbers of a table whose columns add up, so that its rows add up as well."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

__all__ = ["settled_cells"]

Column = Sequence[float]
Move = tuple[int, int]
"""A column, and the row that gets its dollar."""


def settled_cells(
    exact: Sequence[Column], rounded: Sequence[Sequence[int]], sums: Sequence[int]
) -> list[list[int]]:
    """Return the columns with dollars moved between rows until each row has its sum.

    No column's sum changes, and no cell is a dollar or more from its exact value; a row that
    has no such cells left keeps what it has.

    >>> settled_cells([[0.5, 1.5], [1.5, 0.5]], [[1, 1], [2, 0]], [2, 2])
    [[0, 2], [2, 0]]
    """
    cells = [list(column) for column in rounded]
    stuck: set[int] = set()
    while rows := [row for row in range(len(sums)) if _excess(cells, sums, row) > 0]:
        row = next((row for row in rows if row not in stuck), None)
        if row is None:
            break
        path = _path(exact, cells, sums, row)
        if not path:
            stuck.add(row)
        for column, receiver in path:
            cells[column][row] -= 1
            cells[column][receiver] += 1
            row = receiver
    return cells


def _excess(cells: Sequence[Sequence[int]], sums: Sequence[int], row: int) -> int:
    return sum(column[row] for column in cells) - sums[row]


def _path(
    exact: Sequence[Column], cells: Sequence[Sequence[int]], sums: Sequence[int], start: int
) -> list[Move]:
    """Return the moves that take a dollar from a row to one that lacks it; empty without any."""
    paths: dict[int, list[Move]] = {start: []}
    waiting = deque([start])
    while waiting:
        row = waiting.popleft()
        if _excess(cells, sums, row) < 0:
            return paths[row]
        for column, (values, wholes) in enumerate(zip(exact, cells, strict=True)):
            if wholes[row] <= values[row]:
                continue
            for receiver in range(len(sums)):
                if receiver not in paths and wholes[receiver] < values[receiver]:
                    paths[receiver] = [*paths[row], (column, receiver)]
                    waiting.append(receiver)
    return []
