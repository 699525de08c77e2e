"""The picture and the table of a network; the figures are those of Mazur's example, as the design prints them."""

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.canvas import Style, text_of, width_of
from backprop_tui.present.explanation.stage import explain, headline, missing_rule
from backprop_tui.present.graph.drawing import graph_heights, graph_rows, graph_title
from backprop_tui.present.graph.network_layout import place_of
from backprop_tui.present.table.rows import table_rows
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start

MAZUR = Scenario(
    name="mazur",
    layers=(
        Layer("sigmoid", ((0.15, 0.2), (0.25, 0.3)), (0.35, 0.35), train_biases=False),
        Layer("sigmoid", ((0.4, 0.45), (0.5, 0.55)), (0.6, 0.6), train_biases=False),
    ),
    samples=(Sample((0.05, 0.1), (0.01, 0.99)),),
    loss="half_squared",
    learning_rate=0.5,
)
WIDE = Scenario(
    name="wide",
    layers=(
        Layer("tanh", ((0.1, -0.2, 0.3),) * 5, (0.1,) * 5),
        Layer("relu", ((0.5, -0.5, 0.25, 1.5, -1.0),) * 4, (0.0,) * 4),
        Layer("identity", ((1.0, -1.0, 2.0, 0.5),) * 2, (0.0,) * 2),
    ),
    samples=(Sample((1.0, 2.0, -1.0), (0.5, -0.5)),),
)


def at(scenario: Scenario, stage: int) -> State:
    return apply(start(scenario), GoTo(Position(1, 1, stage)))


def drawn(state: State, height: int = 8) -> list[str]:
    return [text_of(row) for row in graph_rows(state, 80, height)]


def test_contributions_ride_on_the_lines_that_bring_them_and_meet() -> None:
    rows = drawn(at(MAZUR, 40))
    assert "●0.03635 ◀═╦═ 0.0554╪══ 0.1385 ◀" in rows[2]
    assert "╚═ −0.01905" in rows[6]
    assert rows[2].index("╦") == rows[4].index("║") == rows[5].index("╫") == rows[6].index("╚")
    assert "−0.0381 ◀" in rows[6]
    assert "○·" in rows[2]


def test_the_whole_of_a_small_network_is_in_view_and_its_title_says_no_more() -> None:
    for name in ("x1", "x2", "z1_1", "z1_2", "a1_1", "a1_2", "z2_1", "z2_2", "a2_1", "a2_2", "L", "y1 0.01", "y2 0.99"):
        assert any(name in row for row in drawn(at(MAZUR, 1))), name
    assert graph_title(at(MAZUR, 1), 80, 8) == "Computation graph"


def test_no_value_is_seen_before_its_stage() -> None:
    state = at(MAZUR, 9)
    assert "0.2984" in "\n".join(drawn(state))
    assert "0.2984" not in "\n".join(drawn(at(MAZUR, 8)))
    assert "0.7414" not in "\n".join(drawn(state))


def test_what_the_stage_is_made_from_is_marked() -> None:
    rows = graph_rows(at(MAZUR, 5), 80, 8)  # z2_1 from a1_1 and a1_2
    assert [text.strip() for row in rows for text, style in row if style is Style.USED] == [
        *("0.5933", "0.4"),  # each answer of the layer before, and on its line the weight
        *("0.5969", "0.45"),
    ]


def test_a_large_network_follows_the_stage_and_fits() -> None:
    timeline = start(WIDE).timeline
    for stage in range(timeline.last + 1):
        state = at(WIDE, stage)
        for width, height in ((60, 6), (80, 8), (120, 20)):
            assert [width_of(row) for row in graph_rows(state, width, height)] == [width] * height
        node = timeline.rules[stage - 1].node if stage else ""
        if place_of(node) and node[0] in "za":
            assert any(f" {node} " in f"{row} " for row in drawn(state)), (stage, node)
    assert "of 3" in graph_title(at(WIDE, 1), 80, 8)
    assert graph_heights(at(WIDE, 1), 80)[-1] == 20


def test_the_table_lists_contributions_before_their_sum() -> None:
    rows = [text_of(row) for row in table_rows(at(MAZUR, 40), 65, 8)]
    sums = next(index for index, row in enumerate(rows) if row.startswith(" ● ∂L/∂a1_1"))
    assert "via z2_1" in rows[sums - 2]
    assert "0.1385 · 0.4" in rows[sums - 2]
    assert "0.0554" in rows[sums - 2]
    assert "via z2_2" in rows[sums - 1]
    assert "−0.01905" in rows[sums - 1]
    assert "0.0554 + (−0.01905)" in rows[sums]
    assert "0.03635" in rows[sums]


def test_where_the_headline_has_no_room_for_a_rule_the_rule_comes_under_it() -> None:
    state = at(MAZUR, 9)
    line = headline(state, 52)
    assert line == "L = (0.7514 − 0.01)² / 2 + (0.7729 − … = 0.2984"
    assert missing_rule(state, line) == "L = (a2_1 − y1)² / 2 + (a2_2 − y2)² / 2"
    assert missing_rule(state, headline(state)) == ""


def test_only_what_has_changed_is_called_new_and_only_who_is_blocked_learns_nothing() -> None:
    again = apply(start(MAZUR), GoTo(Position(2, 1, 1)))
    assert "with new numbers for" not in " ".join(explain(again))  # the bias is held: two weights, told one by one
    assert "with w1_1_1 = 0.1498 and w1_1_2 = 0.1996" in " ".join(explain(again))
    dead = apply(start(load("hidden-relu")), GoTo(Position(1, 1, 27)))
    assert dead.timeline.rules[26].quantity == "dL_dw1_1_1"
    assert "from this sample w1_1_1 learns nothing" in " ".join(explain(dead))


def test_the_least_height_holds_two_nodes_of_each_column() -> None:
    picture = [text_of(row) for row in graph_rows(at(MAZUR, 5), 60, 6)]
    assert picture[0].split() == ["a1_1", "z2_1", "a2_1"]
    assert picture[3].split() == ["a1_2", "│", "z2_2", "a2_2", "│", "y1", "0.01"]
