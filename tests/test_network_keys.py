"""A network under the keys and the mouse: rows are chosen, nodes pointed at, stages named, layers edited."""

from dataclasses import replace

import pytest

from backprop_tui.present.form import go_to_form, position_of
from backprop_tui.present.graph.drawing import graph_stage_at
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, start
from tests.driving import DESIGN_SIZE, SMALLEST, Ticker, app_at, lines, main_screen, place, row_of, shown, spot, tickers
from tests.models import neuron
from tests.test_network_graph import MAZUR, WIDE


@pytest.fixture(autouse=True)
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Ticker]:
    return tickers(monkeypatch)


async def test_arrows_choose_a_row_and_enter_goes_there() -> None:
    app = app_at(MAZUR, 1, 5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("down", "down", "down")
        assert row_of(app, "> ").startswith(">  ∂a2_1/∂z2_1")
        await pilot.press("up")
        assert row_of(app, "> ").startswith(">  ∂L/∂a2_2")
        assert place(app) == (1, 5)
        await pilot.press("enter")
        assert place(app) == (1, 11)
        assert not [line for line in lines(app) if line.startswith(">")]


async def test_the_table_scrolls_with_the_row_that_is_chosen_and_escape_lets_go_of_it() -> None:
    app = app_at(MAZUR, 1, 5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await pilot.press(*["down"] * 31)
        assert row_of(app, "> ").startswith(">  ∂L/∂a1_1")
        row_of(app, "Derivatives 28–32 of 48")
        assert "●1.106" in shown(app)  # the picture stays with the stage at hand
        await pilot.press("escape")
        assert lines(app) == before
        await pilot.press(*["up"] * 3)
        assert row_of(app, "> ").startswith(">  ∂L/∂a2_1")  # the first row holds


async def test_the_wheel_chooses_too() -> None:
    app = app_at(MAZUR, 1, 5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot._post_mouse_events([_wheel()], offset=(10, spot(app, "Derivatives")[1] + 3))
        await pilot.pause()
        assert row_of(app, "> ").startswith(">  ∂L/∂a2_1")


def _wheel() -> type:
    from textual.events import MouseScrollDown  # noqa: PLC0415 - what the wheel sends

    return MouseScrollDown


async def test_a_click_on_a_node_or_its_gradient_leads_to_its_stage() -> None:
    app = app_at(MAZUR, 1, 57)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for text, stage in {"a1_2  ": 4, "0.7514": 7, "0.03635": 40, "L": 9}.items():
            main_screen(app).do(GoTo(Position(1, 1, 57)))
            await pilot.pause()
            graph = [(line.find(text), y) for y, line in enumerate(lines(app)) if 2 < y < 11 and text in line]
            x, y = graph[0]
            await pilot.click(offset=(x, y))
            assert place(app) == (1, stage), text
        before = lines(app)
        await pilot.click(offset=(79, 10))
        assert lines(app) == before


def test_every_stage_of_a_neuron_but_the_updates_of_fixed_ones_has_a_place_to_point_at() -> None:
    state = apply(start(neuron()), GoTo(Position(1, 1, 11)))
    found = {graph_stage_at(state, 80, 8, x, y) for x in range(80) for y in range(8)}
    assert found == set(range(12))


async def test_a_stage_is_gone_to_by_the_name_of_its_quantity() -> None:
    app = app_at(MAZUR, 1, 5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for name, stage in {"dL_da1_1": 40, "z2_1": 5, "w1_1_1": 50}.items():
            await pilot.press("g", "tab")
            await pilot.press(*name)
            await pilot.press("enter")
            await pilot.pause()
            assert place(app) == (1, stage), name
        form = go_to_form(main_screen(app).state).typed("stage", "∂L/∂a1_1")  # as the screen spells it
        assert (form.errors(), position_of(form)) == ({}, Position(1, 1, 40))
        await pilot.press("g", "tab", *"dL_dq")
        assert "! unknown; did you mean dL_d" in row_of(app, " > stage ")
        await pilot.press("enter")
        row_of(app, " > stage ")


async def test_each_layer_has_its_activation_in_the_form() -> None:
    app = app_at("xor-2-2-1", 1, 6)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e")
        while " > activation 1 " not in shown(app):
            await pilot.press("shift+tab")
        row_of(app, " > activation 1    [ tanh ")
        await pilot.press("space", "down", "enter", "enter")
        await pilot.pause()
        layers = main_screen(app).state.scenario.layers
        assert [layer.activation for layer in layers] == ["softplus", "identity"]
        await pilot.press("u")
        assert main_screen(app).state.scenario.layers[0].activation == "tanh"


@pytest.mark.parametrize("size", [DESIGN_SIZE, SMALLEST, (120, 40)], ids=str)
async def test_all_of_a_deep_network_is_walked_forwards_and_back(size: tuple[int, int]) -> None:
    app = app_at(WIDE, 1, 0)
    async with app.run_test(size=size) as pilot:
        screen = main_screen(app)
        last = screen.state.timeline.last
        for stage in [*range(0, last + 1, 7), last]:
            screen.do(GoTo(Position(1, 1, stage)))
            await pilot.pause()
            assert place(app) == (1, stage)
            assert "…" not in "".join(lines(app)[3:8]), shown(app)
        assert spot(app, f"stage {last} of {last}")[1] == 0


async def test_an_edit_that_another_sample_does_not_admit_is_refused_in_the_form() -> None:
    app = app_at("line", 1, 3)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = main_screen(app).state
        await pilot.press("e", "tab", *"0.5")
        while " > activation " not in shown(app):
            await pilot.press("shift+tab")
        row_of(app, " > activation ")
        await pilot.press("space", "down", "down", "down", "enter", "tab", "space", "end", "enter")
        assert "[ sigmoid " in row_of(app, "activation ")
        assert "[ bce " in row_of(app, " loss  ")
        await pilot.press("enter")
        await pilot.pause()
        row_of(app, "  Sample 2, y: bce needs a target from 0 to 1, not -1.")
        assert main_screen(app).state is before
        await pilot.press("escape")
        assert app.screen is main_screen(app)


async def test_where_everything_is_held_fixed_there_is_nothing_to_train(timers: list[Ticker]) -> None:
    fixed = replace(MAZUR, layers=tuple(replace(layer, trainable=False) for layer in MAZUR.layers))
    app = app_at(fixed, 1, 3)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        row_of(app, "  Nothing to train: every parameter is held fixed.")
        assert timers == []
        assert place(app) == (1, 3)


async def test_a_long_check_scrolls_and_escape_closes_it() -> None:
    app = app_at("gurlahosur", 1, 60)
    async with app.run_test(size=SMALLEST) as pilot:
        before = lines(app)
        await pilot.press("v")
        first = lines(app)
        await pilot.press("end")
        assert lines(app) != first
        await pilot.press("home")
        assert lines(app) == first
        await pilot.press("escape")
        assert lines(app) == before
