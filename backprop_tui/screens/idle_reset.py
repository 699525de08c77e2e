"""The idle reset: everything as at the start when a visitor has not touched a key for a while."""

from collections.abc import Callable
from time import monotonic

SetTimer = Callable[[float, Callable[[], None]], object]


class IdleReset:
    """Calls `start_over` `seconds` after the last touch; one timer, and nothing on screen while it waits.

    Where nobody has been since the start, there is nothing to forget: a demo plays on.
    """

    def __init__(self, set_timer: SetTimer, seconds: float | None, start_over: Callable[[], None]) -> None:
        self._set_timer = set_timer
        self._seconds = seconds
        self._start_over = start_over
        self._last_touch = monotonic()
        self._visited = False

    def start(self) -> None:
        """Wait, where anything is to be waited for."""
        if self._seconds is not None:
            self._set_timer(self._seconds, self._look)

    def touched(self) -> None:
        """Somebody is there."""
        self._last_touch = monotonic()
        self._visited = True

    def _look(self) -> None:
        seconds = self._seconds or 0.0
        left = self._last_touch + seconds - monotonic()
        if left <= 0:
            left = seconds
            if self._visited:
                self._visited = False
                self._start_over()
        self._set_timer(max(left, 0.01), self._look)
