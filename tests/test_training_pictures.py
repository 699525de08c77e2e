"""The picture while a run is trained as it is done: softmax, batches, optimisers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from backprop_tui.core.backprop import Phase
from backprop_tui.core.optimizers import OPTIMIZERS, settings
from backprop_tui.core.scenario import Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.canvas import Style, text_of, width_of
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.graph.drawing import graph_rows, graph_stages
from backprop_tui.present.numbers import number
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.graph_reading import NUMBER, Reading
from tests.network_pictures import SIZES, brought_now, drawn, network, same

NOT_NUMBERS = re.compile(r"⋮ \d+ more|= .*|\d²")
SHAPES = ((2, 3), (2, 2, 1), (3, 4, 3), (1, 2), (2, 1), (1, 1), (4, 1))


def trained(name: str, seed: int) -> Scenario:
    """A run with three samples, in batches, by the optimiser `name`; every other network ends in a softmax."""
    random = Random(seed)  # noqa: S311 - any numbers will do
    sizes = random.choice(SHAPES)
    scenario = network(*sizes, seed=seed, softmax=sizes[-1] > 1 and random.random() < 0.6)
    y = scenario.samples[0].y
    others = [Sample(tuple(random.uniform(-1, 1) for _ in range(sizes[0])), y[place:] + y[:place]) for place in (0, -1)]
    options = {"weight_decay": random.choice([0.0, 0.1])}
    return replace(
        scenario,
        samples=(*scenario.samples, *others),
        optimizer=settings(name, **options),
        batch_size=random.choice([1, 2, 3]),
        zero_grad=random.random() < 0.7,
        learning_rate=0.1,
    )


def states(first: State, count: int, seed: int) -> Iterator[State]:
    """Stages of passes in the first three epochs, those after the chain rule more often than others."""
    random = Random(seed)  # noqa: S311 - likewise
    for _ in range(count):
        epoch, sample = random.randint(1, 3), random.randint(1, 3)
        phases = first.history.view(epoch, sample).timeline.phases
        late = [phases[phase] for phase in (Phase.ACCUMULATE, Phase.UPDATE) if phase in phases]
        stages = random.choice([*late, range(1, phases[Phase.CHAIN].stop)])
        yield apply(first, GoTo(Position(epoch, sample, random.choice(stages))))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_number_just_computed_is_in_view_and_marked_and_none_is_seen_before_its_stage(name: str, seed: int) -> None:
    for state in states(start(trained(name, seed)), 12, seed):
        here, values = state.position.stage, state.view.values
        known = [*state.view.given.values(), *values[:here]]
        known += [one.value for node in brought_now(state) for one in contributions_to(state.view, node)]
        right = {number(value, digits) for value in known for digits in range(1, 5)}
        for width, height in SIZES:
            rows = graph_rows(state, width, height)
            where = (width, height, state.position)
            assert [width_of(row) for row in rows] == [width] * height
            now = "".join(text for row in rows for text, style in row if style is Style.NOW)
            assert now.startswith("●"), where
            assert now.lstrip("● ×").rstrip("╳") in {number(values[here - 1], digits) for digits in range(1, 5)}, where
            assert sum(text_of(row).count("●") for row in rows) == 1, where
            for row in rows:
                seen = {found[0].rstrip("╳") for found in NUMBER.finditer(NOT_NUMBERS.sub("", text_of(row)))}
                assert seen <= right, (where, seen - right)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_nothing_shifts_from_stage_to_stage_and_pass_to_pass_where_all_is_in_view(name: str) -> None:
    """Neither nodes nor what is beside them: a number that comes has had its place."""
    scenario = network(2, 2, 2, seed=3, softmax=True)
    scenario = replace(scenario, samples=scenario.samples * 2, learning_rate=0.1)
    first = start(replace(scenario, optimizer=settings(name, weight_decay=0.1), batch_size=2))
    for height in (8,) if name not in ("sgd", "adam") else (8, 30):
        places = set()
        for sample in (1, 2):
            for stage in range(first.history.view(1, sample).timeline.last + 1):
                state = apply(first, GoTo(Position(1, sample, stage)))
                places.add(tuple(Reading(drawn(state, 200, height)).nodes))
        assert len(places) == 1, height


def test_every_output_of_a_softmax_comes_from_every_z() -> None:
    for height in (8, 11, 30):
        for state in (apply(start(load("softmax")), GoTo(Position(1, 1, stage))) for stage in (6, 20, 49)):
            bundles = Reading(drawn(state, 120, height)).bundles()
            (joint,) = [bundle for bundle in bundles if any(node.name.startswith("a") for node in bundle.targets)]
            sources = [node.name for node in joint.sources if node.name]
            assert len(sources) + sum(node.hidden for node in joint.sources) == 3
            assert len(joint.targets) in (3, len(sources) + 1)  # one by one, or the count of the others


def jacobian(state: State, width: int, height: int) -> dict[str, str]:
    """The local derivatives by the names above their wires: what stands below each."""
    rows = drawn(state, width, height)
    found = {}
    for y, row in enumerate(rows):
        for name in re.finditer(r"∂a\d_\d/∂z\d_\d", row):
            factor = re.search(r"[●○]?[×·]\S*", rows[y + 2][name.start() - 2 :])
            found[name[0]] = factor[0] if factor else ""
    return found


def test_the_jacobian_is_in_the_picture_row_by_row_as_it_is_computed() -> None:
    softmax = start(load("softmax"))
    find, values = softmax.timeline.find, softmax.view.known
    state = apply(softmax, GoTo(Position(1, 1, find("da1_2_dz1_2"))))
    a = [values[f"a1_{k}"] for k in (1, 2, 3)]
    assert jacobian(state, 120, 11) == {
        "∂a1_2/∂z1_1": f"×{number(-a[1] * a[0])}",
        "∂a1_2/∂z1_2": f"●×{number(a[1] * (1 - a[1]))}",
        "∂a1_2/∂z1_3": "○·",
    }


def test_what_the_outputs_bring_to_a_z_rides_with_the_local_derivative_that_makes_it() -> None:
    softmax = start(load("softmax"))
    state = apply(softmax, GoTo(Position(1, 1, softmax.timeline.find("dL_dz1_2"))))
    rows = drawn(state, 120, 11)
    known = state.view.known
    for k in (1, 2, 3):
        slope, gradient = known[f"da1_{k}_dz1_2"], known[f"dL_da1_{k}"]
        pattern = rf"═ {re.escape(number(slope * gradient))} ═+ ×{re.escape(number(slope))} ═*[╪═]═ {number(gradient)}"
        assert any(re.search(pattern, row) for row in rows), pattern
    assert any("●0.246 ◀═" in row for row in rows)  # a − y: 0.24595 − 0


def test_sums_and_what_the_optimiser_computes_stand_beside_their_parameter() -> None:
    batch = start(load("xor-batch"))
    stage = batch.timeline.find("grad_w1_2_2")
    rows = drawn(apply(batch, GoTo(Position(1, 1, stage))))
    assert "w1_2_2 Σ●0" in rows[4]
    assert "+ b1_2 −0.2 Σ○·" in rows[7]
    adam = start(load("article-adam"))
    steps = [drawn(apply(adam, GoTo(Position(1, 1, stage))), 80, 7)[1].split("├")[0].strip() for stage in range(10, 15)]
    # b1: −0.2 = 0.1 · (−2), 0.004 = 0.001 · (−2)², corrected to −2 and 4: a step of 0.1 · 2 / √4
    assert steps == ["w  1.5 m ●−0.2", "w  1.5 v ●0.004", "w  1.5 mhat ●−2", "w  1.5 vhat ●4", "w  1.5 → ●1.6"]


def test_a_row_of_its_own_holds_what_a_new_parameter_is_made_from_and_can_be_pointed_at() -> None:
    adam = apply(start(load("article-adam")), GoTo(Position(1, 1, 14)))
    row = drawn(adam, 80, 7)[4]
    assert row.split("║")[0].strip() == "m_w −0.2  v_w 0.004  mhat_w −2  vhat_w 4"
    assert {10, 11, 12, 13} <= {place.stage for place in graph_stages(adam, 80, 7)}


@pytest.mark.parametrize("spread", [1e-150, 1e-9, 1e6])
@pytest.mark.parametrize("name", ["rmsprop", "adamw"])
def test_no_number_is_cut_however_long_it_is(name: str, spread: float) -> None:
    for sizes in ((2, 1), (3, 2)):
        scenario = network(*sizes, seed=1, activation="identity", spread=spread, softmax=sizes[-1] > 1)
        scenario = replace(scenario, samples=scenario.samples * 2, learning_rate=0.1, batch_size=2)
        first = start(replace(scenario, optimizer=settings(name, weight_decay=0.1)))
        for stage in range(1, first.history.view(1, 2).timeline.last + 1, 2):
            state = apply(first, GoTo(Position(1, 2, stage)))
            rows = graph_rows(state, 60, 6)
            now = "".join(text for row in rows for text, style in row if style is Style.NOW)
            assert same(now.replace("×", ""), state.view.values[stage - 1]), (sizes, stage, now)
