"""The application for strangers: nothing of the host can be read, written, opened or run from the screen.

Textual can save screenshots, deliver files, open addresses with $BROWSER, and stop the process so that the shell
behind it has the terminal.  In a kiosk none of it works, however it is reached.
"""

from contextlib import AbstractContextManager, nullcontext

from backprop_tui.terminal.app import TerminalApp


class Kiosk(TerminalApp):
    """To be inherited from before the application that is to be cut off from its host."""

    def open_url(self, *_: object, **__: object) -> None:
        """Open nothing."""

    def deliver_text(self, *_: object, **__: object) -> None:
        """Write nothing."""

    def deliver_binary(self, *_: object, **__: object) -> None:
        """Write nothing."""

    def deliver_screenshot(self, *_: object, **__: object) -> None:
        """Write nothing."""

    def save_screenshot(self, *_: object, **__: object) -> str:
        """Write nothing; no path is given back."""
        return ""

    def suspend(self) -> AbstractContextManager[None]:  # type: ignore[override]  # it is a context manager, decorated
        """Keep the terminal."""
        return nullcontext()

    def action_suspend_process(self) -> None:
        """Keep running."""
