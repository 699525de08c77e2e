"""The base of all panels: rows of styled text, of which only the cells that changed are painted again."""

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from backprop_tui.panels.palette import palette
from backprop_tui.present.glyphs import ascii_row
from backprop_tui.present.picture import Row, Style, differences, fitted


class Panel(Widget, can_focus=False):
    """Shows rows; the whole of a panel's state is what was last handed to `show`."""

    ascii = False
    """Whether all panels draw in ASCII, for terminals that are not UTF-8; set once, before the first drawing."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the parameter's name is textual's
        super().__init__(id=id)
        self.rows: tuple[Row, ...] = ()
        self._styles: Mapping[Style, RichStyle] | None = None

    def show(self, rows: tuple[Row, ...]) -> None:
        """Show `rows` from now on; of a row that differs, only the cells that do are painted."""
        before, self.rows = self.rows, rows
        width = self.size.width
        if len(before) != len(rows) or not width:
            self.refresh()
            return
        changed: list[Region] = []
        for y, row in enumerate(rows):
            if row != before[y]:
                old, new = (ascii_row(each, width) if Panel.ascii else each for each in (before[y], row))
                runs = differences(old, new)
                changed += [Region(start, y, min(stop, width) - start, 1) for start, stop in runs if start < width]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """Row y as textual wants it."""
        width = self.size.width
        if self._styles is None:
            own, base = palette(self.app.current_theme), self.rich_style
            self._styles = {meaning: base + style for meaning, style in own.items()}
        if y >= len(self.rows):
            return Strip.blank(width, self._styles[Style.PLAIN])
        row = self.rows[y]
        row = fitted(ascii_row(row, width) if Panel.ascii else row, width)
        # Joined where two meanings look alike, for every change of style costs forty bytes on the line.
        return Strip(Segment.simplify(Segment(text, self._styles[style]) for text, style in row), width)

    def notify_style_update(self) -> None:
        """Put the styles together anew when the theme has changed: textual works them out at every look."""
        self._styles = None
        super().notify_style_update()
