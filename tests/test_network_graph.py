"""The picture of a network is read back and compared with the graph, for hundreds of networks, sizes and stages."""

import re

import pytest

from backprop_tui.core.backprop import Phase, local_name
from backprop_tui.core.graph import Role
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.canvas import Style, text_of, width_of
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.graph.drawing import graph_heights, graph_rows, graph_stage_at, graph_stages, graph_title
from backprop_tui.present.numbers import number
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.graph_reading import MORE, NUMBER, Reading
from tests.network_pictures import SIZES, any_network, at, brought_now, drawn, network, same, sources_of, stages

MAZUR = load("mazur")
WIDE = Scenario(
    name="wide",
    layers=(
        Layer("tanh", ((0.1, -0.2, 0.3),) * 5, (0.1,) * 5),
        Layer("relu", ((0.5, -0.5, 0.25, 1.5, -1.0),) * 4, (0.0,) * 4),
        Layer("identity", ((1.0, -1.0, 2.0, 0.5),) * 2, (0.0,) * 2),
    ),
    samples=(Sample((1.0, 2.0, -1.0), (0.5, -0.5)),),
)


@pytest.mark.parametrize("seed", range(40))
def test_the_picture_read_back_is_the_graph(seed: int) -> None:
    """Each sum has all its wires, those out of view counted; each column all its nodes."""
    first = start(any_network(seed))
    for width, height in SIZES:
        for state in stages(first, 6, seed):
            reading = Reading(drawn(state, width, height))
            where = (width, height, state.position.stage)
            arrived: list[str] = []
            for bundle in reading.bundles():
                names = {node.name for node in bundle.sources if node.name}
                hidden = sum(node.hidden for node in bundle.sources)
                for target in bundle.targets:
                    if target.name:
                        wanted = sources_of(state, target.name)
                        assert names <= set(wanted), where
                        assert len(names) + hidden == len(wanted), where
                        arrived.append(target.name)
                assert bundle.targets or bundle.cut, where
            named = [node.name for node in reading.nodes if node.name]
            assert len(set(named)) == len(named), where
            leftmost = min(node.x for node in reading.nodes)
            for node in reading.nodes:
                if node.name and node.name not in arrived:
                    assert node.x == leftmost, (where, node)
                    before = reading.at(node.row)[: node.x]
                    assert node.name.startswith("x") or before.rstrip(" ●○").endswith("⋮─▶"), (where, node)
            check_columns(reading, state, where)


def check_columns(reading: Reading, state: State, where: object) -> None:
    """Named and counted, the nodes of a column are those of its layer."""
    sizes = {"x": len(state.scenario.layers[0].weights[0])}
    for index, layer in enumerate(state.scenario.layers, start=1):
        sizes |= {f"z{index}": len(layer.weights), f"a{index}": len(layer.weights)}
    columns: dict[int, list[str]] = {}
    for node in reading.nodes:
        columns.setdefault(node.x, []).append(node.name)
    for x, names in columns.items():
        if names != ["L"]:
            kinds = {name.partition("_")[0].rstrip("0123456789" if name[0] == "x" else "") for name in names if name}
            hidden = sum(node.hidden for node in reading.nodes if node.x == x)
            assert len(kinds) == 1, where
            assert len([name for name in names if name]) + hidden == sizes[kinds.pop()], where


@pytest.mark.parametrize("seed", range(25))
def test_the_number_just_computed_is_in_the_picture_and_no_number_before_its_stage(seed: int) -> None:
    first = start(any_network(1000 + seed))
    for width, height in SIZES:
        for state in stages(first, 12, seed):
            rows = graph_rows(state, width, height)
            here, values = state.position.stage, state.view.values
            assert [width_of(row) for row in rows] == [width] * height
            now = "".join(text for row in rows for text, style in row if style is Style.NOW)
            if here:
                texts = {number(values[here - 1], digits) for digits in range(1, 5)}
                assert now.lstrip("●×").rstrip("╳") in texts, (width, height, here, now)
                assert now.startswith("●")
            assert sum(text_of(row).count("●") for row in rows) == bool(here)
            known = [*state.view.given.values(), *values[:here]]
            known += [c.value for name in brought_now(state) for c in contributions_to(state.view, name)]
            right = {number(value, digits) for value in known for digits in range(1, 5)}
            for row in rows:
                seen = {found[0].rstrip("╳") for found in NUMBER.finditer(MORE.sub("", text_of(row)))}
                assert seen <= right, (width, height, here, seen - right)


@pytest.mark.parametrize("seed", range(25))
def test_the_weights_of_the_neuron_at_hand_ride_on_their_wires_with_their_gradients_below(seed: int) -> None:
    first = start(any_network(2000 + seed))
    graph, rules = first.timeline.graph, first.timeline.rules
    for width, height in ((60, 6), (80, 8), (120, 16)):
        for state in stages(first, 12, seed):
            rule = rules[state.position.stage - 1]
            if not state.position.stage or rule.phase is Phase.LOSS or (brought_now(state) and rule.node[0] == "a"):
                continue
            z = neuron_at_hand(state)
            if not z:
                continue
            reading = Reading(drawn(state, width, height))
            wanted = dict(zip(sources_of(state, z), graph.by_name[z].args, strict=False))
            ridden = {node.name: reading.riding(node) for node in reading.nodes if node.name in wanted}
            assert ridden
            if width == 60 and is_beside_weights(state) and not any(value for _, value, _ in ridden.values()):
                continue  # what the stage is about is in the weights' place
            for source, riding in ridden.items():
                weight = wanted[source]
                above, value, below = riding if riding[1] else (weight, *reading.column_of(weight))  # or one by one
                assert value in {number(state.view.given[weight], digits) for digits in range(1, 5)}
                assert above.split()[0] in (weight, "w"), (above, weight)
                gradient = first.timeline.find(f"dL_d{weight}")
                if gradient <= state.position.stage:
                    assert same(below.split()[-1], state.view.values[gradient - 1])
                elif first.timeline.find(local_name(graph, z, weight)) == state.position.stage:
                    assert same(below.split("×")[-1], state.view.values[state.position.stage - 1])


@pytest.mark.parametrize("seed", range(25))
def test_a_weight_on_a_wire_leads_into_its_own_neuron_alone_and_the_title_says_whose_it_is(seed: int) -> None:
    """An open arrow leads to the others; where nothing rides on the wires, all arrows are full."""
    first = start(any_network(5000 + seed))
    for width, height in SIZES:
        for state in stages(first, 8, seed):
            reading = Reading(drawn(state, width, height))
            title, where = graph_title(state, width, height), (width, height, state.position.stage)
            for node in reading.nodes:
                value = reading.riding(node)[1]
                led = reading.led_to(node)
                if node.hidden or node.name == "L":
                    continue
                wired = {name for name in led if name[0] in "z⋮"}
                if not value and any(name[0] == "z" for name in led):
                    assert "▷" not in reading.heads(node), (where, node)
                if not value or not wired:
                    continue
                assert len(led) == 1, (where, node, led)
                (z,) = led
                weight = state.timeline.graph.by_name[z].args[sources_of(state, z).index(node.name)]
                assert same(value, state.view.given[weight]), (where, node, z)
                others = [one for one in state.timeline.graph.computed if node.name in one.args and one.name[0] == "z"]
                if len(others) > 1 and "weights of" in title:
                    assert z in title.partition("weights of")[2], (where, title)


def is_beside_weights(state: State) -> bool:
    """Whether the stage on screen is about a softmax layer's biases, or the way from its z's to its a's."""
    rule, graph = state.timeline.rules[state.position.stage - 1], state.timeline.graph
    name = rule.argument or rule.node
    last = len(state.scenario.layers)
    return name.startswith((f"b{last}_", f"z{last}_")) and "softmax" in {node.operation for node in graph.nodes}


def neuron_at_hand(state: State) -> str:
    """The z of the neuron that the stage on screen is about; empty where it is about the loss."""
    rule, graph = state.timeline.rules[state.position.stage - 1], state.timeline.graph
    node = graph.by_name[rule.node]
    if node.role is Role.PARAMETER:
        return graph.consumers[node.name][0].name
    if node.operation == "softmax":
        return rule.argument or node.args[node.layer.index(node.name)]
    return "" if node is graph.root else node.name if node.operation == "affine" else node.args[0]


@pytest.mark.parametrize("seed", range(20))
def test_contributions_ride_on_the_lines_that_bring_them_all_are_there_or_counted(seed: int) -> None:
    first = start(any_network(3000 + seed))
    chain = [stage for stage in first.timeline.phases[Phase.CHAIN] if brought_now(at(first, stage))]
    for stage in chain:
        state = at(first, stage)
        (name,) = brought_now(state)
        if first.timeline.graph.consumers[name][0].operation not in ("affine", "softmax"):
            continue  # one line brings all
        for width, height in SIZES:
            reading = Reading(drawn(state, width, height))
            numbers, hidden = reading.brought(name)
            wanted = {c.via: c.value for c in contributions_to(state.view, name)}
            shown = {node.row + 1: node.name for node in reading.nodes if node.name in wanted}
            assert set(numbers) == set(shown), (width, height, stage)
            assert len(numbers) + hidden == len(wanted)
            assert all(same(numbers[row], wanted[z]) for row, z in shown.items())


@pytest.mark.parametrize("sizes", [(2, 2, 1), (2, 3, 1), (3, 2, 2)])
def test_nothing_shifts_where_all_is_in_view(sizes: tuple[int, ...]) -> None:
    first = start(network(*sizes, seed=5))
    places = set()
    for stage in range(first.timeline.last + 1):
        state = at(first, stage)
        assert graph_title(state, 200, 16).startswith("Computation graph")
        places.add(tuple(Reading(drawn(state, 200, 16)).nodes))
    assert len(places) == 1


def test_columns_stay_from_epoch_to_epoch_at_the_start_of_a_run() -> None:
    first = start(MAZUR)
    places = {tuple(Reading(drawn(apply(first, GoTo(Position(epoch, 1, 5))))).nodes) for epoch in (1, 2, 3)}
    assert len(places) == 1


@pytest.mark.parametrize("spread", [1e-9, 1e6, 1e150])
def test_no_number_is_cut_however_long_it_is(spread: float) -> None:
    first = start(network(3, 3, 2, seed=1, activation="identity", spread=spread))
    for width, height in ((60, 6), (80, 8)):
        for stage in range(first.timeline.last + 1):
            state = at(first, stage)
            now = [text for row in graph_rows(state, width, height) for text, style in row if style is Style.NOW]
            if stage:
                assert same("".join(now).replace("×", ""), state.view.values[stage - 1]), (width, stage)


def test_the_largest_networks_have_their_number_in_view_at_every_size() -> None:
    for sizes in ((8, 16, 16, 4), (300, 3, 1), (1, 300, 1), (2, *(1,) * 300, 2), (30, 30)):
        first = start(network(*sizes, seed=2))
        for width, height in ((60, 6), (120, 20)):
            for state in stages(first, 5, 1):
                rows = graph_rows(state, width, height)
                here = state.position.stage
                now = "".join(text for row in rows for text, style in row if style is Style.NOW)
                assert not here or same(now.replace("×", ""), state.view.values[here - 1]), (sizes, here, now)


def test_titles_name_what_is_in_view() -> None:
    wide = network(3, 5, 4, 2, seed=3)
    find = start(wide).timeline.find
    assert graph_title(at(MAZUR, 1), 80, 8) == "Computation graph, weights of z1_1 and z2_1"
    assert graph_title(at(MAZUR, start(MAZUR).timeline.find("dL_da1_1")), 80, 8) == "Computation graph"
    assert (
        graph_title(at(wide, find("dL_dw2_3_1")), 80, 8)
        == "Layer 2 of 3, layer 1: neurons 1–2 of 5, neurons 3–4 of 4, weights of z2_3"
    )
    assert graph_title(at(wide, find("z1_5")), 60, 6) == "Layer 1 of 3, nodes 1 of 3 → 5 of 5, weights of z1_5"
    assert (
        graph_title(at(wide, find("z1_5")), 200, 40) == "Computation graph, weights of z1_5 and z2_1"
    )  # layer 3 has a wire each


@pytest.mark.parametrize("seed", range(10))
def test_a_title_says_the_very_numbers_of_the_nodes_in_view(seed: int) -> None:
    first = start(any_network(4000 + seed))
    for width, height in SIZES:
        for state in stages(first, 6, seed):
            names = {node.name for node in Reading(drawn(state, width, height)).nodes}
            for low, high, count in re.findall(
                r"neurons? (\d+)(?:–(\d+))? of (\d+)", graph_title(state, width, height)
            ):
                found = [n for n in range(1, 7) if any(name.endswith(f"_{n}") and name[0] == "a" for name in names)]
                assert set(range(int(low), int(high or low) + 1)) <= set(found)
                assert int(count) <= 6


def test_larger_terminals_show_more() -> None:
    deep = at(network(3, 5, 4, 2, seed=3), 40)
    counts = [len([n for n in Reading(drawn(deep, *size)).nodes if n.name]) for size in ((60, 6), (80, 8), (120, 20))]
    assert counts == sorted(counts)
    assert counts[-1] == 3 + 2 * (5 + 4 + 2) + 1
    assert graph_heights(deep, 200)[-1] >= 20


def test_every_stage_in_view_can_be_pointed_at_and_walked_to_in_reading_order() -> None:
    state = at(MAZUR, 40)
    places = graph_stages(state, 80, 8)
    assert [(place.y, place.x) for place in places] == sorted((place.y, place.x) for place in places)
    assert len({place.stage for place in places}) == len(places)
    for place in places:
        assert graph_stage_at(state, 80, 8, place.x, place.y) == place.stage
    find = state.timeline.find
    assert {find("z1_1"), find("a2_2"), find("loss"), find("dL_da1_1"), find("dL_db2_1")} <= {p.stage for p in places}


def test_what_blocks_is_said_beside_its_node() -> None:
    state = at(load("hidden-relu"), 27)
    assert any("gate closed at a1_1" in row for row in drawn(state))
    assert any("×0╳" in row or "0╳ ◀╌" in row for row in drawn(state))


@pytest.mark.parametrize("sizes", [(2, 2, 1), (2, 3, 1), (2, 2, 2), (3, 2, 2), (1, 3, 2), (3, 2, 2, 2)])
def test_where_there_is_room_every_weight_rides_on_a_wire_of_its_own_to_its_z(sizes: tuple[int, ...]) -> None:
    first = start(network(*sizes, seed=7))
    height = graph_heights(first, 200)[-1]
    for stage in range(first.timeline.last + 1):
        state = at(first, stage)
        reading = Reading(drawn(state, 200, height))
        fan = [name for name in brought_now(state) if name[0] == "a"] if stage else []
        for z in (node for node in state.timeline.graph.computed if node.operation == "affine"):
            for weight, source in zip(z.args, sources_of(state, z.name), strict=False):
                if fan and fan[0] in sources_of(state, z.name):
                    continue  # the lines that bring its gradient are in the weights' place
                assert reading.ends_of(weight) == (source, z.name), (stage, weight)
                value, derivative = reading.column_of(weight)
                assert same(value, state.view.given[weight])
                gradient = state.timeline.find(f"dL_d{weight}")
                assert derivative == "·" or "×" in derivative or gradient <= stage
                assert gradient > stage or same(derivative, state.view.values[gradient - 1])


def test_taller_terminals_draw_wires_one_by_one() -> None:
    assert graph_heights(start(MAZUR), 120)[-1] > 8
    assert graph_heights(start(MAZUR), 80)[-1] == 8  # too narrow for that


def test_what_the_stage_is_made_from_is_marked() -> None:
    rows = graph_rows(at(MAZUR, 5), 80, 8)  # z2_1 from a1_1 and a1_2
    assert [text.strip() for row in rows for text, style in row if style is Style.USED] == [
        *("0.5933", "0.4"),  # each answer of the layer before, and on its wire the weight
        "0.6",  # the bias
        *("0.5969", "0.45"),
    ]
