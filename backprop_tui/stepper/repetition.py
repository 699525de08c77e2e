"""Whether a run goes round in circles: whether its parameters are again where they were some epochs ago."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

MOST_PERIOD = 64
"""Longer cycles are not looked for."""

_ROUNDING = 1e-9  # of the longest move on the way: what is no farther off has come back
_SAME_LOSS = 1e-9


def period(
    losses: Sequence[float],
    most: int,
    start: Callable[[int], Sequence[float]],
    moves: Callable[[int], Iterator[float]],
) -> int:
    """The smallest number p of epochs, up to `most`, after which a run has come back; 0 where there is none.

    `losses` are those of the epochs up to the one asked about; ``start(e)`` gives the parameters at the start of
    epoch e, ``moves(e)`` how far each of its passes moves one.  To come back is to be off by at most a billionth of
    the longest move on the way: so slow progress, whose moves add up, is none.
    """
    epoch = len(losses)
    alike = [back for back in range(1, most + 1) if math.isclose(losses[-1], losses[-1 - back], rel_tol=_SAME_LOSS)]
    if not alike:
        return 0
    starts = {back: start(epoch - back) for back in reversed(alike)}  # ascending: each goes on from the one before
    here = start(epoch)
    longest = tuple(accumulate((max(moves(epoch - back)) for back in range(1, alike[-1] + 1)), max))
    for back in alike:
        if longest[back - 1] > 0 and _distance(here, starts[back]) <= _ROUNDING * longest[back - 1]:
            return back
    return 0


def _distance(here: Sequence[float], there: Sequence[float]) -> float:
    return max((abs(one - other) for one, other in zip(here, there, strict=True)), default=0.0)
