"""Abuse in a real pseudo-terminal: random keys, broken sequences, pastes, resizes and signals, in random order.

``python -m tests.fuzz 100000 7`` runs that many events from that seed and reports.  The position on screen is
compared with the one that the pure machine reaches by the same commands.
"""

import os
import random
import signal
import sys
import time
from collections import deque
from contextlib import suppress

from backprop_tui.core.scenario_file import load
from backprop_tui.stepper.machine import IllegalCommand, Move, apply
from backprop_tui.stepper.state import State, start
from tests.terminal import Terminal

MOVES: dict[bytes, Move] = {
    b"\x1b[C": Move.NEXT,
    b" ": Move.NEXT,
    b"l": Move.NEXT,
    b"\x1b[D": Move.BACK,
    b"h": Move.BACK,
    b"\x1b[6~": Move.NEXT_PHASE,
    b"]": Move.NEXT_PHASE,
    b"\x1b[5~": Move.PREVIOUS_PHASE,
    b"[": Move.PREVIOUS_PHASE,
    b"n": Move.NEXT_EPOCH,
    b"N": Move.PREVIOUS_EPOCH,
    b"\x1b[H": Move.FIRST,
    b"\x1b[F": Move.LAST,
    b"u": Move.UNDO,
}

# Complete sequences without a command behind them: other keys, answers to questions nobody asked, mouse and focus
# reports, pastes (with keys of commands in them), bytes that are no UTF-8.
IGNORED = (
    b"\x1bOP",
    b"\x1b[15~",
    b"\x1b[24~",
    b"\x1b[3~",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[1;5C",
    b"\x1b[?2026;2$y",
    b"\x1b[?1;2c",
    b"\x1b[200~npqe\x1b[201~",
    b"\x1b[200~\x1b[201~",
    b"\x1b[<35;10;5M",
    b"\x1b[97;5u",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\xe2\x82\xac",
    b"x",
    b"0",
    b"A",
    b"\x02",
    b"\x1a",
)

# Truncated and malformed: what a parser makes of these is its own affair, so the run starts over after them.
BROKEN = (
    b"\x1b",
    b"\x1b[",
    b"\x1b[1;",
    b"\x1bO",
    b"\x1b]0;",
    b"\x1b[<0;",
    b"\x1b[999999999999999999;1H",
    b"\x1b[200~never closed",
    b"\x1b[;;;;m",
    b"\x1bP+r",
    b"\xf0\x9f",
    b"\x1b\x1b\x1b[",
    b"\x00\x01\x7f\x9b",
)

# Into a form and out of it, whatever was typed there; the help, any page of it.
EXCURSIONS = (b"e1e999\t\t\x08,\x1b[B\x1b[A", b"g9999999\tx", b"e\x1b[Z\x1b[200~1,5\x1b[201~")
SIZES = ((60, 18), (80, 24), (100, 30), (120, 40), (300, 100))


class Fuzz:
    """One run; `state` is where the pure machine is."""

    def __init__(self, terminal: Terminal, seed: int) -> None:
        self.terminal = terminal
        self.random = random.Random(seed)  # noqa: S311 - it is to be repeatable, not secret
        self.state: State = start(load())
        self.unsettled = 0
        self.latest: deque[str] = deque(maxlen=12)

    def run(self, events: int, *, resizes: bool = True) -> None:
        """Do `events` random things.  Raises AssertionError where the screen is elsewhere than the machine."""
        weights = (900, 60, 8, 6, 4, 8 if resizes else 0)
        actions = (self.move, self.ignored, self.excursion, self.stop_and_continue, self.broken, self.resize)
        for action in self.random.choices(actions, weights, k=events):
            self.latest.append(action.__name__)
            action()
            self.unsettled += 1
            if self.unsettled >= 200:
                self.settle()
        self.settle()

    def move(self) -> None:
        """A key that has a command."""
        key = self.random.choice(list(MOVES))
        self.terminal.send_bytes(key)
        with suppress(IllegalCommand):  # said on screen; the state is untouched
            self.state = apply(self.state, MOVES[key])

    def ignored(self) -> None:
        """A key, an answer or a paste that has none."""
        self.terminal.send_bytes(self.random.choice(IGNORED))

    def excursion(self) -> None:
        """Into a form and out by Esc, which alone in a write is a key of its own."""
        self.settle()
        self.terminal.send_bytes(self.random.choice(EXCURSIONS))
        self.terminal.wait_for("Esc leave")
        self.terminal.send_bytes(b"\x1b")
        self.settle()

    def resize(self) -> None:
        """Some sizes, the last of them one with room for the panels."""
        self.settle()
        for _ in range(self.random.randrange(4)):
            self.terminal.resize(self.random.randint(1, 300), self.random.randint(1, 100))
            self.terminal.read_for(self.random.choice((0.0, 0.01, 0.05)))
        self.terminal.resize(*self.random.choice(SIZES))
        self.settle()

    def stop_and_continue(self) -> None:
        """As a shell's job control does, and what is typed meanwhile counts."""
        self.terminal.kill(signal.SIGSTOP)
        self.move()
        self.terminal.kill(signal.SIGCONT)

    def broken(self) -> None:
        """Half a sequence; after its time is over everything starts anew."""
        self.settle()
        for _ in range(self.random.randint(1, 3)):
            self.terminal.send_bytes(self.random.choice(BROKEN))
            self.terminal.read_for(0.15)
        self.terminal.send_bytes(b"\x1b[201~")  # a paste may be waiting for its end
        for _ in range(9):  # the parser may have made keys of it, and those may have opened something
            self.terminal.send_bytes(b"\x1b")
            self.terminal.read_for(0.15)
            if "q quit" in self.terminal.text:
                break
        self.terminal.send_bytes(b"r")
        self.state = apply(self.state, Move.RESET)
        self.settle()

    def settle(self) -> None:
        """Wait until the screen is where the machine is."""
        here = self.state.position
        last = self.state.timeline.last
        wanted = f"epoch {here.epoch} · stage {here.stage} of {last}"
        try:
            self.terminal.wait_for(lambda t: t.text.split("\n", 1)[0].endswith(wanted) and "q quit" in t.text)
        except AssertionError as error:
            raise AssertionError(f"the machine is at {wanted} after {self.latest}") from error
        self.unsettled = 0


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel's
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run from the command line: how many events, and from which seed."""
    events, seed = (int(word) for word in (*sys.argv[1:], "1")[:2])
    started = time.monotonic()
    with Terminal() as terminal:
        terminal.wait_for("q quit")
        Fuzz(terminal, seed).run(events)
        used = processor_seconds(terminal.pid)
        terminal.send("q")
        status = terminal.wait()
    print(f"{events:,} events, seed {seed}: ended with status {status} after {time.monotonic() - started:.0f} s")
    print(f"processor time of the application: {used:.1f} s")


if __name__ == "__main__":
    main()
