"""Few colours or none in a real terminal: what they say, characters, bold and reverse say as well.

With NO_COLOR, and where the terminal has none, there is nothing else.
"""

import re

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.terminal import Terminal
from tests.test_snapshots import ScreenExtension

pytestmark = pytest.mark.system

COLOUR = re.compile(rb"\x1b\[(?:[0-9;:]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;:]*)?m")


def attributes(terminal: Terminal) -> str:
    """The characters on screen, and below them the runs of cells that are bold or reversed, or have a colour."""
    lines = [terminal.text, ""]
    for y in range(terminal.screen.lines):
        runs: list[tuple[str, int, int]] = []
        for x in range(terminal.screen.columns):
            cell = terminal.screen.buffer[y][x]
            words = [word for word in ("bold", "reverse") if getattr(cell, word)]
            words += [colour for colour in (cell.fg, cell.bg) if colour != "default"]
            what = " ".join(words)
            if runs and runs[-1][0] == what:
                runs[-1] = (what, runs[-1][1], x + 1)
            else:
                runs.append((what, x + 1, x + 1))
        lines += [f"{y + 1}:{start}-{end} {what}" for what, start, end in runs if what]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("colorterm", ["truecolor", ""], ids=["truecolor", "sixteen"])
def test_no_color_leaves_characters_and_weights_alone(snapshot: SnapshotAssertion, colorterm: str) -> None:
    env = {"NO_COLOR": "1", "COLORTERM": colorterm, "TERM": "xterm-256color" if colorterm else "xterm"}
    with Terminal("relu-dead", "--stage", "8", env=env) as terminal:
        terminal.wait_for("q quit").wait_for("learn nothing")
        terminal.send("right")
        terminal.wait_for("stage 9 of 11").wait_for("next ○ w")
        assert attributes(terminal) == snapshot(name="monochrome").use_extension(ScreenExtension)
        assert COLOUR.search(bytes(terminal.received)) is None
        terminal.send("q")
        assert terminal.wait() == 0


COLOURS = {
    "xterm": {"TERM": "xterm", "COLORTERM": None},
    "linux": {"TERM": "linux", "COLORTERM": None},
    "screen": {"TERM": "screen", "COLORTERM": None},
    "NO_COLOR": {"NO_COLOR": "1"},
    "vt100": {"TERM": "vt100", "COLORTERM": None},
}
NONE = ("NO_COLOR", "vt100")


def look(terminal: Terminal, text: str, place: int = 0) -> tuple[str, str, bool, bool]:
    """Colour, ground, weight and reversal of the first cell where `text` stands for the (`place` + 1)th time."""
    spots = [(y, x) for y, row in enumerate(terminal.screen.display) for x in range(80) if row.startswith(text, x)]
    y, x = spots[place]
    cell = terminal.screen.buffer[y][x]
    return cell.fg, cell.bg, cell.bold, cell.reverse


@pytest.mark.parametrize("name", COLOURS)
def test_with_few_colours_or_none_nothing_is_lost(name: str) -> None:
    with Terminal("relu-dead", "--stage", "8", env=COLOURS[name]) as terminal:
        terminal.wait_for("q quit")
        terminal.send("\t\t\x1b[B")
        terminal.wait_for(lambda t: "[Derivatives and update]" in t.text and "\n>○ ∂L/∂b" in t.text)  # focus, choice
        rows = terminal.text
        for mark in (
            "●0╳ ◀╌╌ ∂z/∂w",
            "╳ gate closed",
            "═══◀══ ∂L/∂a  −8",
            "1 if z > 0 else 0",
            "0╳ gate",
            "next ○ ∂L/∂b",
        ):
            assert mark in rows
        cells = [cell for row in terminal.screen.buffer.values() for cell in row.values()]
        assert [cell for cell in cells if cell.fg == cell.bg != "default" and cell.data != " "] == []
        forward, backward, blocked = look(terminal, "────┼"), look(terminal, "═══◀"), look(terminal, "╌╌ ∂z")
        now, chosen, pending = look(terminal, "●0"), look(terminal, ">○"), look(terminal, "·       │")
        assert now[2:] == (True, True)  # bold and reversed, as nothing else is
        reversed_cells = "".join(
            cell.data for row in terminal.screen.buffer.values() for cell in row.values() if cell.reverse
        )
        assert reversed_cells.replace(" ", "") == "●00"  # in the picture and in the table
        assert (forward[2], backward[2], blocked[2], chosen[2], pending[2]) == (False, True, True, True, False)
        if name in NONE:
            assert COLOUR.search(bytes(terminal.received)) is None
        else:
            assert len({forward[0], backward[0], blocked[0], chosen[0], pending[0]}) == 5
        terminal.send("ex")
        terminal.wait_for("! not a number")
        assert look(terminal, "! not")[2]
