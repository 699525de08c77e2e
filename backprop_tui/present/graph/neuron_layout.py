"""Where everything in the picture of one neuron stands: measured once per pass, so that nothing shifts in it."""

from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.graph import Role
from backprop_tui.core.models.dense import LOSS
from backprop_tui.present.formulas import symbol
from backprop_tui.present.graph.training_steps import steps_of
from backprop_tui.present.numbers import DIGITS, in_words, number
from backprop_tui.present.visibility import numbers_text, widest
from backprop_tui.stepper.history import Pass

SHORT_LOSSES = {"mse": "(a − y)²", "half_squared": "(a − y)² / 2", "mae": "|a − y|"}
"""Losses whose rule fits into the picture; the others are called by name."""

ARROW = "→"
"""Before a parameter's new value."""

_GAP = 4  # "─▶ " and the junction before it


class Kept(IntEnum):
    """What stays in view of a parameter when something new stands in its row."""

    NOTHING = 0  # the new number stands alone
    NAME = 1
    VALUE = 2  # and its name


_FORMS = (
    (True, Kept.VALUE, DIGITS),
    (False, Kept.VALUE, DIGITS),
    *((False, Kept.NAME, digits) for digits in range(DIGITS, 0, -1)),
    (False, Kept.NOTHING, 1),
)
"""Whether rules are in view, what of parameters, and how many digits: the first that fits is taken."""

_DESIGN_WIDTH = 80


class Rows(NamedTuple):
    """The rows of the picture; `inputs` counts the inputs in view, `spaced` says that rows have air between them."""

    inputs: int
    givens: tuple[int, ...]  # the row of each weight in view, then of the bias
    x: int | None  # the row of the input, where it is alone and has a row of its own
    label: int  # z, a and L by name and rule; below it their numbers
    numbers: int | None
    value: int
    target: int
    event: int | None
    links: tuple[int, ...]  # the rows that the chain rule walks back along: one per weight in view, then the bias
    spaced: bool
    mark: int | None = None  # where it says how many inputs are out of view

    @property
    def height(self) -> int:
        """The number of rows."""
        return self.links[-1] + 1


def rows_for(inputs: int, height: int) -> Rows:
    """The arrangement for a neuron with `inputs` inputs that makes the best use of `height` rows (at least 6)."""
    if inputs == 1 and height >= 13:
        return Rows(1, (2, 4), 0, 2, 3, 4, 6, 7, (9, 12), spaced=True)
    if inputs == 1:
        event = 4 if height > 6 else None
        first = 5 if height > 6 else 4
        return Rows(1, (1, 2), 0, 1, None, 2, 3, event, (first, first + 1), spaced=False)
    cut = 2 * inputs + 2 > height  # each input takes a row above and one below, the bias likewise
    shown = (height - 3) // 2 if cut else inputs
    bias = shown + cut
    label = (shown - 1) // 2
    event = bias + 1 if height > bias + shown + 2 else None
    first = bias + 1 + (event is not None)
    links = tuple(range(first, first + shown + 1))
    givens = (*range(shown), bias)
    mark = shown if cut else None
    return Rows(shown, givens, None, label, None, label + 1, label + 2, event, links, spaced=False, mark=mark)


class Columns(NamedTuple):
    """The columns of the picture: forward left to right, backward right to left."""

    weight: int  # the weights' names; their values follow
    value: int
    bus: int  # where the givens meet
    z: int
    a: int
    join: int  # where a meets the target
    loss: int
    ruled: bool  # whether z, a and L have their rules beside them
    kept: Kept
    digits: int  # of the numbers in the forward part: fewer, where even so there is no room
    gradient: int  # the labels of ∂L/∂w, ∂z/∂w, ∂a/∂z, ∂L/∂a, right to left as they are walked
    z_link: int
    a_link: int
    loss_link: int
    turn: int  # where the picture turns round, under L
    arrow: int  # how many cells "◀══" takes
    named: bool  # whether the links have their names before their numbers
    widths: tuple[int, int, int, int]  # the numbers behind those four labels
    passes: tuple[Pass, ...]  # those that all this was measured on

    @property
    def quality(self) -> tuple[bool, Kept, int, bool, int]:
        """What gave way, so that numbers have the room: nothing is the greatest."""
        return self.ruled, self.kept, self.digits, self.named, self.arrow


@lru_cache(maxsize=8)
def columns_for(passes: tuple[Pass, ...], rows: Rows, width: int) -> Columns:
    """The columns for `rows` in `width` cells, whichever of many inputs are in view.

    They are wide enough for the numbers of all `passes`, so that none jumps from one to the next, unless rules or
    digits would have to give way to that: then they are measured on the last pass alone.
    """
    stable, own = _columns(passes, rows, width), _columns(passes[-1:], rows, width)
    return stable if stable.ruled and stable.quality == own.quality else own


def _columns(passes: tuple[Pass, ...], rows: Rows, width: int) -> Columns:
    one = passes[-1]
    parameters, inputs = [*weight_names(one), "b"], list(input_names(one))
    share = width / _DESIGN_WIDTH
    for ruled, kept, digits in _FORMS:  # what gives way where the numbers need the room
        weight, value, given_end = _givens(passes, inputs, parameters, rows, digits, kept)
        z, a, loss = (
            max(_label_width(one, name, rows, digits, ruled=ruled) for one in passes) for name in ("z", "a", LOSS)
        )
        if rows.x is None:  # the target stands under a
            a = max(a, *(len(f"{target_label(kept)}{number(one.given['y'], digits)}") for one in passes))
        after_z = z + _GAP if ruled else max(1 + _GAP, z + 1)  # without a rule the number is wider: a blank is enough
        tight = kept is Kept.NOTHING
        gaps = (given_end + 1, _GAP + after_z, a + 2 - tight, _GAP + loss - tight)
        if sum(gaps) <= width:
            break
    bus, a_at, join, _ = spread((23 * share, 45 * share, 58 * share, width), gaps)
    widths = (
        _widest(passes, [f"dL_d{name}" for name in parameters]),
        _widest(passes, [f"dz_d{name}" for name in parameters]),
        _widest(passes, ["da_dz"]),
        _widest(passes, ["dL_da"]),
    )
    named = max(len(name) for name in parameters) + len("∂L/∂")
    links = _links(named, widths, join + _GAP + 1, width - 2)
    return Columns(
        weight, value, bus, bus + _GAP, a_at, join, join + _GAP, ruled, kept, digits, 2, *links, widths, passes
    )


def target_label(kept: Kept) -> str:
    """What stands before the target."""
    return "y " if kept is Kept.NOTHING else "y  "


def _widest(passes: tuple[Pass, ...], quantities: Sequence[str]) -> int:
    return max(widest(one, tuple(map(one.timeline.find, quantities))) for one in passes)


def _givens(
    passes: tuple[Pass, ...], inputs: Sequence[str], parameters: Sequence[str], rows: Rows, digits: int, kept: Kept
) -> tuple[int, int, int]:
    """Where the parameters' names and values stand, and where the widest of the given numbers ends."""
    beside = rows.x is None  # each weight stands in its input's row, behind it
    wire = 3 if kept is Kept.NOTHING else 4  # from an input to its weight, a blank before and after
    weight = 3 + max(map(len, inputs)) + _aligned_width(passes, inputs, digits) + wire if beside else 2
    value = weight + max(map(len, parameters)) + (1 if beside else 2)
    names = [*parameters] if beside else [*parameters, *inputs, "y"]
    signed = any(one.given[name] < 0 for one in passes for name in names)
    widths = (_given_width(one, name, digits, kept, signed=signed) for one in passes for name in names)
    return weight, value, value + max(widths)


def _links(named: int, widths: tuple[int, int, int, int], turn: int, last: int) -> tuple[int, int, int, int, int, bool]:
    """Where ∂z/∂w, ∂a/∂z and ∂L/∂a stand between the gradients and the turn, how long arrows are, and if with names.

    A number ends its field; then come a blank, the arrow and a blank, and before ∂a/∂z two cells where links branch.
    The picture turns round in column `turn`, or farther right, at most at `last`, where the numbers need it.
    """
    for names, arrow in ((True, 3), (True, 2), (True, 1), (False, 2), (False, 1)):  # "◀══", "◀═", "◀"
        z_link = 2 + named + 2 + widths[0] + arrow + 2
        a_link = z_link + names * (named + 1) + 1 + widths[1] + arrow + 4
        loss_link = a_link + names * 6 + 1 + widths[2] + arrow + 2
        least = loss_link + names * 6 + 1 + widths[3] + 2
        if least <= (turn if arrow == 3 else last):
            break
    turn = min(max(turn, least), last)
    spare = max(0, turn - least)
    return z_link, a_link + spare * 2 // 9, loss_link + spare * 6 // 9, turn, arrow, names


def spread(preferred: Sequence[float], gaps: Sequence[int]) -> tuple[int, ...]:
    """Positions as near to `preferred` as the least `gaps` (before each) allow, the last one fixed where it is."""
    places: list[int] = []
    for wish, gap in zip(preferred[:-1], gaps[:-1], strict=True):
        places.append(max(int(wish), (places[-1] if places else 0) + gap))
    limit = int(preferred[-1])
    for index in range(len(places) - 1, -1, -1):
        limit -= gaps[index + 1]
        places[index] = limit = min(places[index], limit)
    return (*places, int(preferred[-1]))


def _label_width(one: Pass, name: str, rows: Rows, digits: int, *, ruled: bool) -> int:
    """The cells that the node `name` takes: its label, its number and, where rows are spaced, the numbers put in."""
    stage = one.timeline.find(name)
    value = one.values[stage - 1]
    widths = [len(label(one, name, ruled=ruled)), len(in_words(value) if ruled else number(value, digits)) + 1]
    if rows.numbers is not None:
        widths.append(len(f"= {numbers_text(one, stage)}") + 1)
    return max(widths)


def label(one: Pass, name: str, *, ruled: bool) -> str:
    """A node's name and rule, short enough for the picture: ``z = w·x + b``, ``a = relu(z)``, ``L = (a − y)²``."""
    scenario = one.scenario
    if not ruled:
        return symbol(name)
    if name == "z":
        return "z = w·x + b"
    if name == "a":
        activation = scenario.output.activation
        return "a = z" if activation == "identity" else f"a = {activation}(z)"
    return f"L = {SHORT_LOSSES.get(scenario.loss, f'{scenario.loss}(a, y)')}"


@lru_cache(maxsize=8)
def input_names(one: Pass) -> tuple[str, ...]:
    """The inputs' names in order."""
    return tuple(node.name for node in one.timeline.graph.nodes if node.role is Role.INPUT)


@lru_cache(maxsize=8)
def weight_names(one: Pass) -> tuple[str, ...]:
    """The weights' names in order."""
    return tuple(node.name for node in one.timeline.graph.parameters if node.name != "b")


@lru_cache(maxsize=16)
def aligned(passes: tuple[Pass, ...], names: tuple[str, ...], digits: int = DIGITS) -> tuple[str, ...]:
    """The given numbers of `names` in the last of `passes`, a blank before the positive ones where any is negative."""
    texts = [number(passes[-1].given[name], digits) for name in names]
    signed = any(one.given[name] < 0 for one in passes for name in names)
    return tuple(_signed(text, signed=signed) for text in texts)


def _signed(text: str, *, signed: bool) -> str:
    return f" {text}" if signed and not text.startswith("−") else text


def _aligned_width(passes: tuple[Pass, ...], names: Sequence[str], digits: int) -> int:
    signed = any(one.given[name] < 0 for one in passes for name in names)
    return max(len(_signed(number(one.given[name], digits), signed=signed)) for one in passes for name in names)


def _given_width(one: Pass, name: str, digits: int, kept: Kept, *, signed: bool) -> int:
    """The cells that a given number needs: ``1.5``, or ``1.5 → ●1.7`` where it is updated, or ``1.5 m ●−0.2``."""
    text = _signed(number(one.given[name], digits), signed=signed)
    steps = steps_of(one, ARROW).get(name, ())
    numbers = [(step.name, number(one.values[step.stage - 1], digits)) for step in steps]
    if kept is Kept.NOTHING:
        return max(len(text), *(len(f"●{new}") - len(f"{name} ") for _, new in numbers), 0)
    updated = max((len(f"{called}●{new}") for called, new in numbers), default=0)
    if kept is Kept.NAME:
        return max(len(text), updated)
    return len(text) + (updated + 2 if updated else 0)
