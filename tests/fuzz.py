"""Abuse in a real pseudo-terminal: random keys, broken sequences, pastes, resizes and signals, in random order.

``python -m tests.fuzz 100000 7`` runs that many events from that seed and reports.  The position on screen is
compared with the one that the pure machine reaches by the same commands.  It saves files where the program runs.
"""

import random
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from backprop_tui.core.scenario import Sample, with_sample
from backprop_tui.core.scenario_file import load
from backprop_tui.present.commands import COMMANDS, command
from backprop_tui.stepper.machine import Command, Edit, GoTo, IllegalCommand, Move, apply
from backprop_tui.stepper.state import Position, State, start
from tests.fuzz_inputs import ANSWERS, BROKEN, FORM_INPUTS, IGNORED
from tests.terminal import Terminal, processor_seconds, wait_until_stopped

TYPED = {
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "pagedown": b"\x1b[6~",
    "pageup": b"\x1b[5~",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "space": b" ",
    "enter": b"\r",
    "tab": b"\t",
    "shift+tab": b"\x1b[Z",
    "left_square_bracket": b"[",
    "right_square_bracket": b"]",
    "full_stop": b".",
    "comma": b",",
    "plus": b"+",
    "minus": b"-",
    "question_mark": b"?",
    "ctrl+l": b"\x0c",
    "ctrl+z": b"\x1a",
}
"""What a terminal sends for a key that is not its own name."""


def typed(*names: str) -> tuple[bytes, ...]:
    """What a terminal sends for the keys of the commands called `names`."""
    keys = [key for name in names for key in command(name).keys]
    return tuple(key.encode() if len(key) == 1 else TYPED[key] for key in keys)


_FORMS = ("edit", "go_to", "save")
_FOLLOWED = ("edit", "go_to", "open", "predict")
_STAYING = ("faster", "slower", "choose_next", "choose_previous", "repaint")
MOVES = {key: move for move in Move for key in typed(move.value)}
"""The keys that lead from position to position, and where to."""

STAYING = typed(*_STAYING)
"""The keys of commands that leave the position alone."""

ADVENTURES = typed(*(one.name for one in COMMANDS if one.name not in {*Move, *_STAYING, *_FOLLOWED, "suspend", "quit"}))
"""The keys of all the others, which open something, start something, or came later than this file."""

OPENED = ("article-7", "relu", "relu-dead", "sigmoid")
"""Neurons with one input and one sample, as the actions here have it."""

PANELS = "nN epoch"
"""What is at the bottom of the panels, and of nothing that opens over them."""

_OFTEN, _RARELY = 20, 1  # going back to the start each time, one would not get far

EXTREMES = ((1, 1), (1, 100), (300, 1), (300, 100))
SIZES = ((60, 18), (80, 24), (100, 30), (120, 40), (300, 100))


class Fuzz:
    """One run; `state` is where the pure machine is."""

    def __init__(self, terminal: Terminal, seed: int) -> None:
        self.terminal = terminal
        self.random = random.Random(seed)  # noqa: S311 - it is to be repeatable, not secret
        self.state: State = start(load())
        self.unsettled = 0
        self.latest: deque[str] = deque(maxlen=12)

    def run(self, events: int) -> None:
        """Do `events` random things.  Raises AssertionError where the screen is elsewhere than the machine."""
        actions = {
            self.move: 900,
            self.ignored: 60,
            self.edited: 4,
            self.gone: 4,
            self.form: 6,
            self.adventure: 5,
            self.opened: 3,
            self.predicted: 3,
            self.stop_and_continue: 6,
            self.suspended: 2,
            self.repainted: 30,
            self.broken: 4,
            self.resize: 8,
        }
        for number, action in enumerate(self.random.choices([*actions], [*actions.values()], k=events), start=1):
            self.latest.append(f"{number} {action.__name__}")
            action()
            self.unsettled += 1
            if self.unsettled >= 200:
                self.settle()
        self.settle()

    def move(self) -> None:
        """A key that has a command."""
        weights = [_RARELY if move == Move.RESET else _OFTEN for move in MOVES.values()]
        (key,) = self.random.choices([*MOVES], weights)
        self.terminal.send_bytes(key)
        self.apply(MOVES[key])

    def apply(self, command: Command) -> None:
        """Let the machine do what the key did."""
        with suppress(IllegalCommand):  # said on screen; the state is untouched
            self.state = apply(self.state, command)

    def step(self) -> None:
        """A key that leads elsewhere, seen to have done so: what was typed before it has done its work, too."""
        self.settle()
        move = next(one for one in (Move.NEXT, Move.BACK) if apply(self.state, one).position != self.state.position)
        self.terminal.send_bytes(typed(move.value)[0])
        self.apply(move)
        self.settle()

    def ignored(self) -> None:
        """A key, an answer or a paste that leaves the position alone."""
        self.terminal.send_bytes(self.random.choice((*IGNORED, *STAYING)))

    def edited(self) -> None:
        """Another input, from the pass on screen on."""
        sample = self.state.scenario.samples[0]
        x = float(self.random.choice([digit for digit in range(10) if digit != sample.x[0]]))
        self.open("edit", "─ Edit ─")
        self.terminal.send_bytes(b"%d\r" % x)
        self.apply(Edit(with_sample(self.state.scenario, 1, Sample((x,), sample.y))))
        self.settle()

    def gone(self) -> None:
        """To some epoch and stage; where the run does not go that far, the form says so and is left."""
        epoch, stage = self.random.randint(1, 40), self.random.randint(0, 11)
        self.open("go_to", "─ Go to ─")
        self.terminal.send_bytes(b"%d\t%d\r" % (epoch, stage))
        self.apply(GoTo(Position(epoch, 1, stage)))
        if self.state.position != (epoch, 1, stage):
            self.terminal.wait_for("not finite")
            self.leave()
        self.settle()

    def opened(self) -> None:
        """Another scenario, and with it another run."""
        name = self.random.choice(OPENED)
        self.open("open", "─ Open ─")
        self.terminal.send_bytes(b"%b\r" % name.encode())
        self.state = start(load(name))
        self.settle()

    def predicted(self) -> None:
        """Some answers to what is asked for; then, in the third mode, nothing is asked any more."""
        self.settle()
        asking = typed("predict")[0]
        for data in (asking, *self.random.choices(ANSWERS, k=4), asking, *self.random.choices(ANSWERS, k=4), asking):
            self.terminal.send_bytes(data)
            self.terminal.read_for(self.random.choice((0.0, 0.05)))
        self.start_over()

    def form(self) -> None:
        """Into a form, and out of it."""
        self.open(self.random.choice(_FORMS), "Esc leave")
        self.terminal.send_bytes(self.random.choice(FORM_INPUTS))
        self.leave()
        self.settle()

    def adventure(self) -> None:
        """Play, train, read, jump, for a moment, with some keys meanwhile; where that leads is not followed."""
        self.settle()
        for key in self.random.choices((*STAYING, *ADVENTURES), k=4):
            self.terminal.send_bytes(key)
            self.terminal.read_for(self.random.choice((0.0, 0.05)))
        self.start_over()

    def start_over(self) -> None:
        """Stop whatever goes on, leave whatever is open, and begin at the start, where the machine can follow.

        More than once where something opens only after a while, and takes the key for itself.
        """
        self.apply(Move.RESET)
        for _ in range(9):
            self.leave()
            self.terminal.send_bytes(typed("reset")[0])
            self.terminal.read_for(0.15)
            if self.is_here(self.terminal):
                break
        self.settle()

    def open(self, name: str, saying: str) -> None:
        """Open what the command `name` does, and wait for it: a key that comes before would be for the panels."""
        self.settle()
        self.terminal.send_bytes(self.random.choice(typed(name)))
        self.terminal.wait_for(lambda t: saying in t.text and PANELS not in t.text)

    def leave(self) -> None:
        """Press Esc, alone in a write so that it is a key of its own, until nothing is open any more."""
        for _ in range(9):
            self.terminal.send_bytes(b"\x1b")
            self.terminal.read_for(0.15)
            if PANELS in self.terminal.text:
                break

    def resize(self) -> None:
        """Some sizes, the last of them one with room for the panels; in one that is too small keys do nothing."""
        self.terminal.rest()  # the screen may be where it should be only on its way to somewhere else and back
        self.settle()
        for _ in range(self.random.randrange(4)):
            self.terminal.resize(
                *self.random.choice((*EXTREMES, (self.random.randint(1, 300), self.random.randint(1, 100))))
            )
            self.terminal.read_for(self.random.choice((0.0, 0.01, 0.05)))
        self.terminal.resize(*self.random.choice(SIZES))
        self.terminal.rest()  # what is seen first may be the panels in a size before the last
        self.settle()

    def stop_and_continue(self) -> None:
        """As a shell's job control does, and what is typed meanwhile counts."""
        self.terminal.kill(signal.SIGSTOP)
        self.move()
        self.terminal.kill(signal.SIGCONT)

    def suspended(self) -> None:
        """The key that suspends it; then back to the foreground."""
        self.settle()
        self.terminal.send_bytes(typed("suspend")[0])
        wait_until_stopped(self.terminal)
        self.terminal.kill(signal.SIGCONT)
        self.settle()

    def repainted(self) -> None:
        """What is on the screen is what the terminal is sent when all is painted anew."""
        self.step()
        self.terminal.rest()  # as in `resize`
        self.settle()
        before = cells(self.terminal)
        self.terminal.screen.erase_in_display(2)
        self.terminal.send_bytes(typed("repaint")[0])
        try:
            self.terminal.wait_for(lambda t: cells(t) == before)
        except AssertionError as error:
            stale = [
                (x, y, old, new)
                for y, rows in enumerate(zip(before, cells(self.terminal), strict=True))
                for x, (old, new) in enumerate(zip(*rows, strict=True))
                if old != new
            ]
            raise AssertionError(f"stale after {self.latest}: {stale[:5]}") from error

    def broken(self) -> None:
        """Half a sequence; after its time is over everything starts anew."""
        self.settle()
        for _ in range(self.random.randint(1, 3)):
            self.terminal.send_bytes(self.random.choice(BROKEN))
            self.terminal.read_for(0.15)
        self.terminal.send_bytes(b"\x1b[201~")  # a paste may be waiting for its end
        self.start_over()  # the parser may have made keys of it, and those may have opened something

    def settle(self) -> None:
        """Wait until the screen is where the machine is."""
        try:
            self.terminal.wait_for(self.is_here)
        except AssertionError as error:
            raise AssertionError(f"the machine is at {self.state.position} after {self.latest}") from error
        self.unsettled = 0

    def is_here(self, terminal: Terminal) -> bool:
        """Whether `terminal` shows the panels, at the position of the machine."""
        epoch, _, stage = self.state.position
        wanted = f"epoch {epoch} · stage {stage} of {self.state.timeline.last}"
        return terminal.text.split("\n", 1)[0].endswith(wanted) and PANELS in terminal.text


def cells(terminal: Terminal) -> list[list[object]]:
    """What stands in each cell of each row, in which colours and weight."""
    screen = terminal.screen
    return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]


def main() -> None:
    """Run from the command line: how many events, and from which seed."""
    events, seed = (int(word) for word in (*sys.argv[1:], "1")[:2])
    started = time.monotonic()
    with TemporaryDirectory() as folder, Terminal(folder=Path(folder)) as terminal:
        terminal.wait_for("q quit")
        Fuzz(terminal, seed).run(events)
        used = processor_seconds(terminal.pid)
        terminal.send("q")
        status = terminal.wait()
    print(f"{events:,} events, seed {seed}: ended with status {status} after {time.monotonic() - started:.0f} s")
    print(f"processor time of the application: {used:.1f} s")


if __name__ == "__main__":
    main()
