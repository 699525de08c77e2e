"""Shades for the answers of one output: six of them, parted at round numbers."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from backprop_tui.core.scenario import Scenario
from backprop_tui.present.answers.judgement import Rule
from backprop_tui.present.numbers import number

SHADES = " .░▒▓█"
"""From the smallest answers to the largest."""

NOT_FINITE = "?"

_SIDES = (0.1, 0.3, 0.5, 0.7, 0.9)
_PARTED = 2  # edges on each side of the one in the middle
_FLAT = 1e-9  # a range of less than this share of its largest number is none
_ALONE = 3  # the shade where all answers are the same


class Shading(NamedTuple):
    """Where one shade ends and the next begins, ascending; `alone` is the one answer where there are no edges."""

    edges: tuple[float, ...]
    alone: float = 0.0

    def shade(self, answer: float) -> str:
        """The character for an answer."""
        if not math.isfinite(answer):
            return NOT_FINITE
        return SHADES[bisect_right(self.edges, answer)] if self.edges else SHADES[_ALONE]

    def legend(self) -> tuple[str, ...]:
        """What each shade stands for: ``blank <0.1``, …, ``█ from 0.9``."""
        if not self.edges:
            return (f"{SHADES[_ALONE]} {number(self.alone)} everywhere",)
        names = ("blank", *SHADES[1:])
        ends = (*(f"<{number(edge)}" for edge in self.edges), f"from {number(self.edges[-1])}")
        return tuple(f"{name} {end}" for name, end in zip(names, ends, strict=True))


def shading(scenario: Scenario, rule: Rule, answers: Iterable[float]) -> Shading:
    """The shades for `answers`; of a sigmoid's from 0 to 1, else so that they fill the range of the answers.

    The edge in the middle is that of the targets where the answers lie on both sides of it.
    """
    if rule is Rule.SIDE:
        return Shading(_SIDES)
    finite = [answer for answer in answers if math.isfinite(answer)] or [0.0]
    low, high = min(finite), max(finite)
    if high / 2 - low / 2 <= _FLAT / 2 * max(abs(low), abs(high)):
        return Shading((), low)
    targets = [sample.y[0] for sample in scenario.samples]
    middle = middle_of(targets)
    if not low < middle < high:
        middle = low / 2 + high / 2
    step = _rounded(max(high / 3 - middle / 3, middle / 3 - low / 3))
    if middle != middle_of(targets):
        middle = round(middle / step) * step
    return Shading(tuple(middle + place * step for place in range(-_PARTED, _PARTED + 1)), low)


def middle_of(values: Sequence[float]) -> float:
    """Half-way between the least and the largest."""
    return min(values) / 2 + max(values) / 2


def _rounded(step: float) -> float:
    """The nearest of 1, 2, 5 and 10 times a power of ten, by ratio; `step` is above 0."""
    power = 10.0 ** math.floor(math.log10(step))
    return min((1 * power, 2 * power, 5 * power, 10 * power), key=lambda round_one: abs(math.log(round_one / step)))
