"""What a measurement ends in: a line of the table."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_ROW = "{:<41} {:>9} {:>9} {:>6} {:>9} {:>6} {:>5}  {}"
HEADING = _ROW.format("what", "ours", "reference", "ratio", "target", "met", "runs", "the reference")


@dataclass(frozen=True)
class Line:
    """What was measured, how often, and, where it has a `target`, whether that was `met`."""

    what: str
    ours: str
    runs: int
    target: str = ""
    met: bool = True
    reference: str = ""
    ratio: str = ""
    beside: str = ""

    def __str__(self) -> str:
        met = ("yes" if self.met else "NO") if self.target else ""
        row = (self.what, self.ours, self.reference, self.ratio, self.target, met, self.runs, self.beside)
        return _ROW.format(*row).rstrip()


Measurement = Callable[[Mapping[str, str], int], Iterator[Line]]
"""Measures in an environment, so many times, and tells it in lines."""


def at_most(what: str, value: float, target: float, runs: int, form: str = "{:,.0f}") -> Line:
    """The line of a `value` that is good up to `target`, both in the same `form`."""
    return Line(what, form.format(value), runs, f"≤ {form.format(target)}", value <= target)
