"""What goes on by itself: playing and training on, their timers going off when a test says so."""

import pytest

from backprop_tui.stepper import training
from tests.driving import DESIGN_SIZE, Ticker, app_at, lines, main_screen, place, row_of, shown, tickers


@pytest.fixture(autouse=True)
def timers(monkeypatch: pytest.MonkeyPatch) -> list[Ticker]:
    return tickers(monkeypatch)


async def test_playing_computes_a_stage_at_a_time(timers: list[Ticker]) -> None:
    app = app_at(stage=10)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("p")
        assert timers[-1].seconds == 1.0
        assert place(app) == (1, 10)
        for expected in ((1, 11), (2, 1), (2, 2)):
            timers[-1].tick()
            await pilot.pause()
            assert place(app) == expected
            row_of(app, "  Playing, a stage every 1 s; + - faster, slower, any other key stops.")


async def test_the_key_that_plays_pauses(timers: list[Ticker]) -> None:
    app = app_at(stage=4)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await pilot.press("p", "p")
        assert not timers[-1].running
        assert lines(app) == before
        await pilot.press("p")
        assert len(timers) == 2
        assert timers[-1].running


async def test_any_other_key_stops_playing_and_does_what_it_does(timers: list[Ticker]) -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        keys = {"right": (2, 6), "left": (2, 5), "n": (3, 5), "f1": (3, 5), "escape": (3, 5), "u": (3, 5)}
        for key, expected in keys.items():
            await pilot.press("p", key)
            assert not timers[-1].running
            assert place(app) == expected
            assert "Playing" not in shown(app)


async def test_a_form_or_the_help_stops_playing(timers: list[Ticker]) -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for opening in ("e", "g", "question_mark"):
            await pilot.press("p", opening)
            assert not timers[-1].running
            await pilot.press("escape")
            assert place(app) == (2, 5)


async def test_plus_and_minus_change_the_speed_and_go_on_playing(timers: list[Ticker]) -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("p", "plus", "plus", "minus")
        assert [timer.seconds for timer in timers] == [1.0, 0.5, 0.25, 0.5]
        assert [timer.running for timer in timers] == [False, False, False, True]
        row_of(app, "  Playing, a stage every 0.5 s;")


async def test_the_speed_can_be_chosen_before_playing_and_ends_somewhere(timers: list[Ticker]) -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press(*["plus"] * 6)
        row_of(app, "  Playing speed: a stage every 0.05 s.")
        assert not timers
        await pilot.press(*["minus"] * 8)
        row_of(app, "  Playing speed: a stage every 5 s.")
        await pilot.press("p")
        assert timers[-1].seconds == 5.0


async def test_a_speed_of_ones_own_is_left_for_the_next_one_in_the_list(timers: list[Ticker]) -> None:
    app = app_at(play=0.7)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        assert timers[-1].seconds == 0.7
        await pilot.press("plus", "minus")
        assert [timer.seconds for timer in timers] == [0.7, 0.5, 1.0]


async def test_playing_stops_where_the_run_ends(timers: list[Ticker]) -> None:
    app = app_at("overshoot", 878, 10)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("p")
        timers[-1].tick()
        assert timers[-1].running
        timers[-1].tick()
        await pilot.pause()
        assert not timers[-1].running
        assert place(app) == (878, 11)
        assert "Playing" not in shown(app)


async def test_training_on_converges(timers: list[Ticker]) -> None:
    app = app_at(stage=4)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        timers[-1].tick()
        await pilot.pause()
        assert not timers[-1].running
        assert place(app) == (2, 11)
        row_of(app, "  Converged in epoch 2: the loss is 0.")
        await pilot.press("left")
        assert place(app) == (2, 10)
        assert "Converged in" not in shown(app)


async def test_training_on_gets_stuck_behind_a_closed_gate(timers: list[Ticker]) -> None:
    app = app_at("relu-dead")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        timers[-1].tick()
        await pilot.pause()
        assert not timers[-1].running
        assert place(app) == (1, 11)
        row_of(app, "  Stuck in epoch 1, though the answer is wrong: the gate of a is closed")


async def test_training_on_diverges_at_the_stage_that_is_not_finite(timers: list[Ticker]) -> None:
    app = app_at("overshoot")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        while timers[-1].running:
            timers[-1].tick()
        await pilot.pause()
        assert place(app) == (878, 3)
        row_of(app, "  Diverged: the loss is infinite")
        await pilot.press("left")
        assert place(app) == (878, 2)
        await pilot.press("N")
        assert place(app) == (877, 2)
        row_of(app, "│ epochs 1–876")


async def test_training_on_says_how_far_it_is(timers: list[Ticker]) -> None:
    app = app_at("sigmoid-out-of-reach")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        timers[-1].tick()
        await pilot.pause()
        epoch, stage = place(app)
        assert epoch > 50
        assert stage == 11
        row_of(app, f"  Training: {epoch - 1} of at most 100,000 epochs, loss 9.0")
        timers[-1].tick()
        await pilot.pause()
        assert place(app)[0] > epoch


async def test_any_key_interrupts_training_and_does_nothing_else(timers: list[Ticker]) -> None:
    app = app_at("sigmoid-out-of-reach")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for key in ("right", "e", "q", "p", "plus", "c", "r", "question_mark", "f1", "g"):
            await pilot.press("c")
            timers[-1].tick()
            epoch = main_screen(app).state.position.epoch
            await pilot.press(key)
            assert not timers[-1].running
            assert place(app) == (epoch, 11)
            row_of(app, f"  Interrupted in epoch {epoch}.")
            assert "── Computation graph ──" in shown(app)
        assert app.return_code is None
        await pilot.press("right")
        assert place(app) == (epoch + 1, 1)
        assert "Interrupted" not in shown(app)


async def test_training_on_gives_up_at_last(timers: list[Ticker], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "MOST_TRAINED", 70)
    app = app_at("sigmoid-out-of-reach", 3, 5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        while timers[-1].running:
            timers[-1].tick()
        await pilot.pause()
        assert place(app) == (73, 11)
        row_of(app, "  Stopped in epoch 73: neither converged, stuck, oscillating nor diverged")


async def test_a_loop_starts_over_where_there_is_nothing_more_to_see(timers: list[Ticker]) -> None:
    app = app_at("article-7", 2, 10, play=0.5, loop=True)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        timers[-1].tick()
        await pilot.pause()
        assert place(app) == (2, 11)
        timers[-1].tick()
        await pilot.pause()
        assert place(app) == (2, 10)
        assert [timer.running for timer in timers] == [False, True]


async def test_starting_over_brings_back_everything_whatever_is_open() -> None:
    app = app_at("article-7", 2, 5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await pilot.press("e", "7", "enter", "n")
        for opening in ("e", "question_mark", "ctrl+p", "u"):
            await pilot.press(opening)
            main_screen(app).start_over()
            await pilot.pause()
            assert lines(app) == before, opening
        await pilot.press("u")
        row_of(app, "  Nothing to undo")
