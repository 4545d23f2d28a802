"""Tables of whole dollars in which rows and columns add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tco.numbers import add_up
from tco.report.settled_cells import settled_cells

AMOUNTS = st.sampled_from([0.0, 0.0, 5.0, 0.25, -0.25, 1234.5, -987.75])


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), min_size=1, max_size=8))
def test_rows_and_columns_add_up(rows: list[tuple[float, ...]]) -> None:
    """Each row has its rounded sum, no column changes its own, and what is whole stays."""
    total = round(sum(map(sum, rows)))
    exact = [list(column) for column in zip(*rows, strict=True)]
    wholes = add_up([sum(column) for column in exact], total)
    rounded = [add_up(column, whole) for column, whole in zip(exact, wholes, strict=True)]
    sums = add_up([sum(row) for row in rows], total)
    cells = settled_cells(exact, rounded, sums)
    assert [sum(column) for column in cells] == wholes
    assert [sum(row) for row in zip(*cells, strict=True)] == sums
    for column, values in zip(cells, exact, strict=True):
        for whole, value in zip(column, values, strict=True):
            assert abs(whole - value) < 1
