"""What a terminal sends, cut into pieces; the grammar is ECMA-48's, with xterm's BEL (ctlseqs, "Operating System
Commands") and its bracketed paste.
"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.terminal.sequences import ESCAPE, LONGEST_STRING, PATIENCE, Piece, Sequences

INTRODUCERS = {"OSC": "\x1b]", "DCS": "\x1bP", "APC": "\x1b_", "PM": "\x1b^", "SOS": "\x1bX"}
EIGHT_BIT = {"OSC": "\x9d", "DCS": "\x90", "APC": "\x9f", "PM": "\x9e", "SOS": "\x98"}
REPLIES = {
    "foreground": "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "background": "\x1b]11;rgb:0000/0000/0000\x07",
    "a palette entry": "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    "the clipboard": "\x1b]52;c;cXVpdA==\x07",
    "the title": "\x1b]lqqq quit\x1b\\",
    "the icon's label": "\x1b]Lqqq\x1b\\",
    "XTGETTCAP": "\x1bP1+r544e=787465726d\x1b\\",
    "DECRQSS": "\x1bP1$r0 q\x1b\\",
    "XTVERSION": "\x1bP>|quit 1.0\x1b\\",
    "a kitty image": "\x1b_Gi=31;OK\x1b\\",
}


def pieces(*reads: str) -> list[Piece]:
    """The pieces, texts that follow each other joined: where they are cut is no matter."""
    sequences, found = Sequences(), list[Piece]()
    for read in reads:
        for piece in sequences.feed(read):
            is_text = not piece.pasted and not piece.text.startswith(ESCAPE)
            if is_text and found and not found[-1].pasted and not found[-1].text.startswith(ESCAPE):
                found[-1] = Piece(found[-1].text + piece.text)
            else:
                found.append(piece)
    return found


def torn(text: str, cuts: list[int]) -> list[str]:
    """`text` in reads that end at `cuts`."""
    ends = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[start:stop] for start, stop in pairwise(ends)]


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
@given(st.lists(st.integers(0, 99), max_size=4))
def test_a_reply_is_no_key_however_it_is_torn(reply: str, cuts: list[int]) -> None:
    assert pieces(*torn(f"a{reply}b", cuts)) == [Piece("ab")]


@pytest.mark.parametrize("introducer", [*INTRODUCERS.values(), *EIGHT_BIT.values()])
@pytest.mark.parametrize("end", ["\x1b\\", "\x07", "\x9c"])
def test_every_kind_of_string_ends_with_st_or_bel(introducer: str, end: str) -> None:
    assert pieces(f"a{introducer}q é \t\n{end}b") == [Piece("ab")]


ANYTHING = st.lists(
    st.sampled_from(
        [
            "l",
            "é",
            "\r",
            "\x03",
            "\x1b[C",
            "\x1b[1;5C",
            "\x1b[97;5u",
            "\x1bOP",
            "\x1b[[A",
            "\x1b[M !!",
            "\x1b[<0;25;5M",
            "\x1b[48;24;80;480;800t",
            "\x1b[200~npqe\x1b[20\x1b[201~",
            *REPLIES.values(),
        ]
    ),
    max_size=8,
).map("".join)


@given(ANYTHING, st.lists(st.integers(0, 400), max_size=12))
def test_where_a_read_ends_changes_nothing(text: str, cuts: list[int]) -> None:
    assert pieces(*torn(text, cuts)) == pieces(text)


def test_keys_and_reports_are_whole_pieces_and_a_paste_is_one() -> None:
    text = "a\x1b[C\x1b[1;5C\x1bOP\x1b[[A\x1b[M !!\x1bf\x1b[200~q\x1b[C\x1b[201~b\x9bA"
    expected = ["a", "\x1b[C", "\x1b[1;5C", "\x1bOP", "\x1b[[A", "\x1b[M !!", "\x1bf", ("q\x1b[C", True), "b", "\x1b[A"]
    assert pieces(text) == [Piece(*each) if isinstance(each, tuple) else Piece(each) for each in expected]


def test_esc_is_a_key_when_nothing_follows_it_for_a_while_and_not_before() -> None:
    sequences = Sequences()
    assert sequences.feed(ESCAPE) == []
    assert sequences.is_waiting
    assert sequences.pause() == [Piece(ESCAPE)]
    assert not sequences.is_waiting
    assert sequences.feed("\x1b\x1b") == [Piece(ESCAPE)]
    assert sequences.feed("[C") == [Piece("\x1b[C")]


@pytest.mark.parametrize("key", ["\x03", "\x1b", "\x1b[C", "\x11"])
@pytest.mark.parametrize("introducer", INTRODUCERS.values())
def test_a_string_that_nobody_ends_is_broken_off_by_what_none_may_hold(introducer: str, key: str) -> None:
    sequences = Sequences()
    assert sequences.feed(f"{introducer}0;qq") == []
    assert [*sequences.feed(key), *sequences.pause()] == [Piece(key)]
    assert sequences.feed("l") == [Piece("l")]


def test_or_is_over_after_some_pauses_or_when_it_is_longer_than_any() -> None:
    sequences = Sequences()
    sequences.feed("\x1b]0;q")
    for _ in range(PATIENCE):
        assert sequences.feed("") == []
        assert sequences.pause() == []
    assert sequences.feed("l") != []
    sequences.feed("\x1b]0;")
    assert sequences.feed("q" * (LONGEST_STRING + 1)) == []
    assert sequences.feed("l") == [Piece("l")]


@given(st.text(st.sampled_from("\x1b[]P_^X\\<>?0129;:$ qlMmuA~\x07\x9b\x9c\x9d\x00\x03é"), max_size=40))
def test_whatever_comes_no_piece_is_torn_and_after_pauses_keys_are_keys(text: str) -> None:
    sequences = Sequences()
    for piece in sequences.feed(text):
        assert piece.pasted or ESCAPE not in piece.text[1:]
    sequences.feed("\x1b[201~")
    for _ in range(PATIENCE + 1):
        sequences.pause()
    assert sequences.feed("l") == [Piece("l")]
