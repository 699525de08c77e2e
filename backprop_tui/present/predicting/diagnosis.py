"""Which mistakes give an answer: the table, asked about one stage."""

import math
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from backprop_tui.core.scenario import Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.predicting.answer import Answer, AnswerError, read_answer
from backprop_tui.present.predicting.asked import Asked
from backprop_tui.present.predicting.mistake import Mistake
from backprop_tui.present.predicting.table import MISTAKES
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start

_POWERS = range(1, 7)  # of ten that a number is easily off by


class Found(NamedTuple):
    """A mistake that gives the answer, and what is said of it."""

    mistake: Mistake
    sentence: str


class Off(StrEnum):
    """How an answer stands to the right number where no mistake of the table gives it."""

    MIRRORED = "right size, wrong sign"
    SIGN = "wrong sign"
    POWER = "wrong power of ten"
    LARGE = "too large"
    SMALL = "too small"


def is_right(view: Pass, stage: int, answer: Answer) -> bool:
    """Whether `answer` is the number of `stage` (from 1), to the digits typed."""
    return answer.names(view.values[stage - 1])


def found(view: Pass, stage: int, answer: Answer) -> tuple[Found, ...]:
    """Every mistake that gives `answer` at `stage` (from 1), the commonest first; none for a right answer."""
    if is_right(view, stage, answer) or not math.isfinite(view.values[stage - 1]):
        return ()
    every = tuple(_found(Asked(view, stage), answer))
    names = {one.mistake.name for one in every}
    return tuple(
        one
        for general in every
        if general.mistake.case_of not in names
        for one in (general, *(case for case in every if case.mistake.case_of == general.mistake.name))
    )


def _found(asked: Asked, answer: Answer) -> Iterator[Found]:
    for mistake in MISTAKES:
        for value, words in mistake.gives(asked):
            if answer.names(value):
                names = {"answer": answer.shown, "end": asked.end}
                yield Found(mistake, mistake.sentence.format_map({**words, **names}))
                break


def off(value: float, answer: Answer) -> Off:
    """How `answer` misses `value`; for where nothing better can be said."""
    if answer.names(-value):
        return Off.MIRRORED
    if any(
        answer.names(sign * value * 10.0**power) for power in (*_POWERS, *(-p for p in _POWERS)) for sign in (1, -1)
    ):
        return Off.POWER
    if answer.value * value < 0:
        return Off.SIGN
    return Off.LARGE if abs(answer.value) > abs(value) else Off.SMALL


def diagnose(
    what: Scenario | str, stage: int | str, answer: str | float, *, epoch: int = 1, sample: int = 1
) -> tuple[str, ...]:
    """The names of the mistakes that give `answer` at a stage, the commonest first; () where it is right or none does.

    What may be given is said where it is public, in the package.  Raises ValueError, saying in one line what was
    expected, where something else is.
    """
    scenario = load(what) if isinstance(what, str) else what
    if not isinstance(scenario, Scenario):
        raise ValueError(f"{type(what).__name__}: expected a scenario, the name of one, or a path")
    state = apply(start(scenario), GoTo(Position(epoch, sample, 0)))
    number = stage if isinstance(stage, int) else _stage_named(state, stage)
    if not 1 <= number <= state.timeline.last:
        raise ValueError(f"stage {number}: expected a number from 1 to {state.timeline.last}, or a quantity's name")
    text = answer if isinstance(answer, str) else repr(answer)
    try:
        given = read_answer(text)
    except AnswerError as error:
        raise ValueError(f"answer {text!r}: {error}") from error
    return tuple(one.mistake.name for one in found(state.view, number, given))


def _stage_named(state: State, name: str) -> int:
    from backprop_tui.present.form import stage_names  # noqa: PLC0415 - needed where a stage is named only

    stages = stage_names(state)
    if name.isdecimal():
        return int(name)
    if name not in stages:
        names = ", ".join(rule.quantity for rule in state.timeline.rules[:3])
        raise ValueError(f"stage {name}: no quantity of that name; expected one such as {names}")
    return stages[name]
