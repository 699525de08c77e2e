"""The map of answers in a terminal of 120×40, and the page of ten thousand samples."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from statistics import median

from backprop_tui.core.scenario import Sample
from backprop_tui.present.answers.judgement import judged
from backprop_tui.present.answers.page import page_of
from backprop_tui.present.answers.plane_map import map_rows
from backprop_tui.stepper.state import State, start
from tests.benchmarks.table import Line, at_most
from tests.models import network

_SHAPES = ((2, 2, 1), (2, 8, 3), (2, 16, 16, 1))
_PAGE = (117, 37)  # cells of the page in a terminal of 120×40
_MAP = (56, 37)  # and of the map in it
_MOST_MAP, _MOST_PAGE = 10.0, 250.0  # milliseconds


def answers_map(_env: Mapping[str, str], rounds: int) -> Iterator[Line]:
    """For each shape of network the map alone, and the page with it the first time, when all samples are answered."""
    for shape in _SHAPES:
        words, state = "-".join(map(str, shape)), _state(shape, 40)
        drawing = partial(map_rows, state, judged(state), *_MAP)
        yield at_most(f"ms for a map of answers, {words}", _median(drawing, rounds), _MOST_MAP, rounds, "{:,.1f}")
        opening = _median(partial(_open, [_state(shape, 10_000) for _ in range(5)]), 4)
        yield at_most(f"ms for 10,000 answers, {words}", opening, _MOST_PAGE, 4, "{:,.1f}")


def _open(fresh: list[State]) -> None:
    page_of(fresh.pop(), *_PAGE)


def _state(shape: tuple[int, ...], count: int) -> State:
    """A network of this shape with `count` samples, of classes where it has several outputs."""
    outputs = shape[-1]
    targets = [tuple(float(k == i) for k in range(outputs)) if outputs > 1 else (float(i),) for i in range(3)]
    samples = tuple(Sample((i * 0.1 % 2, i * 0.37 % 2), targets[i % 3]) for i in range(count))
    return start(replace(network(shape), samples=samples))


def _median(work: Callable[[], object], rounds: int) -> float:
    """In milliseconds, of so many times after one that only warmed up."""
    seconds = []
    for _ in range(rounds + 1):
        before = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - before)
    return median(seconds[1:]) * 1e3
