"""A growing record of numbers whose largest and smallest in any stretch are found without looking at all of them.

A run may have a million epochs, and the loss panel is drawn anew for every key.
"""

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

_BLOCK = 1024


class LossRecord:
    """Remembers of every full block of `values`, which may grow at the end, what it comes down to."""

    def __init__(self, values: Sequence[float]) -> None:
        self.values = values
        self._highest: list[float] = []
        self._lowest: list[float] = []
        self._least: list[float] = []
        self._finite = True

    def highest(self, start: int, stop: int) -> float:
        """The largest of ``values[start:stop]``, all finite; −∞ where there is none."""
        return self._of(self._highest, lambda values: max(values, default=-math.inf), max, start, stop)

    def lowest(self, start: int, stop: int) -> float:
        """The smallest of them; ∞ where there is none."""
        return self._of(self._lowest, lambda values: min(values, default=math.inf), min, start, stop)

    def least(self, start: int, stop: int) -> float:
        """The smallest of them that is not 0; ∞ where there is none."""
        return self._of(self._least, _least, min, start, stop)

    def is_finite(self, count: int) -> bool:
        """Whether the first `count` values are all finite."""
        known = self._look(count)
        return self._finite and math.isfinite(sum(self.values[known * _BLOCK : count]))

    def _of(
        self,
        blocks: list[float],
        few: Callable[[Sequence[float]], float],
        both: Callable[[float, float], float],
        start: int,
        stop: int,
    ) -> float:
        known = self._look(stop)
        first, last = -(-start // _BLOCK), min(stop // _BLOCK, known)
        if first >= last:
            return few(self.values[start:stop])
        edges = both(few(self.values[start : first * _BLOCK]), few(self.values[last * _BLOCK : stop]))
        return both(edges, both(blocks[first], few(blocks[first:last])))

    def _look(self, count: int) -> int:
        """Sum up the full blocks among the first `count` values; how many are known."""
        for start in range(len(self._highest) * _BLOCK, count - _BLOCK + 1, _BLOCK):
            block = self.values[start : start + _BLOCK]
            self._finite = self._finite and math.isfinite(sum(block))
            self._highest.append(max(block))
            self._lowest.append(min(block))
            self._least.append(_least(block))
        return len(self._highest)


def _least(values: Sequence[float]) -> float:
    return min(filter(None, values), default=math.inf)


@dataclass(frozen=True, eq=False)
class Losses:
    """The first `count` values of `record`, and then those of `tail`, which are few."""

    record: LossRecord
    count: int
    tail: tuple[float, ...] = ()

    @classmethod
    def of(cls, values: Sequence[float]) -> "Losses":
        """All of `values`."""
        return cls(LossRecord(values), len(values))

    def __len__(self) -> int:
        return self.count + len(self.tail)

    def __getitem__(self, index: int) -> float:
        place = index if index >= 0 else len(self) + index
        return self.record.values[place] if place < self.count else self.tail[place - self.count]

    @cached_property
    def finite(self) -> "Losses":
        """Those that are finite."""
        tail = tuple(filter(math.isfinite, self.tail))
        if self.record.is_finite(self.count):
            return Losses(self.record, self.count, tail)
        return Losses.of(array("d", filter(math.isfinite, (*self.record.values[: self.count], *tail))))

    def highest(self, start: int, stop: int) -> float:
        """The largest of those from `start` (included) to `stop` (excluded), all finite; −∞ where there is none."""
        inside = self.record.highest(min(start, self.count), min(stop, self.count))
        return max((inside, *self.tail[max(0, start - self.count) : max(0, stop - self.count)]))

    @property
    def lowest(self) -> float:
        """The smallest of all; ∞ where there is none."""
        return min((self.record.lowest(0, self.count), *self.tail))

    @property
    def least(self) -> float:
        """The smallest of all that is not 0; ∞ where there is none."""
        return min(self.record.least(0, self.count), _least(self.tail))
