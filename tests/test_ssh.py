"""The application over a real ssh, on a loopback port: as a person far away sees it, and what a lost one leaves."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.driving import DESIGN_SIZE, app_at, shown
from tests.sshd import Process, Server, command_line, descendants, remaining, until
from tests.terminal import Terminal
from tests.test_terminal import READY, restored

pytestmark = pytest.mark.system

CLIENT_ALIVE = "AcceptEnv LANG\nClientAliveInterval 1\nClientAliveCountMax 2\n"

EPOCH = (
    ("z", "3.5"),
    ("a", "3.5"),
    ("L", "0.25"),
    ("∂L/∂a", "−1"),
    ("∂a/∂z", "1"),
    ("∂z/∂w", "2"),
    ("∂z/∂b", "1"),
    ("∂L/∂w", "−2"),
    ("∂L/∂b", "−1"),
    ("w", "1.7"),
    ("b", "0.6"),
    ("z", "4"),
    ("a", "4"),
    ("L", "0"),
)
"""The article's epoch, and the loss after it: what each press computes."""


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("ssh") / "host", CLIENT_ALIVE) as server:
        yield server


@pytest.fixture
def server(sshd: Server) -> Iterator[Server]:
    """The same for a test that leaves no process behind."""
    assert not sshd.sessions()
    yield sshd
    assert remaining(sshd.sessions()) == []


def session_of(server: Server) -> set[Process]:
    """The processes of the one session, the application among them."""
    assert server.applications()
    return server.sessions()


async def walked(presses: int) -> list[str]:
    """The screens of an application without terminal and network: the start, and after each press."""
    app = app_at()
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        screens = [shown(app)]
        for _ in range(presses):
            await pilot.press("right")
            screens.append(shown(app))
    return screens


async def test_the_articles_epoch_and_on_and_all_the_way_back(server: Server) -> None:
    screens = await walked(len(EPOCH))
    with server.application() as terminal:
        terminal.wait_for(lambda t: t.text == screens[0])
        for (quantity, value), screen in zip(EPOCH, screens[1:], strict=True):
            terminal.send("right")
            terminal.wait_for(lambda t, screen=screen: t.text == screen)
            assert re.search(rf"● {quantity} [=←] (.* = )?{value} ─", terminal.text), terminal.text
        for screen in screens[-2::-1]:
            terminal.send("left")
            terminal.wait_for(lambda t, screen=screen: t.text == screen)


async def test_every_size_on_the_way_of_a_resize_and_after_a_storm_of_them(server: Server) -> None:
    sizes = [(100, 30), (60, 18), (40, 10), (132, 50), DESIGN_SIZE]
    app = app_at(stage=8)
    screens = []
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for size in sizes:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            screens.append(shown(app))
    assert [screen.split("\n")[-1].startswith(" →") for screen in screens] == [True, True, False, True, True]
    assert "60" in screens[2]
    with server.application("--stage", "8") as terminal:
        terminal.wait_for(READY)
        for size, screen in zip(sizes, screens, strict=True):
            terminal.resize(*size)
            terminal.wait_for(lambda t, screen=screen: t.text == screen)
        for step in range(60):
            terminal.resize(20 + 2 * step, 6 + step // 2)
        terminal.resize(*sizes[0])
        terminal.wait_for(lambda t: t.text == screens[0])


@pytest.mark.parametrize(("keys", "status", "options"), [("q", 0, ()), ("\x03", 130, ("--mouse",))])
def test_quitting_ends_the_session_with_the_exit_status_and_a_restored_terminal(
    server: Server, keys: str, status: int, options: Sequence[str]
) -> None:
    with server.application(*options) as terminal:
        terminal.wait_for(READY)
        assert (b"\x1b[?1000h" in terminal.received) is bool(options)  # over ssh the mouse is asked for or left alone
        session = session_of(server)
        terminal.send(keys)
        assert terminal.wait() == status
        assert restored(terminal)
        assert remaining(session) == []


def _killed(terminal: Terminal, _: set[Process]) -> None:
    terminal.kill(signal.SIGKILL)


def _terminated(terminal: Terminal, _: set[Process]) -> None:
    terminal.kill(signal.SIGTERM)


def _closed(terminal: Terminal, _: set[Process]) -> None:
    terminal.hang_up()


def _cut_off(_: Terminal, session: set[Process]) -> None:
    for process in session:
        if command_line(process).startswith("sshd"):
            os.kill(process.number, signal.SIGKILL)


def test_no_process_is_left_of_a_lost_client(server: Server) -> None:
    with server.application() as terminal:
        terminal.wait_for(READY)
        session = session_of(server)
        terminal.kill(signal.SIGKILL)
        assert remaining(session) == []


@pytest.mark.parametrize("lose", [_killed, _terminated, _closed, _cut_off])
def test_no_process_is_left_of_a_client_lost_in_mid_frame(
    server: Server, lose: Callable[[Terminal, set[Process]], None]
) -> None:
    with server.application("--play=0.05") as terminal:
        terminal.wait_for("stage 5 of 11")
        session = session_of(server)
        frame = len(terminal.received)
        terminal.wait_for(lambda t: len(t.received) > frame)  # the first bytes of one of the next
        lose(terminal, session)
        assert remaining(session) == []


def test_no_process_is_left_of_a_client_that_freezes_idle_or_in_mid_frame(server: Server) -> None:
    with server.application() as idle, server.application("--play=0.01") as drawing:
        idle.wait_for(READY)
        drawing.wait_for("stage 5 of 11")
        sessions = session_of(server)
        for terminal in (idle, drawing):
            terminal.kill(signal.SIGSTOP)
        (application,) = (process for process in server.applications() if "--play" in command_line(process))
        fill(Path(f"/proc/{application.number}/fd/1").resolve())
        assert remaining(sessions) == []


def fill(terminal: Path) -> None:
    """Write to `terminal` until nothing on the way to the client takes any more, as a long session would have."""
    out = os.open(terminal, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    patience = 0.0
    while patience < 0.5:
        try:
            os.write(out, bytes(4096))
            patience = 0.0
        except BlockingIOError:
            time.sleep(0.01)
            patience += 0.01
    os.close(out)


def test_no_process_is_left_of_a_client_lost_before_the_application_is_there(server: Server) -> None:
    with server.application() as terminal:
        assert until(server.applications)
        session = session_of(server)
        terminal.kill(signal.SIGKILL)
        assert remaining(session) == []


def test_no_process_is_left_of_a_client_lost_before_the_screen_is_complete(server: Server) -> None:
    with server.application() as terminal:
        terminal.wait_for(lambda t: b"\x1b[?1049h" in t.received)
        session = session_of(server)
        terminal.kill(signal.SIGKILL)
        assert remaining(session) == []


def test_a_signal_at_the_start_ends_with_128_and_its_number(server: Server) -> None:
    with server.application() as terminal:
        terminal.wait_for(lambda t: b"\x1b[?1049h" in t.received)
        (application,) = server.applications()
        os.kill(application.number, signal.SIGTERM)
        assert terminal.wait() == 128 + signal.SIGTERM
        assert restored(terminal)


def test_a_signal_is_heard_where_the_terminal_takes_nothing_any_more() -> None:
    with Terminal("--play=0.001") as terminal:
        terminal.wait_for("epoch 2")
        (application,) = (one for one in descendants(os.getpid()) if "--play=0.001" in command_line(one))
        assert until(lambda: not works(application))
        threads = [int(folder.name) for folder in Path(f"/proc/{application.number}/task").iterdir()]
        os.kill(max(threads), signal.SIGTERM)  # not the thread that waits for the terminal, if it can be helped
        assert remaining({application}) == []


def works(process: Process) -> bool:
    """Whether `process` uses the processor within half a second."""
    before = ticks(process)
    time.sleep(0.5)
    return ticks(process) > before


def ticks(process: Process) -> int:
    """How long `process` has used the processor."""
    stat = Path(f"/proc/{process.number}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return int(stat[11]) + int(stat[12])


def test_no_process_is_left_of_a_client_lost_in_training(server: Server) -> None:
    with server.application("sigmoid-out-of-reach", "--lr", "1e-9") as terminal:
        terminal.wait_for(READY)
        session = session_of(server)
        terminal.send("c")
        terminal.wait_for("Training: ")
        terminal.kill(signal.SIGKILL)
        assert remaining(session) == []


def test_no_process_is_left_where_the_shell_there_ignores_hanging_up(server: Server) -> None:
    with server.terminal(f"trap '' HUP; {server.command()}") as terminal:
        terminal.wait_for(READY)
        session = session_of(server)
        terminal.kill(signal.SIGKILL)
        assert remaining(session) == []


def test_without_a_terminal_the_application_is_refused_and_the_trace_printed(server: Server) -> None:
    refused = server.run(server.command(), options=["-T"])
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("backprop-tui: no terminal")
    assert refused.stderr.count("\n") == 1
    printed = server.run(server.command("trace", "--format", "jsonl"), options=["-T"])
    assert (printed.returncode, printed.stderr) == (0, "")
    values = [json.loads(line)["value"] for line in printed.stdout.splitlines()]
    assert values == pytest.approx([float(value.replace("−", "-")) for _, value in EPOCH[:11]], abs=1e-12)
