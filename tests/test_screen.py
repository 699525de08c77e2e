"""The whole screen as rows, without a terminal: what is drawn, and what can be pointed at."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import set_cell_size

from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.present.canvas import text_of, width_of
from backprop_tui.present.screen import ViewState, command_at, in_table, screen_rows, stage_at
from backprop_tui.screens.pace import Foresight
from backprop_tui.stepper.machine import GoTo, Move, apply
from backprop_tui.stepper.state import Position, State, start
from tests.driving import DESIGN_SIZE, SMALLEST, app_at, main_screen, place
from tests.test_ascii import SCREEN


def at(name: str = "article-7", epoch: int = 1, stage: int = 8) -> State:
    return apply(start(load(name)), GoTo(Position(epoch, 1, stage)))


def test_the_screen_of_the_design() -> None:
    rows = screen_rows(ViewState(at(), *DESIGN_SIZE))
    assert [text_of(row) for row in rows] == SCREEN.replace("¤", "·").split("\n")


@given(
    st.sampled_from(builtin_names()),
    st.integers(1, 3),
    st.integers(0, 9),
    st.integers(SMALLEST[0], 200),
    st.integers(SMALLEST[1], 60),
    st.sampled_from(["", "Said.", "Said at such a length that it takes all the room there is. " * 4]),
    st.booleans(),
)
def test_every_screen_fills_its_terminal(
    name: str, epoch: int, stage: int, width: int, height: int, notice: str, ascii_only: bool
) -> None:
    state = start(load(name))
    if state.history.reach(epoch):
        state = apply(state, GoTo(Position(epoch, 1, stage)))
    rows = screen_rows(ViewState(state, width, height, notice=notice, ascii=ascii_only))
    assert [width_of(row) for row in rows] == [width] * height
    assert not ascii_only or all(text_of(row).isascii() for row in rows)


def test_a_name_of_wide_characters_leaves_the_position_in_view() -> None:
    for name in ("漢字漢字", "漢字" * 40):
        state = start(replace(load("article-7"), name=name))
        shown = set_cell_size(text_of(screen_rows(ViewState(state, *DESIGN_SIZE))[0]), 80)
        assert shown.rstrip().endswith("epoch 1 · stage 0 of 11")


def test_what_can_be_pointed_at_is_found_and_nothing_else() -> None:
    look = ViewState(at(), *DESIGN_SIZE)
    texts = [text_of(row) for row in screen_rows(look)]
    stages = {(texts[1].index("loss"), 1): 3, (texts[8].index("∂a/∂z"), 8): 5, (5, 17): 10}
    assert {place: stage_at(look, *place) for place in stages} == stages
    assert texts[17].startswith("   w ←")
    assert command_at(look, texts[-1].index("quit"), 23) == "quit"
    assert not command_at(look, texts[-1].index("quit"), 22)
    assert (in_table(look, 5, 17), in_table(look, 70, 17), in_table(look, 5, 9)) == (True, False, False)
    assert not any(stage_at(look, x, y) for x in range(80) for y in (0, 2, 10, *range(19, 24)))
    assert not any(stage_at(look, x, 15) for x in range(65, 80))  # the loss


async def test_where_a_key_leads_is_drawn_before_it_is_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    screen_rows.cache_clear()
    app = app_at(stage=11)
    async with app.run_test(size=DESIGN_SIZE) as pilot, asyncio.timeout(30):
        while screen_rows.cache_info().currsize < 3:  # this one, the next and the one before
            await pilot.pause()
        assert place(app) == (1, 11)
        monkeypatch.setattr(Foresight, "start", lambda _: None)
        drawn, strips = screen_rows.cache_info().misses, main_screen(app).sheet._strip.cache_info().misses
        await pilot.press("right")
        assert place(app) == (2, 1)
        await pilot.press("left", "left")
        assert place(app) == (1, 10)
        assert screen_rows.cache_info().misses == drawn
        assert main_screen(app).sheet._strip.cache_info().misses == strips
        await pilot.press("left")
        assert screen_rows.cache_info().misses == drawn + 1


async def test_only_the_last_of_many_screens_is_looked_ahead_from(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Position] = []
    monkeypatch.setattr(Foresight, "draw", lambda self, _: looked.append(self._screen.state.position))
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot, asyncio.timeout(30):
        while not looked:
            await pilot.pause()
        looked.clear()
        for _ in range(8):
            main_screen(app).do(Move.NEXT)
        while not looked:
            await pilot.pause()
        assert looked == [Position(1, 1, 8)]


def test_what_was_drawn_ahead_shows_nowhere_before_its_time() -> None:
    for name in ("article-7", "xor-2-2-1", "diverge"):
        state, ahead = at(name, 1, 0), at(name, 1, 0)
        for _ in range(60):
            for move in (Move.NEXT, Move.BACK):
                screen_rows.__wrapped__(ViewState(apply(ahead, move), *DESIGN_SIZE))
            assert screen_rows.__wrapped__(ViewState(state, 80, 24)) == screen_rows.__wrapped__(
                ViewState(ahead, 80, 24)
            )
            state, ahead = apply(state, Move.NEXT), apply(ahead, Move.NEXT)


def test_an_edit_is_another_screen() -> None:
    """The position alone tells states apart only together with the run."""
    other = apply(start(load("overshoot")), GoTo(Position(1, 1, 8)))
    assert hash(at()) == hash(other)
    assert at() == at() != other
    assert screen_rows(ViewState(at(), *DESIGN_SIZE)) != screen_rows(ViewState(other, *DESIGN_SIZE))
