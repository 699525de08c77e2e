"""The command palette: every command by its name, and the themes."""

import pytest
from textual import events
from textual.pilot import Pilot

from backprop_tui.app import BackpropApp
from backprop_tui.present.commands import COMMANDS
from tests.driving import DESIGN_SIZE, Ticker, app_at, lines, main_screen, place, row_of, shown, tickers


@pytest.fixture(autouse=True)
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Ticker]:
    return tickers(monkeypatch)


async def choose(app: BackpropApp, pilot: Pilot[int], name: str) -> None:
    """Open the palette, enter `name` at once, and take the first that it finds."""
    await pilot.press("ctrl+p")
    app.post_message(events.Paste(name))
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.press("enter")
    await pilot.pause()


def test_the_palette_has_every_command_the_themes_and_nothing_else() -> None:
    app = app_at()
    titles = [command.title.partition("  ")[0] for command in app.get_system_commands(app.get_default_screen())]
    names = [command.name.replace("_", " ").capitalize() for command in COMMANDS]
    assert titles == [*names, "Theme"]


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("next epoch", "epoch 3 · stage 5 of 11"),
        ("undo", "Nothing to undo"),
        ("go to", "> epoch"),
        ("help", "─ Help ──"),
    ],
)
async def test_a_command_chosen_by_its_name_happens(name: str, effect: str) -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        assert effect not in shown(app)
        await choose(app, pilot, name)
        row_of(app, effect)


async def test_a_name_can_be_typed_letter_by_letter() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("ctrl+p", *"res")
        await app.workers.wait_for_complete()
        await pilot.press("enter")
        await pilot.pause()
        assert place(app) == (1, 0)


async def test_the_palettes_edit_takes_what_is_typed() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await choose(app, pilot, "edit")
        await pilot.press("7")
        row_of(app, "> input x         [ 7              ]  2         changed")


@pytest.mark.parametrize("before", ["", "e", "question_mark"], ids=["panels", "form", "help"])
async def test_the_palette_quits_whatever_is_open(before: str) -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        if before:
            await pilot.press(before)
        await choose(app, pilot, "quit")
        assert app.return_code == 0


async def test_every_theme_can_be_chosen_and_changes_no_character() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await choose(app, pilot, "theme")
        app.post_message(events.Paste("backprop-light"))
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.press("enter")
        assert app.theme == "backprop-light"
        assert not app.current_theme.dark
        assert lines(app) == before
        for name in app.available_themes:
            app.theme = name
            await pilot.pause()
            assert lines(app) == before


async def test_a_palette_that_is_left_changes_nothing() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await pilot.press("ctrl+p", "escape")
        assert lines(app) == before


async def test_a_form_under_the_palette_keeps_what_was_typed() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("e", "tab", "7", "ctrl+p", "n", "escape", "8")
        row_of(app, "> target y        [ 78             ]  4         changed")
        await choose(app, pilot, "next epoch")
        assert place(app) == (2, 5)
        row_of(app, "> target y        [ 78             ]")


async def test_the_palette_stops_playing(timers: list[Ticker]) -> None:
    app = app_at(play=1.0)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("ctrl+p")
        assert not timers[-1].running
        assert main_screen(app).notice == ""


async def test_the_palette_stops_training_and_then_does_what_is_chosen(timers: list[Ticker]) -> None:
    app = app_at("sigmoid-out-of-reach")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        timers[-1].tick()
        await choose(app, pilot, "reset")
        assert not timers[-1].running
        assert place(app) == (1, 0)
