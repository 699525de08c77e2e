"""Events from what a terminal sends: nothing it may send, by mistake or on purpose, is an error or a wrong key."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, MouseDown, Paste, Resize
from textual.message import Message

from backprop_tui.terminal.input import MOST_CELLS, Reader, plain, plausible


def read(*data: bytes) -> list[Message]:
    reader = Reader()
    return [event for each in data for event in reader.read(each)] + list(reader.pause())


def keys(events: Iterable[Message]) -> list[str]:
    return [event.key for event in events if isinstance(event, Key)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"l", ["l"]),
        (b"\x1b[C\x1b[6~\x1bOP\x1b[[A", ["right", "pagedown", "f1", "f1"]),
        (b"\x1b", ["escape"]),
        (b"\x1bl", ["escape", "l"]),  # and not Alt
        (b"\x1bOl", []),
        (b"\x1b[97;5u\x1b[99;5u", ["ctrl+a", "ctrl+c"]),  # kitty's protocol
        (b"\x1b[123;45z", []),  # a key that nobody knows
        (b"\x1b[999999999999999999;1Hl", ["l"]),
        (b"\x1b[" + b"9" * 5000 + b";1Hl", ["l"]),  # more digits than int() takes
        (b"\x1b[<" + b"9" * 25 + b";1;1Ml", ["l"]),
        (b"\xff\xc3(\xe2\x82l", ["�", "�", "left_parenthesis", "�", "l"]),
        (b"\x1b]10;rgb:ff/ff/ff\x1b\\\x1bP1$r0 q\x1b\\l", ["l"]),
    ],
)
def test_keys(data: bytes, expected: list[str]) -> None:
    assert [key.replace("replacement_character", "�") for key in keys(read(data))] == expected
    whole = keys(read(data))
    assert keys(read(data[:1], data[1:])) == whole or data[:1] == b"\xff"


REPORT = "\x1b[48;{};{};{};{}t"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((24, 80, 480, 800), (80, 24)),
        ((24, 80, 0, 0), (80, 24)),
        ((24, 80, 0, 800), (80, 24)),
        ((MOST_CELLS, MOST_CELLS, 20000, 10000), (MOST_CELLS, MOST_CELLS)),
        ((0, 80, 480, 800), None),
        ((24, 0, 480, 800), None),
        ((0, 0, 0, 0), None),
        ((65535, 65535, 65535, 65535), None),
        ((10**9, 10**9, 10**9, 10**9), None),
        ((24, 80, 10**40, 800), None),
    ],
)
def test_a_size_is_one_that_a_terminal_can_have_and_the_mouse_is_where_it_is(
    size: tuple[int, ...], expected: tuple[int, int] | None
) -> None:
    events = read(REPORT.format(*size).encode(), b"\x1b[<0;5;3Ml")
    sizes = [(event.size.width, event.size.height) for event in events if isinstance(event, Resize)]
    assert sizes == [expected] * (expected is not None)
    assert any(isinstance(event, MouseDown) for event in events)
    assert keys(events) == ["l"]


def test_pixels_become_cells_where_they_are_told() -> None:
    (_, mouse) = read(b"\x1b[48;24;80;480;800t", b"\x1b[<0;51;41M")
    assert isinstance(mouse, MouseDown)
    assert (mouse.x, mouse.y) == (5, 2)  # a cell is 10 pixels wide and 20 high


@given(st.lists(st.integers(-1, 10**6) | st.sampled_from([0, 1, 10**30]), min_size=4, max_size=4))
def test_a_report_is_left_out_or_plausible(numbers: list[int]) -> None:
    told = plausible(REPORT.format(*map(abs, numbers)))
    if told:
        height, width, pixel_height, pixel_width = map(int, told[5:-1].split(";"))
        assert 1 <= width <= min(MOST_CELLS, pixel_width)
        assert 1 <= height <= min(MOST_CELLS, pixel_height)


@given(st.text(st.characters(max_codepoint=0x2100)))
def test_what_is_pasted_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    (paste,) = read(f"\x1b[200~{text}\x1b[201~".encode())
    assert isinstance(paste, Paste)
    assert not set(paste.text) & {*map(chr, (*range(10), *range(11, 32), *range(127, 160)))}
    assert [c for c in paste.text if c.isalnum()] == [c for c in text if c.isalnum()]


def test_lines_stay_lines_and_a_tab_is_a_blank() -> None:
    assert plain("1\x9b31m2\x1b[A\t3\r\n4\r5\x00\x7f") == "131m2[A 3\n4\n5"


@given(st.lists(st.binary(max_size=12) | st.sampled_from([b"\x1b[", b"\x1b[<", b"\x1b[48;", b";", b"0", b"t", b"M"])))
def test_whatever_comes_is_no_error(data: list[bytes]) -> None:
    read(*data)
