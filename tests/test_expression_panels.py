"""One kind of model more: networks and programs walk through the same panels, forms and formats."""

import pytest
from hypothesis import given

from backprop_tui.core.models import is_program
from backprop_tui.core.models.program import ProgramScenario
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.canvas import width_of
from backprop_tui.present.chrome import title_row
from backprop_tui.present.editing import edit_form, edit_of
from backprop_tui.present.endings import sentence
from backprop_tui.present.explanation.panel import explanation_panel
from backprop_tui.present.export.trace import FORMATS, trace
from backprop_tui.present.form import go_to_form
from backprop_tui.present.gradient_check import check_rows, verdict_text
from backprop_tui.present.graph.panel import graph_panel
from backprop_tui.present.loss.panel import loss_panel
from backprop_tui.present.phases.bar import phase_row
from backprop_tui.present.table.panel import table_panel
from backprop_tui.stepper.machine import Edit, GoTo, IllegalCommand, Move, apply
from backprop_tui.stepper.state import Position, State, start
from backprop_tui.stepper.training import train
from tests.expressions import CIRCUIT, expression, programs

LEARNING = expression(
    "f = (w*x - y)^2", {"w": 1.5, "x": 2.0, "y": 4.0}, inputs=("x", "y"), learns=True, learning_rate=0.1
)


def check_panels(state: State) -> None:
    """Every panel, in some sizes: as wide as it may be, and without an exception."""
    for width, height in ((80, 8), (60, 7), (120, 24)):
        rows = [title_row(state, width), phase_row(state, width), *graph_panel(state, width, height)]
        rows += [*table_panel(state, width, height), *explanation_panel(state, width, 4)]
        assert all(width_of(row) <= width for row in rows)
        assert all(width_of(row) <= width // 3 for row in loss_panel(state, width // 3, height))


def walk_through(scenario: Scenario) -> None:
    state = start(scenario)
    check_panels(state)
    while True:
        after = apply(state, Move.NEXT)
        if after.position == state.position or after.position.epoch > 2:
            break
        state = after
        check_panels(state)
    form = edit_form(state)
    assert not form.errors()
    go_to_form(state)
    check_rows(state)
    verdict_text(state)
    trained, ending = train(state, 200)
    check_panels(trained)
    if ending:
        sentence(trained, ending)
    for form_name in FORMATS:
        assert list(trace(start(scenario), 2, form_name))


@pytest.mark.parametrize("name", ["article-7", "xor-2-2-1", "softmax", "cs231n-circuit", "micrograd-readme"])
def test_both_models_go_through_the_same_panels(name: str) -> None:
    walk_through(load(name))


@given(programs())
def test_any_program_goes_through_them(scenario: ProgramScenario) -> None:
    walk_through(scenario)


def test_the_form_edits_values_and_the_program() -> None:
    state = apply(start(CIRCUIT), GoTo(Position(1, 1, 7)))
    form = edit_form(state).typed("value x", "1").typed("program", "q = x + y; f = q^2")
    assert form.errors() == {}
    after = apply(state, edit_of(state, form))
    assert is_program(after.scenario)
    assert after.scenario.values == (("x", 1.0), ("y", 5.0))  # z is not used any more
    assert after.view.known["f"] == 36.0
    assert after.position.stage <= after.timeline.last
    assert apply(after, Move.UNDO).scenario == CIRCUIT


def test_an_error_of_the_program_is_told_while_it_is_typed() -> None:
    form = edit_form(start(CIRCUIT)).typed("program", "q = x + y; f = 2q")
    assert form.error("program") == 'line 1, column 16, "2q": did you mean 2*q?'
    assert edit_form(start(CIRCUIT)).typed("program", "x*w").error("program").endswith("expected a value for it")


def test_the_form_gives_and_takes_the_learning_rate() -> None:
    state = apply(start(CIRCUIT), Move.LAST)
    form = edit_form(state)
    assert not form.applies("optimizer")
    learning = apply(state, edit_of(state, form.typed("lr", "0.1").typed("optimizer", "adam")))
    assert (learning.goes_on, learning.timeline.last) == (True, 23)  # m, v, mhat, vhat and the value, three times
    later = apply(apply(learning, Move.NEXT_EPOCH), Move.LAST)
    stopped = apply(later, edit_of(later, edit_form(later).typed("lr", "none")))
    assert (stopped.position.epoch, stopped.goes_on, stopped.timeline.last) == (2, False, 8)


def test_an_edit_of_values_holds_from_the_pass_on_screen() -> None:
    state = apply(start(LEARNING), GoTo(Position(3, 1, 4)))
    edited = apply(state, edit_of(state, edit_form(state).typed("value y", "0")))
    assert edited.history.view(2, 1).values == state.history.view(2, 1).values
    assert edited.view.known["y"] == 0.0
    assert edited.view.known["w"] == state.view.known["w"]


def test_a_network_and_a_program_are_no_edits_of_each_other() -> None:
    with pytest.raises(IllegalCommand):
        apply(start(load()), Edit(CIRCUIT))
