"""The footer: Textual's own, its keys told apart by what they do, so that a style sheet can choose among them."""

import re

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer


class KeyFooter(Footer):
    """Gives the key of ``command('play')`` the class ``command-play``."""

    def __init__(self, *, show_command_palette: bool = True) -> None:
        super().__init__(compact=True, show_command_palette=show_command_palette)
        self._bindings_ready = True  # textual shows no key before its first frame otherwise
        self.set_class(getattr(self.app, "ascii_only", False), "-ascii")

    def compose(self) -> ComposeResult:
        """Textual's keys, each with a class of its own."""
        self._composed = self._listed()
        for widget in super().compose():
            if action := getattr(widget, "action", ""):
                # "-compact", too, which textual adds when each is already styled: it would be so twice.
                widget.add_class(re.sub(r"\W+", "-", action).strip("-"), "-compact", update=False)
            yield widget

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Make the keys anew where there are others: Textual does so at every change of focus."""
        if screen is self.screen and self._listed() != self._composed:
            super().bindings_changed(screen)

    def _listed(self) -> list[tuple[str, bool]]:
        """The keys to be shown, and whether they can be pressed."""
        active = self.screen.active_bindings.values()
        return [(each.binding.key, each.enabled) for each in active if each.binding.show]
