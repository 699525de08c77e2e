"""A form with a thousand fields: it opens at once, and every field is reached, checked and applied."""

import pytest

from backprop_tui.app import BackpropApp
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.scenario_file import parse
from backprop_tui.screens.form import FieldRow, Fields, FormScreen
from tests.driving import DESIGN_SIZE, app_at, lines, main_screen, row_of, shown

INPUTS, HIDDEN = 28, 30
LAST = "loss"


def network() -> Scenario:
    """28 inputs, 30 neurons, one answer: 901 parameters."""
    rows = [[0.01] * INPUTS] * HIDDEN
    return parse(
        f"[[layer]]\nactivation = 'tanh'\nweights = {rows}\nbiases = {[0.0] * HIDDEN}\n"
        f"[[layer]]\nactivation = 'sigmoid'\nweights = {[[0.01] * HIDDEN]}\nbiases = [0.0]\n"
        f"[[sample]]\nx = {[0.5] * INPUTS}\ny = [1.0]\n",
        "large",
    )


def form(app: BackpropApp) -> FormScreen[object]:
    assert isinstance(app.screen, FormScreen)
    return app.screen


async def test_few_of_the_lines_are_made_and_all_of_them_are_reached() -> None:
    app = app_at(network())
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e")
        fields = len(form(app).form.fields)
        assert fields > 900
        for keys, index in (("tab", 1), ("down", 2), ("pagedown", 12), ("shift+tab", 11), ("pageup", 1), ("up", 0)):
            await pilot.press(keys)
            assert form(app).row.field is form(app).form.fields[index]
        await pilot.press("up")  # round and round
        row_of(app, f"> {LAST} ")
        await pilot.press("pageup")
        applying = [field for field in form(app).form.fields if form(app).form.applies(field.key)]
        field = applying[-11]
        row_of(app, f"> {field.label} ")
        assert len(app.screen.query(FieldRow)) < 100


async def test_an_error_in_a_line_that_is_gone_holds_everything_back_and_enter_leads_there() -> None:
    app = app_at(network())
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e", *["up"] * 8)
        name = form(app).row.field.label  # of the last numbers, far from the first
        await pilot.press("x", "home", *["down"] * 8)
        row_of(app, "> input x1 ")
        assert name not in shown(app)
        row_of(app, "One field to correct")
        await pilot.press("enter")
        row_of(app, f"> {name} ")
        await pilot.press("2", "enter")
        assert main_screen(app) is app.screen
        assert "2.0" in repr(app.screen.state.scenario.layers)
        await pilot.press("e", *["up"] * 8)
        assert form(app).row.field.in_use == "2"


async def test_a_form_may_be_left_while_lines_are_made() -> None:
    app = app_at(network())
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for keys in (["e", "escape"], ["e", "up", "escape"], ["e", *["pagedown"] * 5, "escape"]):
            for key in keys:  # one after the other, without waiting for what they do
                app.simulate_key(key)
            await pilot.pause()
            await pilot.press("escape")
            assert app.screen is main_screen(app)
        await pilot.press("right")
        assert app.return_code is None


@pytest.mark.parametrize("height", [24, 60])
async def test_lines_are_made_where_there_is_room_and_where_the_wheel_goes(height: int) -> None:
    app = app_at(network())
    async with app.run_test(size=(80, height)) as pilot:
        await pilot.press("e", "7")
        await pilot.pause()
        room = app.screen.query_one(Fields).size.height
        assert sum("[ " in line for line in lines(app)) == room
        app.screen.query_one(Fields).scroll_to(y=400, animate=False, force=True)
        await pilot.pause()
        await pilot.pause()
        assert sum("[ " in line for line in lines(app)) == room
        assert form(app).form.texts["x1"] == "7"
