"""The table of answers: a row for each sample, made when it is looked at."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from backprop_tui.core.graph import Role
from backprop_tui.core.scenario import Sample
from backprop_tui.present.answers.answered import Answer, answers
from backprop_tui.present.answers.judgement import TIE, Judged, Rule, largest
from backprop_tui.present.canvas import Row, Style
from backprop_tui.present.numbers import number
from backprop_tui.stepper.state import State

_GAP = 2  # cells between two columns
_MEASURED = 200  # samples; of more, every column of numbers has room for any
_LONGEST = len(number(-1.2345e-300))
_HERE = "●"


class Column(NamedTuple):
    """A heading, what stands under it for each sample (from 0), and how many cells that takes."""

    head: str
    cell: Callable[[int], str]
    width: int
    right: bool = True


_LEFT_OUT = Column("…", lambda _: "…", 1)


class Table(NamedTuple):
    """The columns that there is room for."""

    state: State
    columns: tuple[Column, ...]

    @property
    def length(self) -> int:
        """How many rows there are, the heading not counted."""
        return len(self.state.scenario.samples)

    @property
    def width(self) -> int:
        """How many cells a row takes."""
        return 1 + sum(column.width + _GAP for column in self.columns)

    def heading(self) -> Row:
        """What stands above the rows."""
        return ((f"   {self._joined([column.head for column in self.columns])}", Style.DIM),)

    def row(self, sample: int) -> Row:
        """The row of a sample (from 1)."""
        here = sample == self.state.position.sample
        text = self._joined([column.cell(sample - 1) for column in self.columns])
        return ((f" {_HERE if here else ' '} {text}", Style.STRONG if here else Style.PLAIN),)

    def _joined(self, cells: Sequence[str]) -> str:
        both = zip(cells, self.columns, strict=True)
        texts = (cell.rjust(one.width) if one.right else cell.ljust(one.width) for cell, one in both)
        return (" " * _GAP).join(texts).rstrip()


def table(state: State, judged: Judged, width: int) -> Table:
    """The table in `width` cells.

    Inputs and further outputs give way to ``…`` where there is no room for all of them, the answers last.
    """
    samples, found = state.scenario.samples, answers(state)
    numbered = Column("sample", lambda i: str(i + 1), max(len("sample"), len(str(len(samples)))), right=False)
    loss = _numbers("loss", lambda i: found[i].loss, len(samples))
    verdict = Column("", lambda i: verdict_in_words(judged, found[i], i), _verdict_width(judged, found), right=False)
    names = [node.name for node in state.timeline.graph.nodes if node.role is Role.INPUT]
    most = width // _GAP  # however narrow, no more columns than that have room
    inputs = [_numbers(name, partial(_input, samples, i), len(samples)) for i, name in enumerate(names[:most])]
    pairs = (_classes(state, found),) if judged.rule is Rule.CLASS else _outputs(state, found, most)
    outputs = 1 if judged.rule is Rule.CLASS else len(samples[0].y)
    shown, told = len(inputs), len(pairs)
    while True:
        middle = [*inputs[:shown], *([_LEFT_OUT] if shown < len(names) else [])]
        middle += [*chain(*pairs[:told]), *([_LEFT_OUT] if told < outputs else [])]
        found_table = Table(state, (numbered, *middle, loss, verdict))
        if found_table.width <= width or (not shown and told == 1):
            return found_table
        if shown > 1 or told == 1:
            shown -= 1
        else:
            told -= 1


def verdict_in_words(judged: Judged, answer: Answer, index: int) -> str:
    """Whether the answer to sample `index` (from 0) is right, in words; what is not finite is named."""
    if any(map(math.isnan, answer.outputs)):
        return "not a number"
    if any(map(math.isinf, answer.outputs)):
        return "infinite"
    if judged.right[index]:
        return "✓ right"
    return "" if judged.rule is Rule.DIGITS else "✗ wrong"


def _verdict_width(judged: Judged, found: Sequence[Answer]) -> int:
    return max((len(verdict_in_words(judged, answer, i)) for i, answer in enumerate(found)), default=0)


def _outputs(state: State, found: Sequence[Answer], most: int) -> list[tuple[Column, ...]]:
    """Target and answer of each output."""
    samples = state.scenario.samples
    count = len(samples[0].y)
    return [
        (
            _numbers(f"target{end}", partial(_target, samples, i), len(samples)),
            _numbers(f"answer{end}", partial(_output, found, i), len(samples)),
        )
        for i, end in enumerate([""] if count == 1 else [f" {i}" for i in range(1, min(count, most) + 1)])
    ]


def _classes(state: State, found: Sequence[Answer]) -> tuple[Column, ...]:
    """The class targeted, the class answered and what says so."""
    samples = state.scenario.samples
    head = "p" if state.scenario.output.activation == "softmax" else "output"
    return (
        Column("class", lambda i: _class(samples[i].y), len("class")),
        Column("answer", lambda i: _class(found[i].outputs), len("answer")),
        _numbers(head, lambda i: max(found[i].outputs), len(samples)),
    )


def _class(outputs: Sequence[float]) -> str:
    if not all(map(math.isfinite, outputs)):
        return "none"
    place = largest(outputs)
    return "tie" if place == TIE else str(place + 1)


def _input(samples: Sequence[Sample], place: int, index: int) -> float:
    return samples[index].x[place]


def _target(samples: Sequence[Sample], place: int, index: int) -> float:
    return samples[index].y[place]


def _output(found: Sequence[Answer], place: int, index: int) -> float:
    return found[index].outputs[place]


def _numbers(head: str, value: Callable[[int], float], count: int) -> Column:
    """A column of numbers."""
    longest = _LONGEST if count > _MEASURED else max(len(number(value(i))) for i in range(count))
    return Column(head, lambda i: number(value(i)), max(len(head), longest))
