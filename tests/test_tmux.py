"""The application inside tmux, by itself and over ssh: what is seen, and what is left when a client is lost.

A tmux keeps its programs when a client goes, which is what people use it for; with ``destroy-unattached`` it ends them.
"""

import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.driving import DESIGN_SIZE, app_at, shown
from tests.sshd import Process, Server, descendants, installed, kill, needed, remaining, running, until
from tests.terminal import PATIENCE, Terminal
from tests.test_ssh import EPOCH, walked
from tests.test_terminal import READY

pytestmark = pytest.mark.system

CONFIG = "set -g status off\nset -g default-terminal tmux-256color\nset -g escape-time 10\n"


class Tmux:
    """A tmux server of its own, its socket in `folder`, with the application in its one session."""

    def __init__(self, folder: Path, python: Path) -> None:
        config = folder / "tmux.conf"
        config.write_text(CONFIG)
        self.command = [needed("tmux"), "-u", "-S", f"{folder}/socket", "-f", f"{config}"]
        self.python = python

    def new(self, *arguments: str, destroy_unattached: bool = False) -> list[str]:
        """The command line that starts the server, with a session in which the application runs, and attaches to it."""
        program = ["env", "LANG=C.UTF-8", str(self.python), "-I", "-m", "backprop_tui", *arguments]
        options = [";", "set", "destroy-unattached", "on"] if destroy_unattached else []
        return [*self.command, "new-session", "-s", "it", *program, *options]

    @property
    def attach(self) -> list[str]:
        """The command line that attaches to it."""
        return [*self.command, "attach-session", "-t", "it"]

    def tell(self, *words: str) -> str:
        """What the server answers to a command."""
        return subprocess.run(
            [*self.command, *words], capture_output=True, text=True, check=True, timeout=PATIENCE
        ).stdout

    def number(self) -> int:
        """The process that the server is."""
        return int(self.tell("display-message", "-p", "-t", "it", "#{pid}"))

    def processes(self) -> set[Process]:
        """The server, and the application in it."""
        assert self.application()
        return descendants(self.number(), itself=True)

    def application(self) -> set[Process]:
        """The application."""
        return descendants(self.number()) & running(self.python)

    def pane(self) -> str:
        """What is on the application's screen, whoever is looking."""
        return "\n".join(line.rstrip() for line in self.tell("capture-pane", "-p", "-t", "it").split("\n")[:-1])


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("program"))


@pytest.fixture
def tmux(tmp_path_factory: pytest.TempPathFactory, python: Path) -> Iterator[Tmux]:
    server = Tmux(tmp_path_factory.mktemp("tmux"), python)
    yield server
    with suppress(subprocess.CalledProcessError):  # it has ended, as it should
        server.tell("kill-server")
    kill(running(python))


async def test_the_articles_epoch_and_on_and_all_the_way_back(tmux: Tmux) -> None:
    screens = await walked(len(EPOCH))
    with Terminal(command=tmux.new()) as terminal:
        terminal.wait_for(lambda t: t.text == screens[0])
        steps = [("right", screen) for screen in screens[1:]] + [("left", screen) for screen in screens[-2::-1]]
        for key, screen in steps:
            terminal.send(key)
            terminal.wait_for(lambda t, screen=screen: t.text == screen)
            assert tmux.pane() == screen
        processes = tmux.processes()
        terminal.send("q")
        assert terminal.wait() == 0
        assert remaining(processes) == []


async def test_resizing(tmux: Tmux) -> None:
    sizes = [(100, 30), (60, 18), (40, 10), DESIGN_SIZE]
    app = app_at(stage=8)
    screens = []
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        for size in sizes:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            screens.append(shown(app))
    assert [screen.split("\n")[-1].startswith(" →") for screen in screens] == [True, True, False, True]
    with Terminal(command=tmux.new("--stage", "8")) as terminal:
        terminal.wait_for(READY)
        for size, screen in zip(sizes, screens, strict=True):
            terminal.resize(*size)
            terminal.wait_for(lambda t, screen=screen: t.text == screen)


def _killed(terminal: Terminal) -> None:
    terminal.kill(signal.SIGKILL)


def _closed(terminal: Terminal) -> None:
    terminal.hang_up()


def _frozen(terminal: Terminal) -> None:
    terminal.kill(signal.SIGSTOP)


@pytest.mark.parametrize("lose", [_killed, _closed, _frozen])
def test_the_application_outlives_a_client_lost_in_mid_frame_but_not_its_session(
    tmux: Tmux, lose: Callable[[Terminal], None]
) -> None:
    with Terminal(command=tmux.new("--play=0.05")) as terminal:
        terminal.wait_for("stage 5 of 11")
        processes, application = tmux.processes(), tmux.application()
        lose(terminal)
        with Terminal(command=tmux.attach) as another:
            another.wait_for("epoch 2")
            tmux.tell("kill-session", "-t", "it")
            assert another.wait() == 0
        assert remaining(application) == []
    assert remaining(processes) == []  # only now, because tmux waits for a client that is frozen


@pytest.mark.parametrize("lose", [_killed, _closed])
def test_no_process_is_left_where_a_session_is_to_end_with_its_client(
    tmux: Tmux, lose: Callable[[Terminal], None]
) -> None:
    with Terminal(command=tmux.new("--play=0.05", destroy_unattached=True)) as terminal:
        terminal.wait_for("stage 5 of 11")
        processes = tmux.processes()
        lose(terminal)
        assert remaining(processes) == []


def test_no_process_is_left_of_a_server_that_is_killed_in_mid_frame(tmux: Tmux) -> None:
    with Terminal(command=tmux.new("--play=0.05")) as terminal:
        terminal.wait_for("stage 5 of 11")
        processes = tmux.processes()
        os.kill(tmux.number(), signal.SIGKILL)
        assert remaining(processes) == []


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("ssh") / "host", "ClientAliveInterval 1\nClientAliveCountMax 1\n") as server:
        yield server


def over_ssh(server: Server, command: list[str]) -> Terminal:
    """`command` of a tmux in a terminal over ssh."""
    return server.terminal(shlex.join(command))


@pytest.mark.parametrize("lose", [_killed, _frozen])
def test_over_ssh_a_lost_client_leaves_the_application_in_tmux_and_nothing_else(
    sshd: Server, tmux: Tmux, lose: Callable[[Terminal], None]
) -> None:
    with over_ssh(sshd, tmux.new()) as terminal:
        terminal.wait_for(READY)
        terminal.send("]")
        terminal.wait_for("stage 2 of 11")
        processes = tmux.processes()
        connection = sshd.sessions() - processes
        lose(terminal)
        assert remaining(connection) == []
    with over_ssh(sshd, tmux.attach) as terminal:
        terminal.wait_for("stage 2 of 11")
        terminal.send("l")
        terminal.wait_for("● L = (a − y)² = (3.5 − 4)² = 0.25")
        terminal.send("q")
        assert terminal.wait() == 0
    assert remaining(processes) == []
    assert until(lambda: not sshd.sessions())
