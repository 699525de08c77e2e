"""Which nodes of a column are in view, and in which rows: all columns share one grid, so that lines do not collide.

A node takes a row for its name, one for its value and one for its derivative.  As all nodes stand on the grid, the
wires that leave values and the double lines that bring gradients never share a row.
"""

from typing import NamedTuple

_NODE = 3  # rows of a node
_MOST_PITCH = 6


class Grid(NamedTuple):
    """`slots` places for nodes above each other, `pitch` rows apart, the first in row `top`; `height` rows in all."""

    top: int
    pitch: int
    slots: int
    height: int


class Window(NamedTuple):
    """The nodes in view of a column of `size`: from number `first` (from 0) on, one from each of `rows` on.

    `mark` is the row that says how many are out of view; None where none is.
    """

    first: int
    size: int
    rows: tuple[int, ...]
    mark: int | None

    @property
    def hidden(self) -> int:
        """How many nodes are out of view."""
        return self.size - len(self.rows)

    @property
    def hidden_text(self) -> str:
        """``⋮ 3 more``; empty where all are in view."""
        return f"⋮ {self.hidden} more" if self.hidden else ""


def grid_for(tallest: int, height: int) -> Grid:
    """The grid for columns of up to `tallest` nodes in `height` rows (at least 6)."""
    least = _NODE + 1 if height > 2 * _NODE else _NODE  # a row of air, or for a bias, where there is room for it
    if tallest * least > height + 1:
        return Grid(0, least, (height + 1) // least, height)
    pitch = min(_MOST_PITCH, max(least, (height + 1) // tallest))
    top = (height + 1 - tallest * pitch) // 2
    if height >= tallest * pitch:
        top = min(top, height - tallest * pitch)  # a row for the last bias, too
    return Grid(top, pitch, tallest, height)


def window_over(size: int, at: int, grid: Grid, *, with_bias: bool) -> Window:
    """The nodes in view of a column of `size` around number `at` (from 1); `with_bias` asks for a row below each.

    The bias of the last may stand above it where there is no row below, as long as the grid has air.
    """
    tight = grid.pitch == _NODE
    if size <= grid.slots and not (tight and with_bias and size > 1):
        step = max(1, grid.slots // size)
        first = (grid.slots - (size - 1) * step - 1) // 2
        return Window(0, size, tuple(grid.top + (first + index * step) * grid.pitch for index in range(size)), None)
    shown = 1 if tight else max(1, grid.height // grid.pitch)
    rows = tuple(grid.top + index * grid.pitch for index in range(shown))
    below = rows[-1] + _NODE
    mark = below + 1 if below + 1 < grid.height else below
    return Window(min((at - 1) // shown * shown, size - shown), size, rows, mark)


UNIT = _NODE + 1
"""Rows from one weight to the next where each rides on a wire of its own: name, value, derivative and a row of air."""


def apart(sizes: tuple[int, ...], height: int) -> tuple[tuple[Window, bool], ...]:
    """For columns of `sizes` nodes, each fully connected to the next, rows in which weights have wires of their own.

    With each column comes whether the wires that leave it are drawn one by one: where there is room for all of them.
    Empty where there is room for none.  Neighbouring columns stand two rows off each other's grid, so that what
    leaves a bus never meets what enters it in one row.
    """
    found = []
    for index, size in enumerate(sizes):
        following = sizes[index + 1] if index + 1 < len(sizes) else 1
        single = following > 1 and size * following * UNIT <= height
        pitch = UNIT * (following if single else max(1, min(2, height // (UNIT * size))))
        used = (size - 1) * pitch + (following if single else 1) * UNIT
        shift = 2 * (index % 2)
        top = (max(0, height + 1 - used) // 2 - shift) // UNIT * UNIT + shift
        if top < 0 or top + used > height + 1:
            return ()
        rows = tuple(top + place * pitch for place in range(size))
        found.append((Window(0, size, rows, None), single))
    return tuple(found) if any(single for _, single in found) else ()
