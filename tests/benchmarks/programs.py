"""The programs that are measured, and the environment that all of them run in."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import bare, statics

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_FOREIGN = ("TEXTUAL", "PYTHON", "NO_COLOR", "COLUMNS", "LINES", "SSH_CONNECTION")


@dataclass(frozen=True)
class Program:
    """What follows ``python`` on the command line, and a text that is on the screen when the first frame is."""

    words: tuple[str, ...]
    ready: str = ""

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, *self.words)


APPLICATION = Program(("-m", "backprop_tui"), "quit")
TRACE = Program(("-m", "backprop_tui", "trace"))
EXPRESSION = Program((*TRACE.words, "--expr", "q = x + y; f = q*z", "--at", "x=-2", "y=5", "z=-4"))
IMPORTS = Program(("-c", "import argparse, dataclasses, json, tomllib"))
BARE = Program((str(_HERE / "bare.py"),), bare.READY)
STATICS = Program((str(_HERE / "statics.py"),), statics.READY)


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """A common terminal's, with compiled modules kept as where a package is installed, but in a folder of their own."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    with TemporaryDirectory() as compiled:
        yield ours | {
            "PYTHONPATH": str(_ROOT),
            "PYTHONPYCACHEPREFIX": compiled,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
        }
