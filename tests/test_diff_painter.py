"""What is written to the terminal: all that changed, and nothing that stands there already."""

import signal
from itertools import pairwise, product

import pyte
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from backprop_tui.terminal.diff_painter import change_of_style, changes, written
from tests.fuzz import cells
from tests.terminal import Terminal

WIDTH = 20


def styles() -> list[Style]:
    """New ones each time: a style remembers what it was rendered as for another number of colours."""
    return [
        Style(),
        Style(color="#7fb4e6", bgcolor="#14161a"),
        Style(color="#7fb4e6", bgcolor="#20242b", bold=True),
        Style(color="red", bold=True, reverse=True),
        Style(bgcolor="#14161a", italic=True, underline=True, strike=True),
        Style(blink=True, reverse=True, bold=False),
    ]


@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.STANDARD])
def test_a_change_of_style_ends_in_the_style_that_is_wanted(system: ColorSystem) -> None:
    for before, after in product(styles(), repeat=2):
        cells = []
        for change in (
            change_of_style(before, after, system) + "x",
            f"\x1b[0m{after.render('x', color_system=system)}",
        ):
            screen = pyte.Screen(2, 1)
            pyte.Stream(screen).feed(before.render("-", color_system=system).removesuffix("\x1b[0m") + change)
            cells.append(screen.buffer[0][1])
        assert cells[0] == cells[1], (before, after)
    assert change_of_style(after, after, system) == ""


def test_what_shares_its_end_with_something_that_stays_is_switched_on_anew() -> None:
    both, dim = Style(bold=True, dim=True), Style(dim=True)
    assert change_of_style(both, dim, ColorSystem.TRUECOLOR) == "\x1b[22;2m"  # ECMA-48: 22 ends bold and dim


def segments(characters: list[str], *more: None) -> st.SearchStrategy[list[Segment]]:
    texts = st.lists(st.sampled_from(characters), min_size=1, max_size=6).map("".join)
    pairs = st.tuples(texts, st.sampled_from([*styles(), *more]))
    return st.lists(pairs.map(lambda pair: Segment(*pair)), max_size=6)


ANY, NARROW = segments(["a", "b", " ", "漢", "e\u0301"], None), segments(["a", "b", " "])


def row(drawn: list[Segment]) -> Strip:
    return Strip(drawn).adjust_cell_length(WIDTH)


@given(st.one_of(st.tuples(ANY, ANY), st.tuples(NARROW, NARROW)))
@example(([Segment("e\u0301漢")], [Segment("e\u0301"), Segment("漢", Style(bold=True))]))  # 3 characters in 3 cells
def test_the_changes_make_the_new_row_of_the_old_one(rows: tuple[list[Segment], list[Segment]]) -> None:
    before, after = map(row, rows)
    system = ColorSystem.TRUECOLOR
    changed, anew = pyte.Screen(WIDTH + 3, 3), pyte.Screen(WIDTH + 3, 3)
    pyte.Stream(changed).feed(written([*changes(None, before, 2, 1), *changes(before, after, 2, 1)], system))
    pyte.Stream(anew).feed(written(changes(None, after, 2, 1), system))
    columns = range(WIDTH + 3)
    assert [changed.buffer[1][x] for x in columns] == [anew.buffer[1][x] for x in columns]


@given(NARROW, NARROW)
def test_runs_begin_and_end_with_a_change_and_are_worth_the_jump_between_them(
    before: list[Segment], after: list[Segment]
) -> None:
    old, new = ([(c, style) for text, style, _ in row(each) for c in text] for each in (before, after))
    runs = [(x, x + len(cells)) for x, _, cells in changes(row(before), row(after), 0, 0)]
    for start, stop in runs:
        assert old[start] != new[start]
        assert old[stop - 1] != new[stop - 1]
    assert all(start - stop >= 6 for (_, stop), (start, _) in pairwise(runs))  # "ESC [ 8 ; 9 H"


def test_the_first_frame_is_written_once_and_a_form_leaves_alone_what_stays() -> None:
    with Terminal() as terminal:
        terminal.wait_for("q quit")
        terminal.read_for(0.5)
        assert terminal.received.count(b"quit") == 1
        told = terminal.received.count(b"learning rate")  # by the explanation
        terminal.send("e")
        terminal.wait_for("Nothing is changed yet.")
        terminal.read_for(0.3)
        assert terminal.received.count(b"learning rate") == told + 1
        terminal.send("\x1b")
        terminal.wait_for("q quit")
        assert terminal.received.count(b"article-7") == 1


STEPS: dict[str | tuple[int, int], str] = {
    "right": "stage 1 of",
    "e": "Nothing is changed yet.",
    "7": "One field changed",
    (80, 17): "needs 60 × 18",
    (80, 24): "input x1: ",
    "\t": "input x2: ",
    "\x1b": "q quit",
    "n": "epoch 2",
    "\x1b[B": "epoch 2",
    (80, 20): "q quit",
    (61, 20): "next  ",
    "?": "─ Help ─",
    " ": "next",
    "\x10": "Search",
}
"""Keys and sizes, and what is on the screen when each has done its work."""


def test_what_is_on_the_screen_is_what_a_terminal_that_lost_it_is_sent() -> None:
    with Terminal("sigmoid-two-inputs") as terminal:
        terminal.wait_for("q quit")
        for step, text in STEPS.items():
            if isinstance(step, str):
                terminal.send(step)
            else:
                terminal.resize(*step)
            terminal.wait_for(text)
            terminal.rest()
            before = cells(terminal)
            terminal.screen.erase_in_display(2)
            terminal.kill(signal.SIGCONT)
            terminal.wait_for(lambda t, before=before: cells(t) == before)


def test_a_size_and_back_is_painted_whole_for_the_terminal_may_have_lost_it() -> None:
    with Terminal() as terminal:
        terminal.wait_for("q quit")
        terminal.read_for(0.1)
        terminal.resize(81, 24)
        terminal.resize(80, 24)
        terminal.screen.erase_in_display(2)
        terminal.wait_for("q quit")
        terminal.wait_for("article-7")
