"""The application: one screen, its theme, the command palette, and how it ends."""

import os
from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from backprop_tui.launch import Launch
from backprop_tui.panels.palette import DARK, LIGHT
from backprop_tui.present.ascii import ASCII, in_ascii
from backprop_tui.present.commands import COMMANDS
from backprop_tui.present.commands import command as declared
from backprop_tui.present.panes import FOOTER_HEIGHT, TEXT_HEIGHT, TITLE_HEIGHT
from backprop_tui.screens.main import MainScreen
from backprop_tui.terminal.app import TerminalApp


class BackpropApp(TerminalApp):
    """Opens on the scenario and at the position that `launch` names."""

    CSS = f"""
    Screen {{ layers: sheet form; overflow: hidden; }}
    Sheet {{ layer: sheet; }}
    FormPanel {{ layer: form; margin: {TITLE_HEIGHT} 0 {TEXT_HEIGHT + FOOTER_HEIGHT} 0; height: 1fr; }}
    FormPanel Input {{ height: 1; border: none; padding: 0; background: $panel; color: $foreground; }}
    FormPanel Input:ansi {{ background: ansi_default; text-style: underline; }}
    """
    TITLE = "backprop-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(declared(name).keys), action, show=False, priority=True)
        for name, action in (("repaint", "repaint"), ("suspend", "suspend_process"))
    ]

    def __init__(self, launch: Launch, *, debug: bool = False) -> None:
        self._ascii = launch.ascii
        monochrome = os.environ.get("NO_COLOR") is not None
        super().__init__(
            spell=in_ascii if launch.ascii else None,
            no_quit=launch.no_quit,
            debug=debug,
            ansi_color=True if monochrome else None,
        )
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = "ansi-dark" if monochrome else DARK.name
        self.animation_level = "none"
        self._main = MainScreen(launch)

    def get_default_screen(self) -> Screen[None]:
        """The main screen, so that there is never another one to switch from."""
        return self._main

    async def on_event(self, event: events.Event) -> None:
        """Notice that somebody is there."""
        if isinstance(event, events.InputEvent):
            self._main.attendance.touched()
        await super().on_event(event)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The commands of the table, and the themes, for the command palette."""
        del screen
        for command in COMMANDS:
            if self.no_quit and command.name == "quit":
                continue
            keys = ", ".join(command.shown)
            keys = "".join(ASCII.get(character, character) for character in keys) if self._ascii else keys
            title = f"{command.name.replace('_', ' ').capitalize()}  ({keys})"
            yield SystemCommand(title, command.help, lambda name=command.name: self._main.action_command(name))
        for name, theme in (("Dark", DARK.name), ("Light", LIGHT.name)):
            yield SystemCommand(f"{name} theme", "colours of the screen", lambda theme=theme: self._use_theme(theme))

    def _use_theme(self, theme: str) -> None:
        self.theme = theme
