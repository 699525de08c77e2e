"""What is said of an activation: how it makes its answer, and how much of a move it lets through."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.core.slopes import TINY_SLOPE, slope_at, steepest
from backprop_tui.present.events import Kind
from backprop_tui.present.explanation.step_context import LEAST_DIVISOR, StepContext
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import follows

_LEAST = 1e-300
_ROUNDING = 1e-14  # a slope of an activation below this is a difference of numbers near 1, and no more than rounding


class Bend(NamedTuple):
    """One activation at work: the names of its z and a, the number that z is, and a's or the slope's."""

    z: str
    a: str
    at: float
    value: float

    @property
    def meaning(self) -> str:
        """How far a goes along with z; at the bottom of a dip rounding decides even which way."""
        if 0 < abs(self.value) < _ROUNDING:
            return f"If {self.z} moves a little, {self.a} hardly does"
        return f"If {self.z} moves a little, {self.a} {follows(self.value)}"


class Words(NamedTuple):
    """One row of `WORDS`: the activation's `name` in a sentence, and its two sentences.

    `answer` completes "Here it is ⟨name⟩"; `slope` completes "If z moves a little, a moves twice as much".
    """

    name: str
    answer: Callable[[Bend], str]
    slope: Callable[[Bend], str]


def words_of(activation: str) -> Words:
    """The row of `activation`; one made from the table of operations where there is none."""
    about = ACTIVATIONS[activation].about
    return WORDS.get(activation) or Words(activation, lambda _: f": it {about}.", lambda _: ".")


def answer(moment: StepContext) -> Iterator[str]:
    """What the activation of the moment has made of its z."""
    words = words_of(moment.node.operation)
    yield f"Here it is {words.name}{words.answer(_bend(moment))}"


def slope(moment: StepContext) -> Iterator[str]:
    """How much of a move the activation of the moment lets through."""
    bend = _bend(moment)
    words = words_of(moment.node.operation)
    if Kind.GATE_CLOSED in moment.kinds:
        yield from _closed(moment, bend, words.name)
    elif Kind.FLAT in moment.kinds:
        at = f"at {bend.z} = {number(bend.at)}"
        yield f"Flat: {at} {words.name} is so level that its slope is 0 for the machine."
        yield f"Nothing{_of_sample(moment)} gets through to {_behind(moment)}, however wrong the answer is."
    elif Kind.SATURATED in moment.kinds:
        at, most = f"at {bend.z} = {number(bend.at)}", number(steepest(moment.node.operation))
        yield f"Saturated: {at} {words.name} is almost flat, its slope {number(bend.value)} (at most {most})."
        is_bce = moment.graph.root.operation == "bce" and bend.a in dict(moment.outputs)
        if is_bce and moment.is_held(bend.a):
            share = number(bend.value / LEAST_DIVISOR)
            yield f"The bce loss divides by no less than {number(LEAST_DIVISOR)}: {share} of what it asks for is left."
        elif is_bce:
            yield "But the bce loss divides by this very slope, so that a wrong answer still weighs in full."
        else:
            yield f"Hardly anything of what arrives gets through to {_behind(moment)}, however wrong the answer is."
    elif bend.at in ACTIVATIONS[moment.node.operation].kinks:
        yield from _cornered(moment, bend, words.name)
    else:
        yield f"{bend.meaning}{words.slope(bend)}"
        yield _others(moment, bend)


def _closed(moment: StepContext, bend: Bend, name: str) -> Iterator[str]:
    row, is_dead = ACTIVATIONS[moment.node.operation], Kind.DEAD in moment.kinds
    closed = f"Dead {name}" if is_dead else "Gate closed for this sample"
    of = "" if moment.one_sample else " of any sample" if is_dead else " of this sample"
    if bend.at in row.kinks:
        yield f"{closed}: {bend.z} is exactly {number(bend.at)}, at the corner of {name}."
        below, above = _sides(row.name, bend.at)
        yield f"To the left its slope is {below}, to the right {above}; by convention it counts as 0: {row.convention}."
        yield f"Nothing{of} gets through to {_behind(moment)}."
    else:
        yield f"{closed}: {bend.z} = {number(bend.at)} is below 0, where {name} is flat."
        yield f"If {bend.z} moves a little, {bend.a} stays {moment.text(bend.a)}: factor 0."
        yield f"Nothing{of} gets through to {_behind(moment)}, however wrong the answer is."


def _cornered(moment: StepContext, bend: Bend, name: str) -> Iterator[str]:
    """At a corner between two slopes of which neither is 0."""
    row, (below, above) = ACTIVATIONS[moment.node.operation], _sides(moment.node.operation, bend.at)
    at = f"{bend.z} is exactly {number(bend.at)}, at the corner of {name}"
    yield f"{at}: its slope is {below} to the left, {above} to the right."
    yield f"By convention it counts as {number(bend.value)}: {row.convention}."


def _sides(activation: str, corner: float) -> tuple[str, str]:
    """The slopes to the left and to the right of a corner."""
    below, above = (slope_at(activation, math.nextafter(corner, side)) for side in (-math.inf, math.inf))
    return number(below), number(above)


def _bend(moment: StepContext) -> Bend:
    z = moment.node.args[0]
    return Bend(z, moment.node.name, moment.of(z), moment.value)


def _of_sample(moment: StepContext) -> str:
    return "" if moment.one_sample else " of this sample"


def _behind(moment: StepContext) -> str:
    """What a gradient would reach through this activation."""
    return moment.learning if len(moment.activations) == 1 else "what lies behind"


def _passes(b: Bend) -> str:
    return f": a positive {b.z} passes as it is."


def _through(b: Bend, below: str) -> str:
    return f": {b.z} = {number(b.at)} is above 0, where every move gets through as it is, factor 1. {below}"


def _relu_answer(b: Bend) -> str:
    if b.at > 0:
        return f"{_passes(b)} The gate is open."
    return f": {b.z} is not above 0, so the gate is closed and {b.a} is 0."


def _leaky_answer(b: Bend) -> str:
    if b.at > 0:
        return _passes(b)
    return f": of a negative {b.z} only a hundredth passes." if b.at < 0 else ": 0 stays 0."


def _leaky_slope(b: Bend) -> str:
    if b.at > 0:
        return _through(b, "Below 0 a hundredth would.")
    return f": {b.z} = {number(b.at)} is below 0, where a hundredth gets through, factor 0.01. ReLU would stop it all."


def _elu_answer(b: Bend) -> str:
    if b.at > 0:
        return _passes(b)
    return f": it bends a negative {b.z} so that {b.a} never falls below −1." if b.at < 0 else ": 0 stays 0."


def _elu_slope(b: Bend) -> str:
    if b.at > 0:
        return _through(b, "Below 0 less would.")
    if b.at < 0:
        return f": {b.z} = {number(b.at)} is below 0, where the slope is e^({b.z}), less the lower {b.z} is."
    return ": at 0 the two pieces of ELU meet, both with slope 1."


def _share(b: Bend) -> str:
    """By what z is weighed; so near to 0 that digits are lost, by a half."""
    return number(b.value / b.at if abs(b.at) > _LEAST else 0.5)


def _dip_slope(name: str) -> Callable[[Bend], str]:
    """The slope of a ReLU with a rounded corner that dips below 0: 0, a little less, up beyond 1, back to 1."""

    def line(b: Bend) -> str:
        if abs(b.value) < TINY_SLOPE:
            return f": at the bottom of its dip {name} is almost level."
        if b.value < 0:
            return f": left of the bottom of its dip, {name} falls while {b.z} rises."
        return f". The slope of {name} is near 0 far below 0, near 1 far above, and goes beyond both in between."

    return line


def _others(moment: StepContext, bend: Bend) -> str:
    """The slopes that other activations would have at the same z."""
    here = {name: slope_at(name, bend.at) for name in ACTIVATIONS if name != moment.node.operation}
    slopes = ", ".join(f"{name} {number(value)}" for name, value in here.items())
    return f"At the same {bend.z} the slopes of the others are: {slopes}."


_HANDED_ON = ": the identity hands every move on as it is, factor 1."

WORDS: dict[str, Words] = {
    "identity": Words(
        "the identity",
        lambda b: f": {b.a} is {b.z} itself.",
        lambda _: _HANDED_ON,
    ),
    "relu": Words("ReLU", _relu_answer, lambda b: _through(b, "The gate is open; below 0 nothing would get through.")),
    "leaky_relu": Words("the leaky ReLU", _leaky_answer, _leaky_slope),
    "sigmoid": Words(
        "the sigmoid",
        lambda b: f": it squeezes any {b.z} into the range from 0 to 1, with 0.5 at {b.z} = 0.",
        lambda b: f". The slope of the sigmoid is {b.a}(1 − {b.a}): 0.25 at {b.z} = 0, less the farther away.",
    ),
    "tanh": Words(
        "tanh",
        lambda b: f": it squeezes any {b.z} into the range from −1 to 1, with 0 at {b.z} = 0.",
        lambda b: f". The slope of tanh is 1 − {b.a}²: 1 at {b.z} = 0, less the farther away.",
    ),
    "softplus": Words(
        "softplus",
        lambda b: f", a ReLU with a rounded corner: near {b.z} far above 0, near 0 far below.",
        lambda b: f". The slope of softplus is the sigmoid of {b.z}: near 1 far above 0, near 0 far below.",
    ),
    "elu": Words("ELU", _elu_answer, _elu_slope),
    "gelu": Words(
        "GELU",
        lambda b: f": {b.z} times a factor from 0 to 1 that grows with {b.z}, here {_share(b)}.",
        _dip_slope("GELU"),
    ),
    "silu": Words(
        "SiLU",
        lambda b: f": {b.z} times its own sigmoid, a factor from 0 to 1, here {_share(b)}.",
        _dip_slope("SiLU"),
    ),
}
"""What is said of each activation, by name."""
