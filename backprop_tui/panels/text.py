"""Rows of styled text as a widget of their own, to be scrolled: for help and reports."""

from collections.abc import Callable, Sequence

from rich.text import Text
from textual.widgets import Static

from backprop_tui.panels.themes import palette
from backprop_tui.present.ascii import spelled
from backprop_tui.present.canvas import Row


class RowsText(Static):
    """Shows the rows that `rows` makes for a width, anew whenever that changes."""

    DEFAULT_CSS = "RowsText { height: auto; }"

    def __init__(self, rows: Callable[[int], Sequence[Row]]) -> None:
        super().__init__(markup=False)
        self._made = rows
        self._width = 0

    def on_resize(self) -> None:
        """Use the new width."""
        if self.size.width != self._width:
            self._width = self.size.width
            plain = getattr(self.app, "ascii_only", False)
            rows = spelled(self._made(self._width), self._width, ascii=plain)
            styles = palette(self.app.current_theme, self.background_colors[1])
            lines = (Text.assemble(*((text, styles[style]) for text, style in row)) for row in rows)
            self.update(Text("\n").join(lines))
