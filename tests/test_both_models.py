"""Networks and programs walk through the same panels, and these go by structure: never by what a node is called."""

import re
from collections.abc import Iterator

import pytest

from backprop_tui.core.scenario import Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.canvas import Row, text_of
from backprop_tui.present.chrome import title_row
from backprop_tui.present.editing import edit_form
from backprop_tui.present.events import blocked, events
from backprop_tui.present.explanation.panel import explanation_panel
from backprop_tui.present.gradient_check import comparisons
from backprop_tui.present.graph.panel import graph_panel
from backprop_tui.present.loss.panel import loss_panel
from backprop_tui.present.numbers import number
from backprop_tui.present.phases.bar import phase_row
from backprop_tui.present.table.panel import table_panel
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.expressions import expression
from tests.models import neuron

LEARNING = expression(
    "p1 = u1*g; p2 = relu(p1 - k)*u1; r = max(p2, g) + p1^2",
    {"u1": 1.37, "g": 2.91, "k": -0.63},
    learns=True,
    learning_rate=0.01,
)
CIRCUIT = expression("q = x + y; f = q*z", {"x": -2.125, "y": 5.375, "z": -4.625})
BOTH = (neuron(activation="tanh"), load("hidden-relu"), CIRCUIT, load("micrograd-readme"), LEARNING)


def panels(state: State) -> dict[str, str]:
    """Every panel at a size that has room for all, as text."""
    rows: dict[str, tuple[Row, ...]] = {
        "title": (title_row(state, 120), phase_row(state, 120)),
        "graph": graph_panel(state, 120, 60),
        "table": table_panel(state, 90, 130),
        "loss": loss_panel(state, 40, 30),
        "explanation": explanation_panel(state, 120, 30),
    }
    return {name: "\n".join(map(text_of, panel)) for name, panel in rows.items()}


def stages(scenario: Scenario, epochs: int = 2) -> Iterator[State]:
    first = start(scenario)
    for epoch in range(1, min(epochs, first.history.last_epoch) + 1):
        last = first.history.view(epoch, 1).timeline.last
        yield from (apply(first, GoTo(Position(epoch, 1, stage))) for stage in range(last + 1))


@pytest.mark.parametrize("scenario", BOTH)
def test_every_stage_shows_its_number_in_the_same_panels_and_none_before(scenario: Scenario) -> None:
    first = start(scenario).view
    shown = [number(value) for value in first.values]
    given = {number(value) for value in first.given.values()}
    unique = {text for text in shown if shown.count(text) == 1 and len(text) > 3} - given
    assert unique
    for state in stages(scenario, 1):
        stage, screens = state.position.stage, panels(state)
        of_run = {name: text for name, text in screens.items() if name in ("graph", "table", "explanation", "loss")}
        for later in range(stage, len(shown)):
            if shown[later] in unique:
                pattern = rf"(?<![\d.−e]){re.escape(shown[later])}(?![\d.e])"
                assert not [name for name, text in of_run.items() if re.search(pattern, text)], (stage, shown[later])
        if stage:
            assert shown[stage - 1] in screens["explanation"].split("\n")[0]
            assert shown[stage - 1] in screens["graph"]
            rule = state.timeline.rules[stage - 1]
            assert rule.phase.value in ("forward", "loss") or shown[stage - 1] in screens["table"]


NETWORKS = {"u1": "w1", "g": "b", "k": "y", "p1": "z1", "p2": "a1", "r": "L"}
"""For each name of `LEARNING` one as long that networks use for something else."""


def renamed(text: str) -> str:
    return re.sub(r"(?<![A-Za-z0-9_])(?:p1|p2|u1|[gkr])(?![A-Za-z0-9_])", lambda match: NETWORKS[match[0]], text)


def test_names_of_networks_change_nothing_but_the_names() -> None:
    values = {NETWORKS[name]: value for name, value in LEARNING.values}
    other = expression(renamed(LEARNING.program.text), values, learns=True, learning_rate=0.01)
    for one, two in zip(stages(LEARNING), stages(other), strict=True):
        assert [(event.kind, event.stage) for event in events(one)] == [(it.kind, it.stage) for it in events(two)]
        assert [*blocked(one).values()] == [*blocked(two).values()]
        assert [it.judgement for it in comparisons(one)] == [it.judgement for it in comparisons(two)]
        labels = [renamed(f"{field.label} {field.in_use}") for field in edit_form(one).fields]
        assert labels == [f"{field.label} {field.in_use}" for field in edit_form(two).fields]
        for name, text in panels(one).items():
            assert renamed(text) == panels(two)[name], (name, one.position)
