"""What a terminal application does whatever it shows, tried on small ones made of Textual's own widgets."""

from collections.abc import Iterator

import pytest
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.color import Color
from textual.strip import Strip
from textual.widgets import Input, Static

from backprop_tui.app import BackpropApp
from backprop_tui.core.scenario_file import load
from backprop_tui.launch import Launch
from backprop_tui.present.ascii import in_ascii
from backprop_tui.terminal.app import INTERRUPTED, TerminalApp
from backprop_tui.terminal.diff_painter import changes, visible
from backprop_tui.terminal.filters import BLACK, BRIGHT_WHITE, SixteenColours, of_sixteen
from backprop_tui.terminal.optional import left_out
from tests.driving import DESIGN_SIZE, main_screen


@pytest.fixture(autouse=True)
def nothing_is_left_out() -> Iterator[None]:
    left_out.clear()
    yield
    assert not left_out


class Small(TerminalApp):
    """A text and a field."""

    def compose(self) -> ComposeResult:
        """Both."""
        yield Static("some text → here", id="text")
        yield Input("1.5", id="field")


# Copying, and ending


async def test_ctrl_c_copies_what_is_selected_clears_it_and_then_ends() -> None:
    app = Small()
    async with app.run_test() as pilot:
        await pilot.mouse_down("#text", offset=(5, 0))
        await pilot.hover("#text", offset=(8, 0))
        await pilot.mouse_up("#text", offset=(8, 0))
        await pilot.press("ctrl+c")
        assert app.clipboard == "text"
        assert app.screen.get_selected_text() is None
        assert app.is_running
        await pilot.press("ctrl+c")
    assert app.return_code == INTERRUPTED


async def test_ctrl_c_copies_what_is_selected_in_a_field_and_then_ends() -> None:
    app = Small()
    async with app.run_test() as pilot:
        await pilot.press("end", "shift+left", "shift+left", "ctrl+c")
        assert app.clipboard == ".5"
        assert app.query_one(Input).selected_text == ""
        assert app.query_one(Input).value == "1.5"
        await pilot.press("ctrl+c")
    assert app.return_code == INTERRUPTED


async def test_what_is_selected_because_the_field_was_entered_nobody_has_selected() -> None:
    app = Small()
    async with app.run_test() as pilot:
        assert app.query_one(Input).selected_text == "1.5"
        await pilot.press("ctrl+c")
    assert app.return_code == INTERRUPTED


@pytest.mark.parametrize("before", [(), ("e",), ("question_mark",), ("ctrl+p",)], ids=["", "form", "help", "palette"])
@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q", "q"])
async def test_no_key_ends_what_no_key_is_to_end(before: tuple[str, ...], key: str) -> None:
    app = BackpropApp(Launch(load("article-7"), no_quit=True))
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press(*before, key)
        assert app.is_running
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert not any("quit" in title.lower() for title in titles)
        await main_screen(app).run_action("command('quit')")
        await pilot.pause()
        assert app.is_running
        app.exit(return_code=128 + 15)  # as a signal does
    assert app.return_code == 143


# The mouse where a widget has been


@pytest.mark.parametrize("kind", [events.MouseDown, events.MouseMove, events.MouseUp, events.MouseScrollDown])
async def test_the_mouse_where_a_widget_has_just_been_is_no_error(kind: type[events.MouseEvent]) -> None:
    app = Small()
    async with app.run_test() as pilot:
        field = app.query_one(Input)
        x, y = field.region.x + 2, field.region.y + 1
        await pilot.pause()
        await field.remove()
        assert app.get_widget_at(x, y)[0] is field  # which Textual still finds
        for each in (kind, events.MouseUp):
            await app.on_event(each(None, x, y, 0, 0, 1, False, False, False, x, y))
        await pilot.pause()
        assert app.is_running


# Sizes


async def test_a_size_is_held_to_what_a_terminal_can_be() -> None:
    app = Small()
    async with app.run_test() as pilot:
        await app.on_event(events.Resize.from_dimensions((65535, 65535), None))
        await pilot.pause()
        assert app.size == (1000, 1000)


# What is painted


class Spelled(TerminalApp):
    """In ASCII."""

    def __init__(self) -> None:
        super().__init__(spell=in_ascii)

    def compose(self) -> ComposeResult:
        """A text with characters that ASCII lacks, and a border of them."""
        text = Static("w → 1 · √ ●")
        text.styles.border = ("heavy", "red")
        yield text


async def test_whatever_widget_draws_a_text_is_spelled_in_ascii() -> None:
    app = Spelled()
    async with app.run_test(size=(30, 5)):
        lines = [strip.text for strip in app.screen._compositor.render_strips()]
    assert all(line.isascii() for line in lines)
    assert any("-----" in line for line in lines)


PALETTE = {
    "#7fb4e6": 12,  # blue, pale; the nearest in distance is white
    "#56c8d8": 14,
    "#e5c158": 11,
    "#ff9e8a": 9,
    "#d49be8": 13,
    "#868d99": 8,
    "#e4e4e4": 15,
    "#14161a": 0,
    "#0b5cad": 4,
    "#00667a": 6,
    "#a8321a": 1,
    "#8a2aa8": 5,
    "#fbfaf6": 15,
    "#1b1d21": 0,
}
"""Colours of our themes, and the number of the terminal's colour of the same hue."""


@pytest.mark.parametrize(("colour", "number"), PALETTE.items())
def test_of_sixteen_colours_the_hue_is_kept(colour: str, number: int) -> None:
    found = of_sixteen(Style(color=colour, bold=True))
    assert found.color == RichColor.from_ansi(number)
    assert found.bold


def test_a_text_is_never_in_the_colour_of_its_ground() -> None:
    dark = of_sixteen(Style(color="#202020", bgcolor="#101010"))
    light = of_sixteen(Style(color="#fafafa", bgcolor="#ffffff"))
    assert (dark.color, light.color) == (RichColor.from_ansi(BRIGHT_WHITE), RichColor.from_ansi(BLACK))
    (segment,) = SixteenColours().apply([Segment("x", Style(color="red"))], Color(0, 0, 0))
    assert segment.style == Style(color="red")  # the terminal's own already


def test_where_a_text_can_be_selected_makes_no_difference() -> None:
    rows = [Strip([Segment("text", Style(bold=True, meta={"offset": (x, 0)}))]) for x in (0, 1)]
    assert rows[0] != rows[1]
    assert changes(*map(visible, rows), 0, 0) == []
