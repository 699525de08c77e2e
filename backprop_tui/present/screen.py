"""The whole screen as rows: what is seen follows from a state, the size of the terminal and little else."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import repeat, zip_longest
from typing import NamedTuple

from backprop_tui.present import chrome as frame
from backprop_tui.present import panes
from backprop_tui.present.ascii import spelled
from backprop_tui.present.canvas import Row
from backprop_tui.present.graph.drawing import graph_heights, graph_stage_at
from backprop_tui.present.table import lines as table_lines
from backprop_tui.stepper.state import State


class ViewState(NamedTuple):
    """What decides what is seen: at least 60 × 18 cells, the stage whose row is chosen (0 for none), a notice."""

    state: State
    width: int
    height: int
    chosen: int = 0
    notice: str = ""
    ascii: bool = False

    @property
    def room(self) -> frame.Room:
        """Who gets which rows and columns."""
        heights = graph_heights(self.state, self.width)
        lines, spaced = table_lines.line_count(self.state), table_lines.spaced_count(self.state)
        return frame.room_for(self.width, self.height, heights, lines, spaced)

    def finished(self, rows: Iterable[Row], width: int = 0) -> tuple[Row, ...]:
        """`rows` as the terminal shows them, `width` cells wide, or as wide as it is."""
        return spelled(rows, width or self.width, ascii=self.ascii)


class Pane(NamedTuple):
    """A part of the screen, and the cells there are for each of its rows."""

    width: int
    rows: tuple[Row, ...]


def screen_panes(look: ViewState) -> tuple[Pane, Pane, Pane, Pane]:
    """What stands above, the table, beside it the loss (no rows where it has no room), and what stands below."""
    state, width, room = look.state, look.width, look.room
    above = (*panes.title_pane(state, width), *panes.graph_pane(state, width, room.graph))
    table = panes.table_pane(state, room.table_width, room.table, look.chosen, with_loss=not room.loss)
    loss = panes.loss_pane(state, room.loss, room.table) if room.loss else ()
    below = (*panes.explanation_pane(state, width, look.notice), *[()] * room.spare, panes.footer_row(width))
    return Pane(width, above), Pane(room.table_width, table), Pane(room.loss, loss), Pane(width, below)


@lru_cache(maxsize=8)
def screen_rows(look: ViewState) -> tuple[Row, ...]:
    """The panels from top to bottom; remembered, so that a screen can be drawn before it is asked for."""
    above, table, loss, below = (look.finished(pane.rows, pane.width) for pane in screen_panes(look))
    middle = ((*left, *right) for left, right in zip_longest(table, loss, fillvalue=()))
    return (*above, *middle, *below)


def stage_at(look: ViewState, x: int, y: int) -> int:
    """The stage that stands in column x of row y: in the phase bar, the graph or the table; 0 where none does."""
    state, room = look.state, look.room
    if y == 1:
        return next((chip.stage for chip in frame.phase_chips(state, look.width) if chip.start <= x < chip.end), 0)
    y -= panes.TITLE_HEIGHT
    if 0 < y < room.graph:
        return graph_stage_at(state, look.width, room.graph - 1, x, y - 1)
    y -= room.graph
    if 0 < y < room.table and x < room.table_width:
        return table_lines.stage_at(state, room.table - 1, y - 1, look.chosen)
    return 0


def command_at(look: ViewState, x: int, y: int) -> str:
    """The command whose key or word in the footer stands in column x of row y; empty where none does."""
    if y != look.height - 1:
        return ""
    (row,) = look.finished((panes.footer_row(look.width),))
    shown, end = "".join(text for text, _ in row), 0  # as it stands on screen: in ASCII keys are longer
    for command in frame.footer_commands(look.width):
        begin = end + len(shown[end:]) - len(shown[end:].lstrip())
        end = shown.index(f" {command.footer} ", begin) + len(command.footer) + 1
        if begin <= x < end:
            return command.name
    return ""


def in_table(look: ViewState, x: int, y: int) -> bool:
    """Whether column x of row y belongs to the derivative table."""
    top = panes.TITLE_HEIGHT + look.room.graph
    return top <= y < top + look.room.table and x < look.room.table_width


def covered_rows(
    look: ViewState, body: tuple[Row, ...], text: tuple[Row, ...], keys: tuple[tuple[str, str], ...]
) -> tuple[Row, ...]:
    """The screen with `body` in the place of the panels, under it `text`, at the bottom other `keys`."""
    title, footer = panes.title_pane(look.state, look.width), (panes.keys_row(keys),)
    blank = look.height - len(title) - len(body) - len(text) - len(footer)
    return look.finished((*title, *body, *repeat((), blank), *text, *footer))
