"""A demo that nobody looks after: a visitor who has gone is forgotten, and what plays by itself starts over."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.timer import Timer

from backprop_tui.app import BackpropApp
from backprop_tui.core.scenario_file import load
from backprop_tui.panels.themes import DARK, LIGHT
from backprop_tui.screens import idle_reset
from backprop_tui.screens.sized import SizedScreen
from tests.driving import DESIGN_SIZE, app_at, main_screen, place, shown
from tests.terminal import Terminal
from tests.test_terminal import READY

IDLE = 0.5


class Clock:
    """Time that passes when a test says so, for `monotonic` and the timers of the main screen."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Alarm] = []

    def let_pass(self, seconds: float) -> None:
        """Let `seconds` go by, and every alarm go off in its turn."""
        end = self.now + seconds
        while due := [alarm for alarm in self.timers if alarm.due <= end]:
            alarm = min(due, key=lambda alarm: alarm.due)
            self.now = max(self.now, alarm.due)
            alarm.go_off()
        self.now = end


class Alarm:
    """Stands in for a timer, one that goes off once or, with `every`, again and again."""

    def __init__(self, clock: Clock, seconds: float, callback: Callable[[], object], *, every: bool) -> None:
        self._clock, self._seconds, self._callback, self._every = clock, seconds, callback, every
        self.due = clock.now + seconds
        clock.timers.append(self)

    def go_off(self) -> None:
        """Do what it is for."""
        if self._every:
            self.due += self._seconds
        else:
            self.stop()
        self._callback()

    def stop(self) -> None:
        """As a timer's."""
        if self in self._clock.timers:
            self._clock.timers.remove(self)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(idle_reset, "monotonic", lambda: found.now)
    for kind, name, every in ((BackpropApp, "set_timer", False), (SizedScreen, "set_interval", True)):
        by_clock = getattr(kind, name)

        def start(
            screen: BackpropApp | SizedScreen[object],
            seconds: float,
            callback: Callable[[], None] | None = None,
            *,
            by_clock: Callable[..., Timer] = by_clock,
            every: bool = every,
            **more: object,
        ) -> Timer | Alarm:
            if callback is None or more:  # textual's own
                return by_clock(screen, seconds, callback, **more)
            return Alarm(found, seconds, callback, every=every)

        monkeypatch.setattr(kind, name, start)
    return found


# A visitor who has gone


async def _edited(pilot: Pilot[int]) -> None:
    await pilot.press("e", "7", "enter")
    assert "x   7" in shown(_app(pilot))


async def _far_away(pilot: Pilot[int]) -> None:
    await pilot.press("n", "n", "end")
    assert place(_app(pilot)) == (3, 11)


async def _form_open(pilot: Pilot[int]) -> None:
    await pilot.press("e", "7", "down", "8")
    assert "─ Edit ──" in shown(_app(pilot))


async def _wrong_form_open(pilot: Pilot[int]) -> None:
    await pilot.press("g", "x", "enter")
    assert "not a number" in shown(_app(pilot))


async def _on_the_way(pilot: Pilot[int]) -> None:
    await pilot.press("g", *"1000000", "enter")
    assert "Computing: epoch" in shown(_app(pilot))


async def _help_open(pilot: Pilot[int]) -> None:
    await pilot.press("question_mark")
    assert "─ Help ──" in shown(_app(pilot))


async def _palette_open(pilot: Pilot[int]) -> None:
    await pilot.press("ctrl+p", "l")
    assert pilot.app.screen is not main_screen(_app(pilot))


async def _other_theme(pilot: Pilot[int]) -> None:
    await pilot.press("f1")  # somebody is there
    pilot.app.theme = LIGHT.name
    await pilot.pause()
    assert pilot.app.theme == LIGHT.name


async def _training(pilot: Pilot[int]) -> None:
    await pilot.press("c")
    assert main_screen(_app(pilot)).training.running


async def _playing(pilot: Pilot[int]) -> None:
    await pilot.press("p")
    assert main_screen(_app(pilot)).autoplay.playing


async def _other_speed(pilot: Pilot[int]) -> None:
    await pilot.press("plus", "plus")
    assert "a stage every 0.25 s" in shown(_app(pilot))


async def _small(pilot: Pilot[int]) -> None:
    await pilot.press("e")
    await pilot.resize_terminal(40, 10)
    await pilot.resize_terminal(*DESIGN_SIZE)
    assert "─ Edit ──" in shown(_app(pilot))


def _app(pilot: Pilot[int]) -> BackpropApp:
    assert isinstance(pilot.app, BackpropApp)
    return pilot.app


VISITS = (
    _edited,
    _far_away,
    _form_open,
    _wrong_form_open,
    _on_the_way,
    _help_open,
    _palette_open,
    _other_theme,
    _training,
    _playing,
    _other_speed,
    _small,
)


@pytest.mark.parametrize("visit", VISITS)
async def test_a_visitor_who_has_gone_leaves_nothing(clock: Clock, visit: Callable[[Pilot[int]], object]) -> None:
    app = app_at("sigmoid-out-of-reach" if visit in (_on_the_way, _training) else "article-7", idle_reset=IDLE)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        start = shown(app)
        clock.let_pass(IDLE / 2)
        await visit(pilot)
        clock.let_pass(IDLE * 0.05)
        seen = shown(app), app.theme
        assert seen != (start, DARK.name)
        clock.let_pass(IDLE * 0.85)
        await pilot.pause()
        assert (shown(app), app.theme) == seen or visit in (_training, _on_the_way)  # which go on
        clock.let_pass(IDLE * 0.2)
        await pilot.pause()
        assert (shown(app), app.theme) == (start, DARK.name)
        clock.let_pass(10 * IDLE)
        await pilot.pause()
        assert shown(app) == start
        await pilot.press("plus")  # the keys are the application's again, and the speed is the usual one
        assert "a stage every 0.5 s" in shown(app)
        await pilot.press("l")
        assert place(app) == (1, 1)


async def test_whoever_touches_keys_or_mouse_is_there(clock: Clock) -> None:
    app = app_at(idle_reset=IDLE)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("l")
        for _ in range(3):
            clock.let_pass(IDLE * 0.6)
            await pilot.press("f12")  # no command
            clock.let_pass(IDLE * 0.6)
            await pilot.hover(offset=(40, 12))
        assert place(app) == (1, 1)
        clock.let_pass(IDLE * 1.1)
        assert place(app) == (1, 0)


async def test_nobody_is_waited_for_unless_asked(clock: Clock) -> None:
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("l")
        assert clock.timers == []


async def test_the_start_is_where_the_application_opened(clock: Clock) -> None:
    app = app_at("relu", 3, 4, idle_reset=IDLE)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        start = shown(app)
        await pilot.press("home", "l")
        clock.let_pass(IDLE * 1.1)
        assert shown(app) == start
        assert place(app) == (3, 4)


async def test_a_visitor_takes_over_a_demo_and_it_goes_on_afterwards(clock: Clock) -> None:
    app = app_at(play=1.0, loop=True, idle_reset=5.0)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        clock.let_pass(3.0)
        assert place(app) == (1, 3)
        await pilot.press("left")
        clock.let_pass(4.9)
        assert place(app) == (1, 2)
        clock.let_pass(2.2)
        assert place(app) == (1, 2)  # from the start, at 5, on: at 6 and at 7
        clock.let_pass(7.0)
        assert place(app) == (1, 9)


async def test_a_demo_that_nobody_touches_is_not_idle(clock: Clock) -> None:
    app = app_at("tanh", play=1.0, loop=True, idle_reset=5.0)
    async with app.run_test(size=DESIGN_SIZE):
        clock.let_pass(25.0)
        assert place(app) == (2, 11)


# A demo without end


async def placed(clock: Clock, app: BackpropApp, seconds: int) -> list[tuple[int, int]]:
    """The places that a demo comes to, second by second."""
    places = []
    async with app.run_test(size=DESIGN_SIZE):
        for _ in range(seconds):
            clock.let_pass(1.0)
            places.append(place(app))
    return places


async def test_a_loop_plays_until_converged_and_starts_over(clock: Clock) -> None:
    once = [(epoch, stage) for epoch in (1, 2) for stage in range(12)][1:]
    once.remove((2, 0))  # one press leads from the last stage to the next epoch's first
    assert await placed(clock, app_at(play=1.0, loop=True), 60) == [*once, (1, 0), *once, (1, 0), *once][:60]


async def test_a_loop_over_what_diverges_starts_over_after_the_last_pass(clock: Clock) -> None:
    scenario = replace(load("diverge"), learning_rate=1e200)
    places = await placed(clock, app_at(scenario, 2, 9, play=1.0, loop=True), 6)
    assert places == [(2, 10), (2, 11), (2, 9), (2, 10), (2, 11), (2, 9)]


async def test_a_loop_over_what_goes_on_for_ever_starts_over_after_ten_epochs(clock: Clock) -> None:
    places = await placed(clock, app_at("sigmoid-out-of-reach", 10, 9, play=1.0, loop=True), 6)
    assert places == [(10, 10), (10, 11), (10, 9), (10, 10), (10, 11), (10, 9)]


async def test_without_a_loop_playing_goes_on_into_the_next_epochs(clock: Clock) -> None:
    places = await placed(clock, app_at(play=1.0), 30)
    assert places[-1] == (3, 8)


# The real clock


def test_in_a_terminal_a_visitor_who_has_gone_is_forgotten() -> None:
    with Terminal("--kiosk", "--idle-reset", "0.5") as terminal:
        for keys, saying in (("e", "─ Edit ──"), ("?", "─ Help ──"), ("\x10", "Search for commands")):
            terminal.wait_for(lambda t: "stage 0 of 11" in t.text and READY in t.text)
            terminal.send("]")
            terminal.wait_for("stage 2 of 11")
            terminal.send(keys)
            terminal.wait_for(saying)
        terminal.wait_for(lambda t: "stage 0 of 11" in t.text and READY in t.text)


def test_in_a_terminal_a_demo_loops() -> None:
    with Terminal("--kiosk", "--play=0.02", "--loop", "--idle-reset", "60") as terminal:
        for _ in range(2):
            terminal.wait_for("epoch 2 · stage 11 of 11")
            terminal.wait_for("epoch 1 · ")
