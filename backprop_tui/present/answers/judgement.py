"""Which answers are right: by class, by the side of 0.5, or to the digits on screen; and how many are."""

import math
from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from backprop_tui.core.scenario import Scenario
from backprop_tui.present.answers.answered import answers
from backprop_tui.present.numbers import number
from backprop_tui.stepper.state import State
from backprop_tui.stepper.training import RIGHT, is_near, nearness

MIDDLE = 0.5
"""Between the two targets of a sigmoid."""

TIE = -1
"""In place of a class where several have the largest output."""


class Rule(Enum):
    """What makes an answer right."""

    CLASS = auto()
    SIDE = auto()
    DIGITS = auto()


class Judged(NamedTuple):
    """By which rule all answers are judged, which of them are right, and how far off each output may be for that."""

    rule: Rule
    right: tuple[bool, ...]
    off: tuple[float, ...]


def largest(outputs: Sequence[float]) -> int:
    """The class (from 0) with the largest output; `TIE` where there are several, or an output is not a number."""
    most = max(outputs)
    is_clear = outputs.count(most) == 1 and not any(map(math.isnan, outputs))
    return outputs.index(most) if is_clear else TIE


def rule_of(scenario: Scenario) -> Rule:
    """By class: of several outputs the targets are probabilities or 0 but for one 1; by side: targets are 0 or 1."""
    targets, last = [sample.y for sample in scenario.samples], scenario.output
    if len(targets[0]) > 1:
        are_classes = last.activation == "softmax" and scenario.loss == "cross_entropy"
        if are_classes or all(sorted(y) == [*[0.0] * (len(y) - 1), 1.0] for y in targets):
            return Rule.CLASS if all(largest(y) != TIE for y in targets) else Rule.DIGITS
    if last.activation == "sigmoid" and all(value in (0, 1) for y in targets for value in y):
        return Rule.SIDE
    return Rule.DIGITS


def judged(state: State) -> Judged:
    """The answers of the moment, judged."""
    scenario = state.scenario
    rule, near = rule_of(scenario), nearness(state.timeline.graph, scenario)

    def is_right(outputs: tuple[float, ...], targets: tuple[float, ...]) -> bool:
        if not all(map(math.isfinite, outputs)):
            return False
        if rule is Rule.CLASS:
            return largest(outputs) == largest(targets)
        if rule is Rule.SIDE:
            return all(is_on_side(answer, target) for answer, target in zip(outputs, targets, strict=True))
        return all(map(is_near, outputs, targets, near))

    pairs = zip(answers(state), scenario.samples, strict=True)
    right = tuple(is_right(answer.outputs, sample.y) for answer, sample in pairs)
    return Judged(rule, right, tuple(one.off for one in near))


def is_on_side(answer: float, target: float) -> bool:
    """Whether `answer` is on the side of 0.5 of `target`, 0 or 1; 0.5 itself is on neither."""
    return answer > MIDDLE if target else answer < MIDDLE


def count_in_words(found: Judged) -> str:
    """How many answers are right, and what that means: ``3 of 4 right, accuracy 75% (right: …).``."""
    right, count = sum(found.right), len(found.right)
    share = "" if found.rule is Rule.DIGITS else f", accuracy {number(100 * right / count)}%"
    if count == 1:
        start = f"The one answer is {'right' if right else 'not right'}"
    else:
        start = f"All {count} right" if right == count else f"{right or 'None'} of {count} right"
    return f"{start}{share} ({_meaning(found)})."


def _meaning(found: Judged) -> str:
    """When an answer is right."""
    if found.rule is Rule.CLASS:
        return "right: the largest output is that of the class"
    if found.rule is Rule.SIDE:
        return "right: on the target's side of 0.5"
    if len({*found.off}) == 1:
        return f"right: off by at most {number(found.off[0])}, to the digits on screen"
    return f"right: each output off by at most {number(RIGHT)} of its largest target, to the digits on screen"
