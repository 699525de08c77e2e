"""What the help, the gradient check and the answers share: a text that scrolls, and keys that close it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget

from backprop_tui.panels.footer import KeyFooter
from backprop_tui.present.commands import command
from backprop_tui.screens.sized import SizedScreen, ruled, title_of
from backprop_tui.stepper.state import State


class PageScreen(SizedScreen[None], ModalScreen[None]):
    """A page over the panels."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,question_mark,v", "dismiss_page", "close", key_display="Esc"),
        Binding("q", "quit_all", command("quit").help),
    ]
    AUTO_FOCUS = "#page"

    def __init__(self, state: State, title: str) -> None:
        super().__init__()
        self.state, self._title = state, title

    def compose(self) -> ComposeResult:
        """Title, page and keys."""
        yield self.message()
        yield title_of(self.state, self.app)
        yield ruled(self._title)
        yield self.page()
        yield KeyFooter(show_command_palette=False)

    def page(self) -> Widget:
        """What scrolls."""
        return VerticalScroll(*self.contents(), id="page")

    def contents(self) -> tuple[Widget, ...]:
        """What is on the page, where nothing else scrolls."""
        return ()

    def action_dismiss_page(self) -> None:
        """Back to the panels."""
        self.dismiss(None)

    async def action_quit_all(self) -> None:
        """End the application."""
        await self.app.action_quit()
