"""The answers to all samples."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from backprop_tui.panels.answers import AnswersView
from backprop_tui.present.answers.answered import title
from backprop_tui.screens.page import PageScreen
from backprop_tui.stepper.state import State


class AnswersScreen(PageScreen):
    """Every sample's answer with the parameters of the moment, and the map of answers."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "dismiss_page", "close", show=False)]

    def __init__(self, state: State) -> None:
        super().__init__(state, title(state))

    def page(self) -> Widget:
        """Words, table and map."""
        return AnswersView(self.state, id="page")
