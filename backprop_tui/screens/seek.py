"""Seeking: the way to a far epoch, computed in slices so that the screen stays alive."""

from collections.abc import Callable
from time import perf_counter

from textual.timer import Timer

from backprop_tui.stepper.history import History

TICK = 0.03  # seconds between two slices; half of them are left for keys and drawing
_SLICE = 64  # epochs

SetInterval = Callable[[float, Callable[[], object]], Timer]


class Seek:
    """Computes `history` up to an epoch; calls `progress` with the epoch reached so far, `arrived` at the end."""

    def __init__(self, set_interval: SetInterval, progress: Callable[[int], None], arrived: Callable[[], None]) -> None:
        self._set_interval = set_interval
        self._progress = progress
        self._arrived = arrived
        self._timer: Timer | None = None

    def start(self, history: History, epoch: int) -> None:
        """Set out for `epoch`."""
        self.stop()
        self._history, self._epoch = history, epoch
        if not self._advance():
            self._timer = self._set_interval(TICK, self._advance)

    def stop(self) -> bool:
        """Stay where one is; whether a way was under way."""
        if self._timer is None:
            return False
        self._timer.stop()
        self._timer = None
        return True

    def _advance(self) -> bool:
        """Compute on for half a tick; whether the end was reached."""
        history, epoch = self._history, self._epoch
        until = perf_counter() + TICK / 2
        while perf_counter() < until and history.end is None and len(history.losses) + 1 < epoch:
            history.reach(min(epoch, len(history.losses) + 1 + _SLICE))
        if history.end is None and len(history.losses) + 1 < epoch:
            self._progress(len(history.losses) + 1)
            return False
        self.stop()
        self._arrived()
        return True
