"""Starting and ending in a real pseudo-terminal, where the stack below has faults: each is kept from the user."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

import pytest

from backprop_tui.terminal import signals
from tests.terminal import Terminal, processor_seconds

pytestmark = pytest.mark.system

READY = "q quit"


def restored(terminal: Terminal) -> bool:
    """Whether everything that was switched on was switched off again, the last word being off."""
    received = bytes(terminal.received)
    modes = {"1049": "l", "25": "h", "1000": "l", "1003": "l", "1006": "l", "2004": "l"}
    for mode, last in modes.items():
        on, off = (f"\x1b[?{mode}{letter}".encode() for letter in ("hl" if last == "l" else "lh"))
        if on in received and received.rfind(off) < received.rfind(on):
            return False
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_with_128_and_its_number_and_the_terminal_restored(number: signal.Signals) -> None:
    with Terminal("--mouse") as terminal:
        terminal.wait_for(READY)
        terminal.kill(number)
        assert terminal.wait() == 128 + number
        assert restored(terminal)


def test_the_pixel_mouse_mode_of_terminals_that_report_their_size_in_band_is_switched_off_again() -> None:
    with Terminal("--mouse") as terminal:
        terminal.wait_for(READY)
        terminal.send("\x1b[?2048;2$y")
        terminal.wait_for(lambda t: b"\x1b[?1016h" in t.received)
        terminal.send("q")
        assert terminal.wait() == 0
        assert terminal.received.rfind(b"\x1b[?1016l") > terminal.received.rfind(b"\x1b[?1016h")


def test_ctrl_c_and_q_restore_the_terminal() -> None:
    for keys, status in (("\x03", 130), ("q", 0)):
        with Terminal("--mouse") as terminal:
            terminal.wait_for(READY)
            terminal.send(keys)
            assert terminal.wait() == status
            assert restored(terminal)


def test_sighup_ignored_by_the_parent_ends_the_application_all_the_same() -> None:
    with Terminal(ignored=signal.SIGHUP) as terminal:
        terminal.wait_for(READY)
        terminal.kill(signal.SIGHUP)
        assert terminal.wait() == 128 + signal.SIGHUP


def test_a_terminal_that_is_gone_ends_the_application() -> None:
    with Terminal() as terminal:
        terminal.wait_for(READY)
        terminal.hang_up()
        assert terminal.wait() != 0


def test_invalid_utf8_is_no_end() -> None:
    with Terminal() as terminal:
        terminal.wait_for(READY)
        terminal.send_bytes(b"\xff\xc3(\xe2\x82")
        terminal.send("l")
        terminal.wait_for("stage 1 of 11")


@pytest.mark.parametrize("term", ["dumb", "unknown", "", None])
def test_terms_that_name_no_terminal_are_refused_in_one_line(term: str | None) -> None:
    with Terminal(env={"TERM": term}) as terminal:
        assert terminal.wait() == 2
        lines = terminal.text.strip().replace("\n", "")
        assert lines.startswith("backprop-tui: TERM is")
        assert "trace" in lines
        assert b"\x1b" not in terminal.received


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
def test_a_stream_that_is_no_terminal_is_refused(stream: str) -> None:
    master, slave = os.openpty()
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), slave)
    streams[stream] = subprocess.DEVNULL if stream == "stdin" else subprocess.PIPE
    done = subprocess.run([sys.executable, "-m", "backprop_tui"], **streams, timeout=30, check=False)
    os.close(slave)
    said = done.stderr if stream == "stderr" else os.read(master, 4096)
    os.close(master)
    assert done.returncode == 2
    assert b"trace" in said
    assert b"\x1b" not in said


@pytest.mark.parametrize(
    "env", [{"LC_ALL": "en_US.ISO-8859-1"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}]
)
def test_another_encoding_gets_ascii(env: dict[str, str]) -> None:
    with Terminal("--stage", "8", env={"PYTHONUTF8": "0", **env}) as terminal:
        terminal.wait_for(READY)
        if "dL/dw @-2 <==" not in terminal.text:  # the machine may lack that locale, and Python then speaks UTF-8
            assert "LC_ALL" in env
            assert "∂L/∂w ●−2 ◀══" in terminal.text
        else:
            assert all(byte < 128 for byte in terminal.received)
        assert "\\u" not in terminal.text


@pytest.mark.parametrize(("arguments", "env"), [((), {"PYTHONIOENCODING": "ascii"}), (("--ascii",), {})])
def test_what_the_library_draws_is_in_ascii_there_too(arguments: tuple[str, ...], env: dict[str, str]) -> None:
    with Terminal(*arguments, "--stage", "8", env=env) as terminal:
        terminal.wait_for(READY)
        assert "dL/dw @-2 <==" in terminal.text
        terminal.send("\x10")  # the command palette has a magnifying glass, and arrows in the names
        terminal.wait_for("Search for commands").wait_for("Back  (<-, h)")
        assert all(byte < 128 for byte in terminal.received)
        assert "\\" not in terminal.text
        assert next(line for line in terminal.text.split("\n") if "Search" in line).lstrip().startswith("Search")


def test_exported_columns_and_lines_do_not_freeze_the_size() -> None:
    with Terminal(env={"COLUMNS": "40", "LINES": "6"}) as terminal:
        terminal.wait_for(READY)
        terminal.resize(100, 30)
        terminal.wait_for(lambda t: t.screen.display[29].startswith(" →← step"))


@pytest.mark.parametrize(
    "env",
    [
        {"TEXTUAL_COLOR_SYSTEM": "nonsense"},
        {"TEXTUAL_COLOR_SYSTEM": "none"},
        {"TEXTUAL_DRIVER": "nowhere:Nothing"},
        {"TEXTUAL_PRESS": "q"},
        {"TEXTUAL_THEME": "nonsense"},
        {"TEXTUAL_FPS": "many"},
        {"TEXTUAL": "debug,devtools"},
    ],
)
def test_the_librarys_environment_variables_have_no_say(env: dict[str, str]) -> None:
    with Terminal(env=env) as terminal:
        terminal.wait_for(READY)
        terminal.send("l")
        terminal.wait_for("stage 1 of 11")


def test_an_unexpected_error_is_one_line_without_paths() -> None:
    with Terminal(broken=True, rows=200) as terminal:  # so that nothing is scrolled away
        terminal.wait_for(READY)
        terminal.send("l")
        assert terminal.wait() == 1
        assert restored(terminal)
        said = terminal.text.replace("\n", "")
        assert "backprop-tui: unexpected RuntimeError: broken on purpose" in said
        assert ".py" not in said


def test_the_details_of_an_unexpected_error_are_there_where_asked_for() -> None:
    with Terminal("--debug", broken=True, rows=60) as terminal:
        terminal.wait_for(READY)
        terminal.send("l")
        assert terminal.wait() == 1
        assert "broken on purpose" in terminal.text
        assert "Traceback" in terminal.text


# Keys that arrive together


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ("g25\t6\r", "epoch 25 · stage 6 of 11"),
        ("e7\rl", "z = w·x + b = 1.5 · 7 + 0.5 = 11"),
        ("el\x1bl\x1bl", "stage 2 of 11"),  # Esc with a character right behind it is not Alt
        ("g\x1bl", "stage 1 of 11"),
        ("?\x1b[15~?\x1b[15~ll", "stage 2 of 11"),  # the help has a key of no command, closes, and so have the panels
        ("?l\rl", "stage 1 of 11"),
    ],
)
def test_keys_that_arrive_together_go_where_those_before_them_lead(keys: str, seen: str) -> None:
    with Terminal() as terminal:
        terminal.wait_for(READY)
        terminal.send(keys)
        terminal.wait_for(seen).wait_for(READY)


def test_keys_typed_while_the_application_starts_are_not_lost() -> None:
    with Terminal() as terminal:
        terminal.wait_for(lambda t: b"\x1b[?1049h" in t.received)  # it listens, and has drawn nothing yet
        terminal.send("e7\x1bllg\x1bl")
        terminal.wait_for("stage 3 of 11").wait_for(READY)


def test_a_page_key_on_the_heels_of_the_one_that_opens_the_palette_is_no_end() -> None:
    with Terminal() as terminal:
        terminal.wait_for(READY)
        for page in ("\x1b[5~", "\x1b[6~"):
            terminal.send("\x10" + page)
            terminal.wait_for("Search")
            terminal.send("\x1b")
            terminal.wait_for(READY)


# Sizes in their order


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGWINCH, signal.SIGCONT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
async def test_of_two_sizes_close_together_the_later_one_stays() -> None:
    sizes, posted = ["first", "second"], []

    def resized(*_: object) -> None:
        size = sizes.pop(0)
        if sizes:  # between reading the size and posting it the terminal is resized again
            signal.raise_signal(signal.SIGWINCH)
        posted.append(size)

    signal.signal(signal.SIGWINCH, resized)
    signals.continue_once(was_suspended=lambda: True, repaint=lambda: None)
    signal.raise_signal(signal.SIGWINCH)
    async with asyncio.timeout(30):
        while len(posted) < 2:
            await asyncio.sleep(0)
    assert posted == ["first", "second"]


# Frugal


@pytest.mark.parametrize(("columns", "rows", "most"), [(80, 24, 1_200), (120, 40, 1_500)])
def test_a_key_writes_little_more_than_what_changed(columns: int, rows: int, most: int) -> None:
    sent = []
    with Terminal(columns=columns, rows=rows) as terminal:
        terminal.wait_for(READY)
        for stage, key in [(stage, "right") for stage in range(1, 12)] + [
            (stage, "left") for stage in range(10, -1, -1)
        ]:
            before = len(terminal.received)
            terminal.send(key)
            terminal.wait_for(lambda t, stage=stage: f"stage {stage} of 11" in t.text)
            terminal.read_for(0.05)  # the rest of the frame
            sent.append(len(terminal.received) - before)
    assert min(sent) > 100
    assert median(sent) <= most


def test_idle_it_writes_nothing_and_does_nothing() -> None:
    with Terminal("--stage", "8") as terminal:
        terminal.wait_for(READY)
        terminal.read_for(0.3)
        written, used = len(terminal.received), processor_seconds(terminal.pid)
        terminal.read_for(1.0)
        assert len(terminal.received) == written
        assert processor_seconds(terminal.pid) - used <= 0.03  # the kernel counts in hundredths


def test_a_key_held_down_never_leaves_the_screen_behind() -> None:
    behind = []
    with Terminal() as terminal:
        terminal.wait_for(READY)
        for pressed in range(1, 61):
            terminal.send("right")
            terminal.read_for(1 / 30)
            epoch, stage = map(int, re.search(r"epoch (\d+) · stage (\d+)", terminal.text).groups())
            behind.append(pressed - (11 * (epoch - 1) + stage))
        terminal.wait_for("epoch 6 · stage 5 of 11")
    # The machine may pause now and then; a program that is too slow falls further behind with each key.
    assert median(behind) == 0
    assert max(behind[-5:]) <= 2
