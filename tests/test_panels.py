"""The panels as widgets: in somebody else's application, with the focus, alone on the screen, and read whole."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.panels import (
    ComputationGraph,
    DerivativeTable,
    Explanation,
    LossSparkline,
    PhaseBar,
    StageSelected,
)
from backprop_tui.panels.themes import palette
from backprop_tui.present.canvas import Style, text_of
from backprop_tui.present.chrome import title_row
from backprop_tui.present.explanation.panel import explanation_lines, explanation_panel
from backprop_tui.present.graph.panel import graph_panel
from backprop_tui.present.loss.panel import loss_panel
from backprop_tui.present.phases.bar import phase_row
from backprop_tui.present.table.panel import table_panel
from backprop_tui.stepper.machine import GoTo, Move, apply
from backprop_tui.stepper.state import Position, State, start
from tests.driving import DESIGN_SIZE, SMALLEST, app_at, lines, main_screen, place, row_of, shown
from tests.test_ascii import IN_ASCII, SCREEN


def at(name: str = "article-7", epoch: int = 1, stage: int = 8) -> State:
    return apply(start(load(name)), GoTo(Position(epoch, 1, stage)))


class Somebodys(App[None]):
    """An application of ten lines that has nothing to do with ours."""

    CSS = "ComputationGraph, DerivativeTable { height: 10; } LossSparkline { border: round red; }"

    def compose(self) -> ComposeResult:
        yield ComputationGraph()
        yield DerivativeTable()
        yield LossSparkline()

    def on_stage_selected(self, message: StageSelected) -> None:
        self.selected = message.stage


async def test_panels_draw_themselves_in_somebody_elses_application() -> None:
    app = Somebodys()
    async with app.run_test(size=(80, 50)) as pilot:
        assert "z = w·x + b" not in shown(app)  # type: ignore[arg-type]
        for kind in (ComputationGraph, DerivativeTable, LossSparkline):
            app.query_one(kind).state = at()
        await pilot.pause()
        text = shown(app)  # type: ignore[arg-type]
        assert "∂L/∂w ●−2 ◀══ ∂z/∂w  2 " in text
        assert " ● ∂L/∂w  ∂L/∂a · ∂a/∂z · ∂z/∂w" in text
        assert "│ 0.25 ┤██" in text
        await pilot.click(ComputationGraph, offset=(text.splitlines()[6].index("∂a/∂z"), 6))
        assert app.selected == 5
        app.query_one(DerivativeTable).focus()
        await pilot.press("down", "enter")
        assert app.selected == 9


async def test_panels_draw_at_any_size_their_container_gives_them() -> None:
    app = Somebodys()
    async with app.run_test(size=(80, 30)) as pilot:
        for kind in (ComputationGraph, DerivativeTable, LossSparkline):
            app.query_one(kind).state = at("xor-2-3-1", 1, 20)
        for size in ((1, 1), (13, 5), (40, 12), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert app.return_code is None


async def test_the_screen_of_the_design() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE):
        expected = SCREEN.replace("¤", "·").split("\n")
        assert lines(app)[: len(expected)] == expected
    app = app_at(stage=8, ascii=True)
    async with app.run_test(size=DESIGN_SIZE):
        assert lines(app)[: len(expected)] == IN_ASCII.split("\n")
        assert shown(app).isascii()


@given(
    st.sampled_from(builtin_names()),
    st.integers(1, 3),
    st.integers(0, 60),
    st.integers(SMALLEST[0], 200),
    st.integers(4, 50),
    st.booleans(),
)
def test_no_row_of_a_panel_is_longer_than_its_panel(
    name: str, epoch: int, stage: int, width: int, height: int, focused: bool
) -> None:
    state = start(load(name))
    if epoch <= state.history.last_epoch and state.history.reach(epoch):
        last = state.history.view(epoch, 1).timeline.last
        state = apply(state, GoTo(Position(epoch, 1, min(stage, last))))
    notice = "Said at such a length that it takes all the room there is. " * 4
    for rows in (
        (title_row(state, width), phase_row(state, width)),
        graph_panel(state, width, max(7, height), focused=focused),
        table_panel(state, width, height, focused=focused),
        loss_panel(state, max(15, width * 3 // 10), height, focused=focused),
        explanation_panel(state, width, height, focused=focused),
        explanation_panel(state, width, height, notice=notice),
    ):
        assert [text_of(row) for row in rows if cell_len(text_of(row)) > width] == []


async def test_tab_goes_from_panel_to_panel_and_the_title_says_so_without_colour() -> None:
    app = app_at(stage=8)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        titles = [
            r"──\[Computation graph\] ─",
            r"──\[Derivatives and update\] ─",
            r"┬─\[Loss\] ─",
            r"──\[● ∂L/∂w = .*\] ─",
        ]
        for title in (*titles, titles[0]):
            await pilot.press("tab")
            assert [line for line in lines(app) if re.search(r"[─┬]\[", line)] == [
                line for line in lines(app) if re.search(title, line)
            ]
            assert re.search(title, shown(app))
        await pilot.press("shift+tab")
        assert re.search(titles[-1], shown(app))


@pytest.mark.parametrize("tabs", range(5))
async def test_steps_are_steps_whatever_has_the_focus(tabs: int) -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press(*["tab"] * tabs)
        steps = {"right": 6, "left": 5, "pagedown": 7, "pageup": 3, "end": 11, "home": 0, "space": 1}
        for key, stage in steps.items():
            await pilot.press(key)
            assert place(app) == (2, stage), key


async def test_arrows_choose_in_the_panel_with_the_focus_and_enter_goes_there() -> None:
    app = app_at(epoch=2, stage=5)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("tab", "down")
        row_of(app, "[Computation graph: > ")
        assert place(app) == (2, 5)
        chosen = app.query_one(ComputationGraph).chosen
        await pilot.press("enter")
        assert place(app) == (2, chosen)
        await pilot.press("tab", "up", "escape")
        assert ">" not in "".join(line[0] for line in lines(app)[11:19] if line)


async def test_z_shows_one_panel_alone_and_uses_the_room() -> None:
    app = app_at("three-inputs", 1, 11)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await pilot.press("z")
        assert "Derivatives" not in shown(app)
        row_of(app, "Computation graph")
        await pilot.press("z")
        assert lines(app) == before
        await pilot.press("tab", "tab", "z")
        assert "Computation graph" not in shown(app)
        row_of(app, "[Derivatives and update]")  # all of them, now
        await pilot.press("right")
        assert place(app) == (1, 12)
        await pilot.press("escape")
        row_of(app, "Computation graph")


async def test_an_explanation_is_read_whole_by_scrolling_or_alone() -> None:
    app = app_at("mazur", 1, 40)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        whole = [text_of(row) for row in explanation_lines(main_screen(app).state, 80)]
        assert len(whole) > 3
        await pilot.press("shift+tab")
        seen = lines(app)[20:23]
        for _ in whole:
            await pilot.press("down")
            seen += lines(app)[20:23]
        assert {line.rstrip() for line in whole} <= set(seen)
        await pilot.press("z")
        assert [line for line in whole if line not in lines(app)] == []


async def test_what_comes_next_is_on_screen_after_any_number_of_steps() -> None:
    app = app_at("xor-2-2-1")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        state = main_screen(app).state
        for _ in range(50):
            state = apply(state, Move.NEXT)
            await pilot.press("right")
            assert main_screen(app).state == state
            panels = (PhaseBar, ComputationGraph, DerivativeTable, LossSparkline, Explanation)
            assert all(app.query_one(kind).state is main_screen(app).state for kind in panels)


@pytest.mark.parametrize("theme", [*BUILTIN_THEMES.values(), Theme("bare", primary="#004578")], ids=lambda t: t.name)
def test_every_theme_tells_forward_backward_and_blocked_apart(theme: Theme) -> None:
    system = theme.to_color_system().generate()
    background = Color.parse(system["background"]) if not theme.ansi else Color.parse("black")
    found = palette(theme, background)
    styles = [found[meaning] for meaning in (Style.FORWARD, Style.BACKWARD, Style.BLOCKED)]
    if theme.ansi:
        assert found[Style.FORWARD] != found[Style.BACKWARD]  # weights alone; a blocked link has another line and mark
    else:
        assert len({style.color for style in styles}) == 3
