"""The plane of two inputs: which part of it is looked at, and what the network answers at the middle of each cell."""

import sys
from collections.abc import Sequence
from typing import NamedTuple

from backprop_tui.core.compiled import compile_answers
from backprop_tui.core.graph import Graph
from backprop_tui.core.scenario import Sample

_MARGIN = 0.1  # of the samples' range, on each side
_MOST = sys.float_info.max


class Axis(NamedTuple):
    """What part of an input's values is looked at."""

    low: float
    high: float

    def middle_of(self, cell: int, of: int) -> float:
        """The value in the middle of a cell (from 0) of as many."""
        share = (cell + 0.5) / of
        return self.low * (1 - share) + self.high * share

    def cell_of(self, value: float, of: int) -> int:
        """The cell (from 0) of as many that `value` lies in."""
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)  # halves, for the range may be infinite
        return min(max(int(share * of), 0), of - 1)


class Plane(NamedTuple):
    """The first input runs to the right, the second upwards."""

    x1: Axis
    x2: Axis


Field = tuple[tuple[tuple[float, ...], ...], ...]
"""The outputs in each cell, row by row, the uppermost first."""


def plane_of(samples: Sequence[Sample]) -> Plane:
    """The part in which all `samples` lie, and a margin."""
    return Plane(*(axis_of([sample.x[i] for sample in samples]) for i in range(2)))


def axis_of(values: Sequence[float]) -> Axis:
    """The range of `values` with a margin; around a lone value as far as it is from 0 (1 at least) to both sides."""
    low, high = min(values), max(values)
    half = high / 2 - low / 2
    margin = 2 * _MARGIN * half
    if low - margin == low or high + margin == high:
        margin = max(1.0, abs(low))
    return Axis(max(low - margin, -_MOST), min(high + margin, _MOST))


def field(graph: Graph, parameters: tuple[float, ...], plane: Plane, columns: int, rows: int) -> Field:
    """The outputs of a network of two inputs at the middle of each cell of `columns` × `rows`."""
    across = [plane.x1.middle_of(column, columns) for column in range(columns)]
    up = [plane.x2.middle_of(row, rows) for row in reversed(range(rows))]
    forward = compile_answers(graph, with_loss=False)
    found = forward(parameters, ((x1, x2) for x2 in up for x1 in across))
    return tuple(tuple(found[start : start + columns]) for start in range(0, len(found), columns))
