"""The map of answers, read back from its characters and compared with rules worked out here."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.answers.judgement import judged
from backprop_tui.present.answers.plane import Axis, axis_of
from backprop_tui.present.answers.plane_map import is_possible, map_rows
from backprop_tui.present.answers.shades import SHADES
from backprop_tui.present.ascii import spelled
from backprop_tui.present.canvas import text_of, width_of
from backprop_tui.present.numbers import parse
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start

SIZES = [(56, 15), (76, 12), (56, 37)]
CORNERS = tuple(Sample((x1, x2), (float(x1 == x2),)) for x1 in (-1.0, 1.0) for x2 in (-1.0, 1.0))

numbers = st.floats(-3, 3).map(lambda value: round(value, 3))


def one_layer(activation: str, weights: Sequence[Sequence[float]], biases: Sequence[float], *rest: Sample) -> Scenario:
    loss = {"sigmoid": "bce", "softmax": "cross_entropy"}.get(activation, "mse")
    return Scenario("drawn", (Layer(activation, tuple(map(tuple, weights)), tuple(biases)),), rest, loss)


class Drawn(NamedTuple):
    """A map as a reader sees it: the cells row by row, the ends of both axes, and the legend."""

    cells: list[str]
    x1: tuple[float, float]
    x2: tuple[float, float]
    legend: str

    def place(self, column: int, row: int) -> tuple[float, float]:
        """The middle of a cell."""
        (low1, high1), (low2, high2) = self.x1, self.x2
        x1 = low1 + (high1 - low1) * (column + 0.5) / len(self.cells[0])
        return x1, high2 - (high2 - low2) * (row + 0.5) / len(self.cells)

    def field(self) -> Iterator[tuple[str, tuple[float, float]]]:
        """Each cell that no mark covers, and its middle."""
        for y, row in enumerate(self.cells):
            covered = {
                x for found in re.finditer(r"[\[!]?[ox*\d][\]!]|[\[!][ox*\d]", row) for x in range(*found.span())
            }
            yield from ((cell, self.place(x, y)) for x, cell in enumerate(row) if x not in covered)

    def marks(self) -> Iterator[tuple[str, tuple[float, float]]]:
        """What stands on the map, ``[o]``, and where."""
        for y, row in enumerate(self.cells):
            for found in re.finditer(r"[\[!].[\]!]", row):
                yield found[0], self.place(found.start() + 1, y)

    def half_cell(self) -> tuple[float, float]:
        """Half the width and half the height of a cell."""
        return (self.x1[1] - self.x1[0]) / len(self.cells[0]) / 2, (self.x2[1] - self.x2[0]) / len(self.cells) / 2


def drawn(state: State, width: int = 56, height: int = 15) -> Drawn:
    rows = [text_of(row).ljust(width) for row in map_rows(state, judged(state), width, height)]
    assert len(rows) <= height
    assert max(map(len, rows)) == width
    (axis,) = (y for y, row in enumerate(rows) if "└" in row)
    left = rows[0].index("│") + 1
    x1, x2 = re.findall(r" (−?[\d.]\S*) ", rows[axis]), (rows[axis - 1], rows[0])
    low2, high2 = (parse(row[: left - 1].strip()) for row in x2)
    legend = " ".join(row.strip() for row in rows[axis + 1 :])
    return Drawn([row[left:] for row in rows[:axis]], (parse(x1[0]), parse(x1[-1])), (low2, high2), legend)


@pytest.mark.parametrize(("width", "height"), SIZES)
@settings(max_examples=30)
@given(w1=numbers, w2=numbers, b=numbers)
def test_a_neurons_map_parts_the_plane_where_the_neuron_does(
    width: int, height: int, w1: float, w2: float, b: float
) -> None:
    found = drawn(start(one_layer("sigmoid", [(w1, w2)], [b], *CORNERS)), width, height)
    for cell, (x1, x2) in found.field():
        z = w1 * x1 + w2 * x2 + b
        if abs(z) > 1e-9:
            assert (SHADES.index(cell) >= 3) == (z > 0), (cell, x1, x2)


def test_the_line_through_1_and_1_parts_the_map() -> None:
    samples = tuple(Sample((x1, x2), (float(x1 + x2 > 1),)) for x1 in (0.0, 0.9) for x2 in (0.0, 0.9))
    found = drawn(start(one_layer("sigmoid", [(1.0, 1.0)], [-1.0], *samples)))
    assert found.x1 == found.x2 == (-0.09, 0.99)
    sides = {(x1 + x2 > 1, cell) for cell, (x1, x2) in found.field() if abs(x1 + x2 - 1) > 1e-9}
    assert sides == {
        (False, "."),
        (False, "░"),
        (True, "▒"),
        (True, "▓"),
    }  # from 1/(1 + e^1.18) on, up to 1/(1 + e^−0.98)


@settings(max_examples=30)
@given(w1=numbers, w2=numbers, b=numbers, targets=st.lists(st.floats(-5, 5), min_size=4, max_size=4))
def test_each_shade_keeps_to_the_range_that_the_legend_gives_it(
    w1: float, w2: float, b: float, targets: list[float]
) -> None:
    assume(abs(w1) + abs(w2) > 0.01)
    samples = tuple(Sample(sample.x, (target,)) for sample, target in zip(CORNERS, targets, strict=True))
    found = drawn(start(one_layer("identity", [(w1, w2)], [b], *samples)))
    ends = [parse(text) for text in re.findall(r"(?:<|from )(−?[\d.]\S*)", found.legend)][:5]
    assert ends == sorted(ends)
    answers = []
    for cell, (x1, x2) in found.field():
        answer, place = w1 * x1 + w2 * x2 + b, SHADES.index(cell)
        off = 2e-3 * max(abs(end) for end in (*ends, answer))  # the legend has four digits, the axes likewise
        assert place == 0 or answer >= ends[place - 1] - off
        assert place == 5 or answer <= ends[place] + off
        answers.append(place)
    assert len(set(answers)) >= 3  # the shades fill the range


@settings(max_examples=40)
@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=2, max_size=5))
def test_a_map_of_classes_shows_whose_output_is_largest(neurons: list[tuple[float, float, float]]) -> None:
    count = len(neurons)
    one_hot = [tuple(float(k == i % count) for k in range(count)) for i in range(4)]
    samples = [Sample(sample.x, target) for sample, target in zip(CORNERS, one_hot, strict=True)]
    weights, biases = [neuron[:2] for neuron in neurons], [neuron[2] for neuron in neurons]
    found = drawn(start(one_layer("softmax", weights, biases, *samples)))
    for cell, (x1, x2) in found.field():
        sums = [w1 * x1 + w2 * x2 + b for w1, w2, b in neurons]
        second, first = sorted(sums)[-2:]
        if first - second > 1e-9:
            assert cell == str(sums.index(first) + 1)
        elif first == second:
            assert cell == "="


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=4),
    st.tuples(numbers, numbers, numbers),
    st.sampled_from(SIZES),
)
def test_marks_stand_where_the_samples_are_and_say_what_they_are(
    places: list[tuple[float, float]], parameters: tuple[float, float, float], size: tuple[int, int]
) -> None:
    w1, w2, b = parameters
    samples = [Sample(place, (float(i % 2),)) for i, place in enumerate(places)]
    found = drawn(start(one_layer("sigmoid", [(w1, w2)], [b], *samples)), *size)
    right, high = found.half_cell()
    right, high = right * 1.01 + 2e-3 * max(map(abs, found.x1)), high * 1.01 + 2e-3 * max(map(abs, found.x2))
    marks = [*found.marks()]
    for (x1, x2), sample in zip(places, samples, strict=True):
        near = [mark for mark, (at1, at2) in marks if abs(at1 - x1) <= right and abs(at2 - x2) <= high]
        crowded = sum(abs(a - x1) <= 8 * right and abs(b - x2) <= 4 * high for a, b in places) > 1
        assert near or crowded
        if not crowded:
            z = w1 * x1 + w2 * x2 + b
            if abs(z) < 1e-9:  # where the answer rounds to 0.5 itself
                continue
            around = "[]" if z * (1 if sample.y[0] else -1) > 0 else "!!"
            assert around[0] + "ox"[int(sample.y[0])] + around[1] in near


def test_a_sample_on_the_wrong_side_is_marked_and_the_legend_says_so() -> None:
    weights = [(1.0, 1.0)]
    fine = [Sample((-1.0, -1.0), (0.0,)), Sample((1.0, 1.0), (1.0,))]
    found = drawn(start(one_layer("sigmoid", weights, [0.0], *fine)))
    assert [mark for mark, _ in found.marks()] == ["[x]", "[o]"]  # from the top
    assert "wrong" not in found.legend
    found = drawn(start(one_layer("sigmoid", weights, [0.0], *fine, Sample((0.5, 0.5), (0.0,)))))
    assert [mark for mark, _ in found.marks()] == ["[x]", "!o!", "[o]"]
    assert "!o! !x! answered wrong" in found.legend


def test_unlike_samples_in_one_place_are_told() -> None:
    samples = [Sample((0.0, 0.0), (0.0,)), Sample((0.0, 0.0), (1.0,)), Sample((3.0, 3.0), (1.0,))]
    found = drawn(start(one_layer("identity", [(1.0, 1.0)], [0.0], *samples)))
    assert [mark for mark, _ in found.marks()] == ["[x]", "[*]"]
    assert "* several unlike samples" in found.legend


def test_where_one_of_several_is_answered_wrong_the_mark_says_so() -> None:
    both = [Sample((0.5, 0.5), (0.0,)), Sample((0.5, 0.5), (1.0,))]
    far = Sample((-3.0, -3.0), (0.0,))
    for samples in (both, both[::-1]):
        found = drawn(start(one_layer("sigmoid", [(1.0, 1.0)], [0.0], *samples, far)))
        assert [mark for mark, _ in found.marks()] == ["!*!", "[o]"]


def test_of_too_many_samples_the_first_are_drawn_and_the_legend_says_so() -> None:
    samples = [Sample((i / 100, i * 37 % 101 / 100), (float(i % 2),)) for i in range(101)]
    found = drawn(start(one_layer("sigmoid", [(1.0, 1.0)], [0.0], *samples)))
    (count,) = re.findall(r"only the first (\d+) samples are drawn", found.legend)
    assert len([*found.marks()]) <= int(count) < 101


def test_what_is_not_finite_is_a_question_mark() -> None:
    samples = [Sample((-10.0, 0.0), (0.0,)), Sample((10.0, 1.0), (1.0,))]
    found = drawn(start(one_layer("identity", [(1e308, 0.0)], [0.0], *samples)))
    for cell, (x1, _) in found.field():
        assert (cell == "?") == (abs(x1) * 1e308 > 1.7976931348623157e308), x1
    assert "? not finite" in found.legend


def test_a_class_whose_sums_overflow_is_a_question_mark() -> None:
    samples = [Sample((-10.0, 0.0), (1.0, 0.0)), Sample((10.0, 1.0), (0.0, 1.0))]
    found = drawn(start(one_layer("softmax", [(1e308, 0.0), (1e308, 0.0)], [0.0, 0.0], *samples)))
    for cell, (x1, _) in found.field():
        assert (cell == "?") == math.isinf(x1 * 1e308), (cell, x1)


def test_the_same_answer_everywhere_is_one_shade() -> None:
    found = drawn(start(one_layer("identity", [(0.0, 0.0)], [0.75], *CORNERS)))
    assert "▒ 0.75 everywhere" in found.legend
    assert {cell for cell, _ in found.field()} == {"▒"}


def test_where_one_is_hardly_ahead_the_field_is_faint() -> None:
    samples = [Sample((-1.0, -1.0), (1.0, 0.0)), Sample((1.0, 1.0), (0.0, 1.0))]
    state = start(one_layer("softmax", [(1.0, 0.0), (0.0, 0.0)], [0.0, 0.0], *samples))
    rows = map_rows(state, judged(state), 56, 15)
    left = text_of(rows[0]).index("│") + 1
    styles = [str(style) for text, style in rows[5] for _ in text][left:]
    for column, style in enumerate(styles):
        x1 = -1.2 + 2.4 * (column + 0.5) / len(styles)
        ahead = abs(2 / (1 + 2.718281828459045**-x1) - 1)  # of two probabilities, p and 1 − p
        assert (style == "dim") == (ahead < 0.2), x1


@pytest.mark.parametrize("name", ["xor-2-2-1", "logistic", "softmax"])
def test_the_legend_says_the_same_at_any_width(name: str) -> None:
    state = apply(start(load(name)), GoTo(Position(4)))

    def legend(width: int) -> list[str]:
        rows = [text_of(row) for row in map_rows(state, judged(state), width, 30)]
        assert max(map(len, rows)) <= width
        axis = next(y for y, row in enumerate(rows) if "└" in row)
        return " ".join(rows[axis + 1 :]).split()

    whole = legend(200)
    ends = {word for width in (40, 50, 57, 77) for word in legend(width)} ^ {*whole}
    assert {word for word in ends if not re.fullmatch(r"<?[\d.]+", word)} <= {"!o!", "!x!", "answered", "wrong"}


def test_a_range_so_narrow_that_four_digits_do_not_tell_its_ends_has_more() -> None:
    samples = [Sample((8.9999, 0.0), (0.0,)), Sample((9.0001, 1.0), (1.0,))]
    found = drawn(start(one_layer("sigmoid", [(1.0, 1.0)], [-9.0], *samples)))
    assert found.x1 == pytest.approx((8.99988, 9.00012), abs=6e-6)


@pytest.mark.parametrize("name", ["xor-2-2-1", "logistic", "softmax", "softmax-relu", "and"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_in_ascii_the_map_loses_nothing(name: str, width: int, height: int) -> None:
    state = apply(start(load(name)), GoTo(Position(40)))
    rows = map_rows(state, judged(state), width, height)
    axis = next(y for y, row in enumerate(rows) if "└" in text_of(row))
    pairs = set()
    for plain in spelled(rows, width, ascii=True):
        assert width_of(plain) == width
        assert text_of(plain).isascii()
        assert "?" not in text_of(plain)
    for row, plain in zip(rows[:axis], spelled(rows, width, ascii=True), strict=False):
        pairs |= {*zip(text_of(row), text_of(plain), strict=True)}
    assert len({after for _, after in pairs}) == len(pairs)


def test_the_smallest_terminal_has_a_map_of_fifty_by_ten() -> None:
    state = start(load("xor-2-2-1"))
    found = drawn(state, 57, 15)
    assert len(found.cells) >= 10
    assert len(found.cells[0]) >= 50


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5), st.integers(1, 90))
def test_any_values_have_a_range_and_a_cell_in_it(values: list[float], cells: int) -> None:
    axis = axis_of(values)
    assert -1.7976931348623157e308 <= axis.low < axis.high <= 1.7976931348623157e308
    places = [axis.cell_of(value, cells) for value in sorted(values)]
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] < cells
    assert axis.low <= min(values)
    assert max(values) <= axis.high


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(finite, finite, st.sampled_from([0.0, 1.0]) | finite), min_size=1, max_size=4),
    st.tuples(finite, finite, finite),
    st.sampled_from(["identity", "tanh", "sigmoid"]),
)
def test_whatever_the_numbers_there_is_a_map_of_its_size(
    numbers_of: list[tuple[float, float, float]], parameters: tuple[float, float, float], activation: str
) -> None:
    samples = tuple(Sample((x1, x2), (y,)) for x1, x2, y in numbers_of)
    w1, w2, b = parameters
    state = start(Scenario("any", (Layer(activation, ((w1, w2),), (b,)),), samples))
    rows = [text_of(row) for row in map_rows(state, judged(state), 57, 15)]
    assert len(rows) <= 15
    assert max(map(len, rows)) <= 57
    signs = {sign for row in rows for sign in row.partition("│")[2]}
    assert signs <= {*SHADES, *"?[]!ox*"}
    assert signs & {*"ox*"}


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(1, 90))
def test_the_middle_of_a_cell_is_in_it(low: float, width: float, cells: int) -> None:
    axis = Axis(low, low + width)
    assert [axis.cell_of(axis.middle_of(cell, cells), cells) for cell in range(cells)] == [*range(cells)]


@pytest.mark.parametrize(
    ("name", "possible"),
    [
        ("xor-2-2-1", True),
        ("softmax", True),
        ("logistic", True),
        ("article-7", False),  # one input
        ("three-inputs", False),
        ("mazur", False),  # two outputs, each a number of its own
    ],
)
def test_for_what_there_is_a_map(name: str, possible: bool) -> None:
    state = start(load(name))
    assert is_possible(state.scenario, judged(state)) == possible


def test_of_more_classes_than_signs_there_is_none() -> None:
    for count, possible in ((35, True), (36, False)):
        samples = [Sample((0.0, 1.0), tuple(float(k == 0) for k in range(count)))]
        state = start(one_layer("softmax", [(0.1, 0.2)] * count, [0.0] * count, *samples))
        assert is_possible(state.scenario, judged(state)) == possible


def test_the_map_is_that_of_the_parameters_of_the_moment() -> None:
    scenario = replace(load("xor-2-2-1"), learning_rate=0.5)
    last = start(scenario).timeline.last
    places = (1, 4, 0), (1, 4, last - 1), (1, 4, last), (2, 1, 0)
    before, amid, after, following = (drawn(apply(start(scenario), GoTo(Position(*place)))).cells for place in places)
    assert before == amid != after == following
