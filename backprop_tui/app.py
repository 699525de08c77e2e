"""The application: one screen, its theme, the command palette, and how it ends."""

import os
import sys
from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen

from backprop_tui.launch import Launch
from backprop_tui.panels.palette import DARK, LIGHT
from backprop_tui.present.ascii import ASCII, in_ascii
from backprop_tui.present.commands import COMMANDS
from backprop_tui.present.panes import FOOTER_HEIGHT, TEXT_HEIGHT, TITLE_HEIGHT
from backprop_tui.screens.main import MainScreen
from backprop_tui.terminal import cures as terminal
from backprop_tui.terminal import diff_painter as painting

HOW_TO_REPORT = "please report it with what `backprop-tui --debug` says"

INTERRUPTED = 130
"""The exit status after ctrl+c, as shells have it."""


class BackpropApp(App[int]):
    """Opens on the scenario and at the position that `launch` names."""

    CSS = f"""
    Screen {{ layers: sheet form; overflow: hidden; }}
    Sheet {{ layer: sheet; }}
    FormPanel {{ layer: form; margin: {TITLE_HEIGHT} 0 {TEXT_HEIGHT + FOOTER_HEIGHT} 0; height: 1fr; }}
    FormPanel Input {{ height: 1; border: none; padding: 0; background: $panel; color: $foreground; }}
    FormPanel Input:ansi {{ background: ansi_default; text-style: underline; }}
    """
    TITLE = "backprop-tui"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "interrupt", show=False, priority=True)]

    def __init__(self, launch: Launch, *, debug: bool = False) -> None:
        self._debug_wanted = debug
        self.failure: Exception | None = None
        self._ascii = launch.ascii
        self.shown = painting.TerminalContents(in_ascii if launch.ascii else str)
        monochrome = os.environ.get("NO_COLOR") is not None
        super().__init__(ansi_color=True if monochrome else None)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = "ansi-dark" if monochrome else DARK.name
        self.animation_level = "none"
        self._main = MainScreen(launch)

    def get_default_screen(self) -> Screen[None]:
        """The main screen, so that there is never another one to switch from."""
        return self._main

    def get_driver_class(self) -> type[Driver]:
        """What reads keys: textual's, but that keys which arrive together go where those before them lead."""
        return terminal.one_by_one(super().get_driver_class())

    async def on_event(self, event: events.Event) -> None:
        """Notice that somebody is there; and paint all of a terminal that was resized, be it to its old size.

        Between two sizes it may have lost what it showed, and textual repaints only where the size is another.
        """
        if isinstance(event, events.InputEvent):
            self._main.attendance.touched()
        if isinstance(event, events.Resize):
            self.shown.forget()
        await super().on_event(event)
        if isinstance(event, events.Resize):
            self.screen.call_later(self.paint_what_is_lost)  # once it has its size

    def paint_what_is_lost(self) -> None:
        """Write the whole screen, where that has not been done since it was lost."""
        if self.shown.is_lost:
            self.screen.refresh()

    def paint_anew(self) -> None:
        """Write the whole screen, whatever the terminal shows."""
        self.shown.forget()
        self.screen.refresh()

    def on_ready(self) -> None:
        """Listen to signals, where there is a terminal to restore; before there are panels, an end would fail."""
        if not self.is_headless:
            terminal.end_on_signals(lambda status: self.exit(return_code=status))
            terminal.continue_once(self._driver, self.paint_anew)

    def _fatal_error(self) -> None:
        """Keep an unexpected error to one line: textual would show local variables and paths to any visitor."""
        self.failure = self._exception
        if self._debug_wanted or self.is_headless:
            super()._fatal_error()
        else:
            self._close_messages_no_wait()

    def action_interrupt(self) -> None:
        """End as an interrupted program ends."""
        self.exit(return_code=INTERRUPTED)

    def action_command_palette(self) -> None:
        """Open it."""
        terminal.tolerate_early_pages()
        super().action_command_palette()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The commands of the table, and the themes, for the command palette."""
        del screen
        for command in COMMANDS:
            keys = ", ".join(command.shown)
            keys = "".join(ASCII.get(character, character) for character in keys) if self._ascii else keys
            title = f"{command.name.replace('_', ' ').capitalize()}  ({keys})"
            yield SystemCommand(title, command.help, lambda name=command.name: self._main.action_command(name))
        for name, theme in (("Dark", DARK.name), ("Light", LIGHT.name)):
            yield SystemCommand(f"{name} theme", "colours of the screen", lambda theme=theme: self._use_theme(theme))

    def _use_theme(self, theme: str) -> None:
        self.theme = theme


def run(launch: Launch, *, debug: bool = False) -> int:
    """Open the application and wait until it is quit; the exit status, 1 after an unexpected error."""
    terminal.tolerate_invalid_utf8()
    terminal.tolerate_unknown_keys()
    if launch.ascii:
        terminal.draw_in_ascii()
    app = _application(launch)(launch, debug=debug)
    painting.paint_only_what_changed(app.shown)
    try:
        app.run(mouse=launch.mouse)
    finally:
        terminal.restore()
    if app.failure is not None and not debug:
        sys.stderr.write(f"backprop-tui: unexpected {type(app.failure).__name__}: {app.failure}; {HOW_TO_REPORT}\n")
    return app.return_code or 0


def _application(launch: Launch) -> type[BackpropApp]:
    if not launch.kiosk:
        return BackpropApp
    from backprop_tui.kiosk import KioskApp  # noqa: PLC0415 - it builds on this module

    return KioskApp
