"""What an operation is: the shape of a row of the tables of operations."""

import sys
from collections.abc import Callable
from typing import NamedTuple

from backprop_tui.core.expression import Expression

Arguments = tuple[Expression, ...]


class Operation(NamedTuple):
    """What a node computes from its arguments: `value(args)`, and for each argument `partials(args, own)`.

    `arity` holds the numbers of arguments it can take.  `sentence` says what the backward pass does at it, `second`
    what it does at the second argument where that is something else; `kinks` are the places
    of a lone argument where the slope jumps, `convention` says which slope is taken there, and where several arguments
    meet.
    """

    name: str
    value: Callable[[Arguments], Expression]
    partials: Callable[[Arguments, Expression], Arguments]
    arity: range
    sentence: str = ""
    kinks: tuple[float, ...] = ()
    convention: str = ""
    second: str = ""


def at_least(count: int, step: int = 1) -> range:
    """The numbers of arguments from `count` on."""
    return range(count, sys.maxsize, step)


def exactly(count: int) -> range:
    """The one number of arguments `count`."""
    return range(count, count + 1)
