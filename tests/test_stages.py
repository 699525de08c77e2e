"""The timeline: which quantities a pass computes, in which order, under which names: the trace's contract."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.backprop import Phase
from backprop_tui.core.graph import Graph
from backprop_tui.core.models.dense import build
from backprop_tui.core.scenario import Scenario
from backprop_tui.stepper.stages import Timeline, timeline
from tests.models import GENERAL, graphs, network, neuron

ONE_INPUT = """
forward  z a
loss     loss
local    dL_da da_dz dz_dw dz_db
chain    dL_dw dL_db
update   w b
"""

THREE_INPUTS = """
forward  z a
loss     loss
local    dL_da da_dz dz_dw1 dz_dw2 dz_dw3 dz_db
chain    dL_dw1 dL_dw2 dL_dw3 dL_db
update   w1 w2 w3 b
"""

TWO_TWO_TWO = """
forward  z1_1 z1_2 a1_1 a1_2 z2_1 z2_2 a2_1 a2_2
loss     loss
local    dL_da2_1 dL_da2_2
local    da2_1_dz2_1 dz2_1_dw2_1_1 dz2_1_dw2_1_2 dz2_1_da1_1 dz2_1_da1_2 dz2_1_db2_1
local    da2_2_dz2_2 dz2_2_dw2_2_1 dz2_2_dw2_2_2 dz2_2_da1_1 dz2_2_da1_2 dz2_2_db2_2
local    da1_1_dz1_1 dz1_1_dw1_1_1 dz1_1_dw1_1_2 dz1_1_db1_1
local    da1_2_dz1_2 dz1_2_dw1_2_1 dz1_2_dw1_2_2 dz1_2_db1_2
chain    dL_dz2_1 dL_dw2_1_1 dL_dw2_1_2 dL_db2_1
chain    dL_dz2_2 dL_dw2_2_1 dL_dw2_2_2 dL_db2_2
chain    dL_da1_1 dL_dz1_1 dL_dw1_1_1 dL_dw1_1_2 dL_db1_1
chain    dL_da1_2 dL_dz1_2 dL_dw1_2_1 dL_dw1_2_2 dL_db1_2
update   w1_1_1 w1_1_2 b1_1 w1_2_1 w1_2_2 b1_2 w2_1_1 w2_1_2 b2_1 w2_2_1 w2_2_2 b2_2
"""


def stages(scenario: Scenario) -> list[tuple[str, str]]:
    return [(rule.phase.value, rule.quantity) for rule in timeline(build(scenario)).rules]


def literally(text: str) -> list[tuple[str, str]]:
    rows = (line.split() for line in text.strip().splitlines())
    return [(phase, quantity) for phase, *quantities in rows for quantity in quantities]


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        (neuron(), ONE_INPUT),
        (neuron(x=(1, 2, 3), w=(1, 2, 3)), THREE_INPUTS),
        (network((2, 2, 2)), TWO_TWO_TWO),
    ],
    ids=["one input", "three inputs", "2-2-2"],
)
def test_names_and_order_are_literally_the_contracts(scenario: Scenario, expected: str) -> None:
    assert stages(scenario) == literally(expected)


def contract(widths: Sequence[int], fixed: set[int], biases_fixed: set[int]) -> Iterator[tuple[str, str]]:
    """Section 2.2's order for a network of these widths, the inputs' first."""
    layers = range(1, len(widths))
    places = {layer: [f"{layer}_{i}" for i in range(1, widths[layer] + 1)] for layer in layers}
    weights = {p: [f"w{p}_{i}" for i in range(1, widths[n - 1] + 1)] for n in layers for p in places[n]}
    before = {p: [f"a{q}" for q in places[n - 1]] if n > 1 else [] for n in layers for p in places[n]}
    for n in layers:
        yield from (("forward", f"{letter}{p}") for letter in "za" for p in places[n])
    yield "loss", "loss"
    yield from (("local", f"dL_da{p}") for p in places[layers[-1]])
    for p in (p for n in reversed(layers) for p in places[n]):
        yield "local", f"da{p}_dz{p}"
        yield from (("local", f"dz{p}_d{name}") for name in (*weights[p], *before[p], f"b{p}"))
    for n in reversed(layers):
        for p in places[n]:
            gradients = [f"z{p}", *weights[p], f"b{p}"]
            yield from (("chain", f"dL_d{name}") for name in ([f"a{p}"] if n < layers[-1] else []) + gradients)
    for n in layers:
        for p in places[n]:
            trained = [] if n in fixed else weights[p] if n in biases_fixed else [*weights[p], f"b{p}"]
            yield from (("update", name) for name in trained)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.sets(st.integers(1, 4)), st.sets(st.integers(1, 4)))
def test_any_network_follows_the_contract_and_fixed_parameters_only_miss_their_update(
    widths: list[int], fixed: set[int], biases_fixed: set[int]
) -> None:
    if len(widths) == 2:
        widths[1] = max(2, widths[1])  # one layer with one row is a neuron
    scenario = network(widths, fixed=fixed, biases_fixed=biases_fixed)
    assert stages(scenario) == list(contract(widths, fixed, biases_fixed))


def test_a_neuron_held_fixed_keeps_its_gradient_stages() -> None:
    frozen = network((1, 1), fixed={1})
    assert stages(frozen) == literally(ONE_INPUT)[:9]
    assert timeline(build(frozen)).phases.keys() == {Phase.FORWARD, Phase.LOSS, Phase.LOCAL, Phase.CHAIN}
    assert stages(network((1, 1), biases_fixed={1})) == literally(ONE_INPUT)[:10]


def test_the_timeline_finds_phases_and_quantities() -> None:
    line = timeline(build(neuron()))
    assert line.last == 11
    assert dict(line.phases) == {
        Phase.FORWARD: range(1, 3),
        Phase.LOSS: range(3, 4),
        Phase.LOCAL: range(4, 8),
        Phase.CHAIN: range(8, 10),
        Phase.UPDATE: range(10, 12),
    }
    assert line.phase_ends == (2, 3, 7, 9, 11)
    assert [line.find(name) for name in ("z", "dL_da", "dL_db", "w", "x")] == [1, 4, 9, 0, 0]
    assert [line.find(name, update=True) for name in ("w", "b", "z")] == [10, 11, 0]


def test_a_stage_knows_the_quantities_it_is_computed_from() -> None:
    line = timeline(build(neuron()))
    assert [line.operands(stage) for stage in (1, 6, 7, 8)] == [
        *({"w", "x", "b"}, {"x"}, set(), {"dL_da", "da_dz", "dz_dw"}),
    ]


def consistent(line: Timeline) -> bool:
    """Whether phases tile the stages in order and every stage is found where it stands."""
    tiled = [stage for stages in line.phases.values() for stage in stages]
    found = [line.find(rule.quantity, update=rule.phase is Phase.UPDATE) for rule in line.rules]
    return tiled == found == list(range(1, line.last + 1)) and list(line.phases) == sorted(
        line.phases, key=list(Phase).index
    )


@given(graphs())
def test_the_timeline_of_any_graph_is_consistent(drawn: tuple[Graph, object]) -> None:
    assert consistent(timeline(drawn[0]))


def test_one_stepper_plans_graphs_that_are_no_layers() -> None:
    quantities = {name: [rule.quantity for rule in timeline(graph).rules] for name, (graph, _) in GENERAL.items()}
    assert quantities == {
        "doubled": ["b", "db_da", "a"],
        "olah": [
            *("c", "d", "e"),
            *("de_dc", "de_dd", "dc_da", "dc_db", "dd_db"),
            *("de_da", "de_db", "a", "b"),
        ],
        "shortcut": ["p", "q", "r", "dr_dp_direct", "dr_dq", "dq_dp", "dp_dw", "dr_dp", "dr_dw", "w"],
    }
