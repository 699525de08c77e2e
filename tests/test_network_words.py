"""The table, the headline and the explanation of a network; the figures are those of Mazur's example."""

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.canvas import text_of
from backprop_tui.present.explanation.stage import explain, headline, missing_rule
from backprop_tui.present.graph.drawing import graph_rows
from backprop_tui.present.table.rows import table_rows
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start

MAZUR = load("mazur")


def at(scenario: Scenario, stage: int) -> State:
    return apply(start(scenario), GoTo(Position(1, 1, stage)))


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


def test_a_gate_closed_for_every_sample_is_called_dead_and_only_that() -> None:
    """−1 and 2 through a unit at z = x: closed for the first alone; with −2 in place of 2 for both."""
    layers = (Layer("relu", ((1.0,),), (0.0,)), Layer("identity", ((1.0,),), (0.0,)))
    for other, word in ((2.0, "╳ gate closed at a1_1"), (-2.0, "╳ dead ReLU at a1_1")):
        scenario = Scenario("gate", layers, (Sample((-1.0,), (1.0,)), Sample((other,), (1.0,))))
        state = start(scenario)
        state = apply(state, GoTo(Position(1, 1, state.timeline.find("da1_1_dz1_1"))))
        text = "\n".join(text_of(row) for row in graph_rows(state, 80, 10))
        assert word in text
        assert text.count(" at a1_1") == 1
