"""The application without a terminal: opened at a position, driven by keys, read as lines of text."""

import re
from collections.abc import Callable

import pytest
from textual.timer import Timer

from backprop_tui.app import BackpropApp
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.launch import Launch
from backprop_tui.screens.main import MainScreen
from backprop_tui.screens.sized import SizedScreen

DESIGN_SIZE = (80, 24)
SMALLEST = (60, 18)

_PLACE = re.compile(r"epoch (\d+)(?: [·-] sample (\d+) of \d+)? [·-] stage (\d+) of \d+$")


def app_at(scenario: str | Scenario = "article-7", epoch: int = 1, stage: int = 0, **more: float) -> BackpropApp:
    """The application as it opens on a scenario (or the built-in one of that name) at a position."""
    found = load(scenario) if isinstance(scenario, str) else scenario
    return BackpropApp(Launch(found, epoch, stage=stage, **more))


def lines(app: BackpropApp) -> list[str]:
    """The rows of the screen that is on top, trailing blanks left out."""
    strips = app.screen._compositor.render_strips()  # there is no public way to read a screen
    return [strip.text.rstrip() for strip in strips]


def shown(app: BackpropApp) -> str:
    """The same in one text."""
    return "\n".join(lines(app))


def place(app: BackpropApp) -> tuple[int, int]:
    """The epoch and the stage that the title row names."""
    found = _PLACE.search(lines(app)[0])
    assert found, lines(app)[0]
    return int(found[1]), int(found[3])


def sample(app: BackpropApp) -> int:
    """The sample that the title row names."""
    found = _PLACE.search(lines(app)[0])
    assert found, lines(app)[0]
    return int(found[2])


def row_of(app: BackpropApp, text: str) -> str:
    """The one row that has `text` in it."""
    found = [line for line in lines(app) if text in line]
    assert len(found) == 1, f"{len(found)} rows have {text!r}:\n{shown(app)}"
    return found[0]


def spot(app: BackpropApp, text: str) -> tuple[int, int]:
    """Column and row of the one place where `text` stands."""
    found = [(match.start(), y) for y, line in enumerate(lines(app)) for match in re.finditer(re.escape(text), line)]
    assert len(found) == 1, f"{text!r} stands in {len(found)} places:\n{shown(app)}"
    return found[0]


def main_screen(app: BackpropApp) -> MainScreen:
    """The main screen, also where something is on top of it."""
    screen = app.screen_stack[0]
    assert isinstance(screen, MainScreen)
    return screen


class Ticker:
    """Stands in for a timer: what is to be repeated happens when a test says so."""

    def __init__(self, seconds: float, callback: Callable[[], None]) -> None:
        self.seconds = seconds
        self.running = True
        self._callback = callback

    def stop(self) -> None:
        """As a timer's."""
        self.running = False

    def tick(self, times: int = 1) -> None:
        """Let its time come."""
        for _ in range(times):
            assert self.running, "a timer that was stopped does not go off"
            self._callback()


def tickers(monkeypatch: pytest.MonkeyPatch) -> list[Ticker]:
    """All that will be repeated from now on, the latest last, instead of by the clock."""
    started: list[Ticker] = []
    by_clock = SizedScreen.set_interval

    def set_interval(
        screen: SizedScreen[object], seconds: float, callback: Callable[[], None], **more: object
    ) -> Timer | Ticker:
        if more:  # textual's own
            return by_clock(screen, seconds, callback, **more)
        started.append(Ticker(seconds, callback))
        return started[-1]

    monkeypatch.setattr(SizedScreen, "set_interval", set_interval)
    return started
