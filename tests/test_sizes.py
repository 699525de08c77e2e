"""Terminals of every size: what is drawn fits, what is too small says so, and nothing is lost on the way back."""

import pytest
from textual.pilot import Pilot

from backprop_tui.app import BackpropApp
from tests.driving import DESIGN_SIZE, SMALLEST, Ticker, app_at, lines, main_screen, place, row_of, shown, tickers
from tests.models import neuron


@pytest.fixture(autouse=True)
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Ticker]:
    return tickers(monkeypatch)


async def resize(app: BackpropApp, pilot: Pilot[int], size: tuple[int, int]) -> None:
    await pilot.resize_terminal(*size)
    while app.size != size or app.screen.size != size:  # the screen hears of it after the application
        await pilot.pause()
    await pilot.pause()
    assert app.size == size


async def test_every_size_shows_the_stage_the_marks_and_the_keys() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for size in (SMALLEST, (60, 50), (79, 24), (80, 18), (100, 30), (200, 60), (300, 18), DESIGN_SIZE):
            await resize(app, pilot, size)
            rows = lines(app)
            assert len(rows) == size[1]
            assert place(app) == (1, 8)
            assert "CHAIN" in rows[1]
            assert "●○" in rows[1]
            assert rows[-1].split()[-4:] == ["?", "help", "q", "quit"] or "^p" in rows[-1]
            assert " step " in rows[-1]
            assert "── ● ∂L/∂w = " in shown(app)
            assert "next ○ ∂L/∂b ──" in shown(app)


async def test_a_size_and_back_gives_the_same_screen() -> None:
    app = app_at("three-inputs", 1, 11)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        for size in (SMALLEST, (120, 40), (40, 6), (81, 25)):
            await resize(app, pilot, size)
            await resize(app, pilot, DESIGN_SIZE)
            assert lines(app) == before, size


async def test_a_terminal_that_is_too_small_says_what_is_needed_and_nothing_else() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for opening in ("left", "e", "g", "question_mark"):
            await pilot.press(opening)
            for width, height in ((59, 18), (60, 17), (27, 3), (26, 4), (13, 3), (1, 1)):
                await resize(app, pilot, (width, height))
                size = f"This terminal is {width} × {height}."
                said = ["backprop-tui needs 60 × 18.", size, "Make it larger, or press q.", *[""] * height]
                if width < 27:
                    said = ["needs 60 × 18", f"is {width} × {height}", "q quits", *[""] * height]
                assert lines(app) == [line[:width] for line in said[:height]]
            await resize(app, pilot, DESIGN_SIZE)
            await pilot.press("escape")


async def test_the_least_size_is_not_too_small() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=(59, 17)) as pilot:
        row_of(app, "backprop-tui needs 60 × 18.")
        await resize(app, pilot, SMALLEST)
        assert place(app) == (1, 8)
        assert "backprop-tui needs" not in shown(app)


@pytest.mark.parametrize("opening", ["", "e", "g", "question_mark"], ids=["panels", "edit", "go-to", "help"])
async def test_q_quits_a_terminal_that_is_too_small_whatever_is_open(opening: str) -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        if opening:
            await pilot.press(opening)
        await resize(app, pilot, (40, 6))
        await pilot.press("q")
        assert app.return_code == 0


@pytest.mark.parametrize("size", [(80, 16), (80, 7), (59, 24)], ids=str)
async def test_the_palette_opens_nothing_where_there_is_no_room_for_it(size: tuple[int, int]) -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await resize(app, pilot, size)
        for name in ("edit", "go_to", "help", "next", "play"):
            await main_screen(app).action_command(name)
            await pilot.press("7")
        row_of(app, "backprop-tui needs")
        await resize(app, pilot, DESIGN_SIZE)
        assert lines(app) == before


async def test_keys_that_nobody_can_see_at_work_do_nothing() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await resize(app, pilot, (40, 6))
        await pilot.press("right", "e", "7", "enter", "n", "c", "p", "tab", "question_mark")
        await resize(app, pilot, DESIGN_SIZE)
        assert lines(app) == before


@pytest.mark.parametrize("size", [SMALLEST, (120, 40), (10, 3)], ids=str)
async def test_a_form_keeps_what_was_typed_and_goes_on_where_it_was(size: tuple[int, int]) -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e", "x", "tab", "3")
        before = lines(app)
        await resize(app, pilot, size)
        if size < SMALLEST:
            await pilot.press("7", "tab", "escape", "enter")
        await resize(app, pilot, DESIGN_SIZE)
        assert lines(app) == before
        await pilot.press("5")
        row_of(app, " > target y        [ 35             ]  4         changed")
        await pilot.press("shift+tab", "2", "enter")
        row_of(app, "  y  35 ──")


async def test_a_form_can_be_typed_into_at_its_new_size() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("e", "shift+tab", "shift+tab", "shift+tab", "3")
        await resize(app, pilot, SMALLEST)
        await pilot.press("7", "x")
        assert row_of(app, " > learning rate").endswith("[ 37x            ]  0.1       ! not a …")
        row_of(app, "   ! not a number; did you mean 37?")


async def test_the_help_scrolls_at_any_size() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=SMALLEST) as pilot:
        await pilot.press("question_mark", "end")
        row_of(app, "steps as adam does, and shrinks each")  # the last line of all
        await resize(app, pilot, (40, 6))
        await pilot.press("escape")
        await resize(app, pilot, SMALLEST)
        row_of(app, "─ Help ──")


async def test_playing_goes_on_where_there_is_no_room_and_any_key_stops_it(timers: list[Ticker]) -> None:
    app = app_at(play=1.0)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await resize(app, pilot, (40, 6))
        timers[-1].tick()
        await pilot.press("right")
        assert not timers[-1].running
        await resize(app, pilot, DESIGN_SIZE)
        assert place(app) == (1, 1)


async def test_training_goes_on_where_there_is_no_room_and_any_key_stops_it(timers: list[Ticker]) -> None:
    app = app_at("sigmoid-out-of-reach")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        await resize(app, pilot, (40, 6))
        timers[-1].tick()
        await pilot.press("right")
        assert not timers[-1].running
        epoch = main_screen(app).state.position.epoch
        await resize(app, pilot, DESIGN_SIZE)
        assert place(app) == (epoch, 11)
        row_of(app, f"  Interrupted in epoch {epoch}.")


@pytest.mark.parametrize("inputs", [1, 2, 5, 30])
async def test_nothing_overflows_whatever_the_number_of_inputs(inputs: int) -> None:
    many = neuron(x=[-0.1234] * inputs, w=[1.2345e-7 * i for i in range(inputs)], learning_rate=0.01)
    app = app_at(many, 1, 4 + inputs)
    async with app.run_test(size=SMALLEST) as pilot:
        for size in (SMALLEST, DESIGN_SIZE, (120, 40)):
            await resize(app, pilot, size)
            rows = lines(app)
            assert len(rows) == size[1]
            assert place(app) == (1, 4 + inputs)
            assert "? help" in rows[-1]
            assert "q quit" in rows[-1]
            assert "●" in rows[1]
            assert "next ○ " in shown(app)
            assert any(row.startswith(" ○ ") for row in rows)
