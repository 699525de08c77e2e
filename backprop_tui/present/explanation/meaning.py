"""What a gradient means: which way and how much the loss moves, and how far that can be relied upon."""

import sys
from collections.abc import Iterator

from backprop_tui.core.backprop import gradient_name
from backprop_tui.core.expression import FUNCTIONS
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.present.events import paths
from backprop_tui.present.explanation import softmax
from backprop_tui.present.explanation.activation import words_of
from backprop_tui.present.explanation.nudge import foretold, nudge
from backprop_tui.present.explanation.step_context import LEAST_DIVISOR, StepContext
from backprop_tui.present.numbers import number
from backprop_tui.present.sentences import moves, times, would_move

_CANCELLED = 1e-11  # of a difference smaller than this share of what it is taken from, the digits are mostly rounding
_NEAR_LIMIT = ("sigmoid", "tanh", "gelu", "silu")  # their slopes are differences of numbers that are nearly equal


def meaning(moment: StepContext) -> str:
    """The sentence for a gradient that is not 0."""
    name, value = moment.node.name, moment.value
    of = "" if moment.node in moment.graph.parameters else f" of {name}"
    opening = f"{number(value)} is the gradient{of}: raise {name} a little and the loss"
    if condition := _condition(moment):
        return f"{opening} {would_move(value)}, {condition}."
    if _is_rough(moment):
        return f"{opening} {'rises' if value > 0 else 'falls'} {times(value)}, as far as rounding lets one tell."
    return f"{opening} {moves(value)}."


def tried(moment: StepContext, opening: str) -> Iterator[str]:
    """`opening` and a small move carried through, with what it shows; nothing where the gradient would not hold."""
    if _condition(moment) or _is_rough(moment):
        return
    if found := nudge(moment):
        yield f"{opening}: {found}."
        yield foretold(moment, found)


def _condition(moment: StepContext) -> str:
    """What a small move would need to do what the gradient says; empty where it does so anyway."""
    ahead, operation = moment.ahead, moment.graph.root.operation
    further = ahead - {moment.node.name}
    for one in moment.activations:
        z = one.args[0]
        if one.name in further and moment.of(z) in ACTIVATIONS[one.operation].kinks:
            return (
                f"if at its corner, {z} = {moment.text(z)}, {words_of(one.operation).name} had the slope of convention"
            )
    for answer, target in moment.outputs:
        if answer in ahead and LOSSES[operation].kinks and moment.of(answer) == moment.of(target):
            return f"if at its corner, {answer} = {target}, the loss had the slope of convention"
    if any(moment.is_held(answer) for answer, _ in moment.outputs if answer in ahead):
        return f"if it divided by {number(LEAST_DIVISOR)}, at which its slope is held"
    return softmax.condition(moment)


def _is_rough(moment: StepContext) -> bool:
    """Whether the digits of the gradient may come from rounding: somewhere nearly equal numbers are subtracted."""
    if abs(moment.value) < sys.float_info.min:
        return True
    ahead = moment.ahead
    further = ahead - {moment.node.name}
    noise = _CANCELLED * max(map(abs, _summands(moment)), default=0.0)
    for answer, target in moment.outputs:
        if answer in ahead and 0 < abs(moment.of(answer) - moment.of(target)) <= noise:
            return True
    for one in moment.activations:
        if one.name in further and one.operation in _NEAR_LIMIT and abs(moment.slope(one)) <= _CANCELLED:
            return True
    return softmax.is_near_certain(moment, _CANCELLED) or any(_has_cancelled(moment, node) for node in ahead)


def _summands(moment: StepContext) -> Iterator[float]:
    """What the pre-activations are added up from, and what the loss compares."""
    for node in moment.graph.computed:
        if node.operation == "affine":
            half = len(node.args) // 2
            for weight, x in zip(node.args[:half], node.args[half:-1], strict=True):
                yield moment.of(weight) * moment.of(x)
            yield moment.of(node.args[-1])
    for pair in moment.outputs:
        yield from map(moment.of, pair)


def _has_cancelled(moment: StepContext, node: str) -> bool:
    """Whether the contributions to the gradient of `node` nearly cancel."""
    timeline, gradient = moment.view.timeline, gradient_name(moment.graph, node)
    stage = timeline.find(gradient)
    ways = paths(timeline.rules[stage - 1]) if stage else ()
    if len(ways) < 2:
        return False
    parts = (FUNCTIONS["·"](*(moment.of(factor) for factor in way)) for way in ways)
    return abs(moment.of(gradient)) <= _CANCELLED * max(map(abs, parts))
