"""The answers to all samples, to be scrolled: a row is made when it comes into view."""

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from backprop_tui.panels.themes import palette
from backprop_tui.present.answers.page import Page, page_of
from backprop_tui.present.ascii import spelled
from backprop_tui.stepper.state import State


class AnswersView(ScrollView):
    """Shows the page of answers of one state; made anew for another size."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "AnswersView { overflow-x: hidden; scrollbar-size-vertical: 1; }"

    def __init__(self, state: State, *, id: str | None = None) -> None:  # noqa: A002 - as every widget has it
        super().__init__(id=id)
        self._state = state
        self._page: Page | None = None
        self._made_for = Size(0, 0)

    def on_resize(self) -> None:
        """Use the new size; a column is kept for the scroll bar, needed or not."""
        room = self.outer_size - (self.gutter.width + 1, self.gutter.height)
        if room.width <= 0 or room.height <= 0 or room == self._made_for:
            return
        self._made_for = room
        self._page = page_of(self._state, *room)
        self.virtual_size = Size(room.width, self._page.length)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Row y of what is in view."""
        width = self.size.width
        if self._page is None:
            return Strip.blank(width, self.rich_style)
        plain = getattr(self.app, "ascii_only", False)
        (row,) = spelled((self._page.row(y, self.scroll_offset.y),), width, ascii=plain)
        styles, base = palette(self.app.current_theme, self.background_colors[1]), self.rich_style
        return Strip([Segment(text, base + styles[style]) for text, style in row], width)
