"""Asking for the next number on the main screen; imported when it is first asked for."""

from string import digits
from typing import Protocol

from textual import events

from backprop_tui.present.predicting import asking as quiz
from backprop_tui.present.predicting.asking import Asking, Mode
from backprop_tui.present.predicting.tally import summary
from backprop_tui.stepper import machine
from backprop_tui.stepper.machine import Move, last_sample
from backprop_tui.stepper.state import State

_SAID = {
    Mode.OFF: "Predicting is off.",
    Mode.NUMBERS: "",
    Mode.RULE: "Now without the numbers; t once more and nothing is asked.",
}


_GOES_ON = "Enter or → asks for the next."


class Host(Protocol):
    """A screen with the one state, and how its next number is asked for."""

    state: State
    asking: Asking | None

    def say(self, notice: str) -> None:
        """Show `notice`, or none where it is empty."""

    def do(self, command: machine.Command) -> bool:
        """Carry out `command`."""

    def show_explanation(self) -> None:
        """Have the explanation in view."""


class Predicting:
    """Asks for `host`; all that it knows is in the host's `asking`."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @property
    def _asking(self) -> Asking:
        return self._host.asking or Asking()

    def change_mode(self, *, asks: bool = True) -> None:
        """Go on to the next mode, and where it `asks` at once, do so."""
        asking = quiz.next_mode(self._asking)
        self._host.say(_SAID[asking.mode])
        self._host.asking = asking
        if asks and asking.question is None:
            self.ask()

    def ask(self) -> bool:
        """Ask for the stage that comes next; whether there is a question now."""
        self._host.asking = quiz.opened(self._asking, self._host.state)
        if self._asking.question is None:
            return False
        self._host.show_explanation()
        return True

    def step(self) -> None:
        """What → does: ask, or show what was asked."""
        if self._asking.question is not None:
            self._host.asking = quiz.given_up(self._asking)
            self._show("")
            return
        self._host.say("")
        if not self.ask():
            self._show("")

    def takes(self, event: events.Key, *, chosen: bool) -> bool:
        """Whether a key is the field's, which has then got it; space, which so often steps on, is swallowed.

        Where nothing is asked yet, a digit begins the next answer, and Enter asks for it unless something is `chosen`.
        """
        question = self._asking.question
        if question is None:
            return self._begins(event, chosen=chosen)
        if event.key == "enter":
            self._answer()
        elif event.key == "backspace":
            self._host.asking = quiz.erased(self._asking)
        elif event.character and quiz.takes(question, event.character):
            self._host.asking = quiz.typed(self._asking, event.character)
        else:
            return event.key == "space"
        return True

    def _begins(self, event: events.Key, *, chosen: bool) -> bool:
        if self._asking.mode is Mode.OFF:
            return False
        if event.key == "enter" and not chosen:
            self.step()
            return True
        if event.character is None or event.character not in digits or not self.ask():
            return False
        self._host.say("")
        self._host.asking = quiz.typed(self._asking, event.character)
        return True

    def _answer(self) -> None:
        outcome = quiz.answered(self._asking)
        self._host.say("")
        self._host.asking = outcome.asking
        if outcome.shows:
            more = _GOES_ON if len(outcome.asking.records) == 1 else ""
            self._show(f"{outcome.said} {more}".strip(), known=outcome.asking.records[-1].right)

    def _show(self, said: str, *, known: bool = False) -> None:
        """Compute the stage, and say what is to be said with it; at the end of an epoch how it went."""
        self._host.do(Move.NEXT)
        here, state = self._host.state.position, self._host.state
        records = self._asking.of_epoch(here.epoch)
        if records and here.stage == state.timeline.last and here.sample == last_sample(state, here.epoch):
            said = "" if known else said  # what the stage means is worth more here than why the answer was right
            said = f"{said} {summary(records)}".strip()
        if said:
            self._host.say(said)
