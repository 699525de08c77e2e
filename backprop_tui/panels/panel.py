"""What all panels share: a state comes down, rows come out, a message goes up.

A panel remembers the rows it shows and has only those painted anew that differ; how a row is spelled and dressed is
worked out once per row.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from backprop_tui.panels.themes import palette
from backprop_tui.present.ascii import spelled
from backprop_tui.present.canvas import Row, Style, text_of
from backprop_tui.present.commands import command
from backprop_tui.stepper.state import State

_REMEMBERED = 96  # rows, for each panel


class StageSelected(Message):
    """Somebody chose `stage` (from 1) of the pass on screen: a node, a row, a phase."""

    def __init__(self, stage: int) -> None:
        super().__init__()
        self.stage = stage


class Panel(Widget, can_focus=True, inherit_bindings=False):
    """Shows what `draw` makes of `state`, at whatever size it has."""

    ALLOW_MAXIMIZE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, action, command(name).help, show=False)
        for name, action in (("choose_next", "choose(1)"), ("choose_previous", "choose(-1)"), ("jump", "jump"))
        for key in command(name).keys
    ]

    LEAST: ClassVar[tuple[int, int]] = (1, 1)
    """The columns and rows that a drawing needs; in less room its top left part is seen."""

    state: reactive[State | None] = reactive[State | None](None, repaint=False)
    """What is shown; nothing while it is None."""

    chosen: reactive[int] = reactive(0, repaint=False)
    """The stage that arrow keys or the wheel have chosen, to be gone to with Enter; 0 for none."""

    ascii_only: reactive[bool] = reactive(False, repaint=False)
    """Whether to draw with ASCII characters only."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as every widget has it
        super().__init__(name=name, id=id, classes=classes)
        self._rows: tuple[Row, ...] = ()
        self._styles: Mapping[Style, RichStyle] | None = None
        self._strip = lru_cache(_REMEMBERED)(self._drawn)

    def draw(self, state: State, width: int, height: int) -> Sequence[Row]:
        """The rows for `state`, at most `height` of them, in `width` cells."""
        raise NotImplementedError

    def stage_at(self, x: int, y: int) -> int:
        """The stage that stands in column x of row y of the panel; 0 where none does."""
        del x, y
        return 0

    def choices(self) -> Sequence[int]:
        """The stages that arrow keys walk through, in order; none where there is nothing to choose."""
        return ()

    def watch_state(self, before: State | None, after: State | None) -> None:
        """Show another state, in which nothing is chosen yet."""
        if before is None or after is None or before.position != after.position:
            self.set_reactive(Panel.chosen, 0)
        self.redraw()

    def watch_chosen(self) -> None:
        """Show the choice."""
        self.redraw()

    def watch_ascii_only(self) -> None:
        """Spell everything anew."""
        self._strip.cache_clear()
        self.redraw()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Say in the title that keys go here."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def redraw(self) -> None:
        """Have painted what differs from what is shown."""
        width, height = self.content_size
        if not width or not height:
            return
        before, self._rows = self._rows, self._drawn_rows(height)
        left, top = self.gutter.left, self.gutter.top
        if len(before) != len(self._rows):
            self.refresh()
        elif changed := [y for y, (old, new) in enumerate(zip(before, self._rows, strict=True)) if old != new]:
            self.refresh(*(Region(left, top + y, width, 1) for y in changed))

    @property
    def drawn_size(self) -> tuple[int, int]:
        """The columns and rows that are drawn, in view or not."""
        width, height = self.content_size
        return max(width, self.LEAST[0]), max(height, self.LEAST[1])

    def _drawn_rows(self, height: int) -> tuple[Row, ...]:
        if self.state is None:
            return ((),) * height
        rows = tuple(self.draw(self.state, *self.drawn_size))[:height]
        return (*rows, *((),) * (height - len(rows)))

    def on_resize(self) -> None:
        """Use the new size."""
        self._rows = ()
        self.redraw()

    def render_line(self, y: int) -> Strip:
        """Row y as Textual wants it."""
        width, height = self.content_size
        if len(self._rows) != height:
            self._rows = self._drawn_rows(height)
        strip = self._strip(self._rows[y] if y < len(self._rows) else (), width)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(y)) is not None:
            strip = self._selected(strip, *span)
        return strip.apply_offsets(0, y)

    def _drawn(self, row: Row, width: int) -> Strip:
        if self._styles is None:
            base = self.rich_style
            meanings = palette(self.app.current_theme, self.background_colors[1])
            self._styles = {meaning: base + style for meaning, style in meanings.items()}
        (spelt,) = spelled((row,), width, ascii=self.ascii_only)
        # Joined where two meanings look alike, for every change of style costs forty bytes on the line.
        return Strip(Segment.simplify(Segment(text, self._styles[style]) for text, style in spelt), width)

    def _selected(self, strip: Strip, start: int, end: int) -> Strip:
        """`strip` with the cells from `start` to before `end` (−1: to its end) marked as selected."""
        end = strip.cell_length if end == -1 else end
        style = self.screen.get_component_rich_style("screen--selection")
        before, marked, after = strip.divide([start, end, strip.cell_length]) if start < end else (strip, None, None)
        if marked is None or after is None:
            return strip
        return Strip.join([before, Strip([Segment(text, (own or style) + style) for text, own, _ in marked]), after])

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text of what is selected."""
        (*rows,) = spelled(self._rows, self.content_size.width, ascii=self.ascii_only)
        return selection.extract("\n".join(text_of(row) for row in rows)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Show what is selected."""
        del selection
        self.refresh()

    def notify_style_update(self) -> None:
        """Put the styles together anew when theme or style sheet have changed."""
        self._styles = None
        self._strip.cache_clear()
        super().notify_style_update()

    def action_choose(self, step: int) -> None:
        """Choose the stage `step` places on in `choices`, from the one chosen or else the one on screen."""
        stages = self.choices()
        if self.state is None or not stages:
            return
        here = self.chosen or self.state.position.stage
        between = sum(stage < here for stage in stages) - (step < 0)
        index = stages.index(here) + step if here in stages else between
        self.chosen = stages[min(max(index, 0), len(stages) - 1)]

    def action_jump(self) -> None:
        """Go to the stage that was chosen."""
        if self.chosen:
            self.post_message(StageSelected(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """Go to the stage that was clicked; not where a drag has ended."""
        offset = event.get_content_offset(self)
        if offset is None or self.screen.selections or self.state is None:
            return
        if stage := self.stage_at(offset.x, offset.y):
            event.stop()
            self.post_message(StageSelected(stage))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Choose what comes after."""
        event.stop()
        self.action_choose(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Choose what comes before."""
        event.stop()
        self.action_choose(-1)
