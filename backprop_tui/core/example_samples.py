"""Samples for a network that has none yet: few, small, and such that it can learn them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from backprop_tui.core.scenario import Sample

_POINTS = 8
_FEW_CLASSES = 6
_EDGE = 1e-9  # what is nearer to a line lies on it, whichever way the last digit falls


class Examples(NamedTuple):
    """Samples, and in a sentence what they are; with `classes` each has a class as its target, the 1 among its y."""

    text: str
    samples: tuple[Sample, ...]
    classes: bool = False


def examples(inputs: int, outputs: int, *, hidden: bool, classes: bool, line: bool) -> Examples:
    """Samples of those widths: with `classes` a class each, else targets of 0 and 1.

    What one layer cannot learn is there only for a network with `hidden` neurons; without any, for one that answers
    with plain sums, the targets lie on a `line`.
    """
    if classes:
        return _classes(inputs, outputs)
    if line and not hidden:
        return _line(inputs, outputs)
    if (inputs, outputs) == (2, 1):
        corners = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
        if hidden:
            return Examples("XOR: y is 1 where exactly one input is 1.", _targets(corners, (0, 1, 1, 0)))
        return Examples("OR: y is 1 where at least one input is 1.", _targets(corners, (0, 1, 1, 1)))
    if (inputs, outputs) == (1, 1):
        row = ((-1.5,), (-0.5,), (0.5,), (1.5,))
        if hidden:
            return Examples("y is 1 in the middle, 0 on both sides.", _targets(row, (0, 1, 1, 0)))
        return Examples("y is 1 where x is above 0.", _targets(row, (0, 0, 1, 1)))
    return _sides(inputs, outputs)


def _line(inputs: int, outputs: int) -> Examples:
    """Points all around, and sums of their inputs, which are met exactly."""
    samples = []
    for number in range(_POINTS):
        x = _point(number + 0.5, _POINTS, inputs, 1.5)
        y = (1 + 2 * x[output % inputs] - (x[(output + 1) % inputs] if inputs > 1 else 0) for output in range(outputs))
        samples.append(Sample(x, tuple(round(target, 3) for target in y)))
    less = ", less another one" if inputs > 1 else ""
    return Examples(f"Each number of y is 1 and twice one of x{less}.", tuple(samples))


def _targets(points: Sequence[tuple[float, ...]], targets: Sequence[int]) -> tuple[Sample, ...]:
    return tuple(Sample(x, (float(y),)) for x, y in zip(points, targets, strict=True))


def _classes(inputs: int, classes: int) -> Examples:
    """Two points of each class in its own direction; where there are many classes, or one input, one point of each."""
    sizes = (1.5, 1.0) if inputs > 1 and classes <= _FEW_CLASSES else (1.5,)
    samples = []
    for size in sizes:
        for number in range(classes):
            y = tuple(float(number == other) for other in range(classes))
            samples.append(Sample(_point(number + 0.2, classes, inputs, size), y))
    where = "in a direction" if inputs > 1 else "at a place"
    return Examples(f"Each class lies {where} of its own.", tuple(samples), classes=True)


def _sides(inputs: int, outputs: int) -> Examples:
    """Points all around; each target is 1 on one side of a line through the middle, and 0 on the other.

    One input has but two sides, which the targets take in turn.
    """
    samples = []
    for number in range(_POINTS):
        x, share = _point(number + 0.5, _POINTS, inputs, 1.5), (number + 0.5) / _POINTS
        if inputs == 1:
            y = [(x[0] > 0) == (output % 2 == 0) for output in range(outputs)]
        else:
            y = [math.cos(2 * math.pi * (share - output / outputs / 2)) > _EDGE for output in range(outputs)]
        samples.append(Sample(x, tuple(map(float, y))))
    return Examples("Each number of y is 1 on one side of the middle and 0 on the other.", tuple(samples))


def _point(number: float, of: int, inputs: int, size: float) -> tuple[float, ...]:
    """One of so many points around a circle, seen from as many directions as there are inputs; for one, on a line."""
    size *= min(1.0, math.sqrt(2 / inputs))  # so that the sums of a neuron with many inputs are no larger
    if inputs == 1:
        return (round(size * (2 * number / of - 1), 3),)
    angle = 2 * math.pi * number / of
    return tuple(round(size * math.cos(angle - math.pi * column / inputs), 2) + 0.0 for column in range(inputs))
