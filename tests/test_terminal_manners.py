"""What a terminal, its owner or a stranger may do to the application in a real pseudo-terminal."""

import io
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from backprop_tui.terminal.environment import write_whole
from tests.fuzz import cells
from tests.terminal import Terminal, wait_until_stopped
from tests.test_monochrome import COLOUR
from tests.test_terminal import READY, restored

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

pytestmark = pytest.mark.system

WALL = "\r\nBroadcast message from root: the system goes down\r\n"


# What another program has written on the terminal


def overwritten(terminal: Terminal) -> list[list[object]]:
    """What was on the screen before a message of another program's."""
    terminal.wait_for(READY)
    terminal.read_for(0.3)
    before = cells(terminal)
    terminal.scribble(WALL)
    terminal.wait_for(lambda t: "Broadcast" in t.text)
    assert cells(terminal) != before
    return before


@pytest.mark.parametrize("before", ["", "e", "?", "\x10"], ids=["", "form", "help", "palette"])
def test_ctrl_l_paints_everything_anew(before: str) -> None:
    with Terminal() as terminal:
        terminal.wait_for(READY)
        terminal.send(before or "\x0c")
        if before:
            terminal.wait_for({"e": "leave", "?": "Help", "\x10": "Search"}[before])
        terminal.read_for(0.3)
        screen = cells(terminal)
        terminal.scribble(WALL)
        terminal.wait_for(lambda t: "Broadcast" in t.text)
        terminal.send("\x0c")
        terminal.wait_for(lambda t: cells(t) == screen)


def test_the_start_over_of_an_unattended_screen_paints_everything_anew() -> None:
    with Terminal("--idle-reset", "1") as terminal:
        before = overwritten(terminal)
        terminal.send("x")  # somebody was there
        terminal.wait_for(lambda t: cells(t) == before)


# What the terminal answers


def test_what_a_terminal_answers_is_no_key() -> None:
    with Terminal("--mouse") as terminal:
        terminal.wait_for(READY)
        for answer in (
            "\x1b]10;rgb:ffff/eeee/qqqq\x1b\\",
            "\x1bP1$r0 q\x1b\\",
            "\x1bP1+r71=6e6e\x1b\\",
            "\x1b]lq\x1b\\",
        ):
            terminal.send(answer[:7])
            terminal.read_for(0.25)  # longer than Esc takes to be a key
            terminal.send(answer[7:])
        terminal.send("l")
        terminal.wait_for("stage 1 of 11")


# Suspending


def test_ctrl_z_suspends_and_the_foreground_paints_everything() -> None:
    with Terminal("--mouse") as terminal:
        terminal.wait_for(READY)
        terminal.send("l")
        terminal.wait_for("stage 1 of 11").read_for(0.2)
        terminal.send("\x1a")
        wait_until_stopped(terminal)
        assert restored(terminal)
        terminal.scribble("$ fg\r\n")
        terminal.read_for(0.1)
        terminal.screen.reset()
        terminal.kill(signal.SIGCONT)
        terminal.wait_for("● z = w·x + b = 1.5 · 2 + 0.5 = 3.5").wait_for(READY)
        terminal.send("l")
        terminal.wait_for("stage 2 of 11")
        terminal.send("\x03")
        assert terminal.wait() == 130
        assert restored(terminal)


class Interrupted(io.RawIOBase):
    """A file that writes a part of what it is given, as a terminal does when the process is stopped meanwhile."""

    def __init__(self) -> None:
        self.got = b""

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        part = bytes(memoryview(data)[:7])
        self.got += part
        return len(part)


def test_a_frame_is_written_whole_however_often_it_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    file: Any = Interrupted()
    frame = "\x1b[1;1H" + "─" * 1000
    unbuffered = io.TextIOWrapper(file, "utf-8", write_through=True)
    monkeypatch.setattr(sys, "__stderr__", unbuffered)  # as it is where PYTHONUNBUFFERED is set
    write_whole()
    print(frame, end="", file=sys.__stderr__, flush=True)
    assert file.got == frame.encode()


def test_the_application_draws_through_a_buffer_wherever_it_is_started() -> None:
    program = (
        "from backprop_tui.terminal.environment import prepare; prepare(); import sys; print(sys.__stderr__.buffer)"
    )
    done = subprocess.run([sys.executable, "-u", "-c", program], capture_output=True, text=True, check=True)
    assert "BufferedWriter" in done.stdout


def test_in_a_kiosk_ctrl_z_does_nothing_nor_does_it_change_the_next_key() -> None:
    with Terminal("--kiosk") as terminal:
        terminal.wait_for(READY)
        terminal.send("\x1a")
        terminal.read_for(0.2)
        terminal.send("l")
        terminal.wait_for("stage 1 of 11")


# Errors


@pytest.mark.parametrize("files", [5, 6])  # with 4 Python itself does not start
def test_an_error_at_the_start_is_one_line_without_paths(files: int) -> None:
    command = f"ulimit -n {files}; exec {sys.executable} -m backprop_tui --kiosk"
    with Terminal(command=["sh", "-c", command], columns=200) as terminal:
        assert terminal.wait() == 1
        said = terminal.text.strip()
        assert re.fullmatch(
            r"backprop-tui: unexpected [^/]*Too many open files[^/]*; please report .*", said, re.DOTALL
        )
        assert ".py" not in said


THREAD = """
import sys
from backprop_tui.terminal import environment
environment.prepare()
from textual.drivers.linux_driver import LinuxDriver
from backprop_tui.terminal import input
from backprop_tui import cli
def fail(*_):
    raise RuntimeError("broken on purpose")
input.Reader.read = LinuxDriver.run_input_thread = fail
sys.exit(cli.main(["--kiosk"]))
"""


def test_an_error_in_a_thread_of_the_library_is_one_line_too() -> None:
    with Terminal(command=[sys.executable, "-c", THREAD], columns=200) as terminal:
        terminal.wait_for(READY)
        terminal.send("l")
        assert terminal.wait() == 1
        assert restored(terminal)
        said = re.sub(rb"\x1b\[[?<]?[\d;]*[a-z]", b"", terminal.received.rpartition(b"\x1b[?1049l")[2]).decode().strip()
        assert re.fullmatch(r"backprop-tui: unexpected [^/\n]*; please report [^/\n]*", said)
        assert ".py" not in said


@pytest.mark.parametrize("size", ["0;0;0;0", "24;80;0;0", "65535;65535;65535;65535", f"{10**9};{10**9};1;1"])
def test_whatever_size_a_terminal_reports_a_mouse_report_after_it_is_no_error(size: str) -> None:
    with Terminal("--kiosk", "--mouse") as terminal:
        terminal.wait_for(READY)
        terminal.send("\x1b[?2048;2$y")
        terminal.wait_for(lambda t: b"\x1b[?1016h" in t.received)
        terminal.send(f"\x1b[48;{size}t\x1b[<0;25;5M\x1b[<0;25;5m\x1b[48;24;80;480;800tl")
        terminal.wait_for("stage 1 of 11")


@pytest.mark.parametrize("form", ["e", "g"])
@pytest.mark.parametrize("key", ["\r", "\x1b"])
def test_a_click_where_a_form_has_just_been_is_no_end(form: str, key: str) -> None:
    with Terminal("--mouse") as terminal:
        terminal.wait_for(READY)
        terminal.send(form)
        terminal.wait_for("apply ")
        terminal.send(key + "\x1b[<0;25;5M\x1b[<0;25;5m")
        terminal.wait_for(READY).read_for(0.2)
        terminal.send("l")
        terminal.wait_for(lambda t: re.search(r"stage [1-9]", t.text) is not None)
        terminal.send("\x03")
        assert terminal.wait() == 130


def test_what_is_pasted_does_nothing_to_the_terminal() -> None:
    with Terminal() as terminal:
        terminal.wait_for(READY)
        terminal.send("e")
        terminal.wait_for("apply ")
        before = len(terminal.received)
        terminal.send("\x1b[200~1\x9b31m2\x1b[7m\x07\x1b[201~")
        terminal.wait_for("131m2[7m")
        assert b"\x9b" not in terminal.received[before:]
        assert b"\xc2\x9b" not in terminal.received[before:]
        assert b"\x07" not in terminal.received[before:]


# What the terminal can show


@pytest.mark.parametrize("term", ["vt100", "vt220", "xterm-mono"])
def test_a_terminal_without_colours_gets_none(term: str) -> None:
    with Terminal("--stage", "8", env={"TERM": term, "COLORTERM": None}) as terminal:
        terminal.wait_for(READY)
        assert COLOUR.search(bytes(terminal.received)) is None


@pytest.mark.parametrize("term", ["xterm", "screen", "linux"])
def test_of_sixteen_colours_forward_backward_and_what_is_next_are_three(term: str) -> None:
    with Terminal("--stage", "8", env={"TERM": term, "COLORTERM": None}) as terminal:
        terminal.wait_for(READY).read_for(0.2)
        assert b";5;" not in terminal.received
        assert b";2;" not in re.sub(rb"\x1b\[\?[^a-zA-Z]*.", b"", bytes(terminal.received))
        colours = {cell.fg for row in range(24) for cell in terminal.screen.buffer[row].values()}
        assert len(colours) >= 4, colours


@pytest.mark.parametrize(
    ("env", "spelled"),
    [
        ({"LC_ALL": "C"}, True),
        ({"LC_ALL": "POSIX"}, True),
        ({"LANG": "C"}, True),
        ({"LC_CTYPE": "C"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),
        ({"LANG": None}, False),
        ({"LANG": ""}, False),
        ({"LC_ALL": "de_DE.ISO-8859-1@euro"}, True),
        ({"LC_ALL": "", "LANG": "C.utf8"}, False),
    ],
)
def test_what_the_locale_was_set_to_decides_not_what_python_makes_of_it(
    env: dict[str, str | None], spelled: bool
) -> None:
    with Terminal("--stage", "8", env=env) as terminal:
        terminal.wait_for(READY)
        assert ("dL/dw @-2 <==" in terminal.text) is spelled
        assert ("∂L/∂w ●−2 ◀══" in terminal.text) is not spelled
