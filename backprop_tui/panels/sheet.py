"""A sheet of rows of styled text, of which only the cells that changed are painted again.

The panels are one widget: each widget that is to be painted costs a message, a pass through the layout and a start,
which for six of them is as much as everything else that a key does.
"""

from collections.abc import Mapping
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from backprop_tui.panels.palette import palette
from backprop_tui.present.picture import Row, Style, differences

_REMEMBERED = 256  # rows: those of the screen and of the screens near it


class Sheet(Widget, can_focus=False):
    """Shows rows; the whole of its state is what was last handed to `show`."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()
        self._styles: Mapping[Style, RichStyle] | None = None
        self._strip = lru_cache(_REMEMBERED)(self._drawn)

    def show(self, rows: tuple[Row, ...]) -> None:
        """Show `rows`, each as wide as the sheet, from now on; of a row that differs, only the cells that do."""
        before, self.rows = self.rows, rows
        if len(before) != len(rows) or not self.size.width:
            self.refresh()
            return
        changed = [
            Region(start, y, stop - start, 1)
            for y, (old, new) in enumerate(zip(before, rows, strict=True))
            if old != new
            for start, stop in differences(old, new)
        ]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """Row y as textual wants it."""
        row = self.rows[y] if y < len(self.rows) else ()
        return self._strip(row).adjust_cell_length(self.size.width, self.rich_style)

    def _drawn(self, row: Row) -> Strip:
        if self._styles is None:
            base = self.rich_style
            self._styles = {meaning: base + style for meaning, style in palette(self.app.current_theme).items()}
        # Joined where two meanings look alike, for every change of style costs forty bytes on the line.
        return Strip(Segment.simplify(Segment(text, self._styles[style]) for text, style in row))

    def notify_style_update(self) -> None:
        """Put the styles together anew when the theme has changed: textual works them out at every look."""
        self._styles = None
        self._strip.cache_clear()
        super().notify_style_update()
