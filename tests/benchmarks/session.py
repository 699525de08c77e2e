"""A program in a pseudo-terminal that looks at the clock and keeps what arrives."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.benchmarks.programs import Program

FRAME_START, FRAME_END = b"\x1b[?2026h", b"\x1b[?2026l"
_ASKED, _ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_QUIET = 0.06  # seconds without a byte after which nothing more is expected
_QUIET_AT_START = 0.3
_PATIENCE = 60.0


class Session:
    """Runs `program` in a terminal of `columns` × `rows`; a context manager.

    It answers like a terminal that can hold a frame back until it is whole (mode 2026), so the end of each frame
    is marked in the output.
    """

    def __init__(self, program: Program, env: Mapping[str, str], columns: int = 80, rows: int = 24) -> None:
        self.first_frame = 0.0
        """Seconds from the start of the process to the last byte of the first full frame."""
        self.output = b""
        """What arrived last: the first frame, then whatever a key led to."""
        self._program = program
        self._env = env
        self._size = struct.pack("HHHH", rows, columns, 0, 0)

    def __enter__(self) -> Self:
        self._terminal, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, self._size)
        start = time.perf_counter()
        self._process = subprocess.Popen(
            self._program.command, stdin=slave, stdout=slave, stderr=slave, env=self._env, start_new_session=True
        )
        os.close(slave)
        self.first_frame = self._read(self._program.ready.encode(), _QUIET_AT_START)[0] - start
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def press(self, key: str, quiet: float = _QUIET) -> float:
        """Seconds from pressing `key` to the last byte of the last frame that follows, then `quiet` seconds of none."""
        start = time.perf_counter()
        os.write(self._terminal, key.encode())
        return self._read(FRAME_START, quiet)[1] - start

    def hold(self, key: str, seconds: float) -> None:
        """Press `key`, or none, and go on after `seconds`, whatever arrived."""
        end, self.output = time.perf_counter() + seconds, b""
        os.write(self._terminal, key.encode())
        while (left := end - time.perf_counter()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                self.output += self._take()

    def idle(self, seconds: float) -> tuple[int, float]:
        """How many bytes arrive and which share of a processor is used while nothing happens for `seconds`."""
        before = self._processor_seconds()
        self.hold("", seconds)
        return len(self.output), (self._processor_seconds() - before) / seconds

    def peak_memory(self) -> float:
        """The most bytes of memory that the process has had so far."""
        with open(f"/proc/{self._process.pid}/status", encoding="ascii") as file:  # noqa: PTH123 - one line
            (line,) = (line for line in file if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024

    def _read(self, marker: bytes, quiet: float) -> tuple[float, float]:
        """When the first frame with `marker` in it had arrived, and the last byte before `quiet` seconds of nothing."""
        self.output, framed, last = b"", 0.0, time.perf_counter()
        give_up = last + _PATIENCE
        while select.select([self._terminal], [], [], quiet if framed else max(0.0, give_up - last))[0]:
            data = self._take()
            last = time.perf_counter()
            self.output += data
            if _ASKED in data:
                os.write(self._terminal, _ANSWER)
            if not framed and FRAME_END in self.output.partition(marker)[2]:
                framed = last
        if not framed:
            raise TimeoutError(f"{self._program.words}: no frame with {marker!r} in {self.output[-2000:]!r}")
        return framed, last

    def _take(self) -> bytes:
        try:
            return os.read(self._terminal, 65536)
        except OSError as error:  # the program has closed its end
            raise ChildProcessError(f"{self._program.words} ended: {self.output.decode(errors='replace')}") from error

    def _processor_seconds(self) -> float:
        with open(f"/proc/{self._process.pid}/stat", encoding="ascii") as file:  # noqa: PTH123 - one line
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
