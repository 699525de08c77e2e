"""What those who work by themselves may ask of the screen that they work for."""

from collections.abc import Callable
from typing import Protocol

from textual.timer import Timer

from backprop_tui.stepper.state import State


class Host(Protocol):
    """A screen with the one state."""

    state: State

    def set_interval(self, interval: float, callback: Callable[[], object], /) -> Timer:
        """Call `callback` every `interval` seconds."""

    def say(self, notice: str) -> None:
        """Show `notice`, or none where it is empty."""
