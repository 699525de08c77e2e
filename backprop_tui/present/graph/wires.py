"""Lines that meet: horizontal and vertical strokes whose crossings get the right box-drawing character."""

from backprop_tui.present.canvas import Canvas, Style

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8

LIGHT = " │││─┘┐┤─└┌├─┴┬┼"
"""Light characters, indexed by the directions (up 1, down 2, left 4, right 8) in which a cell is connected."""

DOUBLE = " ║║║═╝╗╣═╚╔╠═╩╦╬"
"""Likewise for double lines."""

_CROSSINGS = {("│", "═"): "╪", ("─", "║"): "╫"}
"""A double line over a light one that it does not touch."""


class Wires:
    """Strokes of one kind and style, drawn together so that they join."""

    def __init__(self, characters: str, style: Style) -> None:
        self._characters = characters
        self._style = style
        self._cells: dict[tuple[int, int], int] = {}

    def across(self, x: int, until: int, y: int) -> None:
        """A stroke from column x to column `until` of row y, both included; nothing where it would be empty.

        A stroke of one cell comes from the left: what it starts from stands there, with a blank between.
        """
        if x == until:
            self._connect(x, y, _LEFT)
        for column in range(x, until + 1):
            self._connect(column, y, (_LEFT if column > x else 0) | (_RIGHT if column < until else 0))

    def down(self, x: int, y: int, until: int) -> None:
        """A stroke in column x from row y to row `until`, both included."""
        for row in range(y, until + 1):
            self._connect(x, row, (_UP if row > y else 0) | (_DOWN if row < until else 0))

    def draw(self, canvas: Canvas) -> None:
        """Put every cell that is connected to another onto `canvas`."""
        for (x, y), directions in self._cells.items():
            if directions:
                character = self._characters[directions]
                canvas.put(x, y, _CROSSINGS.get((canvas.character(x, y), character), character), self._style)

    def _connect(self, x: int, y: int, directions: int) -> None:
        self._cells[x, y] = self._cells.get((x, y), 0) | directions
