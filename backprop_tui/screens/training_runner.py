"""Training on: many epochs in slices so short that a key is heard at once."""

from time import perf_counter

from textual.timer import Timer

from backprop_tui.present.numbers import number
from backprop_tui.screens.host import Host
from backprop_tui.screens.seek import TICK

# What trains, and says how it ended, is imported when there is training: the first frame is to come soon.
# ruff: noqa: PLC0415

_FIRST_SLICE = 64  # epochs; then as many as half a tick allows


class TrainingRunner:
    """Trains for `host`, which is shown the epoch reached."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._timer: Timer | None = None
        self._left = 0
        self._slice = _FIRST_SLICE

    @property
    def running(self) -> bool:
        """Whether training is under way."""
        return self._timer is not None

    def start(self) -> None:
        """Train on from the epoch on screen, where there is anything to train."""
        if not self._host.state.timeline.graph.free:
            self._host.say("Nothing to train: every parameter is held fixed.")
            return
        if not self._host.state.scenario.learns:
            self._host.say("Nothing to train: there is no learning rate (key e gives it one).")
            return
        from backprop_tui.stepper.training import MOST_TRAINED

        self._left = MOST_TRAINED
        self._begun = perf_counter()
        self._timer = self._host.set_interval(TICK, self._train)
        self._host.say("Training. Any key stops.")

    def stop(self) -> bool:
        """Stop where one is; whether training was under way."""
        if not self.running:
            return False
        from backprop_tui.present.endings import interrupted

        self._end(interrupted(self._host.state.position.epoch))
        return True

    def _train(self) -> None:
        from backprop_tui.present.answers.answered import answers_in_words
        from backprop_tui.present.endings import gave_up, sentence
        from backprop_tui.present.loss.epochs import loss_name
        from backprop_tui.stepper.training import MOST_TRAINED, train

        epochs = min(self._slice, self._left)
        before = self._host.state.position.epoch
        started = perf_counter()
        state, ending = train(self._host.state, epochs + 1)
        took = perf_counter() - started  # without drawing: where that is slow, fewer epochs a frame would help nobody
        self._slice = max(1, self._slice * 2 if took < TICK / 2 else self._slice // 2)
        self._host.state = state
        epoch = state.position.epoch
        self._left -= epoch - before
        if ending is not None:
            self._end(f"{sentence(state, ending)} {answers_in_words(state)}".strip())
        elif self._left <= 0 or epoch == before:
            self._end(gave_up(epoch, MOST_TRAINED))
        else:
            loss = f"{loss_name(state)} {number(state.history.losses[epoch - 1])}"
            done = MOST_TRAINED - self._left
            speed = done / max(perf_counter() - self._begun, 1e-9)
            left = f"at most {max(1, round(self._left / speed)):,} s left" if speed else "no end in sight"
            self._host.say(
                f"Training: {done:,} of at most {MOST_TRAINED:,} epochs, {loss}; "
                f"{number(speed, 2)} epochs a second, {left}. Any key stops."
            )

    def _end(self, saying: str) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._host.say(saying)
