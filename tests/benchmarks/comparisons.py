"""What is compared: how long the debugger takes, and how long its reference."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.programs import APPLICATION, BARE, IMPORTS, STATICS, TRACE, Program
from tests.benchmarks.session import Session

RIGHT, LEFT, RESET = "\x1b[C", "\x1b[D", "r"
STAGES = 11  # of the article's epoch

Pair = tuple[float, float]
"""Seconds that the debugger and the reference took, one right after the other."""


@dataclass(frozen=True)
class Comparison:
    """`measure(env, rounds)` gives pairs, after others that only warmed up; `target` is the highest good ratio."""

    what: str
    reference: str
    target: float
    measure: Callable[[Mapping[str, str], int], Iterator[Pair]]


def ratio(pairs: list[Pair]) -> tuple[float, float, float]:
    """The debugger's median, the reference's, and the one over the other."""
    ours, reference = (median(seconds) for seconds in zip(*pairs, strict=True))
    return ours, reference, ours / reference


def _start(env: Mapping[str, str], rounds: int) -> Iterator[Pair]:
    yield from _in_turns(lambda: _run(TRACE, env), lambda: _run(IMPORTS, env), rounds)


def _first_frame(env: Mapping[str, str], rounds: int) -> Iterator[Pair]:
    def seconds(program: Program) -> float:
        with Session(program, env) as session:
            return session.first_frame

    yield from _in_turns(lambda: seconds(APPLICATION), lambda: seconds(BARE), rounds)


def _key(env: Mapping[str, str], rounds: int) -> Iterator[Pair]:
    """The article's epoch forwards, stage by stage, `rounds` times."""
    with Session(APPLICATION, env) as ours, Session(STATICS, env) as reference:
        for turn in range(rounds + 1):
            pairs = list(_in_turns(lambda: ours.press(RIGHT), lambda: reference.press(RIGHT), STAGES, warm_up=0))
            ours.press(RESET)
            if turn:
                yield from pairs


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


COMPARISONS = {
    "start": Comparison("start of trace, to its end", "argparse, dataclasses, json, tomllib imported", 1.6, _start),
    "frame": Comparison("start to the first full frame", "one Static", 1.25, _first_frame),
    "key": Comparison("key to the finished frame", "Statics of the same size, four updated", 1.5, _key),
}
"""All of them, by the names that they have on the command line."""
