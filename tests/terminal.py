"""A real pseudo-terminal: a program runs in it, and pyte reads back what a person would see."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

PATIENCE = 30.0
"""Seconds after which a program that does not do what is waited for counts as hanging."""

KEYS = {"right": "\x1b[C", "left": "\x1b[D", "pagedown": "\x1b[6~", "pageup": "\x1b[5~", "end": "\x1b[F"}

_UNWANTED = ("TEXTUAL", "NO_COLOR", "COLUMNS", "LINES", "LC_", "LANG", "PYTHONIOENCODING", "SSH_")
_BROKEN = """
import sys
from backprop_tui import cli
from backprop_tui.terminal import environment
environment.prepare()
from backprop_tui.screens.main import MainScreen
def fail(self, command):
    raise RuntimeError("broken on purpose")
MainScreen.do = fail
sys.exit(cli.main(sys.argv[1:]))
"""


def _take_terminal() -> None:
    """Make the pseudo-terminal the program's controlling one, so that hanging up reaches it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """Runs ``python -m backprop_tui`` with `arguments` in a terminal of `columns` × `rows`; a context manager.

    Or another `command`, with `arguments` behind it.  Of the environment's variables, those that are None are unset.
    It runs in `folder`, where that is given: what is saved is saved there.
    """

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str | None] | None = None,
        ignored: signal.Signals | None = None,
        broken: bool = False,
        command: Sequence[str] = (),
        folder: Path | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.received = bytearray()
        self._stream = pyte.ByteStream(self.screen)
        program = ["-c", _BROKEN] if broken else ["-m", "backprop_tui"]
        self._command = [*(command or (sys.executable, *program)), *arguments]
        self._ignored = ignored
        self._folder = folder
        self._env = {key: value for key, value in os.environ.items() if not key.startswith(_UNWANTED)}
        ours = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **(env or {})}
        self._env = {key: value for key, value in (self._env | ours).items() if value is not None}

    def __enter__(self) -> "Terminal":
        self._master, slave = pty.openpty()
        self.resize(self.screen.columns, self.screen.lines)
        before = signal.signal(self._ignored, signal.SIG_IGN) if self._ignored else None
        self._process = subprocess.Popen(
            self._command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._env,
            cwd=self._folder,
            start_new_session=True,
            restore_signals=False,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - the tests run no threads
        )
        if self._ignored:
            signal.signal(self._ignored, before)
        self._name = os.ttyname(slave)
        os.close(slave)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._process.poll() is None:
            self.kill(signal.SIGKILL)
            self._process.wait()
        self.hang_up()

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self._process.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal, as when a window is closed or a connection breaks."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def scribble(self, text: str) -> None:
        """Write on the terminal as another program does."""
        screen = os.open(self._name, os.O_WRONLY | os.O_NOCTTY)
        os.write(screen, text.encode())
        os.close(screen)

    def send(self, keys: str) -> None:
        """Type `keys`: the name of a key, or characters."""
        self.send_bytes(KEYS.get(keys, keys).encode())

    def send_bytes(self, data: bytes) -> None:
        """Type `data` as it is."""
        os.write(self._master, data)

    def wait_for(self, wanted: Callable[["Terminal"], bool] | str) -> "Terminal":
        """Read until `wanted` holds, or is on the screen.  Raises AssertionError with the screen if it never does."""
        holds = (lambda terminal: wanted in terminal.text) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + PATIENCE
        while not holds(self):
            if not self._read(deadline - time.monotonic()):
                raise AssertionError(f"waited in vain; the screen is\n{self.text}")
        return self

    def wait(self) -> int:
        """Read until the program ends; its exit status."""
        deadline = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < deadline:
            self._read(0.05)
        while self._read(0.05):
            pass
        return self._process.wait(timeout=1)

    def read_for(self, seconds: float) -> None:
        """Read what comes within `seconds`."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and self._process.poll() is None:
            self._read(left)

    def rest(self) -> None:
        """Read until nothing more comes."""
        read = -1
        while read != len(self.received):
            read = len(self.received)
            self.read_for(0.2)

    @property
    def pid(self) -> int:
        """The program's process."""
        return self._process.pid

    @property
    def text(self) -> str:
        """The screen's characters, trailing blanks left out."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def _read(self, seconds: float) -> bool:
        if self._master < 0:
            time.sleep(min(0.02, max(0.0, seconds)))
            return False
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the program has closed its end
            return False
        self.received += data
        self._stream.feed(data)
        return bool(data)


def wait_until_stopped(terminal: Terminal) -> None:
    """Read until the program has stopped, as for job control."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        terminal.read_for(0.02)
        with open(f"/proc/{terminal.pid}/stat", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel's
            if file.read().rpartition(")")[2].split()[0] == "T":
                return
    raise AssertionError(f"it goes on; the screen is\n{terminal.text}")


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel's
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
