"""What is said at the end of a stop, read back: its numbers are the trace's, its vector forms hold for them."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import isclose, isfinite
from typing import NamedTuple

import pytest

from backprop_tui.core.backprop import Phase
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.ascii import ascii_row
from backprop_tui.present.canvas import Style, text_of
from backprop_tui.present.explanation.panel import explanation_panel
from backprop_tui.present.explanation.stage import explain
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import in_words
from backprop_tui.present.sentences import WIDTH
from backprop_tui.stepper.machine import GoTo, Move, apply, last_sample
from backprop_tui.stepper.state import Position, State, start
from tests.driving import DESIGN_SIZE, SMALLEST, app_at, lines, shown
from tests.many_scenarios import scenario
from tests.many_trainings import training_scenario
from tests.models import network, neuron

ALL = 1000
ENTRY = re.compile(r"(\S+) ([=←]) (−?[\d.]+(?:e[+−-]?\d+)?|−?∞ infinite|NaN not a number)( \((?:gate|flat)\))?$")


def stop_states(seed: int, passes: int) -> Iterator[State]:
    """The states after ``.`` in a pass of each of so many scenarios."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    for _ in range(passes):
        state = start(dice.choice((scenario, training_scenario))(dice))
        for _ in range(dice.choice((0, 0, 1, 2, 7))):
            state = apply(state, Move.NEXT_EPOCH)
        if not state.ended:
            sample = dice.randint(1, last_sample(state, state.position.epoch))
            state = apply(state, GoTo(Position(state.position.epoch, sample, 0)))
        for _ in state.timeline.stops:
            yield (state := apply(state, Move.NEXT_STOP))


def summary(state: State, width: int = WIDTH, height: int = 3) -> str:
    """The sentence that lists what was computed; empty where there is none."""
    text = " ".join(explain(state, width, height))
    found = re.search(
        r"(?:^|[.!] )((?:The neuron|Layer \d+|Neuron \d+ of layer \d+|The slopes of L): .*?)\.(?: |$)", text
    )
    return found[1] if found else ""


def entries(text: str) -> tuple[str, list[str], int]:
    """The heading of a summary, its entries, and how many more there are."""
    heading, _, listed = text.partition(": ")
    *parts, last = re.split(r", | and ", listed)
    more = re.fullmatch(r"(\d+) more", last)
    return heading, parts if more else [*parts, last], int(more[1]) if more else 0


@pytest.mark.parametrize(("width", "height"), [(WIDTH, 3), (56, 3), (56, 2), (WIDTH, ALL)])
def test_every_entry_is_the_traces_and_all_are_there_or_counted(width: int, height: int) -> None:
    summed = 0
    for state in stop_states(3, 60):
        stop, rules, values = state.stop, state.timeline.rules, state.view.values
        assert stop
        said = summary(state, width, height)
        if len(stop.stages) == 1:
            assert not said
            continue
        broken = state.view.first_not_finite
        if not said and broken and broken <= stop.end:
            continue  # in little room, what has happened comes before
        heading, parts, more = entries(said)
        expected = {
            symbol(rules[stage - 1].quantity): (
                "←" if state.timeline.overwrites(stage) else "=",
                in_words(values[stage - 1]),
            )
            for stage in stop.stages
        }
        found = {one[1]: (one[2], one[3]) for one in map(ENTRY.match, parts) if one}
        assert len(found) == len(parts) > 0, said
        assert found.items() <= expected.items(), said
        assert len(found) + more == len(stop.stages), said
        assert not more or height != ALL
        assert heading == heading_of(state), said
        summed += 1
    assert summed > 200


def heading_of(state: State) -> str:
    """What the names of the quantities say that they belong to."""
    rules = [state.timeline.rules[stage - 1] for stage in state.stages]
    if rules[0].phase is Phase.LOCAL and rules[0].quantity.startswith("dL"):
        return "The slopes of L"
    if state.scenario.is_neuron:
        return "The neuron"
    place = re.search(r"[a-z](\d+)_(\d+)", rules[0].node)
    assert place
    return f"Layer {place[1]}" if rules[0].phase is Phase.FORWARD else f"Neuron {place[2]} of layer {place[1]}"


def test_no_number_and_no_line_is_cut() -> None:
    for state in islice(stop_states(8, 30), 400):
        for width, height in ((WIDTH, 3), (56, 2)):
            text = explain(state, width, height)
            assert len(text) <= height
            assert max(map(len, text)) <= width
            if state.stop and len(state.stop.stages) > 1 and not state.view.first_not_finite:
                assert summary(state, width, height)
                assert "…" not in summary(state, width, height)
                panel = explanation_panel(state, width + 4, height + 1)
                assert not [row for row in panel[1:] if row and row[0][1] is Style.STRONG]  # no rule of the last alone


def test_in_ascii_no_sentence_is_cut_though_it_is_longer_there() -> None:
    for state in islice(stop_states(8, 30), 400):
        for width, height in (DESIGN_SIZE, SMALLEST):
            for room in (4, height):
                for row in explanation_panel(state, width, room, ascii=True)[1:]:
                    assert text_of(ascii_row(row, width)) == text_of(ascii_row(row, 10 * width))


class Matrix(NamedTuple):
    """What a vector form is about, in plain lists; vectors are columns.  ``@`` multiplies, ``*`` element by element."""

    rows: tuple[tuple[float, ...], ...]

    @property
    def T(self) -> "Matrix":  # noqa: N802 - as on the board
        return Matrix(tuple(zip(*self.rows, strict=True)))

    def __matmul__(self, other: "Matrix") -> "Matrix":
        columns = other.T.rows
        return Matrix(tuple(tuple(sum(map(float.__mul__, row, one)) for one in columns) for row in self.rows))

    def _each(self, other: "Matrix", sign: float, both: bool) -> "Matrix":
        pairs = [zip(*rows, strict=True) for rows in zip(self.rows, other.rows, strict=True)]
        return Matrix(tuple(tuple(p * q if both else p + sign * q for p, q in row) for row in pairs))

    def __add__(self, other: object) -> "Matrix":
        assert isinstance(other, Matrix)
        return self._each(other, 1.0, False)

    def __sub__(self, other: "Matrix") -> "Matrix":
        return self._each(other, -1.0, False)

    def __mul__(self, other: object) -> "Matrix":
        assert isinstance(other, Matrix)
        return self._each(other, 0.0, True)


def column(values: Sequence[float]) -> Matrix:
    return Matrix(tuple((value,) for value in values))


def board(state: State) -> dict[str, Matrix]:
    """Every symbol of the board by its spelling, made from the trace by the contract's names."""
    known, scenario = state.view.known, state.scenario
    lone = len(scenario.layers) == 1
    made = {"x": column([known[f"x{i}"] for i in range(1, len(scenario.samples[0].x) + 1)])}
    before = [f"x{i}" for i in range(1, len(scenario.samples[0].x) + 1)]
    for n, layer in enumerate(scenario.layers, start=1):
        up = "" if lone else "¹²³⁴"[n - 1]
        down = "" if lone or n == 1 else "¹²³⁴"[n - 2]
        places = [f"{n}_{i}" for i in range(1, len(layer.weights) + 1)]
        inputs = range(1, len(before) + 1)
        for letter in "zab":
            made[f"{letter}{up}"] = column([known[f"{letter}{p}"] for p in places])
        made[f"W{up}"] = Matrix(tuple(tuple(known[f"w{p}_{i}"] for i in inputs) for p in places))
        made[f"δ{up}"] = made[f"∂L/∂z{up}"] = column([known[f"dL_dz{p}"] for p in places])
        made[f"∂L/∂a{up}"] = column([known[f"dL_da{p}"] for p in places])
        made[f"∂L/∂W{up}"] = Matrix(tuple(tuple(known[f"dL_dw{p}_{i}"] for i in inputs) for p in places))
        made[f"∂L/∂b{up}"] = column([known[f"dL_db{p}"] for p in places])
        slopes = Matrix(tuple(tuple(known.get(f"da{p}_dz{q}", 0.0) for q in places) for p in places))
        made[f"∂a{up}/∂z{up}"] = made[f"diag(f′(z{up}))"] = slopes
        made[f"f′(z{up})"] = column([row[i] for i, row in enumerate(slopes.rows)])
        made[f"f(z{up})"] = made[f"softmax(z{up})"] = made[f"a{up}"]
        if n > 1:
            made[f"∂z{up}/∂a{down}"] = Matrix(tuple(tuple(known[f"dz{p}_d{a}"] for a in before) for p in places))
        before = [f"a{p}" for p in places]
    return made


def value_of(text: str, symbols: Mapping[str, Matrix], rate: float) -> Matrix:
    """The right or left side of a vector form."""
    names = sorted(symbols, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, names)))
    held: dict[str, Matrix] = {}

    def hold(match: re.Match[str]) -> str:
        held[f"m{len(held)}"] = symbols[match[0]]
        return f"m{len(held) - 1}"

    spelt = pattern.sub(hold, text).replace("ᵀ", ".T").replace("⊙", "*").replace("−", "-")
    if "lr·" in spelt:
        size = max(map(len, held["m1"].rows)), len(held["m1"].rows)
        held["lr"] = Matrix(((rate,) * size[0],) * size[1])
        spelt = spelt.replace("lr·", "lr*")
    found = eval(spelt.replace("·", "@"), {}, held)  # noqa: S307 - what the program says itself
    assert isinstance(found, Matrix), text
    return found


def vector_forms(state: State) -> list[str]:
    """The equations of the vector form that is said, without limit of room."""
    found = re.search(r"Vector form: (.*?)\.(?: |$)", " ".join(explain(state, WIDTH, ALL)))
    return re.split(r", | and ", found[1]) if found else []


def close(one: Matrix, other: Matrix) -> bool:
    pairs = [(p, q) for rows in zip(one.rows, other.rows, strict=True) for p, q in zip(*rows, strict=True)]
    return all(isclose(p, q, rel_tol=1e-9, abs_tol=1e-12 * max(1.0, *(abs(x) for x, _ in pairs))) for p, q in pairs)


def test_every_vector_form_holds_for_the_numbers_of_its_pass() -> None:
    checked = dict.fromkeys((*"zaδ", "∂L/∂W", "∂L/∂b", "∂a", "∂z", "W ", "Jacobian"), 0)
    for state in stop_states(11, 150):
        forms = vector_forms(state)
        if not all(map(isfinite, state.view.values)) or max(map(abs, state.view.values)) > 1e100:
            continue
        symbols = board(state) if forms else {}
        updated = {
            rule.quantity: value
            for rule, value in zip(state.timeline.rules, state.view.values, strict=True)
            if rule.is_step
        }
        for form in forms:
            name, *sides = re.split(r" [=←] ", form)
            if "←" in form:
                layer = re.sub(r"\D", "", name.translate(str.maketrans("¹²³⁴", "1234"))) or "1"
                letter = name[0].lower()
                steps = [value for key, value in updated.items() if re.match(rf"{letter}{layer}_", key)]
                made = value_of(sides[0], symbols, state.scenario.learning_rate)
                assert close(column([one for row in made.rows for one in row]), column(steps)), form
            else:
                for side in sides:
                    assert close(symbols[name], value_of(side, symbols, 0.0)), form
            for kind in checked:
                checked[kind] += form.startswith(kind) or (kind == "W " and "←" in form)
            checked["Jacobian"] += "(∂a" in form
    assert min(checked.values()) > 5, checked


def test_a_layer_is_told_in_vectors_exactly_where_it_is_complete() -> None:
    state = start(network((2, 3, 2)))
    told = []
    for _ in state.timeline.stops:
        state = apply(state, Move.NEXT_STOP)
        told += [f"{state.timeline.rules[state.position.stage - 1].quantity}: {one}" for one in vector_forms(state)[:1]]
    assert told == [
        "z1_3: z¹ = W¹·x + b¹",
        "a1_3: a¹ = f(z¹)",
        "z2_2: z² = W²·a¹ + b²",
        "a2_2: a² = f(z²)",
        "dz2_2_db2_2: ∂a²/∂z² = diag(f′(z²))",
        "dz1_3_db1_3: ∂a¹/∂z¹ = diag(f′(z¹))",
        "dL_db2_2: δ² = ∂L/∂z² = ∂L/∂a² ⊙ f′(z²)",
        "dL_db1_3: δ¹ = ∂L/∂z¹ = (W²ᵀ·δ²) ⊙ f′(z¹)",
        "b1_3: W¹ ← W¹ − lr·∂L/∂W¹",
        "b2_2: W² ← W² − lr·∂L/∂W²",
    ]


def test_an_event_on_the_way_is_told_with_the_stop() -> None:
    state, closed = start(load("hidden-relu")), []
    for _ in state.timeline.stops:
        state = apply(state, Move.NEXT_STOP)
        said = " ".join(explain(state))
        closed += [said] * ("∂a1_1/∂z1_1 = 0 (gate)" in said)
    assert len(closed) == 1
    assert "Gate closed for this sample" in closed[0]


@pytest.mark.parametrize("made", [neuron(), neuron(x=(1, 2, 3), w=(1, 2, 3))])
def test_a_neuron_has_no_layer_to_be_told_in_vectors(made: Scenario) -> None:
    state = start(made)
    for _ in state.timeline.stops:
        state = apply(state, Move.NEXT_STOP)
        assert "Vector form" not in " ".join(explain(state, WIDTH, ALL))


def test_the_vector_form_in_ascii() -> None:
    row = ascii_row((("δ¹ = ∂L/∂z¹ = (W²ᵀ·δ²) ⊙ f′(z¹), ∂L/∂W¹ = δ¹·xᵀ", Style.PLAIN),), 90)
    assert text_of(row) == "delta^1 = dL/dz^1 = (W^2^T*delta^2) .* f'(z^1), dL/dW^1 = delta^1*x^T"


@pytest.mark.parametrize(("size", "rows"), [(DESIGN_SIZE, 6), (SMALLEST, 2)])
async def test_on_screen_all_of_a_stop_is_marked_and_the_number_at_hand_is_in_the_headline(
    size: tuple[int, int], rows: int
) -> None:
    app = app_at("mazur", 1, 11)
    async with app.run_test(size=size) as pilot:
        await pilot.press("full_stop")
        assert len([line for line in lines(app) if line.startswith(" ● ")]) == rows
        assert "── ● ∂z2_1/∂b2_1 = 1 ──" in shown(app)
        assert "Neuron 1 of layer 2: ∂a2_1/∂z2_1 = 0.1868" in shown(app)
        assert "○ ∂a2_2/∂z2_2" in shown(app)
        assert shown(app).count("●×") == 6
        await pilot.press("full_stop", "comma")
        assert "Neuron 1 of layer 2: ∂a2_1/∂z2_1 = 0.1868" in shown(app)
        await pilot.press("right", "left")
        assert "Neuron 1 of layer 2:" not in shown(app)
        assert len([line for line in lines(app) if line.startswith(" ● ")]) == 1


async def test_playing_goes_on_stage_by_stage_from_a_stop() -> None:
    app = app_at("mazur", 1, 0)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("full_stop", "right")
        assert shown(app).count("●0.5933") == 1
        assert "●0.3775" not in shown(app)


@pytest.mark.parametrize("name", ["xor-batch", "xor-momentum", "zero-grad"])
def test_only_plain_descent_is_told_as_a_step_by_this_samples_gradient(name: str) -> None:
    state, updates = start(load(name)), 0
    while state.position.epoch == 1:
        state = apply(state, Move.NEXT_STOP)
        updates += state.timeline.rules[state.position.stage - 1].phase is Phase.UPDATE
        assert "− lr·∂L/∂W" not in " ".join(explain(state, WIDTH, ALL))
    assert updates
