"""Predicting with keys: which go to the field, and what stays a command while a question is open."""

import re

import pytest
from textual.pilot import Pilot

from backprop_tui.app import BackpropApp
from backprop_tui.core.scenario_file import load
from backprop_tui.launch import Launch
from backprop_tui.present.predicting.asking import Mode
from tests.driving import DESIGN_SIZE, SMALLEST, Ticker, app_at, lines, main_screen, place, shown, tickers

CHARACTERS = {
    "-": "minus",
    "+": "plus",
    ".": "full_stop",
    ",": "comma",
    "*": "asterisk",
    "/": "slash",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
}


@pytest.fixture(autouse=True)
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Ticker]:
    return tickers(monkeypatch)


async def type_in(pilot: Pilot[int], text: str) -> None:
    await pilot.press(*(CHARACTERS.get(character, character) for character in text))


def field(app: BackpropApp) -> str | None:
    """What stands in the field of the question; None where none is open."""
    found = re.search(r"\[ (.*?) *\] ─", shown(app))
    return found[1] if found else None


def test_the_first_frame_imports_no_questions() -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    code = (
        "import sys, asyncio; from backprop_tui.app import BackpropApp\n"
        "async def go():\n"
        "    app = BackpropApp()\n"
        "    async with app.run_test() as pilot: await pilot.press('right')\n"
        "asyncio.run(go()); print([name for name in sys.modules if 'predicting' in name])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


async def test_an_answer_is_typed_corrected_and_given() -> None:
    app = app_at(stage=7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t")
        assert (field(app), place(app)) == ("", (1, 7))
        await type_in(pilot, "-1*(2+0,5")
        assert field(app) == "-1*(2+0,5"
        await pilot.press(*["backspace"] * 6)
        await type_in(pilot, "2/1")
        assert field(app) == "-1*2/1"
        await pilot.press("enter")
        assert (field(app), place(app)) == (None, (1, 8))
        assert "Right: along the path the factors are multiplied" in shown(app)
        assert "● ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = −1 · 1 · 2 = −2" in shown(app)


async def test_two_wrong_answers_lead_to_the_worked_line() -> None:
    app = app_at(stage=7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "2", "enter")
        text = " ".join(shown(app).split())
        assert "2 has the right size and the wrong sign" in text
        assert "Once more, or → to see it." in text
        assert "try 2 of 2" in text
        assert (field(app), place(app)) == ("2", (1, 7))
        await pilot.press("enter")  # once more by mistake: no second try
        assert (field(app), place(app)) == ("2", (1, 7))
        await type_in(pilot, "-9")
        assert field(app) == "-9"
        await pilot.press("enter")
        assert place(app) == (1, 8)
        assert "−9 is too far below 0." in shown(app)
        assert "● ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = −1 · 1 · 2 = −2" in shown(app)


async def test_where_nothing_is_asked_a_digit_begins_the_next_answer_and_enter_asks() -> None:
    app = app_at(stage=7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "-", "2", "enter")
        assert (field(app), place(app)) == (None, (1, 8))
        assert "Enter or → asks for the next." in " ".join(shown(app).split())
        await pilot.press("7")
        assert (field(app), place(app)) == ("7", (1, 8))
        await pilot.press("left", "enter")  # which has closed the question
        assert (field(app), place(app)) == ("", (1, 7))
        await pilot.press("t", "t", "7")  # nothing is asked any more
        assert (field(app), place(app)) == (None, (1, 7))
        await pilot.press("enter")
        assert "Nothing is chosen yet" in shown(app)


async def test_enter_goes_to_what_is_chosen_where_nothing_is_asked() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "left", "up", "up", "enter")
        assert (field(app), place(app)[1] < 7) == (None, True)


async def test_space_does_nothing_while_a_question_is_open_and_right_shows() -> None:
    app = app_at(stage=7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t")
        before = lines(app)
        await pilot.press("space")
        assert lines(app) == before
        await pilot.press("right")
        assert (field(app), place(app)) == (None, (1, 8))
        await pilot.press("space")
        assert (field(app), place(app)) == ("", (1, 8))
        await pilot.press("l")
        assert (field(app), place(app)) == (None, (1, 9))


@pytest.mark.parametrize(("key", "leads_to"), [("left", (1, 6)), ("h", (1, 6)), ("pageup", (1, 3)), ("n", (2, 7))])
async def test_going_elsewhere_is_never_blocked_and_closes_the_question(key: str, leads_to: tuple[int, int]) -> None:
    app = app_at(stage=7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "2", key)
        assert (field(app), place(app)) == (None, leads_to)
        assert main_screen(app).asking is not None
        assert main_screen(app).asking.records == ()
        await pilot.press("right")
        assert (field(app), place(app)) == ("", leads_to)


async def test_every_other_key_stays_a_command(timers: list[Ticker]) -> None:
    del timers
    app = app_at(stage=7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "e")
        assert "─ Edit ──" in shown(app)
        await pilot.press("escape", "2", "e")
        assert field(app) == "2e"
        await pilot.press("minus", "3")
        assert field(app) == "2e-3"
        await pilot.press("question_mark")
        assert "─ Help ──" in shown(app)
        await pilot.press("escape", "u")
        assert field(app) == "2e-3"
        assert "Nothing to undo" in shown(app)


async def test_plus_and_minus_change_no_speed_and_enter_jumps_nowhere_while_a_question_is_open() -> None:
    app = app_at(stage=7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "down", "enter", "plus", "minus", "full_stop", "comma")
        assert (field(app), place(app)) == ("+-.,", (1, 7))
        assert "Playing" not in shown(app)


async def test_the_focus_of_a_panel_takes_no_key_from_the_field() -> None:
    app = app_at(stage=7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "tab", "tab", "minus", "2", "enter")
        assert place(app) == (1, 8)


async def test_playing_and_training_are_not_asked(timers: list[Ticker]) -> None:
    app = app_at(stage=3)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "p")
        assert field(app) is None
        timers[-1].tick()
        await pilot.pause()
        assert (field(app), place(app)) == (None, (1, 4))
        await pilot.press("p", "right")
        assert field(app) == ""
        await pilot.press("c")
        timers[-1].tick()
        await pilot.pause()
        assert field(app) is None
        assert "Converged in epoch 2" in shown(app)


async def test_who_starts_playing_is_asked_only_after_that(timers: list[Ticker]) -> None:
    app = BackpropApp(Launch(load(), play=1.0, predict=True))
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.pause()
        assert field(app) is None
        timers[-1].tick()
        await pilot.pause()
        assert (field(app), place(app)) == (None, (1, 1))
        await pilot.press("p", "right")
        assert field(app) == ""


async def test_t_goes_on_with_the_same_question_without_numbers_then_off() -> None:
    app = app_at(stage=7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "2")
        assert "= −1 · 1 · 2 = [" in shown(app)
        await pilot.press("t")
        assert "∂z/∂w = [ 2" in shown(app)
        assert "−1 · 1 · 2" not in shown(app)
        await pilot.press("t")
        assert field(app) is None
        await pilot.press("right")
        assert place(app) == (1, 8)


async def test_predict_starts_in_the_first_mode_and_an_epoch_ends_with_what_was_known() -> None:
    app = BackpropApp(Launch(load(), predict=True))
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.pause()
        assert "? z = w·x + b = 1.5 · 2 + 0.5 = [" in shown(app)
        assert re.search(r"\n +∂z/∂b +·", shown(app).split("Derivatives")[1])  # its rule is 1: told when it is computed
        for answer in ("3.5", "3.5", "1/4", "-1", "1", "2", "1", "-2", "-1", "1.7", ".6"):
            if field(app) is None:
                await pilot.press("right")
            await type_in(pilot, answer)
            await pilot.press("enter")
            assert field(app) is None
        assert place(app) == (1, 11)
        text = " ".join(shown(app).split())
        assert (
            "Forward: 2 of 2, loss: 1 of 1, local derivatives: 4 of 4, chain rule: 2 of 2, update: 2 of 2 at first"
            in text
        )
        assert "to 0.6, by the gradient of the same pass" in text  # the stage's own words have their place, too
        await pilot.press("t", "t", "t", "left")
        await main_screen(app).pages.open("predictions")
        await pilot.pause()
        assert "Local derivatives: 4 of 4 at first try" in shown(app)
        await pilot.press("escape")
        assert main_screen(app).asking is not None
        assert main_screen(app).asking.mode is Mode.NUMBERS


async def test_another_scenario_is_asked_about_in_the_same_mode_and_the_session_counts_on() -> None:
    app = app_at(stage=9)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "1", "enter", "1", "enter", "o")
        await type_in(pilot, "practice-neuron")
        await pilot.press("enter")
        await pilot.pause()
        assert (field(app), place(app)) == (None, (1, 0))
        await pilot.press("right")
        assert field(app) == ""
        asking = main_screen(app).asking
        assert asking is not None
        assert len(asking.records) == 1
        assert asking.of_epoch(1) == ()


async def test_what_starts_over_asks_as_it_did_at_first() -> None:
    app = BackpropApp(Launch(load(), predict=True))
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("3", "enter")
        main_screen(app).start_over()
        await pilot.pause()
        assert (field(app), place(app)) == ("", (1, 0))
        assert "try 1 of 2" in shown(app)


@pytest.mark.parametrize("size", [SMALLEST, DESIGN_SIZE, (120, 40)], ids=str)
async def test_a_question_is_in_view_at_every_size_and_where_a_panel_was_alone(size: tuple[int, int]) -> None:
    app = app_at("mazur", stage=20)
    async with app.run_test(size=size) as pilot:
        await pilot.press("z", "t")
        assert field(app) == ""
        assert "try 1 of 2" in shown(app)
        await pilot.press("9", "9", "enter")
        assert "try 2 of 2" in shown(app)
        assert "Once more, or → to see it." in " ".join(shown(app).split())


async def test_in_a_terminal_that_is_too_small_nothing_is_typed() -> None:
    app = app_at(stage=7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("t", "2")
        await pilot.resize_terminal(50, 10)
        await pilot.press("3", "enter")
        await pilot.resize_terminal(*DESIGN_SIZE)
        await pilot.pause()
        assert (field(app), place(app)) == ("2", (1, 7))
