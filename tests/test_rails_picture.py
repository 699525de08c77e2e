"""The picture of a program: numbers in the right rows and at the right time, the row at hand always in view."""

import math
import re
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_tui.core.backprop import Phase, gradient_name
from backprop_tui.core.graph import Graph
from backprop_tui.core.models.program import ProgramScenario, program_of
from backprop_tui.core.scenario_file import load
from backprop_tui.present.ascii import spelled
from backprop_tui.present.canvas import Row, Style, text_of, width_of
from backprop_tui.present.graph.drawing import graph_rows, graph_stage_at, graph_title
from backprop_tui.present.graph.rails import rails_of
from backprop_tui.present.graph.rails_picture import rails_canvas, rails_note
from backprop_tui.present.graph.rails_window import node_at_hand, path_at_hand, window_of
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.programs import any_program, states_of
from tests.rails_reading import ROW, read
from tests.test_rails import BOARD, MICROGRAD, edges

NUMBER = re.compile(r"[●○@~]?(·|\.(?!\d)|-?[−\d][\d.e+−-]*|∞|−∞|NaN|inf)([╳X]?)")
MORE = re.compile(r"⋮ (\d+)")
SIZES = ((60, 6), (80, 8), (120, 24))


def any_states(seed: int) -> list[State]:
    graph = any_program(seed)
    random = Random(seed)  # noqa: S311 - any numbers will do
    given_numbers = {node.name: round(random.uniform(-2, 2), 3) for node in graph.nodes if not node.args}
    return states_of(graph, given_numbers, updates=seed % 3 == 0)


def drawn(state: State, width: int, height: int) -> tuple[Row, ...]:
    return rails_canvas(state, width, height).rows()


def texts(state: State, width: int, height: int) -> list[str]:
    return [text_of(row) for row in drawn(state, width, height)]


def board(stage: int) -> State:
    return states_of(BOARD, {"x": -2.0, "y": 5.0, "z": -4.0})[stage]


def by_node(state: State, width: int = 120, height: int = 120) -> dict[str, str]:
    """The rows of the picture by the names in them, however they are cut off at the sides."""
    found = {}
    for line in texts(state, width, height)[1:]:
        match = ROW.match(line)
        if match:
            found[match[2]] = line
    return found


def derivatives(graph: Graph, known: dict[str, float]) -> dict[str, float]:
    """The gradient of the root by every node, by adding up what each use hands back (reverse accumulation)."""
    slopes: dict[str, Callable[[float], float]] = {
        "tanh": lambda v: 1 - math.tanh(v) ** 2,
        "sigmoid": lambda v: (1 - math.tanh(v / 2) ** 2) / 4,
        "relu": lambda v: float(v > 0),
        "softplus": lambda v: (1 + math.tanh(v / 2)) / 2,
        "identity": lambda _v: 1.0,
    }
    found = dict.fromkeys(known, 0.0) | {graph.root.name: 1.0}
    for node in reversed(graph.computed):
        for place, argument in enumerate(node.args):
            if node.operation == "add":
                slope = 1.0
            elif node.operation == "multiply":
                slope = math.prod(known[other] for at, other in enumerate(node.args) if at != place)
            else:
                slope = slopes[node.operation](known[argument])
            found[argument] += found[node.name] * slope
    return found


def test_the_screen_of_the_first_circuit() -> None:
    """As drawn beforehand for x = −2, y = 5, z = −4 at ∂f/∂x: rails, rules, −4 from 1 · −4, ∂f/∂y next."""
    assert texts(board(7), 80, 7) == [
        "                            value   gradient ∂f/∂",
        "  ◆        x                 −2       ●−4       = −4·1",
        "  ║ ●      y                  5        ○·",
        "  ╚═╧═◆    q = x + y          3        −4",
        "    ● │    z                 −4         3",
        "    └─┴─●  f = q·z          −12         1",
        "",
    ]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_values_and_gradients_stand_in_their_rows_from_their_stages_on(seed: int) -> None:
    states = any_states(seed)
    graph, one = states[0].timeline.graph, states[0].view
    known = {node.name: one.known[node.name] for node in graph.nodes}
    assume(all(abs(value) < 20 for value in known.values()))  # where nothing is lost to rounding
    slopes = derivatives(graph, known)
    for state in (states[0], states[len(states) // 3], states[len(states) * 3 // 4], states[-1]):
        lines = texts(state, 160, 140)
        value, gradient = lines[0].index("value") + 2, lines[0].index("gradient") + 4
        rows = by_node(state, 160, 140)
        assert rows.keys() == {node.name for node in graph.nodes}
        for name, line in rows.items():
            computed = state.timeline.find(name)
            check(line, value, known[name] if computed <= state.position.stage else None)
            stage = state.timeline.find(gradient_name(graph, name))
            if name == graph.root.name:
                check(line, gradient, 1.0 if computed <= state.position.stage else "")
            else:
                known_by_now = slopes[name] if stage <= state.position.stage else None
                check(line, gradient, known_by_now if stage else "")


def check(line: str, column: int, expected: float | str | None) -> None:
    """That the number with its units in `column` is the expected one, ``·`` for None, nothing for an empty text."""
    found = next((one for one in NUMBER.finditer(line) if one.start() <= column < one.end()), None)
    if expected == "":
        assert found is None, line
    elif expected is None:
        assert found, line
        assert found[1] == "·", line
    else:
        assert found, line
        assert isinstance(expected, float)
        assert re.fullmatch(r"−?\d+", line[found.start(1) : column + 1]), line  # the units stand in the column
        assert not line[column + 1 : column + 2].isdigit(), line
        shown = float(found[1].replace("−", "-").replace("∞", "inf"))
        assert math.isclose(shown, expected, rel_tol=6e-4, abs_tol=1e-12), (line, expected)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**9), st.integers(3, 40), st.sampled_from([60, 80, 120]), st.booleans())
def test_what_was_just_computed_is_in_view_at_every_stage(seed: int, height: int, width: int, in_ascii: bool) -> None:
    states = any_states(seed)
    for state in states[seed % 7 :: max(1, len(states) // 25)]:
        rows = drawn(state, width, height)
        assert len(rows) == height
        assert all(width_of(row) == width for row in rows)
        stage = state.position.stage
        now = [(y, text) for y, row in enumerate(rows) for text, style in row if style is Style.NOW]
        if stage:
            rule = state.timeline.rules[stage - 1]
            ((y, text),) = now
            assert text.startswith("●")
            assert (f"{node_at_hand(rule)}"[:5]) in text_of(rows[y])
        else:
            assert not now
        if in_ascii:
            assert all(text_of(row).isascii() for row in spelled(rows, width, ascii=True))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(3, 40))
def test_rows_out_of_view_are_counted(seed: int, height: int) -> None:
    states = any_states(seed)
    for state in states[:: max(1, len(states) // 9)]:
        lines = texts(state, 120, height)
        counted = sum(int(found[1]) for line in lines for found in MORE.finditer(line))
        heads = [match[1] for line in lines if (match := ROW.match(line))]
        shown = sum("●" in head or "◆" in head for head in heads)
        assert shown + counted == len(state.timeline.graph.nodes)
        assert bool(counted) == bool(rails_note(state, height))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**9))
def test_the_way_of_a_derivative_is_drawn_double(seed: int) -> None:
    states = any_states(seed)
    graph = states[0].timeline.graph
    for state in states[1 :: max(1, len(states) // 9)]:
        rule = state.timeline.rules[state.position.stage - 1]
        found = read(texts(state, 200, 140)[1 : len(graph.nodes) + 1])
        assert found.edges == edges(graph)
        if rule.phase is Phase.LOCAL:
            assert found.marked == {(rule.node, rule.argument)}
        elif rule.phase is Phase.CHAIN:
            assert found.marked == {(user.name, rule.node) for user in graph.consumers[rule.node]}
        else:
            assert found.marked == set()


def test_a_node_without_a_gradient_of_its_own_is_passed_through() -> None:
    """The article's ∂L/∂w is one product of three, ∂L/∂a · ∂a/∂z · ∂z/∂w: its way leads from a over z."""
    state = apply(start(load("article-7")), GoTo(Position(1, 1, 8)))
    assert set(path_at_hand(state)) == {("a", "z"), ("z", "w")}


def test_where_rails_meet_each_use_says_what_it_brings() -> None:
    states = states_of(MICROGRAD, {"a": -0.4, "b": 0.2})
    state = states[states[0].timeline.find("dg_db")]
    rows = by_node(state)
    summands = [re.search(r"(\S+) to b\b", rows[user.name]) for user in MICROGRAD.consumers["b"]]
    total = re.search(r"●(\S+)", rows["b"])
    assert total
    assert all(summands)
    numbers = [float(found[1].replace("−", "-")) for found in summands if found]
    assert math.isclose(sum(numbers), float(total[1].replace("−", "-")), abs_tol=2e-3)


def test_a_short_note_is_no_cut_number() -> None:
    """A sum that has no room names its first summands or their number; no number in it is cut."""
    states = states_of(MICROGRAD, {"a": -0.4, "b": 0.2})
    at = states[0].timeline.find("dg_db")
    for width in range(60, 160):
        row = next(line for line in texts(states[at], width, 40) if "●" in line[20:] and " b " in line)
        note = row[row.rindex("●") :].split(maxsplit=1)[1]
        assert re.fullmatch(r"sum of 5|= [^…]*?( \+ …)?", note), note
        assert not note.endswith("+ (…")


@pytest.mark.parametrize("stage", range(12))
def test_names_and_numbers_lead_to_their_stages(stage: int) -> None:
    state = states_of(BOARD, {"x": -2.0, "y": 5.0, "z": -4.0}, updates=True)[stage]
    places = rails_canvas(state, 80, 8).places
    shown = {place.stage for place in places}
    assert {state.timeline.find(name) for name in ("q", "f", "df_dq", "df_dx", "df_dy", "df_dz")} <= shown
    if stage:
        assert stage in shown


def program(text: str, stage: int | str, **values: float) -> State:
    """The state of a program at a stage, or at that of a quantity."""
    pairs = tuple(values.items())
    first = start(ProgramScenario("any", program=program_of(text, values), values=pairs))
    number = stage if isinstance(stage, int) else first.timeline.find(stage)
    return apply(first, GoTo(Position(1, 1, number)))


def row_of(state: State, name: str, width: int = 80) -> str:
    return by_node(state, width)[name]


def test_a_zero_says_why_and_what_is_not_finite_says_so_in_words() -> None:
    closed = program("r = relu(x); f = r*y", "df_dx", x=-1.0, y=3.0)
    assert re.search(r"●0╳ .*gate", row_of(closed, "x"))
    assert re.search(r"╳ (gate closed|dead ReLU)", row_of(closed, "r"))
    level = program("f = x*y", "df_dx", x=1.0, y=0.0)  # 0 because y is: nothing blocks it
    assert re.search(r"●0(?!╳)", row_of(level, "x"))
    assert "gate" not in row_of(level, "x")
    infinite = program("q = 1/x; f = q + x", "q", x=0.0)
    assert re.search(r"●∞ .*infinite", row_of(infinite, "q"))


def test_the_next_row_is_in_view_with_the_one_at_hand_where_both_can_be() -> None:
    graph = MICROGRAD
    rails = rails_of(graph)
    for state in states_of(graph, {"a": -0.4, "b": 0.2})[1:-1]:
        hand, following = (
            rails.row[node_at_hand(rule)]
            for rule in state.timeline.rules[state.position.stage - 1 : state.position.stage + 1]
        )
        for height in range(5, 30):
            window = window_of(state, height)
            both = all(window.first <= row < window.end for row in (hand, following))
            assert both or abs(hand - following) >= height - 2, (state.position, height)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("count", [3, 12, 26, 45])
def test_rails_give_way_before_names_and_numbers_do(width: int, count: int) -> None:
    """Many values that wait for one maximum: rails stand closer, then are cut, and say so; nothing else is lost."""
    names = [f"a{number}" for number in range(count)]
    state = program(f"f = max({', '.join(names)})", "df_da1", **dict.fromkeys(names, -1.5))
    rows = by_node(state, width)
    assert [name for name in rows if name != "…"] == [*names, "f"]
    for name in names:
        assert re.search(rf"\b{name} +−1\.5\b", rows[name])
    assert ("…" in "".join(rows[name] for name in names)) == ((count, width) in ((26, 60), (45, 60), (45, 80)))


def test_the_panel_draws_a_program_so_and_a_click_on_a_rule_or_a_number_leads_to_its_stage() -> None:
    state = program("q = x + y; f = q*z", "df_dx", x=-2.0, y=5.0, z=-4.0)
    shown = [text_of(row) for row in graph_rows(state, 80, 7)]
    assert shown == texts(state, 80, 7)
    assert graph_stage_at(state, 80, 7, shown[3].index("q = x + y") + 3, 3) == state.timeline.find("q")
    assert graph_stage_at(state, 80, 7, shown[1].index("●−4") + 2, 1) == state.timeline.find("df_dx")
    assert graph_stage_at(state, 80, 7, 3, 3) == 0
    many = program("; ".join(f"t{k + 1} = tanh({'x' if k == 0 else f't{k}'})" for k in range(20)), 9, x=0.5)
    assert graph_title(many, 80, 8) == "Computation graph, rows 8–13 of 21"  # t9, t10


def test_a_factor_in_ascii_is_no_x() -> None:
    state = program(
        "long_name_of_a_sum = first_summand + second; f = tanh(long_name_of_a_sum)", 5, first_summand=1.0, second=2.0
    )
    first, second = (spelled(drawn(state, 60, 8)[row : row + 1], 60, ascii=True)[0] for row in (1, 2))
    assert re.search(r" \*1$", text_of(first))
    assert re.search(r" \*@1$", text_of(second))
