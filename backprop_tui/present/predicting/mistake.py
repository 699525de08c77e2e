"""What a mistake is: a row that says what it does to the factors of a stage, and how it is told."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from backprop_tui.present.predicting.asked import Asked

Wrong = tuple[float, Mapping[str, str]]
"""The number that a mistake gives, and the words for the gaps of its sentence."""


class Mistake(NamedTuple):
    """A row of the table.

    `name` is what it is called in code; `gives` yields the numbers that it leads to at a stage, none where it cannot be
    made there; `sentence` says what was done, with gaps for the answer, what the walk back starts from (``{end}``), and
    what else `gives` has words for.  Nothing in it is the right number.  `short` completes "once …".  A `remark` is no
    mistake.  A mistake that is a `case_of` another, more general one is named right after that.
    """

    name: str
    gives: Callable[[Asked], Iterator[Wrong]]
    sentence: str
    short: str
    remark: bool = False
    case_of: str = ""
