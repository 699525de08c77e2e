"""Stops: where they end, by the contract's names, and how ``.`` and ``,`` walk them."""

import random
import re
from itertools import groupby, islice

import pytest
from hypothesis import given, settings

from backprop_tui.core.models.dense import build
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.stepper.machine import GoTo, Move, apply
from backprop_tui.stepper.stages import timeline
from backprop_tui.stepper.state import START, State, start
from tests.many_trainings import training_scenario
from tests.models import DIVERGING, GENERAL, THREE_SAMPLES, network, neuron, scenarios

ONE_NEURON = "z | a | loss | dL_da | da_dz dz_dw dz_db | dL_dw dL_db | w b"

TWO_ONE = """
z1_1 z1_2 | a1_1 a1_2 | z2_1 | a2_1 | loss | dL_da2_1
da2_1_dz2_1 dz2_1_dw2_1_1 dz2_1_dw2_1_2 dz2_1_da1_1 dz2_1_da1_2 dz2_1_db2_1
da1_1_dz1_1 dz1_1_dw1_1_1 dz1_1_db1_1 | da1_2_dz1_2 dz1_2_dw1_2_1 dz1_2_db1_2
dL_dz2_1 dL_dw2_1_1 dL_dw2_1_2 dL_db2_1
dL_da1_1 dL_dz1_1 dL_dw1_1_1 dL_db1_1 | dL_da1_2 dL_dz1_2 dL_dw1_2_1 dL_db1_2
w1_1_1 b1_1 | w1_2_1 b1_2 | w2_1_1 w2_1_2 b2_1
"""


def walked(state: State, move: Move, presses: int) -> list[State]:
    """`state` and where so many presses of one key lead."""
    found = [state]
    for _ in range(presses):
        found.append(apply(found[-1], move))
    return found


def one_pass(scenario: Scenario) -> list[State]:
    """The states after each press of ``.`` from the start to the last stage of the first pass."""
    state = start(scenario)
    return walked(state, Move.NEXT_STOP, len(state.timeline.stops))[1:]


def computed(state: State) -> list[str]:
    """The quantities that a state tells of."""
    return [state.timeline.rules[stage - 1].quantity for stage in state.stages]


def literally(text: str) -> list[list[str]]:
    return [stop.split() for stop in re.split(r"[|\n]", text.strip())]


@pytest.mark.parametrize(("scenario", "expected"), [(neuron(), ONE_NEURON), (network((1, 2, 1)), TWO_ONE)])
def test_each_press_computes_literally_these(scenario: Scenario, expected: str) -> None:
    assert [computed(state) for state in one_pass(scenario)] == literally(expected)


def test_each_row_of_a_softmax_jacobian_is_a_stop() -> None:
    rows = [names for state in one_pass(load("softmax")) if (names := computed(state))[0].startswith("da")]
    assert rows == [[f"da1_{k}_dz1_{j}" for j in (1, 2, 3)] for k in (1, 2, 3)]


def test_a_3_5_4_2_network_takes_tens_of_presses() -> None:
    states = one_pass(network((3, 5, 4, 2)))
    assert states[-1].position.stage == 246
    assert len(states) == 6 + 1 + 1 + 3 * 11  # z and a of three layers, the loss, its slopes; 11 neurons in 3 phases


def owner(phase: str, quantity: str) -> str:
    """Whose a quantity of a network is, read from the names that the contract gives: ``layer_neuron``, or a layer."""
    if phase in ("forward", "loss"):
        return re.sub(r"_\d+$", "", quantity)
    if phase == "local" and quantity.startswith("dL"):
        return "loss"
    if jacobian := re.fullmatch(r"da(\d+_\d+)_dz\d+_(\d+)", quantity):
        return jacobian[1]
    last = re.search(r"[a-z](\d+_\d+)[_\d]*$", quantity) if phase != "local" else re.match(r"d[az](\d+_\d+)", quantity)
    assert last, quantity
    return last[1]


def expected_ends(state: State) -> list[int]:
    """The last stage of every run of one owner in one phase."""
    rules = state.timeline.rules
    runs = groupby(enumerate(rules, start=1), lambda one: (one[1].phase, owner(one[1].phase.value, one[1].quantity)))
    return [[stage for stage, _ in run][-1] for _, run in runs]


@settings(max_examples=60)
@given(scenarios())
def test_stops_are_the_runs_of_one_owner_within_a_phase(scenario: Scenario) -> None:
    state = start(scenario)
    if not scenario.is_neuron:
        assert list(state.timeline.stop_ends) == expected_ends(state)
    assert set(state.timeline.phase_ends) <= set(state.timeline.stop_ends)


def test_so_they_are_with_softmax_batches_and_optimisers() -> None:
    dice = random.Random(5)  # noqa: S311 - nothing secret
    for _ in range(80):
        scenario = training_scenario(dice)
        if not scenario.is_neuron:
            for stage in walked(start(scenario), Move.NEXT_EPOCH, 1):
                assert list(stage.timeline.stop_ends) == expected_ends(stage)


@pytest.mark.parametrize("name", GENERAL)
def test_other_graphs_have_stops_too_which_are_all_stages_in_order(name: str) -> None:
    line = timeline(GENERAL[name][0])
    assert [stage for stop in line.stops for stage in stop.stages] == [*range(1, line.last + 1)]
    assert set(line.phase_ends) <= set(line.stop_ends)


@settings(max_examples=40)
@given(scenarios(rates=(0.1,)))
def test_the_way_on_is_strictly_forward_over_every_end_and_the_way_back_is_the_same(scenario: Scenario) -> None:
    state = start(scenario)
    there = walked(state, Move.NEXT_STOP, 3 * len(state.timeline.stops))
    visited = [one.position for one in there]
    assert visited == sorted(visited)
    moved = [one for one, before in zip(there[1:], there, strict=False) if one.position != before.position]
    assert len({one.position for one in moved}) == len(moved)
    assert moved == there[1 : len(moved) + 1]  # where the run ends, presses stay there
    assert {one.position.stage for one in moved} >= set(state.timeline.phase_ends)
    back = walked(there[-1], Move.PREVIOUS_STOP, len(moved))
    assert back[::-1] == there[: len(moved) + 1]


@pytest.mark.parametrize("scenario", [neuron(), THREE_SAMPLES, DIVERGING, load("xor-batch")])
def test_from_anywhere_it_is_the_nearest_end(scenario: Scenario) -> None:
    line = [START]
    state = start(scenario)
    while len(line) < 250 and (state := apply(after := state, Move.NEXT)).position != after.position:
        line.append(state.position)
    ends = {place for place in line if place.stage in apply(start(scenario), GoTo(place)).timeline.stop_ends}
    for index, place in enumerate(line[:150]):
        here = apply(start(scenario), GoTo(place))
        later = [one for one in line[index + 1 :] if one in ends]
        earlier = [one for one in line[:index] if one in ends]
        assert apply(here, Move.NEXT_STOP).position == (later[0] if later else place)
        assert apply(here, Move.PREVIOUS_STOP).position == (earlier[-1] if earlier else START)


def test_any_other_command_tells_of_its_stage_alone() -> None:
    at_stop = walked(start(network((2, 2, 2))), Move.NEXT_STOP, 12)[-1]
    assert len(at_stop.stages) > 1
    for command in (*({*Move} - {Move.NEXT_STOP, Move.PREVIOUS_STOP, Move.UNDO}), GoTo(at_stop.position)):
        after = apply(at_stop, command)
        assert after.stop is None
        assert list(after.stages) == [after.position.stage][: after.position.stage]
        assert after == apply(apply(at_stop, command), GoTo(after.position))


def test_at_both_ends_they_stay() -> None:
    first = start(DIVERGING)
    assert apply(first, Move.PREVIOUS_STOP) == first
    *_, last = islice(walked(first, Move.NEXT_STOP, 40), 41)
    assert last.ended
    assert last.position.stage == last.timeline.last
    assert apply(last, Move.NEXT_STOP) == last


def test_a_graph_is_walked_by_roles_and_never_by_names() -> None:
    """The same network under other names has the same stops."""
    graph = build(network((2, 3, 2)))
    new = {node.name: f"q{index}" for index, node in enumerate(graph.nodes)}
    nodes = tuple(node._replace(name=new[node.name], args=tuple(new[one] for one in node.args)) for node in graph.nodes)
    assert timeline(type(graph)(nodes)).stops == timeline(graph).stops
