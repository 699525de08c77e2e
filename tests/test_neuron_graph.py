"""The drawings are transcribed from the design; the numbers in them are the article's."""

import re
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_tui.core.scenario import neuron_with
from backprop_tui.core.scenario_file import load
from backprop_tui.present.canvas import Style, text_of, width_of
from backprop_tui.present.graph.drawing import graph_rows
from backprop_tui.present.graph.neuron import inputs_in_view
from backprop_tui.present.graph.neuron_layout import rows_for, spread
from backprop_tui.present.numbers import number
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.models import neuron

START = """\
  x  2 ────────────────┐
  w  1.5 ──────────────┼─▶ z = w·x + b ────▶ a = z ───────┬─▶ L = (a − y)²
  b  0.5 ──────────────┘  ○·                 ·            │   ·
  y  4 ───────────────────────────────────────────────────┘

  ∂L/∂w  ·      ∂z/∂w  ·        ∂a/∂z  ·         ∂L/∂a  ·
  ∂L/∂b  ·      ∂z/∂b  ·"""

CHAIN_W = """\
  x  2 ────────────────┐
  w  1.5 ──────────────┼─▶ z = w·x + b ────▶ a = z ───────┬─▶ L = (a − y)²
  b  0.5 ──────────────┘   3.5               3.5          │   0.25
  y  4 ───────────────────────────────────────────────────┘    ║
                                                               ║
  ∂L/∂w ●−2 ◀══ ∂z/∂w  2 ═══◀══ ∂a/∂z  1 ════◀══ ∂L/∂a  −1 ════╝
  ∂L/∂b ○·      ∂z/∂b  1"""

UPDATE_W = """\
  x  2 ────────────────┐
  w  1.5 → ●1.7        ├─▶ z = w·x + b ────▶ a = z ───────┬─▶ L = (a − y)²
  b  0.5 → ○· ─────────┘   3.5               3.5          │   0.25
  y  4 ───────────────────────────────────────────────────┘    ║
                                                               ║
  ∂L/∂w  −2 ◀══ ∂z/∂w  2 ══╦◀══ ∂a/∂z  1 ════◀══ ∂L/∂a  −1 ════╝
  ∂L/∂b  −1 ◀══ ∂z/∂b  1 ══╝"""

CONVERGED = """\
  x  2 ────────────────┐
  w  1.7 ──────────────┼─▶ z = w·x + b ────▶ a = z ───────┬─▶ L = (a − y)²
  b  0.6 ──────────────┘   4                 4            │  ●0
  y  4 ───────────────────────────────────────────────────┘
                                                                 ✓ converged
  ∂L/∂w  ·      ∂z/∂w  ·        ∂a/∂z  ·         ∂L/∂a ○·
  ∂L/∂b  ·      ∂z/∂b  ·"""

DEAD_RELU = """\
  x   2 ───────────────┐
  w  −1.5 ─────────────┼─▶ z = w·x + b ────▶ a = relu(z) ─┬─▶ L = (a − y)²
  b   0.5 ─────────────┘   −2.5              0            │   16
  y   4 ──────────────────────────────────────────────────┘    ║
                                ╳ gate closed                  ║
  ∂L/∂w ●0╳ ◀╌╌ ∂z/∂w  2 ╌╌╌◀╌╌ ∂a/∂z  0╳ ═══◀══ ∂L/∂a  −8 ════╝
  ∂L/∂b ○·      ∂z/∂b  1"""

NARROW = """\
  ∂L/∂w ●−2 ◀═ ∂z/∂w  2 ══◀═ ∂a/∂z  1 ◀═ ∂L/∂a  −1 ═╝"""


def at(name: str, stage: int, epoch: int = 1) -> State:
    return apply(start(load(name)), GoTo(Position(epoch, 1, stage)))


def drawn(state: State, width: int = 80, height: int = 7) -> list[str]:
    return [text_of(row) for row in graph_rows(state, width, height)]


@pytest.mark.parametrize(
    ("name", "epoch", "stage", "picture"),
    [
        ("article-7", 1, 0, START),
        ("article-7", 1, 8, CHAIN_W),
        ("article-7", 1, 10, UPDATE_W),
        ("article-7", 2, 3, CONVERGED),
        ("relu-dead", 1, 8, DEAD_RELU),
    ],
)
def test_the_pictures_of_the_design(name: str, epoch: int, stage: int, picture: str) -> None:
    assert drawn(at(name, stage, epoch)) == picture.split("\n")


def test_sixty_columns_keep_every_number_and_arrow() -> None:
    assert drawn(at("article-7", 8), 60, 6)[4] == NARROW


def test_the_end_of_an_epoch_leaves_only_what_the_next_pass_sees_joined() -> None:
    rows = drawn(at("article-7", 11))
    assert rows[1].startswith("  w  1.5 →  1.7        └─▶ z")
    assert rows[2].startswith("  b  0.5 → ●0.6            3.5")


def test_nothing_shifts_within_a_pass() -> None:
    """The labels of the pictures stand in the same columns from the first stage to the last."""
    for name in ("article-7", "relu-dead", "three-inputs", "sigmoid", "tanh"):
        height = 8 if name == "three-inputs" else 7
        label_columns = set()
        for stage in range(start(load(name)).timeline.last + 1):
            rows = drawn(at(name, stage), height=height)
            label_row = next(row for row in rows if "z = w·x + b" in row)
            walk = next(row for row in rows if "∂a/∂z" in row)
            places = [label_row.index(text) for text in ("z =", "a =", "L =")]
            label_columns.add((*places, walk.index("∂a/∂z"), walk.index("∂L/∂a")))
        assert len(label_columns) == 1, name


def test_every_row_has_the_width_asked_for_whatever_the_numbers() -> None:
    wild = neuron_with(load("article-7"), x=[-1.2345e-300], w=[-9.8765e-250], b=-1e300, y=-1.2345e-7)
    for width, height in ((60, 6), (80, 7), (100, 13), (120, 16)):
        for stage in range(12):
            state = apply(start(wild), GoTo(Position(1, 1, stage)))
            rows = graph_rows(state, width, height)
            assert [width_of(row) for row in rows] == [width] * height


def test_weights_share_their_inputs_row_and_one_walk_branches_to_each() -> None:
    rows = drawn(at("three-inputs", 11), height=8)
    assert rows[0].startswith("  x1  1 ── w1 −3 ──")
    assert rows[1].startswith("  x2 −2 ── w2 −1 ──")
    assert rows[3].lstrip().startswith("b   1 ──")
    assert "∂L/∂w1   12 ◀══ ∂z/∂w1   1 ══╦◀══ ∂a/∂z  1" in rows[4]
    assert "∂L/∂w2 ●−24 ◀══ ∂z/∂w2  −2 ══╝" in rows[5]
    assert "∂L/∂w3 ○·" in rows[6]


def test_a_window_over_many_inputs_follows_the_stage() -> None:
    many = neuron_with(load("article-7"), x=[1.0] * 30, w=[0.5] * 30)
    timeline = start(many).timeline
    for index in (1, 15, 30):
        for quantity in (f"dz_dw{index}", f"dL_dw{index}"):
            state = apply(start(many), GoTo(Position(1, 1, timeline.find(quantity))))
            assert index - 1 in inputs_in_view(state, 8)
            assert any(f"w{index} " in row for row in drawn(state, height=8))


def test_the_number_just_computed_is_marked_and_reversed() -> None:
    rows = graph_rows(at("article-7", 8), 80, 7)
    assert [text for row in rows for text, style in row if style is Style.NOW] == ["●−2"]


def test_links_beyond_a_closed_gate_are_blocked_and_those_before_it_alive() -> None:
    row = graph_rows(at("relu-dead", 8), 80, 7)[5]
    assert {style for text, style in row if "╌" in text} == {Style.BLOCKED}
    assert {style for text, style in row if "═" in text} == {Style.BACKWARD}


def test_rows_for_every_height_and_number_of_inputs_fit() -> None:
    for inputs in range(1, 12):
        for height in range(6, 40):
            rows = rows_for(inputs, height)
            assert rows.height <= height
            assert len(rows.links) == rows.inputs + 1 == len(rows.givens)


def test_spread_keeps_the_least_gaps_and_the_limit() -> None:
    assert spread((10, 20, 30), (1, 5, 5)) == (10, 20, 30)
    assert spread((10, 12, 30), (15, 8, 5)) == (15, 23, 30)
    assert spread((25, 28, 30), (1, 5, 5)) == (20, 25, 30)


BETWEEN = re.compile("[ ─│═║╌┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╪╫▶◀●○╳→]+")
EXTREME = st.floats(-1e300, 1e300) | st.sampled_from([1.2345e-5, -1234567.891234, -4e-7, 3.042e141])


@given(EXTREME, EXTREME, EXTREME, EXTREME, st.integers(60, 90), st.sampled_from([1, 2]), st.integers(0, 13))
@example(1e-221, 1e-221, 9.5e99, -9500.0, 60, 2, 13)
@example(-1.5e-221, -1.5e-221, -9.5e99, -9.5e-200, 60, 2, 13)
@example(1e-221, -1.5e-221, -9.5e99, 9.5e101, 60, 2, 5)
def test_no_number_is_cut_or_written_over(
    x: float, w: float, b: float, y: float, width: int, inputs: int, stage: int
) -> None:
    state = start(neuron(x=[x] * inputs, w=[w] * inputs, b=b, y=y))
    state = apply(state, GoTo(Position(1, 1, min(stage, state.timeline.last))))
    values = [*state.view.given.values(), *state.view.values]
    right = {number(value, digits) for value in values for digits in range(1, 5)}
    for row in graph_rows(state, width, 6):
        words = BETWEEN.split(text_of(row))
        assert {word for word in words if re.match("−?[0-9.]|e[+-]", word)} <= right, text_of(row)
        assert not re.search(r"\d[│┌├┬┼─═]|[┤┘┐─═]\d", text_of(row)), "a blank stays between a number and a line"


@pytest.mark.parametrize("name", ["overshoot", "article-7", "article-adam", "three-inputs", "sigmoid"])
def test_the_mark_stands_right_before_the_number_just_computed(name: str) -> None:
    for stage in range(1, start(load(name)).timeline.last + 1):
        for size in ((60, 6), (80, 8), (120, 14)):
            text = "\n".join(drawn(at(name, stage), *size))
            assert re.search(r"●[−\d∞N]", text), (name, stage, size)


@pytest.mark.parametrize(("inputs", "height"), [(1, 6), (2, 6), (3, 6), (3, 7), (10, 8), (10, 22), (30, 16)])
def test_every_input_is_wired_to_z_or_counted(inputs: int, height: int) -> None:
    """A row for each input in view, its weight on its wire, and one for those out of view; all reach the bus."""
    first = start(neuron(x=[1.25] * inputs, w=[0.5] * inputs))
    for stage in range(first.timeline.last + 1):
        rows = drawn(apply(first, GoTo(Position(1, 1, stage))), height=height)
        bus = next(row for row in rows if re.search(r"─▶ z", row)).index("▶ z") - 2
        named = [row for row in rows if re.match(r"  x\d* ", row)]
        counted = [int(found[1]) for row in rows if (found := re.match(r"  ⋮ (\d+) more ─+", row))]
        assert len(named) + sum(counted) == inputs
        assert len(counted) == (len(named) < inputs)
        for row in (*named, *(row for row in rows if row.startswith("  ⋮"))):
            assert row.ljust(80)[bus] in "┐┘┤┬┼┴" or " → " in row


@given(st.integers(1, 12), st.integers(6, 30), st.sampled_from([60, 80, 120]), st.integers(0, 10_000))
def test_the_number_just_computed_is_marked_and_nothing_is_seen_before_its_stage(
    inputs: int, height: int, width: int, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - any numbers will do
    numbers = [random.uniform(-2, 2) for _ in range(2 * inputs + 2)]
    first = start(neuron(x=numbers[:inputs], w=numbers[inputs:-2], b=numbers[-2], y=numbers[-1], activation="tanh"))
    for stage in random.sample(range(first.timeline.last + 1), 4):
        state = apply(first, GoTo(Position(1, 1, stage)))
        rows = graph_rows(state, width, height)
        shown = "".join(text for row in rows for text, style in row if style is Style.NOW)
        here = [number(value, digits) for value in state.view.values[stage - 1 : stage] for digits in range(1, 5)]
        assert not stage or shown.lstrip("● ") in here, (shown, here)
        known = [*state.view.given.values(), *state.view.values[:stage]]
        right = {number(value, digits) for value in known for digits in range(1, 5)} | {"2"}  # as in tanh²
        for row in rows:
            seen = re.findall(
                r"(?<![\w.⋮²])−?\d[\d.]*(?:e[+-]\d+)?(?!\w)", re.sub(r"⋮ \d+ more|= .*", "", text_of(row))
            )
            assert set(seen) <= right, text_of(row)


def test_columns_stay_from_epoch_to_epoch_at_the_start_of_a_run() -> None:
    places = set()
    for epoch in (1, 2, 3):
        rows = drawn(at("article-7", 7, epoch))
        places.add(tuple(rows[5].index(text) for text in ("∂L/∂w", "∂z/∂w", "∂a/∂z", "∂L/∂a")))
    assert len(places) == 1
