"""NO_COLOR in a real terminal: nothing but characters, bold, dim and reverse, and the marks are all there."""

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
