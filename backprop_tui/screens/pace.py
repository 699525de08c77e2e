"""What goes on by itself: playing, training on, going far, and drawing ahead."""

from asyncio import Handle, get_running_loop
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from textual.timer import Timer

from backprop_tui.core.backprop import Phase
from backprop_tui.present.endings import gave_up, interrupted, sentence
from backprop_tui.present.numbers import number
from backprop_tui.present.screen import screen_rows
from backprop_tui.stepper.machine import Move, apply, last_sample
from backprop_tui.stepper.state import Position, State
from backprop_tui.stepper.training import MOST_TRAINED, ending, train

if TYPE_CHECKING:
    from backprop_tui.present.form import Form
    from backprop_tui.screens.main import MainScreen

SPEEDS = (5.0, 3.0, 2.0, 1.0, 0.5, 0.25, 0.1, 0.05)
"""Seconds per stage that + and - step through."""

_LOOP_EPOCHS = 10
_REST = 0.004  # seconds: a frame is written by then
_TICK = 0.03  # seconds between two slices; half of them are left for keys and drawing
_FIRST_SLICE = 64  # epochs; then as many as half a tick allows


class IdleReset:
    """Starts over when a visitor has not touched a key for a while; one timer, and nothing on screen while it waits.

    Where nobody has been since the start, there is nothing to forget: a demo plays on.
    """

    def __init__(self, screen: "MainScreen", seconds: float | None) -> None:
        self._screen = screen
        self._seconds = seconds
        self._last_touch = monotonic()
        self._visited = False

    def start(self) -> None:
        """Wait, where anything is to be waited for."""
        if self._seconds is not None:
            self._screen.set_timer(self._seconds, self._look)

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
                self._screen.start_over()
        self._screen.set_timer(max(left, 0.01), self._look)


class Autoplay:
    """Presses → at a steady pace until told to stop or there is nothing left to compute."""

    def __init__(self, screen: "MainScreen", seconds: float | None, *, loop: bool = False) -> None:
        self._screen = screen
        self._asked = seconds is not None
        self._usual = self._seconds = 1.0 if seconds is None else seconds
        self._loop = loop
        self._timer: Timer | None = None

    @property
    def playing(self) -> bool:
        """Whether stages are being computed by themselves."""
        return self._timer is not None

    def start_if_asked(self) -> None:
        """At the usual speed, play from the first moment where the command line says so."""
        self._seconds = self._usual
        if self._asked:
            self.play()

    def play(self) -> None:
        """Compute a stage now and then."""
        self.pause()
        self._timer = self._screen.set_interval(self._seconds, self._step)
        self._say()

    def pause(self) -> None:
        """Stop."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._screen.notice = ""
            self._screen.draw()

    def change_speed(self, *, faster: bool) -> None:
        """Take the next speed, while playing or for the next time."""
        others = [s for s in SPEEDS if (s < self._seconds if faster else s > self._seconds)]
        if others:
            self._seconds = max(others) if faster else min(others)
        if self.playing:
            self.play()
        else:
            self._screen.notice = f"Playing speed: a stage every {number(self._seconds)} s."
            self._screen.draw()

    def _step(self) -> None:
        before = self._screen.state
        self._screen.state = apply(before, Move.NEXT)
        if self._loop and _nothing_more(before):
            self._screen.start_over()
        elif self._screen.state.position == before.position:
            self.pause()
        else:
            self._say()

    def _say(self) -> None:
        self._screen.notice = (
            f"Playing, a stage every {number(self._seconds)} s; + - faster, slower, any other key stops."
        )
        self._screen.draw()


def _nothing_more(state: State) -> bool:
    """Whether an audience has seen what there is: the run is over, or an epoch that settles it, or `_LOOP_EPOCHS`."""
    here = state.position
    if here.stage < state.timeline.last or here.sample < last_sample(state, here.epoch):
        return False
    return here.epoch >= _LOOP_EPOCHS or ending(state, here.epoch) is not None


class Seek:
    """Computes the way to a far epoch in slices, so that the screen stays alive; Esc stops it."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen
        self._timer: Timer | None = None

    def start(self, position: Position, form: "Form") -> None:
        """Set out for `position`, which `form` asked for."""
        self.stop()
        self._position, self._form = position, form
        if not self._advance():
            self._timer = self._screen.set_interval(_TICK, self._advance)

    def heed(self, form: "Form") -> None:
        """Stop where something else has been typed since than what the journey was for."""
        if self._timer is not None and form.texts != self._form.texts:
            self.stop()

    def stop(self) -> bool:
        """Stay where one is; whether a journey was under way."""
        if self._timer is None:
            return False
        self._timer.stop()
        self._timer = None
        return True

    def _advance(self) -> bool:
        """Compute on for half a tick; whether the end was reached."""
        history, epoch = self._screen.state.history, self._position.epoch
        until = perf_counter() + _TICK / 2
        while perf_counter() < until and history.end is None and len(history.losses) + 1 < epoch:
            history.reach(min(epoch, len(history.losses) + 1 + _FIRST_SLICE))
        arrived = history.end is not None or len(history.losses) + 1 >= epoch
        if arrived:
            self.stop()
            self._screen.arrive(self._position, self._form)
        else:
            done = f"Computing: epoch {len(history.losses) + 1:,} of {epoch:,}. Esc stops."
            self._screen.refuse(replace(self._form, refusal=done))
        return arrived


class Foresight:
    """Draws where the next key may lead, while nobody waits: that key will find its screen remembered."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen
        self._handle: Handle | None = None

    def start(self, moves: Sequence[Move] = (Move.NEXT, Move.BACK)) -> None:
        """Draw where `moves` lead, in a while; whatever else was to be drawn ahead is not any more."""
        if self._handle is not None:
            self._handle.cancel()
        # Not a timer of textual's, which is a task: this happens at every key.
        self._handle = get_running_loop().call_later(_REST, self._screen.call_next, partial(self.draw, moves))

    def draw(self, moves: Sequence[Move]) -> None:
        """Draw where the first of `moves` leads; one screen at a time, for a key may come."""
        screen = self._screen
        if screen.mode == "step" and not screen.small and not screen.trainer.running:
            ahead = screen.look()._replace(state=apply(screen.state, moves[0]), chosen=0, notice="")
            screen.sheet.prepare(screen_rows(ahead))
            if moves[1:]:
                self.start(moves[1:])


class TrainingRunner:
    """Trains on in slices short enough that a key is heard at once."""

    def __init__(self, screen: "MainScreen") -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._left = 0
        self._slice = _FIRST_SLICE

    @property
    def running(self) -> bool:
        """Whether training is under way."""
        return self._timer is not None

    def start(self) -> None:
        """Train on from the epoch on screen, where there is anything to train."""
        if Phase.UPDATE not in self._screen.state.timeline.phases:
            self._screen.notice = "Nothing to train: every parameter is held fixed."
            self._screen.draw()
            return
        self._left = MOST_TRAINED
        self._begun = perf_counter()
        self._timer = self._screen.set_interval(_TICK, self._train)
        self._screen.notice = "Training. Any key stops."
        self._screen.draw()

    def stop(self) -> bool:
        """Stop where one is; whether training was under way."""
        if not self.running:
            return False
        self._end(interrupted(self._screen.state.position.epoch))
        return True

    def _train(self) -> None:
        screen = self._screen
        epochs = min(self._slice, self._left)
        before = screen.state.position.epoch
        started = perf_counter()
        screen.state, verdict = train(screen.state, epochs + 1)
        self._slice = max(1, self._slice * 2 if perf_counter() - started < _TICK / 2 else self._slice // 2)
        epoch = screen.state.position.epoch
        self._left -= epoch - before
        if verdict is not None:
            self._end(sentence(screen.state, verdict))
        elif self._left <= 0 or epoch == before:
            self._end(gave_up(epoch, MOST_TRAINED))
        else:
            loss = number(screen.state.history.losses[epoch - 1])
            done = MOST_TRAINED - self._left
            speed = done / max(perf_counter() - self._begun, 1e-9)
            left = f"at most {max(1, round(self._left / speed)):,} s left" if speed else "no end in sight"
            screen.notice = (
                f"Training: {done:,} of at most {MOST_TRAINED:,} epochs, loss {loss}; "
                f"{number(speed, 2)} epochs a second, {left}. Any key stops."
            )
            screen.draw()

    def _end(self, saying: str) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._screen.notice = saying
        self._screen.draw()
