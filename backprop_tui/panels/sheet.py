"""A sheet of rows of styled text, of which only those that changed are painted again.

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
from backprop_tui.present.canvas import Row, Style, width_of

_REMEMBERED = 256  # rows: those of the screen and of the screens near it


class Sheet(Widget, can_focus=False):
    """Shows rows, at least one; the whole of its state is what was last handed to `show`."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()
        self._styles: Mapping[Style, RichStyle] | None = None
        self._strip = lru_cache(_REMEMBERED)(self._drawn)

    def show(self, rows: tuple[Row, ...]) -> None:
        """Show `rows`, all as wide as the sheet; those that differ are painted."""
        before, self.rows = self.rows, rows
        if len(before) != len(rows) or width_of(before[0]) != width_of(rows[0]):
            self.refresh()
            return
        width = self.size.width  # only those rows: all of them take a tenth more of a key's time
        changed = [Region(0, y, width, 1) for y, (old, new) in enumerate(zip(before, rows, strict=True)) if old != new]
        if changed:
            self.refresh(*changed)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows in `crop` as textual wants them; without what it does for borders and paddings, of which none is."""
        width = self.size.width
        rows = [self.rows[y] if y < len(self.rows) else () for y in crop.line_range]
        strips = [self._strip(row).adjust_cell_length(width, self.rich_style) for row in rows]
        whole = crop.column_span == (0, width)
        return strips if whole else [strip.crop(*crop.column_span) for strip in strips]

    def prepare(self, rows: tuple[Row, ...]) -> None:
        """Have `rows` ready to be shown."""
        for row in rows:
            self._strip(row)

    def _drawn(self, row: Row) -> Strip:
        if self._styles is None:
            base = self.rich_style
            self._styles = {meaning: base + style for meaning, style in palette(self.app.current_theme).items()}
        # Joined where two meanings look alike, for every change of style costs forty bytes on the line.
        strip = Strip(Segment.simplify(Segment(text, self._styles[style]) for text, style in row))
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, self.background_colors[1])
        return strip

    def notify_style_update(self) -> None:
        """Put the styles together anew when the theme has changed: textual works them out at every look."""
        self._styles = None
        self._strip.cache_clear()
        super().notify_style_update()
