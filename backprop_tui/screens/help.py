"""The help."""

from textual.widget import Widget

from backprop_tui.panels.text import RowsText
from backprop_tui.present.help import help_rows
from backprop_tui.screens.page import PageScreen
from backprop_tui.stepper.state import State


class HelpScreen(PageScreen):
    """Every key, every mark, and how the screen is read."""

    def __init__(self, state: State) -> None:
        super().__init__(state, "Help")

    def contents(self) -> tuple[Widget, ...]:
        """One text."""
        return (RowsText(help_rows),)
