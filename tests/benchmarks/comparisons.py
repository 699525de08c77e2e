"""What is compared: how long the debugger takes, or how much memory, and the same of its reference."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.expressions import fit_pairs
from tests.benchmarks.optimizers import adam_pairs, classifier_pairs, momentum_pairs
from tests.benchmarks.programs import APPLICATION, BARE, EXPRESSION, IMPORTS, STATICS, TRACE, Program
from tests.benchmarks.session import Session
from tests.benchmarks.table import Line
from tests.benchmarks.training import micrograd_times, neuron_pairs, xor_pairs

RIGHT, LEFT, RESET = "\x1b[C", "\x1b[D", "r"
STAGES = 11  # of the article's epoch

Pair = tuple[float, float]
"""Seconds that the debugger and the reference took, or bytes, one right after the other."""


@dataclass(frozen=True)
class Comparison:
    """`measure(env, rounds)` gives pairs, after others that only warmed up; `target` is the highest good ratio."""

    what: str
    reference: str
    target: float
    measure: Callable[[Mapping[str, str], int], Iterator[Pair]]
    unit: str = "ms"

    def __call__(self, env: Mapping[str, str], rounds: int) -> Iterator[Line]:
        """Measure, and tell it in a line."""
        pairs = list(self.measure(env, rounds))
        ours, reference, times = ratio(pairs)
        shown, beside = (f"{value * _SCALES[self.unit]:.1f} {self.unit}" for value in (ours, reference))
        good, met = f"≤ {self.target:g}", times <= self.target
        yield Line(self.what, shown, len(pairs), good, met, beside, f"{times:.2f}", self.reference)


_SCALES = {"ms": 1e3, "MB": 1e-6}


def ratio(pairs: list[Pair]) -> tuple[float, float, float]:
    """The debugger's median, the reference's, and the one over the other."""
    ours, reference = (median(seconds) for seconds in zip(*pairs, strict=True))
    return ours, reference, ours / reference


def _start_of(program: Program) -> Callable[[Mapping[str, str], int], Iterator[Pair]]:
    def measure(env: Mapping[str, str], rounds: int) -> Iterator[Pair]:
        yield from _in_turns(lambda: _run(program, env), lambda: _run(IMPORTS, env), rounds)

    return measure


def _first_frame(env: Mapping[str, str], rounds: int) -> Iterator[Pair]:
    def seconds(program: Program) -> float:
        with Session(program, env) as session:
            return session.first_frame

    yield from _in_turns(lambda: seconds(APPLICATION), lambda: seconds(BARE), rounds)


def _key_beside(program: Program) -> Callable[[Mapping[str, str], int], Iterator[Pair]]:
    """The article's epoch forwards, stage by stage, so many times, in turns with as many keys for `program`."""

    def measure(env: Mapping[str, str], rounds: int) -> Iterator[Pair]:
        with Session(APPLICATION, env) as ours, Session(program, env) as reference:
            for turn in range(rounds + 1):
                pairs = list(_in_turns(lambda: ours.press(RIGHT), lambda: reference.press(RIGHT), STAGES, warm_up=0))
                ours.press(RESET)
                if turn:
                    yield from pairs

    return measure


def _memory(env: Mapping[str, str], rounds: int) -> Iterator[Pair]:
    """At its peak: of the debugger over the article's epoch and back, of the other until it is there."""

    def peak(program: Program, keys: tuple[str, ...]) -> float:
        with Session(program, env) as session:
            for key in keys:
                session.press(key)
            return session.peak_memory()

    epoch = (RIGHT,) * STAGES + (LEFT,) * STAGES
    yield from _in_turns(lambda: peak(APPLICATION, epoch), lambda: peak(BARE, ()), max(3, rounds // 4))


def _in_turns(
    ours: Callable[[], float], reference: Callable[[], float], times: int, warm_up: int = 2
) -> Iterator[Pair]:
    """Pairs of what both measure, now one first and now the other."""
    for turn in range(-warm_up, times):
        if turn % 2:
            second = reference()
            pair = (ours(), second)
        else:
            pair = (ours(), reference())
        if turn >= 0:
            yield pair


def _run(program: Program, env: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(program.command, env=env, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


_IMPORTED = "argparse, dataclasses, json, tomllib imported"

COMPARISONS = {
    "start": Comparison("start of trace, to its end", _IMPORTED, 1.6, _start_of(TRACE)),
    "expression": Comparison("start of trace --expr, to its end", _IMPORTED, 1.6, _start_of(EXPRESSION)),
    "frame": Comparison("start to the first full frame", "one Static", 1.45, _first_frame),
    "key": Comparison("key to the finished frame", "Statics of the same size, four updated", 0.9, _key_beside(STATICS)),
    "memory": Comparison("memory at its peak", "one Static", 1.3, _memory, "MB"),
    "neuron": Comparison("20,000 epochs of one neuron", "the article's loop by hand", 1.2, neuron_pairs),
    "xor": Comparison("2,000 epochs of XOR 2-2-1", "a loop by hand", 1.2, xor_pairs),
    "adam": Comparison("20,000 epochs of one neuron with Adam", "a loop by hand", 1.2, adam_pairs),
    "momentum": Comparison("2,000 epochs of XOR, batch, momentum", "a loop by hand", 1.2, momentum_pairs),
    "fit": Comparison("20,000 epochs of (wx + b - y)²", "a loop by hand", 1.2, fit_pairs),
    "classifier": Comparison(
        "60 epochs of a 2-8-3 softmax, 30 samples", "a loop by hand, of lists", 1.2, classifier_pairs
    ),
}
"""All of them, by the names that they have on the command line."""


def micrograd(_env: Mapping[str, str], _rounds: int) -> Iterator[Line]:
    """How much longer micrograd takes to train the same, where it is installed."""
    for name, times in micrograd_times():
        yield Line(f"micrograd, {name}", f"{times:.0f} × ours", 3)
