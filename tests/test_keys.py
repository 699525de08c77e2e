"""Every declared key, pressed: where it leads, and what may be on the screen there."""

import re

import pytest
from textual import events

from backprop_tui.core.scenario import Sample, Scenario
from backprop_tui.present.commands import COMMANDS
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.stepper.machine import GoTo
from backprop_tui.stepper.state import Position, State
from tests.driving import (
    DESIGN_SIZE,
    SMALLEST,
    Ticker,
    app_at,
    lines,
    main_screen,
    place,
    row_of,
    sample,
    shown,
    tickers,
)
from tests.models import neuron

# The position that a key leads to, for some from which it may be pressed: (epoch, stage).
MOVES = {
    "right": {(2, 8): (2, 9), (1, 11): (2, 1), (1, 0): (1, 1)},
    "space": {(2, 8): (2, 9)},
    "l": {(2, 8): (2, 9)},
    "left": {(2, 8): (2, 7), (2, 1): (1, 11), (2, 0): (1, 11), (1, 1): (1, 0)},
    "h": {(2, 8): (2, 7)},
    "pagedown": {(2, 0): (2, 2), (2, 4): (2, 7), (1, 11): (2, 2)},
    "right_square_bracket": {(2, 4): (2, 7)},
    "pageup": {(2, 8): (2, 7), (2, 7): (2, 3), (2, 1): (1, 11), (1, 2): (1, 0)},
    "left_square_bracket": {(2, 7): (2, 3)},
    "full_stop": {(2, 0): (2, 1), (2, 3): (2, 4), (2, 4): (2, 7), (2, 8): (2, 9), (1, 11): (2, 1)},
    "comma": {(2, 8): (2, 7), (2, 6): (2, 4), (2, 1): (1, 11), (1, 1): (1, 0)},
    "n": {(2, 8): (3, 8)},
    "N": {(2, 8): (1, 8)},
    "home": {(2, 8): (2, 0)},
    "end": {(2, 8): (2, 11)},
    "r": {(2, 8): (1, 0)},
}

# What the other keys bring to the screen.
SAYINGS = {
    "e": "─ Edit ──",
    "u": "Nothing to undo",
    "p": "Playing, a stage every 1 s",
    "plus": "a stage every 0.5 s",
    "minus": "a stage every 2 s",
    "g": "─ Go to ──",
    "down": "\n>○ ∂L/∂b",
    "up": "\n>  ∂z/∂b",
    "enter": "Nothing is chosen yet",
    "t": "── ? ∂L/∂b = ",
    "v": "─ Gradient check ──",
    "o": "─ Open ──",
    "s": "─ Save ──",
    "a": "─ Answers before the update of epoch 1 ──",
    "c": "Converged in epoch 2: the loss is 0.",
    "question_mark": "─ Help ──",
    "tab": "──[Computation graph] ──",
    "shift+tab": "──[● ∂L/∂w = ",
}

# Tested where they have a terminal.
OTHERS = ["q", "ctrl+l", "ctrl+z", "z"]


@pytest.fixture(autouse=True)
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Ticker]:
    return tickers(monkeypatch)


def test_every_declared_key_has_a_case_here() -> None:
    declared = [key for command in COMMANDS for key in command.keys]
    assert sorted([*MOVES, *SAYINGS, *OTHERS]) == sorted(declared)


async def test_keys_that_move() -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for key, moves in MOVES.items():
            for before, after in moves.items():
                main_screen(app).do(GoTo(Position(before[0], 1, before[1])))
                await pilot.press(key)
                assert place(app) == after, f"{key} from {before}"


@pytest.mark.parametrize("key", SAYINGS)
async def test_key_does(key: str, timers: list[Ticker]) -> None:
    app = app_at(epoch=1, stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        assert SAYINGS[key] not in shown(app)
        await pilot.press(key)
        if key == "c":
            timers[-1].tick()
        await pilot.pause()
        assert SAYINGS[key] in shown(app)


async def test_the_key_that_quits() -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("q")
        assert app.return_code == 0


@pytest.mark.parametrize("before", ["right", "e", "question_mark", "ctrl+p"], ids=["panels", "form", "help", "palette"])
async def test_the_key_that_interrupts_does_so_whatever_is_open(before: str) -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press(before, "q" if before == "e" else "f1")  # there q is a letter
        assert app.return_code is None
        await pilot.press("ctrl+c")
        assert app.return_code == 130


async def test_the_start_holds() -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        for key in ("left", "pageup", "N", "home", "r"):
            await pilot.press(key)
            assert lines(app) == before, key


async def test_the_end_of_a_diverged_run_holds() -> None:
    app = app_at("overshoot", 878, 11)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        for key in ("right", "pagedown", "n", "end"):
            await pilot.press(key)
            assert lines(app) == before, key
        assert place(app) == (878, 11)


async def test_stages_before_a_divergence_stay_within_reach() -> None:
    app = app_at("overshoot", 878, 3)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        assert "Diverged: the loss is infinite" in shown(app)
        await pilot.press("left")
        assert place(app) == (878, 2)
        assert "Diverged" not in shown(app)
        await pilot.press("N")
        assert place(app) == (877, 2)


async def test_samples_are_walked_one_after_the_other() -> None:
    two = Scenario("two", neuron().layers, (Sample((2.0,), (4.0,)), Sample((1.0,), (3.0,))))
    app = app_at(two, 1, 11)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        assert sample(app) == 1
        await pilot.press("right")
        assert (sample(app), place(app)) == (2, (1, 1))
        await pilot.press("end")
        assert (sample(app), place(app)) == (2, (1, 11))
        await pilot.press("home")
        assert (sample(app), place(app)) == (1, (1, 0))


def distinctive(**more: object) -> Scenario:
    """A neuron whose numbers are all different, so that one seen too early can be told from the others."""
    return neuron(x=(2.625,), w=(1.375,), b=0.8125, y=7.75, learning_rate=0.0372, **more)


def two_inputs() -> Scenario:
    return neuron(x=(2.625, -0.8371), w=(0.3159, 0.7713), b=-0.4127, y=0.293, activation="tanh", learning_rate=0.0372)


def names_a_number(text: str, number_text: str) -> bool:
    """Whether the number stands somewhere in the text, and not as a part of another."""
    return re.search(rf"(?<![\d.−]){re.escape(number_text)}(?![\d.e])", text) is not None


def ahead_of(state: State) -> dict[str, str]:
    """The numbers that only later stages bring, by quantity, as they will be shown."""
    here, view = state.position.stage, state.view
    known = {number(value) for value in [*view.given.values(), *view.values[:here], 1.0, 2.0, 0.0]}
    later = zip(view.timeline.rules[here:], view.values[here:], strict=True)
    return {rule.quantity: number(value) for rule, value in later if number(value) not in known}


@pytest.mark.parametrize("size", [DESIGN_SIZE, SMALLEST, (120, 40)], ids=str)
@pytest.mark.parametrize("scenario", [distinctive(), two_inputs()], ids=["one-input", "two-inputs"])
async def test_a_value_is_nowhere_before_its_stage(scenario: Scenario, size: tuple[int, int]) -> None:
    app = app_at(scenario)
    async with app.run_test(size=size) as pilot:
        screen = main_screen(app)
        for stage in range(screen.state.timeline.last + 1):
            screen.do(GoTo(Position(1, 1, stage)))
            await pilot.pause()
            later = ahead_of(screen.state)
            assert stage > 10 or later
            seen = shown(app)
            early = {name: text for name, text in later.items() if names_a_number(seen, text)}
            assert not early, f"at stage {stage}:\n{seen}"
            if stage:
                assert names_a_number(seen, number(screen.state.view.values[stage - 1])), seen


async def test_derivatives_of_the_epoch_before_are_gone_with_their_parameters() -> None:
    app = app_at(distinctive(), 1, 11)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        old = [number(value) for value in main_screen(app).state.view.values[3:9] if value not in (1.0, 2.625)]
        assert all(names_a_number(shown(app), text) for text in old)
        await pilot.press("right")
        assert place(app) == (2, 1)
        assert not [text for text in old if names_a_number(shown(app), text)]


async def test_what_comes_next_is_named_and_marked_in_all_places_at_once() -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        screen = main_screen(app)
        for stage in range(1, 12):
            screen.do(GoTo(Position(1, 1, stage)))
            await pilot.pause()
            phases, graph, table, headline = lines(app)[1], lines(app)[3:10], lines(app)[11:19], lines(app)[19]
            rules = screen.state.timeline.rules
            following = symbol(rules[stage].quantity) if stage < 11 else "z of epoch 2"
            assert headline.startswith(f"── ● {symbol(rules[stage - 1].quantity)} ")
            assert headline.endswith(f" next ○ {following} ──")
            for mark, its_stage in (("●", stage), ("○", stage + 1)):
                assert phases.count(mark) == (its_stage < 12)
                assert "".join(graph).count(mark) == (its_stage < 12)
                assert "".join(table).count(mark) == (3 < its_stage < 12)


ODD = ("f1", "ctrl+o", "backspace", "k", "F", "0", "ctrl+at", "shift+f7", "delete")


async def test_keys_without_a_meaning_change_nothing() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await pilot.press(*ODD, "escape")
        app.post_message(events.Paste("e\nn\x1b[C"))
        await pilot.pause()
        assert lines(app) == before
        await pilot.press("right")
        assert place(app) == (2, 6)


async def test_the_help_closes_by_its_keys_and_none_of_the_commands_acts_under_it() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=SMALLEST) as pilot:
        before = lines(app)
        for key in ("escape", "enter", "question_mark"):
            await pilot.press("question_mark", "right", "n", "f1", "pagedown")
            row_of(app, "─ Help ──")
            await pilot.press(key)
            assert lines(app) == before


async def test_the_help_names_every_key_and_cuts_nothing() -> None:
    for size in ((80, 40), (60, 60)):
        app = app_at()
        async with app.run_test(size=size) as pilot:
            await pilot.press("question_mark")
            words = " ".join(shown(app).split())
            for command in COMMANDS:
                assert f"{' '.join(command.shown)} {command.help}" in words
            assert "ctrl+p: all commands by name, and all themes." in words


async def test_odd_keys_and_pastes_do_no_harm_where_something_is_open() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        for opening in ("e", "g"):
            await pilot.press(opening, *ODD)
            app.post_message(events.Paste("1\n2\x1b[C[/b]"))
            await pilot.press("escape")
            assert lines(app) == before
        await pilot.press("question_mark")
        app.post_message(events.Paste("text"))
        await pilot.pause()
        row_of(app, "─ Help ──")
