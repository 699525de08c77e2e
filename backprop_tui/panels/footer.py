"""The footer: Textual's own, its keys told apart by what they do, so that a style sheet can choose among them."""

import re

from textual.app import ComposeResult
from textual.widgets import Footer


class KeyFooter(Footer):
    """Gives the key of ``command('play')`` the class ``command-play``."""

    def __init__(self, *, show_command_palette: bool = True) -> None:
        super().__init__(compact=True, show_command_palette=show_command_palette)
        self._bindings_ready = True  # textual shows no key before its first frame otherwise

    def compose(self) -> ComposeResult:
        """Textual's keys, each with a class of its own."""
        for widget in super().compose():
            if action := getattr(widget, "action", ""):
                widget.add_class(re.sub(r"\W+", "-", action).strip("-"))
            yield widget
