"""The application as far as the terminal is concerned: what is overridden in textual's, and why.

Nothing of textual is patched.  What needs a name that textual does not promise to keep is a `Cure`, which can be left
out.  Textual is 8.2.8 where a fault was seen.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rich.console import Console, RenderableType
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.driver import Driver
from textual.errors import NoWidget
from textual.filter import LineFilter
from textual.widgets import Input

from backprop_tui.terminal import signals
from backprop_tui.terminal.filters import SixteenColours, Spelling
from backprop_tui.terminal.input import MOST_CELLS, driver_for
from backprop_tui.terminal.optional import Cure, optional

INTERRUPTED = 130
"""The exit status after ctrl+c, as shells have it."""


class Palette(CommandPalette):
    """Textual's, but PgUp and PgDn do nothing in a list that is not laid out yet: they end the application there."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action can be carried out."""
        listed = self.query("CommandList")  # none, while the palette is being made
        if action == "command_list" and not any(each.display and each.size.height for each in listed):
            return False
        return super().check_action(action, parameters)


class TerminalApp(App[int]):
    """Draws of a frame what changed; hears signals; keeps an error to itself; and ends only as it is to.

    `spell` gives each text in ASCII, where the terminal reads nothing else.  With `no_quit` no key ends the
    application.  `failure` is what ended it unexpectedly, in words, empty where nothing did.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "copy_or_interrupt", show=False, priority=True),
    ]

    cures: ClassVar[frozenset[Cure]] = frozenset(Cure)
    """Those that are to be had where they can be."""

    def __init__(
        self,
        *,
        spell: Callable[[str], str] | None = None,
        no_quit: bool = False,
        debug: bool = False,
        ansi_color: bool | None = None,
    ) -> None:
        self.no_quit = no_quit
        self.panicked = False
        self._contents = self._known_contents()
        self._touched = True  # since a field got the focus
        super().__init__(ansi_color=ansi_color)
        self._own_filters: list[LineFilter] = [] if spell is None else [Spelling(spell)]
        if self.console.color_system == "standard":
            self._own_filters.append(SixteenColours())
        if not debug:  # textual's would show local variables and paths to any visitor
            self.error_console = Console(file=io.StringIO())

    # Painting

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What rows go through before they are painted."""
        return [*super().get_line_filters(), *self._own_filters]

    def _known_contents(self) -> Any:  # noqa: ANN401 - a TerminalContents, whose module cannot always be imported
        def contents() -> object:
            from backprop_tui.terminal.diff_painter import TerminalContents  # noqa: PLC0415 - optional

            return TerminalContents()

        return optional(Cure.CELL_DIFF, contents, lambda: None) if Cure.CELL_DIFF in self.cures else None

    def _display(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - textual's own, whatever they are
        """Have an update of the screen write only the cells that the terminal does not show yet."""
        contents = self._contents
        if contents is not None:
            whole = arguments
            arguments = optional(Cure.CELL_DIFF, lambda: tuple(map(contents.difference, whole)), lambda: whole)
        super()._display(*arguments, **options)

    def paint_anew(self) -> None:
        """Write the whole screen, whatever the terminal shows."""
        if self._contents is not None:
            self._contents.forget()
        if self.screen_stack:
            self.screen.refresh()

    def action_repaint(self) -> None:
        """Write the whole screen: another program may have written on the terminal."""
        self.paint_anew()

    def _paint_what_is_lost(self) -> None:
        if self._contents is not None and self._contents.is_lost:
            self.screen.refresh()

    # Input

    def get_driver_class(self) -> type[Driver]:
        """What reads keys, with the cures for it."""
        return driver_for(super().get_driver_class(), self.cures)

    async def on_event(self, event: events.Event) -> None:
        """Hold a size to what a terminal can have; and paint all of one that was resized, be it to its old size.

        Between two sizes it may have lost what it showed, and textual repaints only where the size is another.
        """
        if isinstance(event, events.Resize):
            width, height = event.size
            if max(width, height) > MOST_CELLS:
                event = events.Resize.from_dimensions((min(width, MOST_CELLS), min(height, MOST_CELLS)), None)
            if self._contents is not None:
                self._contents.forget()
        elif isinstance(event, events.DescendantFocus):
            self._touched = False
        elif isinstance(event, events.Key):
            self._touched = self._touched or event.key != "ctrl+c"
        elif isinstance(event, events.MouseDown) and self.focused is not None:
            self._touched = self._touched or self.focused.region.contains(event.x, event.y)
        if not (isinstance(event, events.MouseEvent) and self._is_over_what_is_gone(event)):
            await super().on_event(event)
        if isinstance(event, events.Resize):
            self.screen.call_later(self._paint_what_is_lost)  # once it has its size

    def _is_over_what_is_gone(self, event: events.MouseEvent) -> bool:
        """Whether the mouse is where a widget was, which textual still finds until it lays the screen out anew.

        It looks for what contains that widget, as for a selection to begin there; nothing does (AttributeError).
        """
        try:
            widget, _ = self.get_widget_at(event.x, event.y)
        except NoWidget:
            return False
        return not (widget.is_attached and widget.is_running)

    def action_command_palette(self) -> None:
        """Open it."""
        if self.use_command_palette and not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette(id="--command-palette"))

    # The end

    def on_ready(self) -> None:
        """Listen to signals, where there is a terminal to restore; before there are panels, an end would fail."""
        if not self.is_headless and not self.is_web:
            signals.end_on_signals(lambda status: self.exit(return_code=status))
            if Cure.SIGNALS in self.cures:
                optional(Cure.SIGNALS, self._continue_once, lambda: None)

    def _continue_once(self) -> None:
        driver: Any = self._driver
        signals.continue_once(lambda: driver._must_signal_resume, self.paint_anew)

    def panic(self, *renderables: RenderableType) -> None:
        """End because of an error that is no exception of the application's own: one in a thread, say."""
        self.panicked = True
        super().panic(*renderables)

    @property
    def failure(self) -> str:
        """What ended the application unexpectedly; empty where nothing did."""
        if not self.panicked and self.return_code != 1:
            return ""
        error = optional(Cure.FAILURE, lambda: self._exception, lambda: None)
        return "error" if error is None else f"{type(error).__name__}: {error}"

    async def action_quit(self) -> None:
        """End, unless no key may."""
        if not self.no_quit:
            self.exit(0)

    def action_copy_or_interrupt(self) -> None:
        """Copy what is selected; where nothing is, end as an interrupted program ends, unless no key may."""
        if text := self._take_selection():
            self.copy_to_clipboard(text)
        elif not self.no_quit:
            self.exit(return_code=INTERRUPTED)

    def _take_selection(self) -> str:
        """What is selected in the field or on the screen, and is not any more.

        A field's text is selected when it is entered, by nobody.
        """
        text, field = self.screen.get_selected_text() or "", self.focused
        self.screen.clear_selection()
        if not text and isinstance(field, Input) and self._touched:
            text = field.selected_text
            field.selection = type(field.selection).cursor(field.cursor_position)
        return text
