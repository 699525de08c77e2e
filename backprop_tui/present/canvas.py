"""What a panel shows: rows of styled text, and a canvas to draw them on.

Styles are named by what they mean; which colour and weight that is, the panels decide.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple


class Style(StrEnum):
    """What a piece of text is."""

    PLAIN = "plain"
    DIM = "dim"  # not yet computed, and the frame around things
    STRONG = "strong"  # a panel's title, the current phase, the headline
    NOW = "now"  # the number just computed: reversed
    FORWARD = "forward"  # an edge of the forward pass
    BACKWARD = "backward"  # a link that the chain rule walks
    RAIL = "rail"  # what runs from a node of a program to its uses
    PATH = "path"  # the part of it that a gradient comes along
    USED = "used"  # a number that the one just computed is made from
    BLOCKED = "blocked"  # a closed gate, a saturated activation, and what they stop
    NEXT = "next"  # where the next press goes
    EVENT = "event"  # overshoot, divergence, convergence
    KEY = "key"  # a key to press
    PENDING = "pending"  # a number not computed yet
    TITLE = "title"  # the title row
    ERROR = "error"  # an input that will not do


Span = tuple[str, Style]
Row = tuple[Span, ...]


def text_of(row: Row) -> str:
    """The characters of `row`, trailing blanks left out."""
    return "".join(text for text, _ in row).rstrip()


def width_of(row: Row) -> int:
    """How many cells `row` takes; every character here is one cell wide."""
    return sum(len(text) for text, _ in row)


def padded(row: Row, width: int) -> Row:
    """`row` made exactly `width` cells wide: blanks added, or what is too much cut off."""
    spans: list[Span] = []
    room = width
    for text, style in row:
        if room > 0 and text:
            spans.append((text[:room], style))
            room -= len(text[:room])
    return (*spans, (" " * room, Style.PLAIN)) if room else tuple(spans)


class Place(NamedTuple):
    """Where a stage is drawn: `length` cells from column x of row y."""

    x: int
    y: int
    length: int
    stage: int


class Canvas:
    """A grid of cells, each a character and a style; row 0 and column 0 are at the top left.

    `places` remembers which stages are drawn where, for whoever points at one.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.places: list[Place] = []
        self._cells: list[list[Span]] = [[(" ", Style.PLAIN)] * width for _ in range(height)]

    def put(self, x: int, y: int, text: str, style: Style = Style.PLAIN) -> int:
        """Write `text` from column x of row y, cut at the edges; the column after it."""
        if 0 <= y < self.height:
            for offset, character in enumerate(text):
                if 0 <= x + offset < self.width:
                    self._cells[y][x + offset] = (character, style)
        return x + len(text)

    def line(self, x: int, until: int, y: int, character: str, style: Style = Style.FORWARD) -> None:
        """Draw `character` from column x up to, but not including, column `until`."""
        self.put(x, y, character * max(0, until - x), style)

    def is_blank(self, x: int, y: int, length: int) -> bool:
        """Whether `length` cells from column x of row y are free and inside."""
        if not (0 <= y < self.height and x >= 0 and x + length <= self.width):
            return False
        return all(character == " " for character, _ in self._cells[y][x : x + length])

    def blanks(self, y: int, length: int) -> Iterator[tuple[int, int]]:
        """The free stretches of row y with at least `length` cells: first column, and the one after the last."""
        text = "".join([character for character, _ in self._cells[y]])
        for found in re.finditer(f" {{{length},}}", text):
            yield found.span()

    def character(self, x: int, y: int) -> str:
        """What stands in column x of row y; empty outside."""
        return self._cells[y][x][0] if 0 <= y < self.height and 0 <= x < self.width else ""

    def rows(self) -> tuple[Row, ...]:
        """The picture, neighbouring cells of one style joined."""
        return tuple(_joined(cells) for cells in self._cells)


def _joined(cells: Iterable[Span]) -> Row:
    runs = groupby(cells, key=itemgetter(1))
    return tuple(("".join([text for text, _ in run]), style) for style, run in runs)
