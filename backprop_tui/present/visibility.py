"""What may be seen of a pass at a position: the marks, and each quantity's number once its stage is done."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.core.expression import Number
from backprop_tui.present.canvas import Canvas, Place, Style
from backprop_tui.present.events import blocked
from backprop_tui.present.formulas import formula, substituted
from backprop_tui.present.numbers import DIGITS, number
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

PENDING = "·"
"""Stands for a number that is not computed yet."""

BLOCKED = "╳"
"""Stands after a number that is 0 because something stops it."""


class Mark(StrEnum):
    """Where a stage is, seen from the position: one mark, one meaning, in the graph, the table and the phase bar."""

    DONE = " "
    NOW = "●"
    NEXT = "○"
    LATER = "·"


class Cell(NamedTuple):
    """A quantity as it may be seen: its mark, its number or ``·``, the word where it is blocked, and its stage."""

    mark: Mark
    text: str
    word: str = ""
    stage: int = 0

    @property
    def number(self) -> str:
        """The text with the mark of a blocked one."""
        return f"{self.text}{BLOCKED}" if self.word else self.text

    @property
    def known(self) -> bool:
        """Whether the stage is done."""
        return self.mark in (Mark.DONE, Mark.NOW)

    @property
    def style(self) -> Style:
        """How the number is to be written."""
        if self.mark is Mark.NOW:
            return Style.NOW
        if not self.known:
            return Style.PENDING
        return Style.BLOCKED if self.word else Style.PLAIN


def mark(state: State, stage: int) -> Mark:
    """The mark of `stage`; all stages of a stop are computed by the command that goes to its end."""
    here = state.position.stage
    if stage == here or (state.by_stop and stage in state.stages):
        return Mark.NOW
    if stage < here:
        return Mark.DONE
    return Mark.NEXT if stage == here + 1 else Mark.LATER


def cell(state: State, stage: int, digits: int = DIGITS) -> Cell:
    """What may be seen of the quantity that `stage` computes, in so many digits."""
    where = mark(state, stage)
    if where in (Mark.NEXT, Mark.LATER):
        return Cell(where, PENDING, stage=stage)
    rule = state.timeline.rules[stage - 1]
    word = "" if rule.phase is Phase.UPDATE else blocked(state).get(rule.quantity, "")
    return Cell(where, number(state.view.values[stage - 1], digits), word, stage)


def put_cell(canvas: Canvas, x: int, y: int, shown: Cell, width: int = 0) -> int:
    """Draw `shown` with its number right-aligned in `width` cells from x, its mark right before it; the column after.

    A number that is still to come stands right behind its mark: where it will end is not to be seen ahead of time.
    """
    start = x + max(0, width - len(shown.number)) if shown.known else x
    if shown.mark in (Mark.NOW, Mark.NEXT):
        canvas.put(start - 1, y, shown.mark, Style.NOW if shown.mark is Mark.NOW else Style.NEXT)
    after = canvas.put(start, y, shown.text, shown.style)
    if shown.word:
        after = canvas.put(after, y, BLOCKED, Style.BLOCKED)
    canvas.places.append(Place(x - 1, y, max(after, x + width) - x + 1, shown.stage))
    return after


def widest(one: Pass, stages: tuple[int, ...]) -> int:
    """The cells that the numbers of `stages` may come to take: an epoch's numbers are all known beforehand."""
    return max((len(number(one.values[stage - 1])) + may_be_blocked(one, stage) for stage in stages), default=1)


def may_be_blocked(one: Pass, stage: int) -> bool:
    """Whether the number of `stage` is a 0 that something may stop, so that it may come to carry the mark for it."""
    rule = one.timeline.rules[stage - 1]
    return one.values[stage - 1] == 0 and rule.phase in (Phase.LOCAL, Phase.CHAIN) and rule.expression != Number(0.0)


@lru_cache(maxsize=256)
def rule_text(one: Pass, stage: int) -> str:
    """The rule of `stage` with names."""
    return formula(one.timeline.rules[stage - 1].expression)


@lru_cache(maxsize=256)
def numbers_text(one: Pass, stage: int) -> str:
    """The rule of `stage` with the numbers put in."""
    return substituted(one.timeline.rules[stage - 1].expression, one.known)
