"""Where the parameters of a network stand in its picture, and that nothing there jumps."""

import re

import pytest

from backprop_tui.core.backprop import Phase
from backprop_tui.core.scenario_file import load
from backprop_tui.present.numbers import number
from backprop_tui.stepper.state import start
from tests.graph_reading import Reading
from tests.network_pictures import at, drawn

MAZUR = load("mazur")


def test_a_new_weight_stands_above_the_old_one() -> None:
    rows = drawn(at(MAZUR, 50))
    assert "w1_1_1 ←●0.1498" in rows[0]
    assert rows[1].startswith("  0.05 ──── 0.15 ─")
    assert "w1_1_2" in rows[4] or "w ←○·" in rows[4]


def test_a_new_weight_keeps_its_whole_name_where_there_is_room() -> None:
    for name in ("xor-2-2-1", "hidden-relu", "softmax"):
        state = start(load(name))
        for stage in state.timeline.phases.get(Phase.UPDATE, ()):  # a pass within a batch has none
            rule, rows = state.timeline.rules[stage - 1], drawn(at(state, stage), 80, 11)
            if rule.is_step:
                assert any(re.search(rf"{rule.node} (\S+ )?←●", row) for row in rows), (name, stage, rows)


@pytest.mark.parametrize("name", ["xor-2-2-1", "hidden-relu", "softmax"])
def test_no_column_moves_within_a_phase(name: str) -> None:
    """Up to the updates, whose numbers need more room than there is for all weights together."""
    state = start(load(name))
    for phase in (Phase.FORWARD, Phase.LOSS, Phase.LOCAL, Phase.CHAIN):
        columns: dict[str, set[int]] = {}
        for stage in state.timeline.phases[phase]:
            for node in Reading(drawn(at(state, stage), 80, 8)).nodes:
                columns.setdefault(node.name or f"{node.hidden} in {node.x}", set()).add(node.x)
        assert all(len(places) == 1 for places in columns.values()), (phase, columns)


def test_where_contributions_are_added_up_the_weights_that_carry_them_are_in_view() -> None:
    state = start(MAZUR)  # weights as published by Mazur
    for name, factors in (("a1_1", ("×0.4", "×0.5")), ("a1_2", ("×0.45", "×0.55"))):
        for size in ((80, 8), (120, 16), (200, 30)):
            text = "\n".join(drawn(at(state, state.timeline.find(f"dL_d{name}")), *size))
            assert all(f"{factor} " in f"{text} " for factor in factors), (name, size, text)


@pytest.mark.parametrize("name", ["xor-2-2-1", "mazur", "hidden-relu"])
def test_a_biass_gradient_stands_beside_it(name: str) -> None:
    state = start(load(name))
    for stage in state.timeline.phases[Phase.CHAIN]:
        if state.timeline.rules[stage - 1].node.startswith("b"):
            bias = state.timeline.rules[stage - 1].node
            rows = drawn(at(state, stage))
            value = re.escape(number(state.view.given[bias]))
            assert any(re.search(rf"\+ {bias} {value} ●", row) for row in rows), (stage, rows)
