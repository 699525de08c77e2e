"""The map of answers: the plane of two inputs in characters, with the samples on it, readable without colour."""

import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from backprop_tui.core.scenario import Scenario
from backprop_tui.present.answers.answered import parameters
from backprop_tui.present.answers.judgement import MIDDLE, TIE, Judged, Rule, largest
from backprop_tui.present.answers.plane import Axis, Field, Plane, field, plane_of
from backprop_tui.present.answers.shades import NOT_FINITE, Shading, middle_of, shading
from backprop_tui.present.canvas import Canvas, Row, Style
from backprop_tui.present.numbers import DIGITS, number, parse
from backprop_tui.stepper.state import State

CLASSES = "123456789abcdefghijklmnopqrstuvwxyz"
"""The sign of each class."""

LOW, HIGH, SEVERAL = "o", "x", "*"
"""The signs of a sample whose target is below the middle, or from there up; and of several in one cell."""

RIGHT, WRONG = ("[", "]"), ("!", "!")
"""What stands around a sample's sign."""

CLEAR = 0.2
"""By so much the largest probability is ahead of the next where the field is not faint."""

_TIED = "="
_CELLS = 12  # for each sample drawn, or there would be nothing else to see
_LEAST_ROWS = 3
_MOST_DIGITS = 10  # of a number at the end of an axis


class Mark(NamedTuple):
    """The sample or samples in one cell."""

    sign: str
    is_right: bool


def is_possible(scenario: Scenario, judged: Judged) -> bool:
    """Whether there is a map: for two inputs and one output, or as many classes as have a sign."""
    outputs = len(scenario.output.weights)
    are_classes = judged.rule is Rule.CLASS and outputs <= len(CLASSES)
    return len(scenario.layers[0].weights[0]) == 2 and (outputs == 1 or are_classes)


def map_rows(state: State, judged: Judged, width: int, height: int) -> tuple[Row, ...]:
    """The map and its legend, in at most `width` × `height` cells (56 × 8 at least), twice as wide as high at least."""
    plane, scenario = plane_of(state.scenario.samples), state.scenario
    left = max(map(len, (*_ends(plane.x2), "x2"))) + 2
    columns, told = width - left, 2
    while True:
        rows = max(_LEAST_ROWS, min(height - 1 - told, columns // 2))
        found = field(state.timeline.graph, parameters(state), plane, columns, rows)
        drawn = max(1, columns * rows // _CELLS)
        shown = _shading(scenario, judged, found)
        marks = marks_in(scenario, judged, plane, (columns, rows), drawn)
        signs = ["".join([_sign(outputs, shown) for outputs in cells]) for cells in found]
        faint = faint_in(found) if scenario.output.activation == "softmax" else ()
        told_signs = [*_told_field(shown, {*"".join(signs)}, is_faint=bool(faint))]
        told_signs += [*_told_marks(scenario, judged, marks, drawn)]
        legend = _legend_rows(told_signs, width)
        if rows + 1 + len(legend) <= height or rows == _LEAST_ROWS:
            return (*_drawn(signs, faint, marks, plane, left), *legend)
        told = len(legend)


def faint_in(found: Field) -> tuple[tuple[int, int], ...]:
    """The cells (column and row) in which the largest output is ahead of the next by less than `CLEAR`."""
    return tuple(
        (x, y) for y, cells in enumerate(found) for x, outputs in enumerate(cells) if not _is_clear(sorted(outputs))
    )


def _is_clear(ascending: Sequence[float]) -> bool:
    return ascending[-1] - ascending[-2] >= CLEAR


def _drawn(
    signs: Sequence[str],
    faint: Iterable[tuple[int, int]],
    marks: Mapping[tuple[int, int], Mark],
    plane: Plane,
    left: int,
) -> tuple[Row, ...]:
    """The field of `signs` from column `left` on, the marks on it, and the axes."""
    canvas = Canvas(left + len(signs[0]), len(signs) + 1)
    for y, text in enumerate(signs):
        canvas.put(left - 1, y, "│", Style.DIM)
        canvas.put(left, y, text)
    for x, y in faint:
        canvas.put(left + x, y, signs[y][x], Style.DIM)
    _draw_marks(canvas, marks, left)
    _draw_axes(canvas, plane, left)
    return canvas.rows()


def _legend_rows(items: Sequence[str], width: int) -> list[Row]:
    """The legend in rows that end between two of its items."""
    stay = "\u00a0"
    glued = (item.replace(" ", stay) if len(item) < width else item for item in items)
    lines = textwrap.wrap("   ".join(glued), width - 1)
    return [((f" {line.replace(stay, ' ')}", Style.PLAIN),) for line in lines]


def marks_in(
    scenario: Scenario, judged: Judged, plane: Plane, size: tuple[int, int], count: int
) -> dict[tuple[int, int], Mark]:
    """What stands in which cell (column and row, from the top left) for the first `count` samples."""
    columns, rows = size
    middle = _middle(scenario, judged)
    found: dict[tuple[int, int], Mark] = {}
    for sample, right in zip(scenario.samples[:count], judged.right, strict=False):
        cell = plane.x1.cell_of(sample.x[0], columns), rows - 1 - plane.x2.cell_of(sample.x[1], rows)
        is_class = judged.rule is Rule.CLASS
        sign = CLASSES[largest(sample.y)] if is_class else HIGH if sample.y[0] >= middle else LOW
        there = found.get(cell, Mark(sign, is_right=True))
        fine = right or judged.rule is Rule.DIGITS  # where almost none is right, and how far off is what counts
        found[cell] = Mark(sign if sign == there.sign else SEVERAL, fine and there.is_right)
    return found


def _middle(scenario: Scenario, judged: Judged) -> float:
    """From which target on a sample's sign is `HIGH`."""
    return MIDDLE if judged.rule is Rule.SIDE else middle_of([sample.y[0] for sample in scenario.samples])


def _shading(scenario: Scenario, judged: Judged, found: Field) -> Shading | None:
    if judged.rule is Rule.CLASS:
        return None
    return shading(scenario, judged.rule, (outputs[0] for cells in found for outputs in cells))


def _sign(outputs: Sequence[float], shown: Shading | None) -> str:
    if shown:
        return shown.shade(outputs[0])
    if not all(map(math.isfinite, outputs)):
        return NOT_FINITE
    place = largest(outputs)
    return _TIED if place == TIE else CLASSES[place]


def _draw_marks(canvas: Canvas, marks: Mapping[tuple[int, int], Mark], left: int) -> None:
    """The signs, and what stands around them where no other sign does."""
    for (x, y), mark in sorted(marks.items(), key=lambda item: not item[1].is_right):
        for side, around in zip((-1, 1), RIGHT if mark.is_right else WRONG, strict=True):
            if (x + side, y) not in marks and left + x + side >= left:
                canvas.put(left + x + side, y, around, Style.STRONG)
        canvas.put(left + x, y, mark.sign, Style.STRONG)


def _draw_axes(canvas: Canvas, plane: Plane, left: int) -> None:
    last = canvas.height - 1
    low, high = _ends(plane.x2)
    for y, text in ((0, high), (last // 2, "x2"), (last - 1, low)):
        canvas.put(left - 2 - len(text) + 1, y, text, Style.DIM)
    canvas.put(left - 1, last, "└", Style.DIM)
    canvas.line(left, canvas.width, last, "─", Style.DIM)
    low, high = _ends(plane.x1)
    canvas.put(left, last, f" {low} ", Style.DIM)
    canvas.put(left + (canvas.width - left) // 2 - 2, last, " x1 ", Style.DIM)
    canvas.put(canvas.width - len(high) - 2, last, f" {high} ", Style.DIM)


def _ends(axis: Axis) -> tuple[str, str]:
    """Both ends, with as many digits as it takes to be off by no more than a hundredth of the range."""
    most = axis.high / 100 - axis.low / 100
    for digits in range(DIGITS, _MOST_DIGITS):
        texts = number(axis.low, digits), number(axis.high, digits)
        if all(abs(parse(text) - end) <= most for text, end in zip(texts, axis, strict=True)):
            return texts
    return number(axis.low, _MOST_DIGITS), number(axis.high, _MOST_DIGITS)


def _told_field(shown: Shading | None, signs: Set[str], *, is_faint: bool) -> Iterator[str]:
    """What the `signs` of the field mean."""
    if shown:
        yield from shown.legend() if signs != {NOT_FINITE} else ()
    else:
        yield "1 where class 1 has the largest output"
        if is_faint:
            yield f"faint where by less than {CLEAR}"
        if _TIED in signs:
            yield f"{_TIED} several are the largest"
    if NOT_FINITE in signs:
        yield f"{NOT_FINITE} not finite"


def _told_marks(scenario: Scenario, judged: Judged, marks: Mapping[tuple[int, int], Mark], drawn: int) -> Iterator[str]:
    """What the samples' marks mean."""
    targets = [sample.y[0] for sample in scenario.samples]
    low, high = (sign.join(RIGHT) for sign in (LOW, HIGH))
    if judged.rule is Rule.CLASS:
        yield f"{'1'.join(RIGHT)} sample of class 1"
    elif min(targets) == max(targets):
        sign = high if targets[0] >= _middle(scenario, judged) else low
        yield f"{sign} sample, target {number(targets[0])}"
    elif len(set(targets)) == 2:
        yield f"{low} target {number(min(targets))}"
        yield f"{high} target {number(max(targets))}"
    else:
        middle = number(middle_of(targets))
        yield f"{low} target below {middle}"
        yield f"{high} from {middle} up"
    if any(not mark.is_right for mark in marks.values()):
        signs = "1" if judged.rule is Rule.CLASS else (LOW, HIGH)
        yield f"{' '.join(sign.join(WRONG) for sign in signs)} answered wrong"
    if any(mark.sign == SEVERAL for mark in marks.values()):
        yield f"{SEVERAL} several unlike samples"
    if drawn < len(scenario.samples):
        yield f"only the first {drawn} samples are drawn"
