"""The help."""

from functools import partial

from textual.widget import Widget

from backprop_tui.panels.text import RowsText
from backprop_tui.present.help import help_rows
from backprop_tui.screens.page import PageScreen
from backprop_tui.stepper.state import State


class HelpScreen(PageScreen):
    """Every key, every mark, and how the screen is read."""

    def __init__(self, state: State, possible: frozenset[str]) -> None:
        super().__init__(state, "Help")
        self._possible = possible

    def contents(self) -> tuple[Widget, ...]:
        """One text."""
        return (RowsText(partial(help_rows, possible=self._possible)),)
