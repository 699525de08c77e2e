"""The panels with the focus, alone on the screen, in a terminal that shrinks, and selected over their borders."""

import pytest
from textual.pilot import Pilot

from backprop_tui.app import BackpropApp
from backprop_tui.panels import ComputationGraph, DerivativeTable, Explanation, LossSparkline
from tests.driving import DESIGN_SIZE, SMALLEST, app_at, lines, main_screen, place, shown, spot

PANELS = (ComputationGraph, DerivativeTable, LossSparkline, Explanation)


@pytest.mark.parametrize("size", [SMALLEST, DESIGN_SIZE, (120, 40)], ids=str)
@pytest.mark.parametrize("back", ["z", "escape"])
async def test_each_panel_has_the_screen_to_itself_and_gives_it_back(size: tuple[int, int], back: str) -> None:
    app = app_at("three-inputs", 2, 11)
    async with app.run_test(size=size) as pilot:
        for number, kind in enumerate(PANELS, start=1):
            await pilot.press("tab")
            before = lines(app)
            await pilot.press("z")
            await pilot.pause()
            panel = app.query_one(kind)
            assert app.screen.maximized is panel, number
            assert panel.has_focus
            # All that is between the two rows at the top and the footer.
            assert panel.region.size == (size[0], size[1] - 3)
            assert [each for each in PANELS if each is not kind and app.query_one(each).region.size.area] == []
            assert "[" in lines(app)[2]
            assert before[:2] == lines(app)[:2]
            assert lines(app)[-1].replace("z zoom  ", "") == before[-1].replace("z zoom  ", "")
            await pilot.press("left", "right")
            assert place(app) == (2, 11)
            await pilot.press(back)
            await pilot.pause()
            assert lines(app) == before
            assert panel.has_focus


async def test_esc_takes_back_the_zoom_and_then_the_choice() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("tab", "tab", "z", "down")
        chosen = app.query_one(DerivativeTable).chosen
        assert chosen
        await pilot.press("escape")
        assert app.screen.maximized is None
        assert app.query_one(DerivativeTable).chosen in (0, chosen)
        await pilot.press("escape")
        assert app.query_one(DerivativeTable).chosen == 0


@pytest.mark.parametrize("zoomed", [False, True], ids=["panels", "zoomed"])
async def test_a_terminal_too_small_and_back_leaves_the_focus_where_it_was(zoomed: bool) -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for kind in PANELS:
            await pilot.press("tab", *["z"] * zoomed)
            await pilot.pause()
            before = lines(app)
            await pilot.resize_terminal(40, 10)
            await pilot.pause()
            assert "needs 60 × 18" in shown(app)
            await pilot.press("right", "z", "tab")  # what cannot be seen does nothing
            await pilot.resize_terminal(*DESIGN_SIZE)
            await pilot.pause()
            assert app.query_one(kind).has_focus
            assert lines(app) == before
            await pilot.press(*["z"] * zoomed)


async def test_without_a_word_about_it_the_application_opens_on_the_articles_neuron() -> None:
    """As `textual run` does it: it imports the class and calls it."""
    app = BackpropApp()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        assert lines(app)[0].startswith(" article-7 ")
        await pilot.press("right")
        assert place(app) == (1, 1)


async def drag(pilot: Pilot[int], start: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.mouse_down(offset=start)
    await pilot.hover(offset=(start[0] + 1, start[1]))
    await pilot.hover(offset=end)
    await pilot.mouse_up(offset=end)
    await pilot.pause()


async def test_a_drag_over_several_panels_copies_the_rows_of_all_of_them() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        start, end = spot(app, "∂L/∂w ●−2"), spot(app, "w ←")
        await drag(pilot, start, (end[0] + 40, end[1]))
        assert place(app) == (1, 8)  # a drag goes nowhere
        await pilot.press("ctrl+c")
        copied = app.clipboard
        assert "∂L/∂w ●−2 ◀══ ∂z/∂w  2" in copied
        assert "● ∂L/∂w  ∂L/∂a · ∂a/∂z · ∂z/∂w" in copied
        assert "w ←    w − lr · ∂L/∂w" in copied
        assert "article-7" not in copied  # it began further down
        assert not app.screen.selections
        assert main_screen(app) is app.screen
        assert app.return_code is None
        await pilot.press("ctrl+c")  # with nothing selected it ends
        assert app.return_code == 130
