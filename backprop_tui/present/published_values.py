"""Published figures beside computed ones: what a scenario's source prints, and how near the run comes to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from enum import Enum
from math import inf, isfinite
from textwrap import wrap

from backprop_tui.core.scenario import Expectation, Scenario, ScenarioError
from backprop_tui.present.numbers import exact, number
from backprop_tui.stepper.history import MOST_EPOCHS, History, Pass
from backprop_tui.stepper.stages import Timeline
from backprop_tui.stepper.state import start

# Digits enough for any float at any place that a printed text can name; beyond these bounds nobody prints a float.
_CONTEXT = Context(prec=1_000)
_LONGEST, _LARGEST_EXPONENT = 50, 330
_WIDTH = 80
_SHORT = 2  # digits of a distance
_MOST_OFF = 0.5  # share of a value by which its last printed digit may be off and still be no more than that
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


class Closeness(Enum):
    """How a computed value stands to the text that is printed for it."""

    EXACT = "exact"
    ROUNDED = "rounded"
    ON_THE_WAY = "rounded on the way"
    LAST_DIGIT = "last digit differs"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Figure:
    """What the source prints, what the run computes, and how the two compare.

    `distance` is how far they are apart, as a share of the computed value: ∞ where that is 0 and the other is not.
    """

    expected: Expectation
    computed: float
    distance: float
    closeness: Closeness


def compare_published(scenario: Scenario) -> tuple[Figure, ...]:
    """The figures that the source of `scenario` prints, each beside the run's, in the order of the file.

    A parameter's name stands for its new value in that pass, as it does in the trace.  Raises ScenarioError, naming
    the key, where an expectation names a quantity or a pass that the run does not have, or prints no number.
    """
    history = start(scenario).history
    return tuple(
        _figure(f"expect {number}", expected, history) for number, expected in enumerate(scenario.expectations, start=1)
    )


def closeness(printed: str, computed: float, tolerance: float = 0.0) -> Closeness:
    """How `computed` stands to `printed`.  Raises ValueError where `printed` is no number.

    Exact where the printed text reads back as the very float; rounded where the float rounds to the text at its last
    printed place, a tie to either side.  What is neither was rounded on the way where it is within `tolerance`, a
    share of the computed value; without a tolerance, the last digit differs where it does by one, and that one is not
    most of the figure.  Everything else differs, and so does the opposite sign, however near.
    """
    figure = _decimal(printed)
    if not isfinite(computed):
        return Closeness.DIFFERS
    if float(figure) == computed:
        return Closeness.EXACT
    if figure and computed and figure.is_signed() != (computed < 0):
        return Closeness.DIFFERS
    unit = Decimal((0, (1,), _exponent(figure)))
    nearest = [Decimal(computed).quantize(unit, way, _CONTEXT) for way in (ROUND_HALF_EVEN, ROUND_HALF_UP)]
    if figure in nearest:
        return Closeness.ROUNDED
    if tolerance:
        return Closeness.ON_THE_WAY if _distance(figure, computed) <= tolerance else Closeness.DIFFERS
    off_by_one = any(abs(_CONTEXT.subtract(figure, value)) == unit for value in nearest)
    near = off_by_one and _distance(figure, computed) <= _MOST_OFF
    return Closeness.LAST_DIGIT if near else Closeness.DIFFERS


def distance(printed: str, computed: float) -> float:
    """How far `printed` is from `computed`, as a share of the latter, 0 where it reads back as the very float.

    Raises ValueError where `printed` is no number.
    """
    return _distance(_decimal(printed), computed)


def report(compared: Sequence[tuple[Scenario, Sequence[Figure]]]) -> Iterator[str]:
    """The lines, with their ends, that tell people of each scenario's figures, and of all in the last one."""
    for scenario, figures in compared:
        heading = f"{scenario.name}: {scenario.source or 'no source'}"
        lines = wrap(heading, _WIDTH, break_long_words=False, break_on_hyphens=False)
        table = _table(figures, many_samples=len(scenario.samples) > 1) if figures else ["no figures to compare"]
        yield from map(_clean, (*lines, *table, ""))
    yield f"{total([figure for _, figures in compared for figure in figures])}\n"


def total(figures: Sequence[Figure]) -> str:
    """How many figures there are, in all and of each verdict."""
    verdicts = [figure.closeness for figure in figures]
    counts = ", ".join(f"{verdicts.count(kind)} {kind.value}" for kind in Closeness)
    return f"{len(figures)} {'figure' if len(figures) == 1 else 'figures'}: {counts}"


def _figure(key: str, expected: Expectation, history: History) -> Figure:
    view = _view(key, expected, history)
    computed = view.values[_stage(key, expected.quantity, view.timeline) - 1]
    try:
        distant = distance(expected.printed, computed)
        return Figure(expected, computed, distant, closeness(expected.printed, computed, expected.tolerance))
    except ValueError as error:
        raise ScenarioError(f"{key}, printed", str(error)) from error


def _view(key: str, expected: Expectation, history: History) -> Pass:
    """The pass that an expectation is about."""
    if expected.epoch > MOST_EPOCHS:
        raise ScenarioError(f"{key}, epoch", f"expected a whole number from 1 to {MOST_EPOCHS:,}")
    if expected.sample > history.samples:
        raise ScenarioError(f"{key}, sample", f"expected a whole number from 1 to {history.samples:,}")
    try:
        return history.view(expected.epoch, expected.sample)
    except IndexError as error:
        epoch, sample = history.end or (0, 0)
        problem = f"expected a pass up to epoch {epoch}, sample {sample}, where a value is not finite"
        raise ScenarioError(f"{key}, epoch", problem) from error


def _stage(key: str, quantity: str, timeline: Timeline) -> int:
    """The stage that computes `quantity`, a parameter's being its update."""
    stage = timeline.find(quantity, update=True) or timeline.find(quantity)
    if not stage:
        import difflib  # noqa: PLC0415 - needed for a misspelt name only

        known = [rule.quantity for rule in timeline.rules]
        near = difflib.get_close_matches(quantity[:40], known, n=1) or known
        problem = f"no stage computes {quantity[:40]!r}; expected a quantity of the trace, such as {near[0]}"
        if quantity == "dL_dz" and "dL_db" in known:  # δ, which most sources print
            problem = "one neuron has no stage for dL_dz; expected dL_db, which has its value"
        raise ScenarioError(f"{key}, quantity", problem)
    return stage


def _decimal(printed: str) -> Decimal:
    """The number that `printed` spells, digit for digit."""
    text = printed.replace("−", "-")
    if len(text) <= _LONGEST and _NUMBER.fullmatch(text):
        figure = Decimal(text)
        if figure.adjusted() <= _LARGEST_EXPONENT and _exponent(figure) >= -_LARGEST_EXPONENT:
            return figure
    raise ValueError(f"expected a number such as 0.75136507, not {printed[:40]!r}")


def _distance(figure: Decimal, computed: float) -> float:
    if not isfinite(computed) or float(figure) == computed:
        return 0.0 if isfinite(computed) else abs(computed)
    gap = abs(_CONTEXT.subtract(figure, Decimal(computed)))
    return float(_CONTEXT.divide(gap, abs(Decimal(computed)))) if computed else inf


def _exponent(figure: Decimal) -> int:
    """The power of ten of the last digit of a finite `figure`."""
    return int(figure.as_tuple().exponent)


def _table(figures: Sequence[Figure], *, many_samples: bool) -> Iterator[str]:
    """A line for each figure, its columns as wide as they have to be."""
    rows = [("epoch", *(["sample"] if many_samples else []), "quantity", "printed", "computed", "distance", "")]
    for figure in figures:
        expected = figure.expected
        sample = [str(expected.sample)] if many_samples else []
        told = (expected.quantity, expected.printed, exact(figure.computed), number(figure.distance, _SHORT))
        rows.append((str(expected.epoch), *sample, *told, figure.closeness.value))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _clean(text: str) -> str:
    """`text` as a line of a terminal: a file may hold escape sequences."""
    return "".join(letter for letter in text if letter.isprintable()) + "\n"
