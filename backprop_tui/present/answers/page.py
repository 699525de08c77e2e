"""The page of answers: what they come to, the table, and the map under it or, in a wide terminal, beside it."""

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from backprop_tui.present.answers.answered import SIMULTANEOUS, is_amid, mean_loss
from backprop_tui.present.answers.judgement import Judged, Rule, count_in_words, judged
from backprop_tui.present.answers.plane_map import is_possible, map_rows
from backprop_tui.present.answers.table import Table, table
from backprop_tui.present.canvas import Row, Style, padded
from backprop_tui.present.numbers import in_words
from backprop_tui.stepper.state import State

_WIDE = 96  # cells, from which the map stands beside the table
_GAP = 3
_LEAST_MAP = 12  # rows
_LEAST_BESIDE = 50  # cells, where the table needs more than half
_NARROW = 40  # cells, below which there is no map


class Page(NamedTuple):
    """Rows to be scrolled: the `words`, the table, the map `under` it; the map `beside` it stays where it is."""

    words: tuple[Row, ...]
    table: Table
    under: tuple[Row, ...]
    beside: tuple[Row, ...]
    left: int

    @property
    def length(self) -> int:
        """How many rows there are to be scrolled."""
        return len(self.words) + 1 + self.table.length + len(self.under)

    def row(self, y: int, top: int = 0) -> Row:
        """Row y of what is seen, where it begins at row `top` of the page: the table's heading stays in view."""
        heading = len(self.words)
        is_stuck = y == 0 and heading < top <= heading + self.table.length
        row = self.table.heading() if is_stuck else self._row(y + top)
        return (*padded(row, self.left), *self.beside[y]) if y < len(self.beside) else row

    def _row(self, y: int) -> Row:
        if y < len(self.words):
            return self.words[y]
        sample = y - len(self.words)
        if sample <= self.table.length:
            return self.table.row(sample) if sample else self.table.heading()
        at = sample - self.table.length - 1
        return self.under[at] if at < len(self.under) else ()


def page_of(state: State, width: int, height: int) -> Page:
    """The page for a window of `width` × `height` cells (56 × 15 for all of it)."""
    found = judged(state)
    has_map = width >= _NARROW and is_possible(state.scenario, found)
    is_wide = has_map and width >= _WIDE
    half = (width - _GAP + 1) // 2
    made = table(state, found, max(half, width - _GAP - _LEAST_BESIDE) if is_wide else width)
    left = max(half, made.width) if is_wide else width
    sentences = [*_sentences(state, found)]
    under: tuple[Row, ...] = ()
    if has_map and not is_wide:
        above = len(_wrapped(sentences, left)) + 1 + made.length
        fits = height - above - 1 >= _LEAST_MAP
        if not fits:
            sentences.append("The map of answers is below: End.")
        under = ((), *map_rows(state, found, width, height - above - 1 if fits else height))
    beside: tuple[Row, ...] = ()
    if is_wide:
        beside = tuple(((" " * _GAP, Style.PLAIN), *row) for row in map_rows(state, found, width - left - _GAP, height))
    return Page(_wrapped(sentences, left), made, under, beside, left)


def _sentences(state: State, found: Judged) -> Iterator[str]:
    """What the answers come to, the point first."""
    yield f"{'Loss' if len(found.right) == 1 else 'Mean loss'} {in_words(mean_loss(state))}."
    yield count_in_words(found)
    if found.rule is Rule.CLASS and state.scenario.output.activation == "softmax":
        yield "p: probability of the class answered."
    if is_amid(state):
        yield SIMULTANEOUS


def _wrapped(sentences: list[str], width: int) -> tuple[Row, ...]:
    return tuple(((f" {line}", Style.PLAIN),) for line in textwrap.wrap(" ".join(sentences), max(1, width - 1)))
