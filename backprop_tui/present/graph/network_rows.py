"""Which nodes of a column are in view, and in which rows."""

from enum import IntEnum
from typing import NamedTuple

_MOST_PITCH = 6


class Block(IntEnum):
    """How many rows a node takes: name, value and derivative; and below a z its bias."""

    NODE = 3
    WITH_BIAS = 4


class Window(NamedTuple):
    """Nodes `first` (from 0) on of `count`, each from one of `rows` on; `mark` is the row that says how many are not."""

    first: int
    count: int
    rows: tuple[int, ...]
    mark: int | None

    @property
    def hidden(self) -> int:
        """How many nodes are out of view."""
        return self.count - len(self.rows)

    @property
    def hidden_text(self) -> str:
        """``⋮ 3 more``; empty where all are in view."""
        return f"⋮ {self.hidden} more" if self.hidden else ""


def window_over(count: int, at: int, height: int, block: Block) -> Window:
    """The nodes in view of a column of `count` around number `at` (from 1), in `height` rows (at least 6).

    The last bias may stand above its z where there is no row below it, so that n blocks of four rows need 4n − 1.
    """
    shown = _fitting(count, height, block)
    cut = shown < count
    if cut:
        shown = max(1, _fitting(count, height - 1, block))
    usable = height - cut
    pitch = min(_MOST_PITCH, (usable - Block.NODE) // (shown - 1)) if shown > 1 else block
    while pitch > block and (shown - 1) * pitch + block > usable:
        pitch -= 1
    used = (shown - 1) * pitch + block
    first = min((at - 1) // shown * shown, count - shown)
    above = cut and first + shown == count  # nothing is left out below: the mark stands above
    top = max(0, (usable - used) // 2) + above
    rows = tuple(top + index * pitch for index in range(shown))
    if not cut:
        return Window(0, count, rows, None)
    return Window(first, count, rows, rows[0] - 1 if above else min(rows[-1] + block, height - 1))


def _fitting(count: int, height: int, block: Block) -> int:
    """How many blocks fit, up to `count`."""
    if block is Block.WITH_BIAS:
        return min(count, max(1, (height + 1) // block))
    return min(count, height // block)
