"""The application: its screen, its themes, and the command palette."""

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from backprop_tui.core.scenario_file import load
from backprop_tui.launch import Launch
from backprop_tui.panels.themes import DARK, LIGHT
from backprop_tui.present.ascii import ASCII, in_ascii
from backprop_tui.present.commands import COMMANDS, command
from backprop_tui.screens.idle_reset import IdleReset
from backprop_tui.screens.main import MainScreen
from backprop_tui.terminal.app import TerminalApp


class BackpropApp(TerminalApp):
    """Opens on the scenario and at the position that `launch` names; the article's neuron where nothing is given."""

    CSS_PATH = Path(__file__).with_name("app.tcss")  # textual looks beside the file of whatever class inherits from it
    TITLE = "backprop-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(command(name).keys), action, show=False, priority=True)
        for name, action in (("repaint", "repaint"), ("suspend", "suspend_process"))
    ]

    def __init__(self, launch: Launch | None = None, *, debug: bool = False) -> None:
        self.launch = launch or Launch(load())
        monochrome = os.environ.get("NO_COLOR") is not None
        super().__init__(
            spell=in_ascii if self.launch.ascii else None,
            no_quit=self.launch.no_quit,
            debug=debug,
            ansi_color=True if monochrome else None,
        )
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = "ansi-dark" if monochrome else self.launch.theme or DARK.name
        self.animation_level = "none"
        self._main = MainScreen(self.launch)
        self._idle_reset = IdleReset(self.set_timer, self.launch.idle_reset, self._main.start_over)

    @property
    def ascii_only(self) -> bool:
        """Whether to draw with ASCII characters only."""
        return self.launch.ascii

    def get_default_screen(self) -> Screen[None]:
        """The main screen, so that there is never another one to switch from."""
        return self._main

    def on_mount(self) -> None:
        """Notice from now on who is there."""
        self._idle_reset.start()

    async def on_event(self, event: events.Event) -> None:
        """Notice that somebody is there."""
        if isinstance(event, events.InputEvent):
            self._idle_reset.touched()
        await super().on_event(event)

    def get_key_display(self, binding: Binding) -> str:
        """The key as people write it; an arrow takes two characters in ASCII, for which the footer makes room."""
        return self._spelled(super().get_key_display(binding))

    def _spelled(self, text: str) -> str:
        return "".join(ASCII.get(character, character) for character in text) if self.ascii_only else text

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The commands of the table, and the themes, for the command palette."""
        del screen
        for one in COMMANDS:
            if one.name in self._main.possible:
                keys = self._spelled(", ".join(one.shown))
                title = f"{one.name.replace('_', ' ').capitalize()}  ({keys})"
                yield SystemCommand(title, one.help, lambda name=one.name: self._main.action_command(name))
        yield SystemCommand(
            "Predictions", "what was predicted so far, rule by rule", partial(self._main.pages.open, "predictions")
        )
        yield SystemCommand("Theme", "choose the colours of the screen", self.action_change_theme)
