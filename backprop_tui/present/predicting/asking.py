"""Asking for the next number: the mode, the open question, and what has been answered; values that never change.

next_mode    off → numbers put in → the rule alone → off
opened       with a question about the stage that → computes, where there is anything to ask
typed        with a key more in the field; erased with one less
answered     the question goes, as do those after the second wrong answer; after the first it stays
given_up     the question goes, unanswered
"""

import math
from enum import StrEnum
from typing import NamedTuple

from backprop_tui.core.backprop import Rule
from backprop_tui.core.expression import names
from backprop_tui.core.graph import Graph
from backprop_tui.present.predicting.answer import AnswerError, read_answer
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.present.predicting.diagnosis import found, is_right
from backprop_tui.present.predicting.reasons import why_right, why_wrong
from backprop_tui.present.predicting.tally import Record
from backprop_tui.stepper.machine import Move, apply
from backprop_tui.stepper.state import State

TRIES = 2
"""So many answers are taken before the number is shown."""

MOST_TYPED = 30
"""So many characters the field takes."""

_FIELD = frozenset("0123456789.,+-−*/()")


class Mode(StrEnum):
    """What is shown of the rule that is asked about."""

    OFF = "off"
    NUMBERS = "with numbers"
    RULE = "the rule alone"


Constant = tuple[Graph, str, Rule]
"""A rule without any quantity in it, by the run's graph and its operation, whichever its node is."""


class Question(NamedTuple):
    """The stage `asked`, what is in the field, how many answers were wrong, and what is said of the last one.

    What has been answered stays in the field until the next key, which begins `anew`.
    """

    asked: Asked
    text: str = ""
    wrong: int = 0
    said: str = ""
    slips: tuple[str, ...] = ()
    anew: bool = False


class Asking(NamedTuple):
    """How the next number is asked for, and of what.

    `constants` are those rules without any quantity in them that a question of this run was about, to its end;
    `records` what became of each question, the first `earlier` of them in other runs.
    """

    mode: Mode = Mode.OFF
    question: Question | None = None
    constants: frozenset[Constant] = frozenset()
    records: tuple[Record, ...] = ()
    earlier: int = 0

    @property
    def is_on(self) -> bool:
        """Whether numbers are asked for."""
        return self.mode is not Mode.OFF

    def of_epoch(self, epoch: int) -> tuple[Record, ...]:
        """What became of the questions of an epoch of this run."""
        return tuple(one for one in self.records[self.earlier :] if one.epoch == epoch)

    def closed(self) -> "Asking":
        """Without the question, as if it had not been asked."""
        return self._replace(question=None)

    def in_another_run(self) -> "Asking":
        """In the same mode, with nothing asked yet; what was known in other runs still counts for the session."""
        return Asking(self.mode, records=self.records, earlier=len(self.records))


class Outcome(NamedTuple):
    """What an answer leads to: whether the stage is to be shown now, and what is said with it."""

    asking: Asking
    shows: bool
    said: str = ""


def next_mode(asking: Asking) -> Asking:
    """In the mode after this one, with the same question, if any."""
    modes = tuple(Mode)
    mode = modes[(modes.index(asking.mode) + 1) % len(modes)]
    return asking._replace(mode=mode, question=asking.question if mode is not Mode.OFF else None)


def opened(asking: Asking, state: State) -> Asking:
    """With a question about the stage that → leads to from `state`.

    Unchanged where asking is off, the run has ended, the number is not finite, or the constant was asked before.
    """
    after = apply(state, Move.NEXT)
    if asking.mode is Mode.OFF or after.position == state.position:
        return asking
    asked = Asked(after.view, after.position.stage)
    if not math.isfinite(asked.value):
        return asking
    if _constant(asked) in asking.constants:
        return asking
    return asking._replace(question=Question(asked))


def _constant(asked: Asked) -> Constant | None:
    """What kind of constant the stage is, whatever its neuron; None where its number depends on another."""
    if names(asked.rule.expression):
        return None
    return asked.graph, asked.node.operation, asked.rule._replace(quantity="", node="", argument="")


def takes(question: Question, character: str) -> bool:
    """Whether a key is the field's: what an answer is made of, and ``e`` after a digit, where it is an exponent's."""
    if character in ("e", "E"):
        return question.text[-1:].isdecimal() and not question.anew
    return len(character) == 1 and character in _FIELD


def typed(asking: Asking, character: str) -> Asking:
    """With `character`, which the field takes, at the end of it; a full one stays as it is."""
    question = asking.question
    if question is None:
        return asking
    text = "" if question.anew else question.text
    if len(text) >= MOST_TYPED:
        return asking
    return asking._replace(question=question._replace(text=text + character, anew=False))


def erased(asking: Asking) -> Asking:
    """Without the last character in the field."""
    question = asking.question
    if question is None:
        return asking
    return asking._replace(question=question._replace(text=question.text[:-1], anew=False))


def answered(asking: Asking) -> Outcome:
    """What becomes of the answer in the field.  None and the one given already are no try, nor what cannot be read."""
    question = asking.question
    if question is None or not question.text or question.anew:
        return Outcome(asking, shows=False)
    asked = question.asked
    try:
        answer = read_answer(question.text)
    except AnswerError as error:
        said = f"{error}"
        unread = question._replace(said=f"{said[:1].upper()}{said[1:]}.")
        return Outcome(asking._replace(question=unread), shows=False)
    if is_right(asked.view, asked.stage, answer):
        return Outcome(_recorded(asking, right=True), shows=True, said=why_right(asked))
    causes = found(asked.view, asked.stage, answer)
    slips = (*question.slips, *(one.mistake.short for one in causes[:1] if not one.mistake.remark))
    wrong = question._replace(anew=True, wrong=question.wrong + 1, said=why_wrong(asked, answer, causes), slips=slips)
    after = asking._replace(question=wrong)
    if wrong.wrong < TRIES:
        return Outcome(after, shows=False)
    return Outcome(_recorded(after, right=False), shows=True, said=wrong.said)


def given_up(asking: Asking) -> Asking:
    """The question is over, and counts as not known."""
    return _recorded(asking, right=False) if asking.question else asking


def _recorded(asking: Asking, *, right: bool) -> Asking:
    question = asking.question
    if question is None:
        return asking
    asked = question.asked
    record = Record(asked.view.epoch, asked.phase, right, right and not question.wrong, question.slips)
    constants = asking.constants | ({constant} if (constant := _constant(asked)) else set())
    return asking._replace(question=None, constants=constants, records=(*asking.records, record))
