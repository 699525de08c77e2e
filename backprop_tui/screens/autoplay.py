"""Autoplay: → at a steady pace, until told to stop or there is nothing left to compute."""

from collections.abc import Callable

from textual.timer import Timer

from backprop_tui.present.numbers import number
from backprop_tui.screens.host import Host
from backprop_tui.stepper.machine import Move, apply, last_sample
from backprop_tui.stepper.state import State

SPEEDS = (5.0, 3.0, 2.0, 1.0, 0.5, 0.25, 0.1, 0.05)
"""Seconds per stage that + and - step through."""

_LOOP_EPOCHS = 10


class Autoplay:
    """Plays for `host`, a stage every so many seconds; None where it is not to begin by itself.

    With `start_over` given it is called where an audience has seen what there is, and playing goes on.
    """

    def __init__(self, host: Host, seconds: float | None, start_over: Callable[[], None] | None = None) -> None:
        self._host = host
        self._asked = seconds is not None
        self._usual = self._seconds = 1.0 if seconds is None else seconds
        self._start_over = start_over
        self._timer: Timer | None = None

    @property
    def playing(self) -> bool:
        """Whether stages are being computed by themselves."""
        return self._timer is not None

    def start_if_asked(self) -> None:
        """At the usual speed, play from the first moment where that was asked for."""
        self._seconds = self._usual
        if self._asked:
            self.play()

    def play(self) -> None:
        """Compute a stage now and then."""
        self.pause()
        self._timer = self._host.set_interval(self._seconds, self._step)
        self._say()

    def pause(self) -> None:
        """Stop."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._host.say("")

    def change_speed(self, *, faster: bool) -> None:
        """Take the next speed, while playing or for the next time."""
        others = [s for s in SPEEDS if (s < self._seconds if faster else s > self._seconds)]
        if others:
            self._seconds = max(others) if faster else min(others)
        if self.playing:
            self.play()
        else:
            self._host.say(f"Playing speed: a stage every {number(self._seconds)} s.")

    def _step(self) -> None:
        before = self._host.state
        if self._start_over is not None and _nothing_more(before):
            self._start_over()
            return
        self._host.state = apply(before, Move.NEXT)
        if self._host.state.position == before.position:
            self.pause()
        else:
            self._say()

    def _say(self) -> None:
        pace = f"a stage every {number(self._seconds)} s"
        self._host.say(f"Playing, {pace}; + - faster, slower, any other key stops.")


def _nothing_more(state: State) -> bool:
    """Whether an audience has seen what there is: the run is over, or an epoch that settles it, or `_LOOP_EPOCHS`."""
    here = state.position
    if here.stage < state.timeline.last or here.sample < last_sample(state, here.epoch):
        return False
    from backprop_tui.stepper.training import ending  # noqa: PLC0415 - at the end of an epoch

    return here.epoch >= _LOOP_EPOCHS or ending(state, here.epoch) is not None
