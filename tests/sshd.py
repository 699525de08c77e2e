"""A real sshd on a loopback port, with throw-away keys, and what is left of a session when it has ended."""

import getpass
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
import venv
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import pytest
import textual

from tests.terminal import PATIENCE, Terminal

ROOT = Path(__file__).parents[1]
PACKAGES = Path(textual.__file__).parents[1]
"""Where what the application needs is installed."""
USER = getpass.getuser()
_SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/sbin")
_ATTEMPTS = 5
"""How many ports are tried, each free a moment before."""

_CONFIG = """\
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
PrintLastLog no
SetEnv HOME={folder}/home LANG=C.UTF-8
"""
"""What a server of a test's own needs: it runs as whoever runs the tests, below a folder that anyone may write to."""


def needed(program: str) -> str:
    """The path of `program`; where it is not installed the test is skipped, but on a CI machine it fails."""
    path = shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", ""), *_SYSTEM_FOLDERS)))
    if path is None or not Path("/proc/self/stat").is_file():
        reason = f"{program} is not installed" if path is None else "there is no /proc to look for processes in"
        if "CI" in os.environ:
            pytest.fail(f"{reason}, and CI is set: nothing may be skipped here")
        pytest.skip(reason)
    return path


def installed(folder: Path) -> Path:
    """The Python of a new environment below `folder` that has this checkout and what it needs."""
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "checkout.pth").write_text(f"{ROOT}\n{PACKAGES}\n", encoding="utf-8")
    return folder / "bin" / "python"


class Process(NamedTuple):
    """A process; its start tells it from a later one with the same number."""

    number: int
    started: int


def _parents() -> dict[Process, int]:
    """Every process that has not ended, with its parent's number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            state, parent, *more = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if state not in "ZX":
                found[Process(int(folder.name), int(more[17]))] = int(parent)
    return found


def descendants(number: int, *, itself: bool = False) -> set[Process]:
    """The processes that process `number` has started, and those that they have; with `itself`, that one too."""
    parents = _parents()
    family, before = {number}, 0
    while len(family) > before:
        before = len(family)
        family |= {process.number for process, parent in parents.items() if parent in family}
    return {process for process in parents if process.number in family and (itself or process.number != number)}


def command_line(process: Process) -> str:
    """What `process` runs; empty where it has ended."""
    try:
        return Path(f"/proc/{process.number}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def running(program: Path) -> set[Process]:
    """The processes that run `program`."""
    return {process for process in _parents() if command_line(process).startswith(f"{program} ")}


def kill(processes: Collection[Process]) -> None:
    """End `processes`, those that will not, too."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process.number, signal.SIGKILL)


def remaining(processes: Collection[Process]) -> list[str]:
    """The command lines of those of `processes` that do not end; at the latest after `PATIENCE` seconds."""
    until(lambda: not _parents().keys() & set(processes))
    left = _parents().keys() & set(processes)
    return sorted(f"{process.number} {command_line(process)}" for process in left)


def until(holds: Callable[[], object]) -> bool:
    """Wait until `holds` does; whether that came to pass within `PATIENCE` seconds."""
    deadline = time.monotonic() + PATIENCE
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(held)


class Server:
    """sshd with keys, a home and the program below `folder`, and `config` after what it needs; a context manager."""

    def __init__(self, folder: Path, config: str = "") -> None:
        self._sshd, self._ssh, keygen = (needed(program) for program in ("sshd", "ssh", "ssh-keygen"))
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.python = installed(folder / "program")
        self.log = folder / "log"
        for name in ("host_key", "user_key"):
            subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        self._config = _CONFIG.format(folder=folder) + config

    def __enter__(self) -> "Server":
        if os.geteuid() == 0:  # there its unprivileged half is locked up in
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        for _ in range(_ATTEMPTS):
            if self._started():
                return self
        raise AssertionError(f"sshd does not start; it says\n{self.log.read_text()}")

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        kill(self.sessions() | running(self.python))
        self._process.terminate()
        self._process.wait(timeout=PATIENCE)

    def _started(self) -> bool:
        """Whether sshd listens, on a port that was free a moment ago."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        config, hosts = self.folder / "sshd_config", self.folder / "known_hosts"
        config.write_text(f"Port {self.port}\n{self._config}", encoding="utf-8")
        hosts.write_text(f"[127.0.0.1]:{self.port} {(self.folder / 'host_key.pub').read_text()}", encoding="utf-8")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [self._sshd, "-D", "-e", "-f", config], stdin=subprocess.DEVNULL, stderr=log
            )
        until(lambda: self._listens() or self._process.poll() is not None)
        if self._listens():
            return True
        self._process.kill()
        self._process.wait()
        return False

    def _listens(self) -> bool:
        return "Server listening" in self.log.read_text()

    def client(self, *command: str, options: Sequence[str] = ()) -> list[str]:
        """The command line of an ssh that runs `command` there, or what the server says."""
        settings = {
            "IdentityFile": self.folder / "user_key",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "UserKnownHostsFile": self.folder / "known_hosts",
            "GlobalKnownHostsFile": "/dev/null",
            "BatchMode": "yes",
            "LogLevel": "ERROR",
        }
        words = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        return [self._ssh, "-F", "/dev/null", *words, *options, f"-p{self.port}", f"{USER}@127.0.0.1", *command]

    def terminal(self, *command: str, options: Sequence[str] = ()) -> Terminal:
        """`command`, or what the server says, in a terminal over ssh."""
        return Terminal(command=self.client(*command, options=("-tt", *options)))

    def application(self, *arguments: str) -> Terminal:
        """The application in a terminal over ssh."""
        return self.terminal(self.command(*arguments))

    def command(self, *arguments: str) -> str:
        """What the shell there is to run: the application with `arguments`."""
        return shlex.join(["exec", str(self.python), "-I", "-m", "backprop_tui", *arguments])

    def run(self, *command: str, options: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """`command`, or what the server says, over ssh, without a terminal and with nothing to read."""
        return subprocess.run(
            self.client(*command, options=options),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def sessions(self) -> set[Process]:
        """The processes of all who are connected."""
        return descendants(self._process.pid)

    def applications(self) -> set[Process]:
        """Those of them that are the program."""
        return self.sessions() & running(self.python)
