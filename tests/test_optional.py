"""Cures that do not depend on luck: with each left out, or its names gone from Textual, the application works on."""

import sys

import pytest

from backprop_tui.terminal.optional import PRIVATE_NAMES, Cure, left_out, optional
from tests.terminal import Terminal
from tests.test_terminal import READY, restored

pytestmark = pytest.mark.system

NAMES = [name for names in PRIVATE_NAMES.values() for name in names]
FUNCTIONS = ("_display", "render_segments", "run_input_thread", "send_message", "process_message")

WITHOUT = """
import sys
from backprop_tui.terminal import environment
environment.prepare()
from backprop_tui import cli
from backprop_tui.terminal.app import TerminalApp
from backprop_tui.terminal.optional import Cure
TerminalApp.cures = frozenset(Cure) - {Cure[name] for name in sys.argv[1].split(",")}
sys.exit(cli.main(sys.argv[2:]))
"""


def walk(terminal: Terminal) -> str:
    """The main path: step, focus, zoom, palette, form, everything anew, another size, quit; what is on the screen."""
    terminal.wait_for(READY)
    terminal.send("l")
    terminal.wait_for("● z = w·x + b = 1.5 · 2 + 0.5 = 3.5")
    terminal.send("\t")
    terminal.wait_for("──[Computation graph]")
    terminal.send("z")
    terminal.wait_for(lambda t: "Derivatives" not in t.text and "──[Computation graph]" in t.text)
    terminal.send("\x1b")
    terminal.wait_for("Derivatives and update")
    terminal.send("\x10")
    terminal.wait_for("Search")
    terminal.send("\x1b")
    terminal.wait_for(lambda t: "Search" not in t.text and "● z =" in t.text)
    terminal.send("e")
    terminal.wait_for(lambda t: "learning rate" in t.text and READY not in t.text)
    terminal.send("7\r")
    terminal.wait_for("1.5 · 7 + 0.5 = 11").wait_for(READY)
    terminal.screen.erase_in_display(2)
    terminal.send("\x0c")
    terminal.wait_for("1.5 · 7 + 0.5 = 11").wait_for(READY)
    terminal.resize(100, 30)
    terminal.wait_for(lambda t: t.screen.display[29].startswith(" →← step"))
    terminal.send("\x03")
    assert terminal.wait() == 130
    assert restored(terminal)
    return terminal.text


def test_none_is_left_out() -> None:
    with Terminal("--debug") as terminal:
        assert "left out" not in walk(terminal)


@pytest.mark.parametrize("cures", [*(cure.name for cure in Cure), ",".join(cure.name for cure in Cure)])
def test_the_application_works_with_a_cure_turned_off_and_with_all(cures: str) -> None:
    with Terminal(cures, command=[sys.executable, "-c", WITHOUT]) as terminal:
        walk(terminal)


@pytest.mark.parametrize(
    ("name", "how"), [*((name, "gone") for name in NAMES), *((name, "signature") for name in FUNCTIONS)]
)
def test_the_application_works_where_a_name_of_the_library_is_gone_or_another(name: str, how: str) -> None:
    with Terminal(name, how, command=[sys.executable, "-m", "tests.renamed"]) as terminal:
        walk(terminal)


def test_what_cannot_be_had_is_remembered() -> None:
    def fail() -> str:
        raise AttributeError("gone")

    try:
        assert optional(Cure.CELL_DIFF, fail, lambda: "otherwise") == "otherwise"
        assert f"{left_out[Cure.CELL_DIFF]}" == "gone"
    finally:
        left_out.clear()
